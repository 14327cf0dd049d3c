import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.errors import Diagnostic, Invalid, Location, LockHeld
from ltxspec.report.diagnostics import (
    count_line,
    error_diagnostics,
    format_diagnostic,
    format_diagnostics,
    format_error,
)
from ltxspec.report.terminal import Links, Style, width_of

PLAIN = Style()
TYPO = Diagnostic(
    "error",
    "unknown-parameter",
    "`durration` is not a parameter of this model",
    Location("specs/a.yaml", 17, 5, "    durration: 8"),
    "did you mean `duration`?",
)
WARNING = Diagnostic("warning", "unused-variable", "`moon` is not used")


def test_a_problem_says_what_where_and_how_to_mend_it() -> None:
    assert format_diagnostic(TYPO, PLAIN) == (
        "error[unknown-parameter]: `durration` is not a parameter of this model\n"
        "   --> specs/a.yaml:17:5\n"
        "   |\n"
        "17 |     durration: 8\n"
        "   |     ^^^^^^^^^\n"
        "hint: did you mean `duration`?"
    )


def test_a_problem_without_a_place_or_hint_is_one_line() -> None:
    assert format_diagnostic(WARNING, PLAIN) == "warning[unused-variable]: `moon` is not used"


def test_a_place_without_an_excerpt_is_only_named() -> None:
    problem = Diagnostic("error", "file", "no such file", Location("a.yaml", 3, 1))
    assert format_diagnostic(problem, PLAIN).splitlines()[1:] == ["  --> a.yaml:3:1"]


def test_all_problems_are_shown_and_counted() -> None:
    text = format_diagnostics([TYPO, TYPO, WARNING], PLAIN)
    assert text.count("error[unknown-parameter]") == 2
    assert text.endswith("\n\n2 errors, 1 warning\n")
    assert format_diagnostics([], PLAIN) == ""


@pytest.mark.parametrize(
    ("problems", "line"), [([], "no problems"), ([WARNING], "1 warning"), ([TYPO] * 1200, "1,200 errors")]
)
def test_problems_are_counted(problems: list[Diagnostic], line: str) -> None:
    assert count_line(problems) == line


def caret_lines(excerpt: str, column: int, width: int = 60) -> tuple[str, str]:
    problem = Diagnostic("error", "x", "y", Location("a.yaml", 5, column, excerpt))
    lines = format_diagnostic(problem, Style(width=width)).splitlines()
    return lines[3].removeprefix("5 | "), lines[4].removeprefix("  | ")


@pytest.mark.parametrize(
    ("excerpt", "column", "under"),
    [
        ("fps: 30", 6, "30"),
        ("\tfps: 30", 2, "fps"),
        ("夜の街: {{ citty }}", 9, "citty"),
        ("key: [", 6, "["),
        ("word " * 50 + "here " + "word " * 50, 251, "here"),
        ("夜" * 80 + " x", 82, "x"),
    ],
)
def test_the_caret_stands_under_the_word_even_in_wide_and_long_lines(excerpt: str, column: int, under: str) -> None:
    line, caret = caret_lines(excerpt, column)
    assert caret == " " * width_of(line[: line.index(under)]) + "^" * len(under)
    assert width_of(line) <= 56


@given(st.text(), st.integers(1, 300), st.integers(40, 120))
def test_any_place_can_be_shown(excerpt: str, column: int, width: int) -> None:
    text = format_diagnostic(Diagnostic("error", "x", "y", Location("a", 1, column, excerpt)), Style(width=width))
    assert text.startswith("error[x]: y\n")
    assert all(width_of(line) <= width for line in text.splitlines())
    assert "\x1b" not in text


def test_controls_in_messages_and_excerpts_are_shown_not_obeyed() -> None:
    evil = Diagnostic("error", "\x1b[1m", "\x1b[2J", Location("\x1b.yaml", 1, 1, "\x1b[31m: 1"), "\x07")
    assert "\x1b" not in format_diagnostic(evil, PLAIN)
    assert "\x07" not in format_diagnostic(evil, PLAIN)


def test_an_error_reads_like_a_problem() -> None:
    error = LockHeld("another apply holds `a.lock.json`", hint="wait with `--lock-timeout 60`")
    assert format_error(error, PLAIN) == (
        "error[lock-held]: another apply holds `a.lock.json`\nhint: wait with `--lock-timeout 60`\n"
    )


def test_an_error_that_carries_problems_shows_them_all() -> None:
    error = Invalid([WARNING, TYPO])
    assert format_error(error, PLAIN) == format_diagnostics([WARNING, TYPO], PLAIN)
    assert error_diagnostics(error) == (WARNING, TYPO)


def test_colour_marks_errors_and_warnings() -> None:
    text = format_diagnostics([TYPO, WARNING], Style(color=True))
    assert "\x1b[1;31merror[unknown-parameter]\x1b[0m" in text
    assert "\x1b[1;33mwarning[unused-variable]\x1b[0m" in text


def test_a_long_message_and_its_hint_are_broken_between_words_in_a_terminal() -> None:
    problem = Diagnostic("error", "bad-name", "word " * 30, hint="use " * 40)
    shown = format_diagnostic(problem, Style(width=60)).splitlines()
    assert max(map(len, shown)) <= 60
    assert [line[:17] for line in shown if "[" in line or "hint" in line] == ["error[bad-name]: ", "hint: use use use"]
    assert len(format_diagnostic(problem, Style(width=60, whole=True)).splitlines()) == 2
    assert format_diagnostic(problem, Style(color=True, width=60)).count("\x1b[1m") == 3


def test_the_place_of_a_problem_is_a_link() -> None:
    problem = Diagnostic("error", "yaml", "odd", Location("specs/a.yaml", 3, 1, "a: b"))
    links = Links("file://studio/films/", "mark")
    assert "file://studio/films/specs/a.yaml\x1b\\specs/a.yaml:3:1\x1b" in format_diagnostic(
        problem, Style(links=links)
    )
