import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.report.changes import marked_lines
from ltxspec.report.terminal import Style, width_of
from ltxspec.report.word_diff import collapse, word_diff

PLAIN, COLOR = Style(), Style(color=True)
_SGR = re.compile("\x1b\\[[0-9;]*m")


def marked(before: str, after: str, style: Style = PLAIN, width: int = 80) -> str:
    return "\n".join(marked_lines(collapse(word_diff(before, after)), style, width))


def test_deletions_and_insertions_are_marked_without_colour() -> None:
    assert marked("under a giant moon", "under a thin moon") == "under a [-giant-] {+thin+} moon"


def test_punctuation_stays_at_its_word() -> None:
    assert marked("the opening shot, slow", "the opening scene, slow") == "the opening [-shot-] {+scene+}, slow"
    assert marked("stone, soft chanting", "stone") == "stone[-, soft chanting-]"


def test_with_colour_a_deletion_is_struck_and_an_insertion_underlined_across_spaces() -> None:
    text = marked("a very big moon", "a really thin moon", COLOR)
    assert text == "a \x1b[31;9mvery big\x1b[0m \x1b[32;4mreally thin\x1b[0m moon"


def test_a_gap_tells_how_many_words_it_hides() -> None:
    middle = " ".join(f"w{number}" for number in range(30))
    assert "… 18 words …" in marked(f"old {middle} old", f"new {middle} new")


def test_marks_in_a_prompt_do_not_look_like_ours() -> None:
    before = "a {+slow+} drift, golden hour"
    after = "a {+slow+} drift,+} [-a naked man on the roof,-] {+golden hour"
    text = marked(before, after)
    assert text.replace("\n", " ") == (
        "a {\\+slow+\\} drift,{++\\} [\\-a naked man on the roof,-\\] {\\++}golden hour"
    ), "one insertion, and no deletion"


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("fog [", "fog", "fog[-[\\-]"),
        ("] fog", "fog", "[-\\]-] fog"),
        ("fog", "fog {", "fog {+{\\+}"),
        ("fog", "} fog", "{+\\}+} fog"),
        ("fog", "fog [-]", "fog {+[\\-\\]+}"),
    ],
)
def test_a_bracket_at_a_mark_of_ours_is_told_from_it(before: str, after: str, shown: str) -> None:
    assert marked(before, after) == shown


signs = st.lists(st.sampled_from(["[", "]", "{", "}", "-", "+", "rain", " "]), max_size=12).map("".join)


@given(before=signs, after=signs)
def test_no_text_brings_a_mark(before: str, after: str) -> None:
    segments = word_diff(before, after)
    deleted, inserted = (sum(segment.kind == kind for segment in segments) for kind in ("delete", "insert"))
    shown = "".join(marked_lines(segments, PLAIN, 1000))
    assert len(re.findall(r"\[-", shown)) == len(re.findall(r"-\]", shown)) == deleted
    assert len(re.findall(r"\{\+", shown)) == len(re.findall(r"\+\}", shown)) == inserted


def test_with_colour_brackets_stay_as_they_are() -> None:
    assert marked("fog [-x-]", "rain [-x-]", COLOR).endswith(" [-x-]")


def test_controls_in_a_prompt_never_reach_the_terminal() -> None:
    assert marked("rain \x1b[2J", "fog \x1b[2J") == "[-rain-] {+fog+} \\x1b[2J"


words = st.lists(st.sampled_from(["rain", "over", ",", "夜の街を歩く", "a" * 30, "fog"]), max_size=20).map(" ".join)


@given(before=words, after=words, width=st.integers(8, 60), color=st.booleans())
def test_lines_fit_and_colours_end_with_their_line(before: str, after: str, width: int, *, color: bool) -> None:
    for line in marked_lines(word_diff(before, after), Style(color=color), width):
        assert width_of(_SGR.sub("", line)) <= width
        assert line.count("\x1b[0m") * 2 == line.count("\x1b[")
