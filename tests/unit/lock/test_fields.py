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
    an_object,
    count,
    decode_failure,
    decode_outputs,
    failure_json,
    file_digests,
    known_only,
    mapping,
    money,
    money_json,
    optional_count,
    optional_text,
    outputs_json,
    readable,
    sequence,
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


@pytest.mark.parametrize("value", [None, [], "a", 1, True])
def test_an_object_is_one(value: object) -> None:
    assert an_object({"a": 1}) == {"a": 1}
    assert mapping({"x": {"a": 1}}, "x") == {"a": 1}
    with pytest.raises(FieldError, match=r"^must be an object$"):
        an_object(value)
    with pytest.raises(FieldError, match="`x` must be an object"):
        mapping({"x": value}, "x")


@pytest.mark.parametrize("value", [None, {}, "a", (1,)])
def test_an_array_is_one(value: object) -> None:
    assert sequence({"x": [1]}, "x") == [1]
    with pytest.raises(FieldError, match="`x` must be an array"):
        sequence({"x": value}, "x")


def test_what_is_as_it_must_be_is_given_back() -> None:
    block = {"text": "a", "count": 3, "zero": 0}
    assert (text(block, "text"), optional_text(block, "text")) == ("a", "a")
    assert (count(block, "count"), optional_count(block, "zero", 0), optional_count(block, "none", 0)) == (3, 0, None)


@pytest.mark.parametrize("value", [3, True, ["a"]])
def test_an_optional_text_is_a_text_or_null(value: object) -> None:
    with pytest.raises(FieldError, match="`x` must be a string or null"):
        optional_text({"x": value}, "x")


def test_digests_of_files_are_texts() -> None:
    assert file_digests({}) == {}
    assert file_digests({"inputs": {"a.png": "sha256:00"}}) == {"a.png": "sha256:00"}
    with pytest.raises(FieldError, match="`inputs` must be an object"):
        file_digests({"inputs": [1]})
    with pytest.raises(FieldError, match=r"`inputs\.a\.png` must be a string"):
        file_digests({"inputs": {"a.png": 1}})


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ([], r"`outputs\[1\]` must be an object"),
        ({"size": 1}, r"`outputs\[1\].size` is not a field"),
        ({"bytes": -1}, r"`outputs\[1\].bytes` must be null or an integer of at least 0"),
        ({"cost": 1}, r"`outputs\[1\].cost` must be a decimal string"),
    ],
)
def test_an_error_in_an_output_says_in_which(item: object, words: str) -> None:
    with pytest.raises(FieldError, match=words):
        decode_outputs({"outputs": [{}, item]})


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"message": "b"}, "`code` must be a string"),
        ({"code": "a"}, "`message` must be a string"),
        ({"code": "a", "message": "b", "permanent": None}, "`permanent` must be true or false"),
    ],
)
def test_a_failure_has_a_code_and_a_message(block: dict[str, Any], words: str) -> None:
    with pytest.raises(FieldError, match=words):
        decode_failure(block)


def test_a_failure_blocks_unless_it_says_that_it_may_pass() -> None:
    assert decode_failure({"code": "a", "message": "b"}).permanent
    assert not decode_failure({"code": "a", "message": "b", "permanent": False}).permanent


def test_a_failure_is_written_so_that_it_can_be_read() -> None:
    odd = Failure("a\udc80", "b\udc80", permanent=False)
    assert failure_json(odd) == {"code": "a?", "message": "b?", "permanent": False}


def test_an_error_is_its_message() -> None:
    assert FieldError("is odd", "takes", 3).args == ("is odd",)
