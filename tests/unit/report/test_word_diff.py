import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.report.word_diff import Effort, Segment, changed_words, collapse, unseen_difference, word_diff

LONG = " ".join(f"word{number}" for number in range(40))


def squeeze(text: str) -> str:
    return "".join(text.split())


def side(segments: tuple[Segment, ...], left_out: str) -> str:
    return squeeze("".join(segment.text for segment in segments if segment.kind != left_out))


def test_only_the_changed_words_are_marked() -> None:
    assert word_diff("a giant moon, sheer walls", "a thin crescent moon, sheer walls") == (
        Segment("equal", "a ", 1),
        Segment("delete", "giant ", 1),
        Segment("insert", "thin crescent ", 2),
        Segment("equal", "moon, sheer walls", 3),
    )


def test_a_stray_equal_word_amid_a_rewrite_is_part_of_it() -> None:
    segments = word_diff("walks slowly over the long bridge", "runs quickly through the dark alley")
    assert [segment.kind for segment in segments] == ["delete", "insert"]


def test_scripts_without_spaces_are_compared_by_character() -> None:
    assert [segment.text for segment in word_diff("夜の街", "夜の海")] == ["夜の", "街", "海"]


def test_reflowed_text_shows_no_difference() -> None:
    assert [segment.kind for segment in word_diff("one two\nthree", "one\n\ntwo three")] == ["equal"]


def test_texts_may_be_empty() -> None:
    assert word_diff("", "") == ()
    assert word_diff("", "new") == (Segment("insert", "new", 1),)
    assert word_diff("old", "") == (Segment("delete", "old", 1),)


texts = st.lists(st.sampled_from(["rain", "the", ",", "fog", "夜", "a-b", "\n", " ", "."]), max_size=40).map(" ".join)


@given(texts, texts)
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    segments = word_diff(before, after)
    assert side(segments, "insert") == squeeze(before)
    assert side(segments, "delete") == squeeze(after)
    assert all(one.kind != other.kind for one, other in pairwise(segments))


def test_long_equal_runs_collapse_to_what_touches_a_change() -> None:
    segments = collapse(word_diff(f"{LONG} old {LONG} end", f"{LONG} new {LONG} finish"), keep=2)
    assert [(segment.kind, segment.text.strip() or segment.words) for segment in segments] == [
        ("gap", 38),
        ("equal", "word38 word39"),
        ("delete", "old"),
        ("insert", "new"),
        ("equal", "word0 word1"),
        ("gap", 36),
        ("equal", "word38 word39"),
        ("delete", "end"),
        ("insert", "finish"),
    ]


def test_a_gap_ends_before_a_word_and_not_before_a_comma() -> None:
    segments = collapse(word_diff(f"{LONG}, b old", f"{LONG}, b new"), keep=2)
    assert segments[1].text == "b "


def test_short_equal_runs_stay() -> None:
    segments = word_diff("one two three old", "one two three new")
    assert collapse(segments) == segments


def test_changed_words_are_counted_without_punctuation() -> None:
    assert changed_words(word_diff("a big, old house", "a small house")) == (2, 1)


def alternating(fill: str, words: int, number: int) -> str:
    """Words that stand in both of two texts, a word between any two of them that does not."""
    return " ".join(f"w{index % words} {fill}{index}" for index in range(number))


def test_hostile_texts_are_compared_in_bounded_time() -> None:
    chance = random.Random(1)
    pairs = [
        (alternating("a", 100, 2500), alternating("b", 100, 2500)),
        (alternating("a", 2500, 2500), alternating("b", 2500, 2500)),
        ("a b " * 2500, "b a c " * 1600),
        (" ".join(chance.choices(["x", "y", "z"], k=4000)), " ".join(chance.choices(["x", "y", "z"], k=4000))),
        (" ".join(map(str, range(20_000))), " ".join(map(str, range(20_000, 0, -1)))),
    ]
    start = time.perf_counter()
    for before, after in pairs:
        assert word_diff(before, after)
    assert time.perf_counter() - start < 5  # unbounded, they take minutes


def test_many_hostile_texts_are_compared_in_bounded_time() -> None:
    effort = Effort()
    start = time.process_time()
    for number in range(100):
        assert word_diff(f"{number} {alternating('a', 40, 400)}", alternating("b", 40, 400), effort)
    assert time.process_time() - start < 10  # unbounded, each takes a second
    assert effort.left < 400_000


def test_texts_that_take_too_much_work_count_as_replaced_but_for_their_ends() -> None:
    before, after = (f"Night. {alternating(fill, 100, 2400)} end" for fill in "ab")
    assert [segment.kind for segment in word_diff(before, after)] == ["equal", "delete", "insert", "equal"]


def test_ordinary_edits_never_use_up_what_a_view_has() -> None:
    effort, chance = Effort(), random.Random(1)
    vocabulary = [*["the", "a", "of", ","] * 8, *(f"w{number}" for number in range(300))]
    for _ in range(200):
        before = chance.choices(vocabulary, k=400)
        after = [chance.choice(vocabulary) if chance.random() < 0.2 else word for word in before]
        word_diff(" ".join(before), " ".join(after), effort)
    assert effort.left >= Effort().left


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("a  b", "a b", "only white space changed"),
        ("caf\u00e9 noir", "cafe\u0301 noir", "same letters, other Unicode form (NFC → NFD)"),
        ("cafe\u0301 caf\u00e9", "caf\u00e9 caf\u00e9", "same letters, other Unicode form (mixed → NFC)"),
        ("caf\u00e9", "cafe", None),
    ],
)
def test_a_difference_that_cannot_be_seen_is_named(before: str, after: str, said: str | None) -> None:
    assert unseen_difference(before, after, word_diff(before, after)) == said


def test_of_values_only_the_unicode_form_is_compared() -> None:
    assert unseen_difference("a  b", "a b") is None
    assert unseen_difference("e\u0301", "\u00e9") == "same letters, other Unicode form (NFD → NFC)"


def test_characters_of_a_script_without_spaces_are_not_counted_as_words() -> None:
    long = "夜の街を歩く男が赤い扉の前で止まり、雨の中で傘を閉じて空を見上げる"
    found = collapse(word_diff(f"始{long}終", f"始{long}了"), 3)
    assert [segment.words for segment in found if segment.kind == "gap"] == [0]
