from unit.report.graph.graphs import CHAIN, EMPTY, hostile

from ltxspec.report.graph.text import graph_headline, graph_text
from ltxspec.report.terminal import Style


def test_each_shot_is_below_its_source_with_every_link() -> None:
    assert graph_text(CHAIN, Style(width=110)) == (
        "night.alley                                                           bought, approved\n"
        "└ night.street  begins with the last frame of night.alley             to render again, $0.36\n"
        "  └ night.door  begins with the last frame of night.street            held, later: $0.36\n"
        "                ends with the frame at 2.5 s of night.alley (take 2)\n"
        "\n"
        "3 shots, 3 links: 1 bought, 1 to render, 1 held. Estimated $0.36 and $0.36 held.\n"
    )


def test_a_narrow_terminal_gets_the_links_underneath_and_no_line_is_too_long() -> None:
    text = graph_text(CHAIN, Style(width=50))
    assert "\n└ night.street  to render again, $0.36\n      begins with the last frame of night.alley\n" in text
    for width in (24, 40, 60, 80):
        *lines, _ = graph_text(CHAIN, Style(width=width)).splitlines()
        assert max(map(len, lines)) <= width, (width, lines)


def test_names_have_no_effect_and_unknown_prices_are_said() -> None:
    text = graph_text(hostile(), Style(width=200))
    assert "\x1b" not in text
    assert len(text.splitlines()) == 4
    assert "to render, price unknown" in text
    assert text.endswith("Estimated ≥ $0.36 + 1 unknown (sandbox: nothing is charged).\n")


def test_a_project_without_links_says_so() -> None:
    assert graph_text(EMPTY, Style()) == "no shot follows from another one.\n"
    assert graph_headline(CHAIN).startswith("3 shots, 3 links")
