"""Edit decision lists, read again by another program's reader of them."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.report.timeline.timelines import NOTE, REMARK, cut, cut_take, timeline, unrendered

from ltxspec.report.timeline.edl import edl_text
from ltxspec.report.timeline.models import Timeline
from ltxspec.timecode import RATES

FILM = timeline(
    cut(take=cut_take(remark=REMARK, notes=(NOTE,))),
    unrendered(),
    cut("café", 350, 50, take=cut_take(1, has_audio=False, file="night_café_take1.mp4")),
)


def read(film: Timeline) -> Any:
    """What OpenTimelineIO's reader of such lists finds."""
    otio = pytest.importorskip("opentimelineio", reason="has no wheel for this Python")
    pytest.importorskip("otio_cmx3600_adapter", reason="comes with it")
    return otio.adapters.read_from_string(edl_text(film), "cmx_3600", rate=float(film.rate))


def test_the_list_is_that_of_the_format() -> None:
    lines = edl_text(FILM).splitlines()
    assert lines[:3] == ["TITLE: Night scenes", "FCM: NON-DROP FRAME", ""]
    assert lines[4:8] == [
        "* FROM CLIP NAME: night_alley_take2.mp4",
        "* COMMENT: night.alley, take 2 of 3, rejected by Bo",
        "* LOC: 01:00:02:00 RED     rejected by Bo at 2–3 s: too dark",
        "* LOC: 01:00:04:12 CYAN    note by Ada at 4.5 s: a second hand?",
    ]
    assert lines[9:12] == [
        "002  BL       V     C        00:00:00:00 00:00:06:00 01:00:08:00 01:00:14:00",
        "* COMMENT: night.door, held: waits for approval of alley",
        "",
    ]
    assert lines[3].startswith("001  ALL")
    assert lines[3].endswith(" B     C        00:00:00:00 00:00:08:00 01:00:00:00 01:00:08:00")
    assert len(lines[3]) == len(lines[9])


def test_another_reader_finds_the_same_film() -> None:
    found = read(FILM)
    pictures, sound = found.tracks
    assert [(clip.name, clip.duration().value) for clip in pictures if clip.name] == [
        ("night_alley_take2.mp4", 200), ("002", 150), ("night_café_take1.mp4", 50),
    ]  # fmt: skip
    assert [clip.media_reference.schema_name() for clip in pictures][1] == "GeneratorReference"
    assert [mark.name for mark in pictures[0].markers] == [
        "rejected by Bo at 2–3 s: too dark",
        "note by Ada at 4.5 s: a second hand?",
    ]
    assert [clip.name for clip in sound] == ["night_alley_take2.mp4"]


def test_no_text_of_a_person_becomes_an_event() -> None:
    attack = "x\n002  AX V C 00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\r* FROM CLIP NAME: other\u2028y"
    film = timeline(cut(take=cut_take(remark=REMARK.__class__(REMARK.verdict, attack, None, attack, REMARK.time))))
    text = edl_text(Timeline(attack, film.rate, film.cuts, film.provider))
    assert [line[:3] for line in text.splitlines() if line[:1].isdigit()] == ["001"]
    assert text.count("\n* FROM CLIP NAME") == 1


def test_every_video_has_a_reel_of_its_own() -> None:
    cuts = [cut(f"shot{number}", number * 10, 10, take=cut_take(file=f"{number}.mp4")) for number in range(1200)]
    events = [line.split() for line in edl_text(timeline(*cuts)).splitlines() if line[:1].isdigit()]
    reels = {event[1] for event in events}
    assert len(reels) == len(events) == 1200
    assert all(len(reel) == 8 and reel.isalnum() and reel.isupper() for reel in reels)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 500), st.booleans(), st.booleans()), min_size=1, max_size=8),
    st.sampled_from(RATES),
)
def test_any_film_comes_back_with_its_lengths(shots: list[tuple[int, bool, bool]], rate: Fraction) -> None:
    cuts, start = [], 0
    for number, (frames, is_rendered, has_audio) in enumerate(shots):
        take = cut_take(file=f"{number}.mp4", has_audio=has_audio) if is_rendered else None
        cuts.append(cut(f"s{number}", start, frames, take=take))
        start += frames
    found = read(timeline(*cuts, rate=rate))
    video = next(track for track in found.tracks if track.kind == "Video")
    assert [round(clip.duration().value) for clip in video] == [frames for frames, *_ in shots]
