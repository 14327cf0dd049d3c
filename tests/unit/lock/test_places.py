"""A place of a note in words; what is refused of it is tested with the file that has it."""

from typing import Any

import pytest

from ltxspec.lock.places import place_problem, place_text, place_words
from ltxspec.lock.verdicts import Note


def note(**place: Any) -> Note:
    return Note("x", **{"at": None, "by": None, "time": "2026-11-28T12:00:00.000Z", **place})


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({}, ""),
        ({"at": 2.5}, " at 2.5 s"),
        ({"at": 0.0, "until": 1.25}, " at 0–1.25 s"),
        ({"at": 1.0, "point": (0.5, 0.25)}, " at 1 s at the point 0.5,0.25"),
        ({"at": 1.0, "box": (0.7, 0.0, 0.3, 1.0)}, " at 1 s in the box 0.7,0,0.3,1"),
    ],
)
def test_a_place_in_words(place: dict[str, Any], text: str) -> None:
    assert place_problem(note(**place)) == ""
    assert place_text(note(**place)) == text


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({}, ""),
        ({"at": 1.0, "until": 2.5}, " at 1–2.5 s"),
        ({"at": 1.0, "point": (0.5, 0.25)}, " at 1 s in the upper part of the frame"),
        ({"at": 1.0, "point": (0.5, 0.5)}, " at 1 s in the middle of the frame"),
        ({"at": 1.0, "box": (0.7, 0.0, 0.3, 1.0)}, " at 1 s in the right of the frame"),
        ({"at": 1.0, "box": (0.1, 0.7, 0.1, 0.3)}, " at 1 s in the lower left of the frame"),
    ],
)
def test_a_place_on_the_frame_for_people(place: dict[str, Any], text: str) -> None:
    assert place_words(note(**place)) == text


def test_numbers_that_are_none_are_refused() -> None:
    assert place_problem(note(at=1.0, point=(float("nan"), 0.0)))
