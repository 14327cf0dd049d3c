"""OpenTimelineIO files, opened again with OpenTimelineIO."""

import json
import sys
from fractions import Fraction
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from unit.report.timeline.timelines import NOTE, REMARK, cut, cut_take, timeline, unrendered

from ltxspec.errors import WrongUsage
from ltxspec.report.timeline.models import Timeline
from ltxspec.report.timeline.otio import otio_text

otio = pytest.importorskip("opentimelineio", reason="has no wheel for this Python")

SLOW = Fraction(24000, 1001)
FILM = timeline(
    cut(take=cut_take(remark=REMARK, notes=(NOTE,)), labels={"campaign": "autumn"}),
    unrendered(),
    cut("far", 350, 125, take=cut_take(1, place=None, rate=SLOW, frames=120)),
    cut("quiet", 475, 125, take=cut_take(1, place="media/c#é.mp4", rate=SLOW, frames=120, has_audio=False)),
)


def opened(film: Timeline = FILM) -> Any:
    return otio.adapters.read_from_string(otio_text(film), "otio_json")


def ranges(track: Any) -> list[tuple[float, float]]:
    found = [track.range_of_child(child) for child in track]
    return [(each.start_time.value, each.duration.value) for each in found]


def test_the_shots_stand_one_after_the_other_and_sound_below_its_picture() -> None:
    film = opened()
    assert (film.name, film.global_start_time.to_timecode()) == ("Night scenes", "01:00:00:00")
    pictures, sound = film.tracks
    assert (pictures.kind, sound.kind) == ("Video", "Audio")
    assert [clip.name for clip in pictures] == ["night_alley", "night_door", "night_far", "night_quiet"]
    assert ranges(pictures) == ranges(sound) == [(0, 200), (200, 150), (350, 125), (475, 125)]
    assert [child.schema_name() for child in sound] == ["Clip", "Gap", "Clip", "Gap"]
    assert film.duration().value == 600


def test_a_video_is_referred_to_in_its_own_rate_and_what_is_not_here_is_offline() -> None:
    film = opened()
    here, door, far, quiet = (clip.media_reference for clip in film.tracks[0])
    assert [each.schema_name() for each in (here, door, far, quiet)] == [
        "ExternalReference", "MissingReference", "MissingReference", "ExternalReference",
    ]  # fmt: skip
    assert unquote(urlsplit(here.target_url).path) == "/archive/a b/2.mp4"
    assert (quiet.target_url, far.name) == ("media/c%23%C3%A9.mp4", "night_alley_take1.mp4")
    assert quiet.available_range.duration == otio.opentime.RationalTime(120, 24000 / 1001)
    assert door.available_range.duration == otio.opentime.RationalTime(150, 25)


def test_what_is_known_of_a_shot_is_in_its_metadata_and_what_was_said_in_markers() -> None:
    film = opened()
    clip, door, *_ = film.tracks[0]
    told = clip.metadata["ltxspec"]
    assert (told["address"], told["take"], told["takes"], told["usd"]) == ("night.alley", 2, 3, "0.48")
    assert (told["verdict"]["verdict"], told["notes"][0]["note"]) == ("rejected", "a second hand?")
    assert dict(told["labels"]) == {"campaign": "autumn"}
    assert [(mark.color, mark.marked_range.start_time.value) for mark in clip.markers] == [("RED", 50), ("CYAN", 112)]
    assert (door.metadata["ltxspec"]["state"], "take" in door.metadata["ltxspec"]) == ("held", False)


def test_a_film_without_sound_has_no_track_for_it_and_texts_stay_what_they_are() -> None:
    film = timeline(cut(prompt='"東京"\n', take=cut_take(has_audio=False)))
    found = opened(film)
    assert len(found.tracks) == 1
    assert found.tracks[0][0].metadata["ltxspec"]["prompt"] == '"東京"\n'
    assert json.loads(otio_text(film))["OTIO_SCHEMA"].startswith("Timeline.")


def test_without_the_library_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentimelineio", None)
    with pytest.raises(WrongUsage, match="needs OpenTimelineIO") as caught:
        otio_text(FILM)
    assert caught.value.hint == "pip install 'ltxspec[otio]'"
