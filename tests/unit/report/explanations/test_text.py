"""Explanations in the terminal: filled to its width, lists cut to it, whole in a file."""

import pytest

from ltxspec.report.explanations.reading import Explanation, explanations
from ltxspec.report.explanations.text import explanation_list, explanation_text
from ltxspec.report.terminal import Style, width_of

ONE = Explanation(
    code="too-wet",
    group="Weather",
    severity="error",
    summary="it rains",
    cause="Clouds came from the sea.\n\nThey stayed.",
    example="$ look\n  up",
    language="console",
    cure="Wait, or take an umbrella with you.",
)


def test_one_explanation_shows_everything() -> None:
    assert explanation_text(ONE, Style(width=30)) == (
        "error[too-wet]: it rains\n"
        "\n"
        "  Clouds came from the sea.\n"
        "\n"
        "  They stayed.\n"
        "\n"
        "  Example\n"
        "\n"
        "    $ look\n"
        "      up\n"
        "\n"
        "  Cure\n"
        "\n"
        "  Wait, or take an umbrella\n"
        "  with you.\n"
    )


@pytest.mark.parametrize("width", [60, 80, 140])
def test_prose_keeps_within_the_terminal(width: int) -> None:
    for one in explanations().values():
        text = explanation_text(one, Style(width=width))
        prose = [line for line in text.splitlines()[1:] if not line.startswith("    ")]
        assert max(map(width_of, prose)) <= min(width, 100), one.code


@pytest.mark.parametrize("width", [60, 80, 140])
def test_a_list_has_one_line_for_each_code(width: int) -> None:
    lines = explanation_list(explanations().values(), Style(width=width)).splitlines()
    assert max(map(width_of, lines)) <= width
    assert [line.split()[0] for line in lines if line.startswith("  ")] == list(explanations())


def test_a_list_in_a_file_is_whole() -> None:
    text = explanation_list(explanations().values(), Style(width=40, whole=True))
    assert [one.code for one in explanations().values() if one.summary not in text] == []


def test_colours_change_no_words() -> None:
    coloured = explanation_text(ONE, Style(color=True, width=30))
    assert "\x1b[1;31merror[too-wet]\x1b[0m" in coloured
