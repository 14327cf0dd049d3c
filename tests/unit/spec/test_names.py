import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.spec.names import (
    INSTANCE_KEY,
    SHOT_NAME,
    SPEC_NAME,
    as_variable,
    difference,
    folded,
    instance_key,
    is_variable,
)
from ltxspec.values import Json, parse_address


@pytest.mark.parametrize("name", ["alley", "shot-1", "A_b", "7", "x" * 63])
def test_a_plain_name_can_name_a_shot(name: str) -> None:
    assert re.search(SHOT_NAME, name)


@pytest.mark.parametrize("name", ["", "-a", "_a", "a.b", "a[b]", "../a", "a/b", "a b", "é", "x" * 64])
def test_what_an_address_or_path_would_misread_cannot_name_a_shot(name: str) -> None:
    assert not re.search(SHOT_NAME, name)


@pytest.mark.parametrize(
    ("name", "good"), [("night-scenes", True), ("a", True), ("A", False), ("a-", False), ("", False)]
)
def test_a_spec_has_a_lower_case_name(name: str, *, good: bool) -> None:
    assert good == bool(re.search(SPEC_NAME, name))


def test_a_move_may_name_a_shot_or_an_instance() -> None:
    assert re.search(INSTANCE_KEY, "weather[rain,dusk]")
    assert re.search(INSTANCE_KEY, "alley")
    assert not re.search(INSTANCE_KEY, "weather[]")


@pytest.mark.parametrize("name", ["moon-size", "1st", "a b", "", "not", "true", "None", "x\n", "é"])
def test_a_name_no_template_can_read_is_no_variable_and_gets_a_substitute(name: str) -> None:
    assert not is_variable(name)
    assert is_variable(as_variable(name))


@pytest.mark.parametrize(
    ("values", "key"),
    [
        (["rain", "dusk"], "x[rain,dusk]"),
        ([1, 1.5, 2.0, 1e21, True, False, None], "x[1,1.5,2,1e+21,true,false,null]"),
        (["a,b", "[c]", 'd"', "", " e", "f\n"], r'x["a,b","[c]","d\"",""," e","f\n"]'),
        (["a b", "ünï", "x:y", "007"], "x[a b,ünï,x:y,007]"),
        ([2**60], f"x[{2**60}]"),
    ],
)
def test_values_make_a_readable_key(values: list[Json], key: str) -> None:
    assert key == instance_key("x", values)


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), min_size=2, max_size=2))
def test_different_texts_make_different_keys(pair: list[list[str]]) -> None:
    one, other = pair
    assert (one == other) == (instance_key("x", one) == instance_key("x", other))


@given(st.lists(st.text(), min_size=1))
def test_a_key_survives_an_address(values: list[str]) -> None:
    key = instance_key("x", values)
    assert parse_address(f"s.{key}").instance == key


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("x[AB]", "x[ab]", "letter case"),
        ("x[STRASSE]", "x[straße]", "letter case"),
        ("x[caf\u00e9]", "x[cafe\u0301]", "Unicode form"),
        ("x[Caf\u00e9]", "x[cafe\u0301]", "letter case and Unicode form"),
    ],
)
def test_names_that_share_a_file_on_some_systems_fold_to_one(one: str, other: str, how: str) -> None:
    assert folded(one) == folded(other) != folded("x[a]")
    assert difference(one, other) == difference(other, one) == how
