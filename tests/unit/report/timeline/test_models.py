"""Timelines as data."""

from fractions import Fraction

import pytest
from unit.report.timeline.timelines import cut, cut_take, timeline, unrendered


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001), Fraction(60)])
def test_a_film_begins_at_one_hour(rate: Fraction) -> None:
    assert timeline(cut(), rate=rate).at(0) == "01:00:00:00"


def test_lengths_and_sounds_follow_from_the_cuts() -> None:
    film = timeline(cut(), unrendered(), cut("far", 350, 50, take=cut_take(place=None, has_audio=False)))
    assert film.frames == 400
    assert [each.has_sound for each in film.cuts] == [True, False, False]
    assert [str(each.address) for each in film.missing] == ["night.far"]
