from typing import Any

import pytest
from jinja2.exceptions import SecurityError
from jinja2.runtime import Undefined

from ltxspec.render.jinja.access import (
    METHODS,
    Unknown,
    UnknownName,
    attribute,
    attribute_path,
    elements,
    fail,
    hashable,
    item,
    join,
    pad,
    replace,
)
from ltxspec.render.jinja.budget import Meter, TemplateLimit


@pytest.fixture
def budget() -> Meter:
    return Meter()


def is_unknown(value: Any) -> bool:
    return isinstance(value, Unknown)


def test_a_key_wins_over_a_method(budget: Meter) -> None:
    assert attribute(budget, {"items": 3}, "items") == 3
    assert attribute(budget, {"a": 3}, "items")() == [("a", 3)]


@pytest.mark.parametrize("owner", ["text", 1, [], {}, 1.5, None, range(3)])
@pytest.mark.parametrize("name", ["__class__", "__init__", "__globals__"])
def test_private_names_are_out_of_reach(budget: Meter, owner: Any, name: str) -> None:
    with pytest.raises(SecurityError, match="not accessible"):
        attribute(budget, owner, name)


@pytest.mark.parametrize(("owner", "name"), [("a", "encode"), ([], "append"), ({}, "pop"), (1, "real"), (None, "x")])
def test_anything_not_listed_is_unknown(budget: Meter, owner: Any, name: str) -> None:
    assert is_unknown(attribute(budget, owner, name))


def test_no_listed_method_changes_its_value() -> None:
    names = {name for methods in METHODS.values() for name in methods}
    changing = set(dir(list)) - set(dir(tuple)) | {"pop", "popitem", "setdefault", "update", "clear"}
    assert names & changing == set()


@pytest.mark.parametrize(
    ("owner", "key", "value"), [([1, 2], -1, 2), ("abc", 0, "a"), ({"a": 1}, "a", 1), (range(5), 3, 3), ({1: 2}, 1, 2)]
)
def test_items_are_found(budget: Meter, owner: Any, key: Any, value: Any) -> None:
    assert item(budget, owner, key) == value


@pytest.mark.parametrize(("owner", "key"), [([1], 7), ({"a": 1}, "b"), ({}, None), (5, 0)])
def test_missing_items_are_unknown(budget: Meter, owner: Any, key: Any) -> None:
    assert is_unknown(item(budget, owner, key))


def test_unknown_values_speak_when_used(budget: Meter) -> None:
    value = attribute(budget, {"name": 1}, "nmae")
    with pytest.raises(UnknownName) as caught:
        str(value)
    assert (str(caught.value), caught.value.name, caught.value.known) == (
        "there is no `nmae` in the mapping",
        "nmae",
        ["name"],
    )
    for use in (attribute, item):
        with pytest.raises(UnknownName):
            use(budget, value, "x")
    with pytest.raises(UnknownName):
        fail(Unknown(name="x"))


def test_paths_walk_through_mappings_and_lists(budget: Meter) -> None:
    value = {"a": [{"b": 7}]}
    assert attribute_path("a.0.b")(budget, value) == 7
    assert is_unknown(attribute_path("a.0.c")(budget, value))
    assert is_unknown(attribute_path("x.y")(budget, value))


def test_long_paths_are_refused() -> None:
    with pytest.raises(ValueError, match="1,000 characters"):
        attribute_path("0" + ".0" * 999)


@pytest.mark.parametrize("key", ["a", 1, 1.5, True, None])
def test_simple_keys_can_be_hashed(key: Any) -> None:
    assert hashable(key) is key


@pytest.mark.parametrize("key", [(1, 2), [1], {}])
def test_other_keys_cannot(key: Any) -> None:
    with pytest.raises(TypeError, match="cannot be a key"):
        hashable(key)


@pytest.mark.parametrize(("value", "items"), [("ab", "ab"), ([1], [1]), ({"a": 1}, ["a"]), (Undefined(), [])])
def test_what_can_be_walked_has_elements(budget: Meter, value: Any, items: Any) -> None:
    assert elements(budget, value) == items


@pytest.mark.parametrize("value", [5, None, object(), iter([1])])
def test_what_cannot_be_counted_cannot_be_walked(budget: Meter, value: Any) -> None:
    with pytest.raises(TypeError, match="is not a list"):
        elements(budget, value)


def test_padding_joining_and_replacing_are_measured_first(budget: Meter) -> None:
    assert [pad(budget, "7", 3, side) for side in ("center", "ljust", "rjust", "zfill")] == [" 7 ", "7  ", "  7", "007"]
    assert pad(budget, "x", -5, "ljust") == "x"
    assert join(budget, "-", ["a", 1]) == "a-1"
    assert replace(budget, "aaa", "a", "b", 2) == "bba"
    assert replace(budget, "aaa", "", "-") == "-a-a-a-"
    with pytest.raises(TemplateLimit):
        pad(budget, "x", 10**9, "center")
    with pytest.raises(TemplateLimit):
        join(budget, "x" * 60_000, ["a", "b", "c"])
    with pytest.raises(TemplateLimit):
        replace(budget, "a" * 1000, "a", "b" * 1000)


def test_long_arguments_of_methods_are_refused(budget: Meter) -> None:
    with pytest.raises(ValueError, match="more than 1,000 characters"):
        METHODS[str]["strip"](budget, "a", "b" * 1001)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (lambda b: METHODS[dict]["get"](b, {"a": 1}, "b", 2), 2),
        (lambda b: METHODS[dict]["keys"](b, {"a": 1}), ["a"]),
        (lambda b: METHODS[dict]["values"](b, {"a": 1}), [1]),
        (lambda b: METHODS[list]["count"](b, [1, 1], 1), 2),
        (lambda b: METHODS[list]["index"](b, [1, 2], 2), 1),
        (lambda b: METHODS[float]["is_integer"](b, 2.0), True),
        (lambda b: METHODS[str]["split"](b, "a,b", ","), ["a", "b"]),
        (lambda b: METHODS[str]["join"](b, ",", [1, 2]), "1,2"),
        (lambda b: METHODS[str]["format"](b, "{a}", a=1), "1"),
        (lambda b: METHODS[str]["ljust"](b, "a", 3, "."), "a.."),
    ],
)
def test_listed_methods_work(budget: Meter, call: Any, result: Any) -> None:
    assert call(budget) == result
