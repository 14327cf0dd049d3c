import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.report.rendering import Page

from ltxspec.report.markdown import FORGE_LIMITS, Room, code, details, escape, fence, length, link, marked, prose
from ltxspec.report.terminal import clean
from ltxspec.report.word_diff import Segment, word_diff

EVIL = [
    "</details></table><script>alert(1)</script>",
    "![x](https://evil.example/pixel.png) [click](javascript:alert(1))",
    "| a | b |\n|---|---|",
    "```\nfence\n```",
    "**bold** _it_ `code` ~~gone~~ <!-- comment",
    "\n\n# heading\n\n/close\n- list",
    "&lt;b&gt; &amp;amp; \\*",
    "<https://evil.example>",
    "$x$ a_b_c [ref]: https://evil.example",
]
ZERO_WIDTH_SPACE = "\u200b"

texts = st.one_of(st.sampled_from(EVIL), st.text(st.sampled_from("ab*_`<>[]()!|\\#&;~$@\n \"'/-+.1:=")), st.text())


def shown(text: str) -> str:
    return " ".join(text.replace(ZERO_WIDTH_SPACE, "").split())


@given(texts)
def test_escaped_text_is_only_text_in_a_paragraph(text: str) -> None:
    page = Page(f"before {escape(text)} after")
    assert set(page.tags) == {"p"}
    assert shown(page.text) == shown(f"before {clean(text)} after")


@given(texts)
def test_escaped_text_is_only_text_in_a_table_cell(text: str) -> None:
    page = Page(f"| a | b |\n|---|---|\n| x{escape(text)} | {code(text)} |")
    assert page.tags.count("td") == 2
    assert set(page.tags) == {"table", "thead", "tbody", "tr", "th", "td", "code"}
    assert page.balanced


@given(texts)
def test_escaped_text_is_only_text_in_a_folded_section(text: str) -> None:
    page = Page(details(code(text), f"<blockquote>{escape(text)}</blockquote>") + "\n\nafter")
    assert page.tags == ["details", "summary", "code", "blockquote", "p"]
    assert page.balanced


@given(texts, texts)
def test_a_marked_difference_is_balanced_html(before: str, after: str) -> None:
    page = Page(f"<p>{marked(word_diff(before, after))}</p>")
    assert set(page.tags) <= {"p", "del", "ins", "b"}
    assert page.balanced


@given(texts)
def test_a_fence_cannot_be_closed_from_inside(text: str) -> None:
    page = Page(fence(text, "sh") + "\n\nafter")
    assert page.tags == ["pre", "code", "p"]


@pytest.mark.parametrize("text", ["@octocat", "#12", "org/repo#3", "!7", "$9", "%milestone", "~label", "&8", "^alert"])
def test_nobody_is_mentioned_and_nothing_is_referred_to(text: str) -> None:
    """GitHub and GitLab look for these in the rendered text, so the sign must not touch the word there."""
    assert not re.search(r"[@#!$%&~^]\w", Page(escape(text)).text)


@pytest.mark.parametrize("text", ["{+new+}", "{-old-}", "[+new+]", "[-old-]"])
def test_no_text_is_shown_as_a_difference(text: str) -> None:
    """GitLab looks for these in the rendered text, as it does for mentions."""
    shown = Page(escape(f"a {text} b")).text
    assert not re.search(r"[\[{][-+]|[-+][\]}]", shown)
    assert shown.replace(ZERO_WIDTH_SPACE, "").strip() == f"a {text} b"


def test_user_text_never_brings_a_line_end() -> None:
    assert "\n" not in escape("a\n/close") + code("a\n/close") + prose("a\n`/close`")


def test_backticks_in_our_messages_become_code() -> None:
    assert prose("`fps` must be 25 or 50") == "<code>fps</code> must be 25 or 50"
    assert prose("an odd ` tick") == "an odd &#96; tick"
    assert prose("`<b>`") == "<code>&lt;b&gt;</code>"


def test_links_survive_odd_file_names() -> None:
    assert link("x", "specs/a b (1).yaml", 3) == "[x](specs/a%20b%20%281%29.yaml#L3)"
    assert Page(link("x", "a)b>.yaml", 3, "https://host/blob/")).links == ["https://host/blob/a%29b%3E.yaml#L3"]


@pytest.mark.parametrize(
    ("base", "target"),
    [
        ("", "specs/a%20b.yaml#L7"),
        ("https://h/o/r/blob/abc/", "https://h/o/r/blob/abc/specs/a%20b.yaml#L7"),
        ("https://h/r?path=/{path}&line={line}", "https://h/r?path=/specs/a%20b.yaml&line=7"),
    ],
)
def test_links_lead_to_a_line_in_the_way_of_each_forge(base: str, target: str) -> None:
    assert link("x", "specs/a b.yaml", 7, base) == f"[x]({target})"


@pytest.mark.parametrize("file", ["//evil.example/x", "javascript:alert(1)", "a](https://evil.example)", "x)\n\n# y"])
def test_a_file_name_from_elsewhere_stays_a_file_name(file: str) -> None:
    (address,) = Page(link("x", file, 1, "")).links
    assert ":" not in address
    assert not address.startswith("/")


def test_a_difference_is_struck_out_and_underlined() -> None:
    assert marked(word_diff("the opening shot, slow", "the opening scene, slow")) == (
        "the opening <del>shot</del> <ins><b>scene</b></ins>, slow"
    )


@pytest.mark.parametrize("text", ["GH-12", "gh-12", "https://forge.example/o/r/issues/7", "www.example.com"])
def test_no_number_or_address_becomes_a_reference_or_a_link(text: str) -> None:
    shown = escape(f"see {text} now")
    assert text not in shown
    assert shown.replace("&#8203;", "") == f"see {text} now"


PARTS = st.lists(st.text(max_size=30), max_size=20)


def test_the_limits_are_those_of_the_forges() -> None:
    assert FORGE_LIMITS == {"github": 65_536, "gitlab": 1_000_000, "bitbucket-server": 32_768, "azure": 150_000}


def test_length_counts_as_java_and_javascript_do() -> None:
    assert (length("abc"), length("é…"), length("🎬"), length("\ud800")) == (3, 2, 2, 1)


@given(PARTS, st.integers(0, 300), st.integers(0, 20), st.floats(0, 1))
def test_what_is_taken_fits_is_in_order_and_is_whole(parts: list[str], limit: int, most: int, share: float) -> None:
    room = Room(limit)
    taken = room.fill(parts, most, share)
    assert taken == parts[: len(taken)]
    assert len(taken) <= most
    used = sum(length(part) + 2 for part in taken)
    assert used <= limit * share
    assert room.left == limit - used


@given(PARTS)
def test_without_a_limit_there_is_always_room(parts: list[str]) -> None:
    room = Room(None)
    room.reserve("x" * 1_000_000)
    assert room.fill(parts, len(parts)) == parts
    assert room.fits("x" * 1_000_000)


def test_a_part_that_does_not_fit_takes_nothing() -> None:
    room = Room(10)
    assert not room.fits("123456789")
    assert room.fits("12345678")
    assert room.left == 0


def test_parts_are_made_only_while_they_fit() -> None:
    made = []

    def make() -> object:
        for number in range(1000):
            made.append(number)
            yield "x" * 8

    assert len(Room(35).fill(make(), 100)) == 3  # type: ignore[arg-type]  # a generator of texts
    assert len(made) == 4


def test_a_gap_says_how_many_words_it_hides_where_there_are_words() -> None:
    gap = [Segment("equal", "a ", 1), Segment("gap", "", 0), Segment("equal", "b", 1)]
    assert marked(gap) == "a <i>…</i> b"
    gap[1] = Segment("gap", "", 1_234)
    assert marked(gap) == "a <i>… 1,234 words …</i> b"
