from typing import Any

import pytest

from ltxspec.spec.readings import TYPES, misleading, number_of, truth_of, whole_number


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("FALSE", False), (" Yes ", True), ("off", False), ("1", True), ("0", False), ("WAHR", True)],
)
def test_truth_values_are_read(text: str, value: bool) -> None:
    assert truth_of(text) is value


@pytest.mark.parametrize("text", ["", "2", "maybe", "not", "yes, please", "true" + " " * 50])
def test_anything_else_is_no_truth_value(text: str) -> None:
    assert truth_of(text) is None


@pytest.mark.parametrize(("text", "value"), [("8", 8), ("8.0", 8), ("-3", -3), ("007", 7)])
def test_whole_numbers_are_read(text: str, value: int) -> None:
    assert (whole_number(text), type(number_of(text))) == (value, int)


@pytest.mark.parametrize(("text", "value"), [("1.5", 1.5), (".5", 0.5), (" -2.25 ", -2.25), ("1e3", 1000.0)])
def test_numbers_are_read(text: str, value: float) -> None:
    assert (number_of(text), whole_number(text)) == (value, None)


@pytest.mark.parametrize("text", ["", "x", "1,5", "1 000", "nan", "inf", "1e999", "0x1f", "9" * 50, "٣"])
def test_anything_else_is_no_number(text: str) -> None:
    assert number_of(text) is None


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("no", "a truth value"),
        ("TRUE", "a truth value"),
        ("1", "a number"),
        ("0", "a number"),
        ("1,5", "a number"),
        ("1.000,50", "a number"),
        ("none", "nothing"),
        ("", None),
        ("rain", None),
        ("1920x1080", None),
        ("2026-11-22", None),
        ("x" * 1000, None),
    ],
)
def test_texts_that_mislead_a_condition_are_known(text: str, reading: str | None) -> None:
    assert misleading(text) == reading


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("boolean", "no", False),
        ("boolean", True, True),
        ("boolean", 1, None),
        ("integer", "8", 8),
        ("integer", 8.0, 8),
        ("integer", "8.5", None),
        ("integer", True, None),
        ("number", "8.5", 8.5),
        ("number", 8, 8),
        ("number", "eight", None),
        ("text", "8", "8"),
        ("text", 8, None),
    ],
)
def test_a_value_of_a_row_is_read_as_its_type_or_not_at_all(kind: str, given: Any, value: Any) -> None:
    found = TYPES[kind][0](given)
    assert (found, type(found)) == (value, type(value))
