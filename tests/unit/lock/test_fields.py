"""Typed readers: what they accept, and how an error says where it is."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lockfile_strategies import failures, outputs

from ltxspec.lock.fields import (
    FieldError,
    count,
    decode_failure,
    decode_outputs,
    failure_json,
    known_only,
    money,
    money_json,
    optional_count,
    optional_text,
    outputs_json,
    readable,
    text,
)
from ltxspec.lock.models import Failure, Output

Reader = Callable[[dict[str, Any], str], object]


@given(st.lists(outputs, max_size=3))
def test_outputs_read_back_as_written(values: list[Output]) -> None:
    assert decode_outputs({"outputs": outputs_json(values)}) == tuple(values)


@given(failures)
def test_failures_read_back_as_written(failure: Failure) -> None:
    assert decode_failure(failure_json(failure)) == failure


@given(st.decimals(-(10**9), 10**9, places=12))
def test_money_reads_back_to_the_last_digit(amount: Decimal) -> None:
    assert money({"cost": money_json(amount)}, "cost") == amount


@pytest.mark.parametrize(
    "value", [1, 1.5, "", "1e3", "NaN", "Infinity", " 1", "1.", ".5", "\N{ARABIC-INDIC DIGIT ONE}"]
)
def test_money_is_a_plain_decimal_string(value: object) -> None:
    with pytest.raises(FieldError, match="decimal string"):
        money({"cost": value}, "cost")


@pytest.mark.parametrize("reader", [money, optional_text])
def test_null_and_missing_are_unknown(reader: Reader) -> None:
    assert reader({}, "x") is None
    assert reader({"x": None}, "x") is None


@pytest.mark.parametrize("value", [True, False, 0, -1, 1.0, "1", [1]])
def test_a_count_is_an_integer_from_one(value: object) -> None:
    with pytest.raises(FieldError, match="at least 1"):
        optional_count({"x": value}, "x", 1)
    with pytest.raises(FieldError, match="at least 1"):
        count({"x": value}, "x")


def test_a_count_that_must_be_there_may_not_be_null() -> None:
    with pytest.raises(FieldError, match="`x` must be an integer"):
        count({"x": None}, "x")


@pytest.mark.parametrize("value", [None, "", 3, ["a"]])
def test_a_text_is_not_empty(value: object) -> None:
    with pytest.raises(FieldError, match="`x` must be a string that is not empty"):
        text({"x": value}, "x")


def test_unknown_fields_are_named_in_order() -> None:
    with pytest.raises(FieldError, match="`b` is not a field"):
        known_only({"a": 1, "c": 2, "b": 3}, frozenset({"a"}))


def test_an_error_carries_the_whole_path() -> None:
    error = FieldError("is odd", "cost").inside("takes", 3).inside("shots", "weather[rain,dusk]")
    assert str(error) == "`shots.weather[rain,dusk].takes[3].cost` is odd"


def test_text_that_utf8_cannot_hold_is_made_readable() -> None:
    assert readable("a\udc80b") == "a?b"
    assert readable("größer 😀") == "größer 😀"


def test_secrets_that_a_provider_repeats_are_not_written_down() -> None:
    failure = Failure("invalidImage", "cannot read https://me:pw@h.example/a.png?X-Amz-Signature=canary today", True)  # noqa: FBT003  # permanent
    assert failure_json(failure)["message"] == "cannot read https://h.example/a.png today"
