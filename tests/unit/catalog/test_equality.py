"""`enum` and `uniqueItems` mean what JSON Schema says, and take time that grows with the values alone."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from unit.catalog.test_patterns import BODY, with_mood

from ltxspec.catalog.validation import check_schema, validate
from ltxspec.errors import Invalid

VALUES = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, 1, 1.0, -0.0, 0.5, 2**53 - 1, 1e300, "1", "", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)


def codes(schema: Any, value: Any) -> set[str]:
    return {problem.code for problem in validate(with_mood(schema), {**BODY, "mood": value})}


@given(st.lists(VALUES, max_size=4), VALUES)
def test_both_keywords_agree_with_the_library(values: list[Any], value: Any) -> None:
    enum, unique = {"enum": values}, {"uniqueItems": True}
    assert ("not-allowed" not in codes(enum, value)) == Draft202012Validator(enum).is_valid(value)
    assert ("wrong-count" not in codes(unique, values)) == Draft202012Validator(unique).is_valid(values)


@pytest.mark.parametrize(
    ("one", "other", "same"), [(1, 1.0, True), (1, True, False), (0, False, False), ({}, [], False)]
)
def test_numbers_are_equal_by_value_and_booleans_are_none(one: Any, other: Any, *, same: bool) -> None:
    assert (codes({"enum": [one]}, other) == set()) is same
    assert (codes({"uniqueItems": True}, [[one], [other]]) == {"wrong-count"}) is same


def test_the_words_are_as_before() -> None:
    (found,) = validate(with_mood({"enum": ["calm", "wild"]}), {**BODY, "mood": "clam"})
    assert (found.message, found.hint) == (
        '`mood` must be `calm` or `wild`, not the text "clam"',
        "did you mean `calm`?",
    )
    (found,) = validate(with_mood({"uniqueItems": True}), {**BODY, "mood": [1, 1.0]})
    assert found.message == "`mood` has the same item twice"


def test_many_objects_are_compared_at_once() -> None:
    objects = [{"n": number, "t": [None, "x", number]} for number in range(40_000)]
    started = time.process_time()
    assert codes({"items": {"enum": objects}, "uniqueItems": True}, objects[:5_000]) == set()
    others = [{"n": -number} for number in range(5_000)]
    assert codes({"items": {"enum": objects}}, others) == {"not-allowed"}
    assert time.process_time() - started < 30  # of the hours that 200 million comparisons take


def test_a_schema_of_many_objects_is_checked_at_once() -> None:
    started = time.process_time()
    with pytest.raises(Invalid, match="/properties/mood/required"):
        check_schema(with_mood({"required": [{"n": [None, number]} for number in range(20_000)]}))
    assert time.process_time() - started < 30


def test_what_nobody_reads_to_its_end_is_cut() -> None:
    problems = validate(with_mood({"items": {"type": "string"}}), {**BODY, "mood": [1] * 5_000})
    assert 0 < len(problems) <= 200
    many = [f"mood {number}" for number in range(40_000)]
    (found,) = validate(with_mood({"enum": many}), {**BODY, "mood": "none"})
    assert "or one of 39500 more, not the text" in found.message
