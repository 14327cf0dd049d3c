"""A timeline that was written, in one line."""

from unit.report.timeline.timelines import cut, cut_take, timeline, unrendered

from ltxspec.report.results.timelines import in_words
from ltxspec.report.timeline.summary import exported


def test_shots_takes_and_length_are_said() -> None:
    film = timeline(cut(), unrendered(), cut("far", 350, 50, take=cut_take(place=None)))
    assert in_words(exported(film, "edl", "film.edl", "media")) == (
        "film.edl: 3 shots (2 takes, 1 without a video), 16.00 s, 25 fps."
    )
    assert in_words(exported(timeline(cut()), "csv", "a.csv", None)) == "a.csv: 1 shot (1 take), 8.00 s, 25 fps."
