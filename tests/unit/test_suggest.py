import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.suggest import did_you_mean, nearest, shown

KEYS = ["prompt", "vars", "matrix", "forEach", "moved", "title", "labels", "checks", "model"]


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("prmpt", "prompt"),
        ("promtp", "prompt"),
        ("foreach", "forEach"),
        ("for_each", "forEach"),
        ("lables", "labels"),
        ("Matrix", "matrix"),
        ("check", "checks"),
        ("move", "moved"),
    ],
)
def test_a_slip_finds_what_was_meant(slip: str, meant: str) -> None:
    assert meant == nearest(slip, KEYS)


@pytest.mark.parametrize("word", ["width", "x", "", "colour", "camera"])
def test_a_word_that_is_near_nothing_finds_nothing(word: str) -> None:
    assert nearest(word, KEYS) is None


def test_the_nearest_wins_and_the_first_of_equals() -> None:
    assert nearest("shots", ["shots1", "shot", "shots"]) == "shots"
    assert nearest("cart", ["care", "card"]) == "care"


@given(st.text(), st.lists(st.text()))
def test_what_is_there_is_always_found(word: str, others: list[str]) -> None:
    assert nearest(word, [*others, word]) is not None


def test_a_search_among_many_long_names_ends_early() -> None:
    """A spec may hold as many wrong names as right ones, each as long as those."""
    letters = random.Random(1)
    names = ["".join(letters.choices("abcdefghijkl", k=58)) for _ in range(20_000)]
    started = time.process_time()
    for name in names[:100]:
        assert nearest(name[::-1], names) is None
    assert time.process_time() - started < 20  # of the quarter of an hour that two million comparisons take


def test_who_asks_seldom_may_have_more_names_looked_at() -> None:
    names = [f"shot{number:05}" for number in range(10_000)]
    assert nearest("shto09000", names, most=1_000_000) == "shot09000"


def test_the_hint_names_the_candidate() -> None:
    assert did_you_mean("titel", KEYS) == "did you mean `title`?"
    assert did_you_mean("zzz", KEYS) is None


def test_a_shown_name_is_short_and_cannot_steer_a_terminal() -> None:
    assert shown("a\x1b[31m\nb\ud800") == r"`a\x1b[31m\nb\ud800`"
    assert len(shown("x" * 1000)) == 62
    assert shown("Ø ✓") == "`Ø ✓`"


def test_a_misspelling_finds_its_word_whatever_the_case() -> None:
    assert nearest("Widht", ["height", "width"]) == "width"
    assert nearest("mp4", ["WEBM", "MP4"]) == "MP4"
    assert nearest("zebra", ["height", "width"]) is None


def test_a_part_of_one_name_alone_is_near_to_it() -> None:
    models = ["lightricks-ltx-2-pro", "lightricks-ltx-2-fast"]
    assert nearest("ltx-2-pro", models) == "lightricks-ltx-2-pro"
    assert nearest("lightricks", models) is None
    assert nearest("pro", models) is None
