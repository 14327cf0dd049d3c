from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.render.merge import merge

VALUES = st.recursive(
    st.one_of(st.none(), st.integers(0, 3), st.text("ab", max_size=1)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=6,
)
MAPPINGS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@pytest.mark.parametrize(
    ("defaults", "changes", "merged"),
    [
        ({"a": 1, "b": 2}, {"b": 3, "c": 4}, {"a": 1, "b": 3, "c": 4}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1, "y": 3}}),
        ({"a": {"x": 1}}, {"a": {"x": None}}, {"a": {}}),
        ({"a": 1}, {"a": None}, {}),
        ({"a": None}, {}, {}),
        ({}, {"a": {"x": None, "y": {"z": None}}}, {"a": {"y": {}}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"x": 1}}, {"a": 5}, {"a": 5}),
        ({"a": 5}, {"a": {"x": 1}}, {"a": {"x": 1}}),
        ({"a": [None]}, {}, {"a": [None]}),
    ],
)
def test_shots_change_defaults(defaults: Any, changes: Any, merged: Any) -> None:
    assert merge(defaults, changes) == merged


def test_keys_keep_the_order_in_which_they_are_first_written() -> None:
    assert list(merge({"b": 1, "a": 1}, {"c": 1, "a": 2, "d": 1})) == ["b", "a", "c", "d"]


def has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(item is None or has_null(item) for item in value.values())
    return False


@given(MAPPINGS, MAPPINGS)
def test_no_null_is_left_and_nothing_is_mutated(defaults: dict[str, Any], changes: dict[str, Any]) -> None:
    before = repr((defaults, changes))
    assert not has_null(merge(defaults, changes))
    assert repr((defaults, changes)) == before


@given(MAPPINGS)
def test_merging_with_nothing_changes_nothing(values: dict[str, Any]) -> None:
    once = merge({}, values)
    assert (merge(values, {}), merge(once, {}), merge(once, once)) == (once, once, once)
