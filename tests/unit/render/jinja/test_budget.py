from typing import Any

import pytest

from ltxspec.render.jinja.budget import (
    MAX_BITS,
    MAX_DEPTH,
    MAX_SIZE,
    MAX_WORK,
    Meter,
    TemplateLimit,
    as_text,
    describe,
    format_braces,
    format_percent,
    operate,
    width_of,
)


@pytest.fixture
def budget() -> Meter:
    return Meter()


def doubled(times: int) -> list[Any]:
    """A list of two lists that are one list of two lists …: small in memory, endless to walk."""
    value: list[Any] = [1]
    for _ in range(times):
        value = [value, value]
    return value


def test_work_is_refused_when_the_budget_is_spent(budget: Meter) -> None:
    budget.spend(MAX_WORK)
    with pytest.raises(TemplateLimit):
        budget.spend(1)


def test_a_new_render_starts_with_everything(budget: Meter) -> None:
    budget.spend(MAX_WORK)
    budget.enter()
    budget.reset()
    assert (budget.left, budget.depth) == (MAX_WORK, 0)


def test_one_text_may_not_be_longer_than_allowed_however_much_is_left(budget: Meter) -> None:
    budget.build(MAX_SIZE)
    with pytest.raises(TemplateLimit, match="100,000 characters"):
        budget.build(MAX_SIZE + 1)


def test_depth_is_counted_in_and_out(budget: Meter) -> None:
    for _ in range(3 * MAX_DEPTH):
        budget.enter()
        budget.leave()
    for _ in range(MAX_DEPTH):
        budget.enter()
    with pytest.raises(TemplateLimit):
        budget.enter()


@pytest.mark.parametrize(
    ("value", "steps"),
    [
        ("abc", 4),
        (1, 1),
        (None, 1),
        (True, 1),
        ([1, 2], 3),
        ((1, 2), 3),
        (range(7), 8),
        ({"ab": [1]}, 6),
        (doubled(3), 23),
    ],
)
def test_measuring_counts_everything_a_walk_would_meet(budget: Meter, value: Any, steps: int) -> None:
    budget.measure(value)
    assert MAX_WORK - budget.left == steps


def test_a_small_value_that_is_endless_to_walk_is_refused(budget: Meter) -> None:
    with pytest.raises(TemplateLimit):
        budget.measure(doubled(60))


def test_a_list_within_itself_is_refused(budget: Meter) -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(TemplateLimit):
        budget.measure(value)


def test_what_is_no_data_cannot_be_measured(budget: Meter) -> None:
    with pytest.raises(TypeError, match="a object is not text"):
        budget.measure([object()])


@pytest.mark.parametrize(
    ("left", "operator", "right", "result"),
    [
        (7, "+", 2, 9),
        (7, "-", 2, 5),
        (7, "*", 2, 14),
        (7, "/", 2, 3.5),
        (7, "//", 2, 3),
        (7, "%", 2, 1),
        (7, "**", 2, 49),
        (2, "**", -1, 0.5),
        (1, "**", 10**9, 1),
        (-1, "**", 10**9, 1),
        (1.5, "*", 2, 3.0),
        ("a", "+", "b", "ab"),
        ([1], "+", [2], [1, 2]),
        ("ab", "*", 2, "abab"),
        (2, "*", "ab", "abab"),
        ("ab", "*", -1, ""),
        ("%d %s", "%", (1, "x"), "1 x"),
    ],
)
def test_operators_compute(budget: Meter, left: Any, operator: str, right: Any, result: Any) -> None:
    assert operate(budget, operator, left, right) == result


@pytest.mark.parametrize(
    ("left", "operator", "right"),
    [
        ("a", "*", 10**12),
        (10**12, "*", [0]),
        ([0] * 60_000, "+", [0] * 60_000),
        ("a" * 60_000, "+", "a" * 60_000),
        (2, "**", 10**9),
        (-3, "**", 10**9),
        (2**MAX_BITS, "+", 1),
        (2**600, "*", 2**600),
        ("%1000000000s", "%", 1),
    ],
)
def test_nothing_is_computed_that_would_be_too_large(budget: Meter, left: Any, operator: str, right: Any) -> None:
    with pytest.raises(TemplateLimit):
        operate(budget, operator, left, right)


@pytest.mark.parametrize(
    ("left", "operator", "right", "message"),
    [
        ("a", "+", 1, "`+` does not work between a text and a number; join texts with `~`"),
        ("a", "*", "b", "`*` does not work between a text and a text"),
        (1, "-", None, "`-` does not work between a number and `none`"),
        ({}, "+", {}, "`+` does not work between a mapping and a mapping; join texts with `~`"),
        (-8, "**", 0.5, "`-8 ** 0.5` is not a real number"),
    ],
)
def test_operators_say_what_they_cannot_do(budget: Meter, left: Any, operator: str, right: Any, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        operate(budget, operator, left, right)
    assert str(caught.value) == message


@pytest.mark.parametrize(("value", "text"), [("a", "a"), (8, "8"), (8.0, "8.0"), (True, "True")])
def test_values_print_as_in_jinja(budget: Meter, value: Any, text: str) -> None:
    assert as_text(budget, value) == text


@pytest.mark.parametrize(("text", "width"), [("", 0), ("7", 7), ("1000", 1000)])
def test_widths_are_read(text: str, width: int) -> None:
    assert width_of(text) == width


@pytest.mark.parametrize("text", ["1001", "9" * 10_000])
def test_wide_widths_are_refused(text: str) -> None:
    with pytest.raises(TemplateLimit):
        width_of(text)


@pytest.mark.parametrize(
    ("text", "arguments", "result"),
    [
        ("%s and %5.2f%%", ("a", 1.5), "a and  1.50%"),
        ("%(b)s%(a)02d", {"a": 7, "b": "x"}, "x07"),
        ("%s", "plain", "plain"),
        ("no format", (), "no format"),
    ],
)
def test_percent_formats_work(budget: Meter, text: str, arguments: Any, result: str) -> None:
    assert format_percent(budget, text, arguments) == result


@pytest.mark.parametrize("text", ["%*d", "%(a)(b)s", "%", "%y", "%(%d)s"])
def test_odd_percent_formats_are_refused(budget: Meter, text: str) -> None:
    with pytest.raises(ValueError, match="is not a format"):
        format_percent(budget, text, (1, 2))


@pytest.mark.parametrize("text", ["%1001d", "%.1001f", "%-100000s", "%s" * 50_000])
def test_large_percent_formats_are_refused(budget: Meter, text: str) -> None:
    with pytest.raises(TemplateLimit):
        format_percent(budget, text, (1,))


@pytest.mark.parametrize(
    ("text", "arguments", "named", "result"),
    [
        ("{} {}", ("a", "b"), {}, "a b"),
        ("{1}{0}", ("a", "b"), {}, "ba"),
        ("{n:>4}|{f:.1f}|{{}}", (), {"n": 7, "f": 0.25}, "   7|0.2|{}"),
        ("{!s}", (True,), {}, "True"),
    ],
)
def test_brace_formats_work(budget: Meter, text: str, arguments: Any, named: Any, result: str) -> None:
    assert format_braces(budget, text, arguments, named) == result


@pytest.mark.parametrize("text", ["{0.__class__}", "{0[a]}", "{!r}", "{:{}}", "{a.b}", "{} {} {}", "{missing}", "{9}"])
def test_brace_formats_reach_nothing_but_their_values(budget: Meter, text: str) -> None:
    with pytest.raises(ValueError, match="format"):
        format_braces(budget, text, (1, 2), {})


@pytest.mark.parametrize("text", ["{:1000000000}", "{:.100000f}", "{:>99999}"])
def test_wide_brace_formats_are_refused(budget: Meter, text: str) -> None:
    with pytest.raises(TemplateLimit):
        format_braces(budget, text, (1.0,), {})


@pytest.mark.parametrize(
    ("value", "words"), [("", "a text"), (True, "a boolean"), (1.5, "a number"), (None, "`none`"), ((), "a list")]
)
def test_values_are_described_in_a_users_words(value: Any, words: str) -> None:
    assert describe(value) == words
