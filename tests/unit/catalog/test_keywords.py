"""A check of a request ends where its budget does, whatever a model file applies to however many values."""

from collections.abc import Callable
from typing import Any

import pytest
from unit.catalog.test_patterns import BODY, with_mood

from ltxspec.catalog.keywords import APPLIED
from ltxspec.catalog.validation import validate

MANY: dict[str, Any] = {"type": "array", "items": {"allOf": [{"type": "integer"}] * 50}}
NONE_FITS: dict[str, Any] = {"anyOf": [{"type": "string"}] * 50}


class TooMuch(Exception):
    """The budget of these tests is spent."""


def budget(steps: int) -> Callable[[int], None]:
    left = [steps]

    def work(done: int) -> None:
        left[0] -= done
        if left[0] < 0:
            raise TooMuch

    return work


@pytest.mark.parametrize("schema", [MANY, NONE_FITS, {"items": NONE_FITS}, {"not": MANY}])
def test_every_keyword_that_is_applied_to_a_value_counts(schema: Any) -> None:
    with pytest.raises(TooMuch):
        validate(with_mood(schema), {**BODY, "mood": [1] * 50}, work=budget(49 * APPLIED))


def test_a_long_value_counts_each_time_that_it_is_looked_through() -> None:
    body = {**BODY, "mood": "a" * 64_000}
    for schema in ({"enum": ["b"]}, {"const": "b"}, {"pattern": "b"}):
        with pytest.raises(TooMuch):
            validate(with_mood({"not": {"anyOf": [schema] * 20}}), body, work=budget(20_000))


def test_an_ordinary_request_takes_little() -> None:
    assert validate(with_mood({"type": "string"}), {**BODY, "mood": "calm"}, work=budget(2_000)) == []


def test_what_was_spent_on_one_request_is_not_spent_on_the_next() -> None:
    model = with_mood(MANY)
    with pytest.raises(TooMuch):
        validate(model, {**BODY, "mood": [1] * 50}, work=budget(0))
    assert validate(model, {**BODY, "mood": [1] * 50}) == []
