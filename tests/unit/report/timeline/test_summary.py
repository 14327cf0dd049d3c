"""What was written, as a document and in one line."""

from unit.report.timeline.timelines import cut, cut_take, timeline, unrendered

from ltxspec.report.timeline.summary import exported

FILM = timeline(cut(), unrendered(), cut("far", 350, 50, take=cut_take(place=None)))


def test_the_document_has_every_shot_with_its_place() -> None:
    found = exported(FILM, "edl", "film.edl", "media")
    assert [(shot.address, shot.state, shot.take, shot.start, shot.end) for shot in found.shots] == [
        ("night.alley", "rendered", 2, "01:00:00:00", "01:00:08:00"),
        ("night.door", "held", None, "01:00:08:00", "01:00:14:00"),
        ("night.far", "rendered", 2, "01:00:14:00", "01:00:16:00"),
    ]
    assert (found.seconds, found.fps, found.missing) == (16.0, "25", ("night.far",))
