"""Timelines of real projects: lengths, rates, states, and what an editor has to know."""

from fractions import Fraction
from pathlib import Path

import pytest
from replacing import replace
from unit.media.test_cadence import uneven
from unit.project.filmed_projects import archived, project_of, record_takes, video

from ltxspec.errors import Invalid, WrongUsage
from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Failure, Output
from ltxspec.project.timelines.layout import TimelineOptions, make_timeline, problems_of
from ltxspec.report.timeline.models import State

FOUR = """\
defaults: {width: 1280, height: 720, duration: 6, fps: 25}
shots:
  door: {prompt: He stops at a door., title: The door}
  alley: {prompt: A man in an alley., fps: 24}
  street: {prompt: He turns into a street.}
  weather: {matrix: {sky: [rain, fog]}, prompt: "{{ sky }} over a bridge"}
"""
FAILED = {"status": "failed", "cost": None, **Failure("contentFlagged", "not allowed", permanent=True).recorded}
FACTS = VideoFacts(width=1280, height=720, fps=24, seconds=5.04, audio=True, black_seconds=0, frozen_seconds=0)


def test_shots_stand_in_the_order_written_each_with_the_length_it_has_or_will_have(tmp_path: Path) -> None:
    project = project_of(tmp_path, night=FOUR)
    shown = archived(project, video(tmp_path, fps=25, seconds=0.48, audio=True))
    record_takes(project, {"night.street": {"outputs": (shown,)}, "night.alley": FAILED})
    film = make_timeline(project, TimelineOptions())
    assert [(str(cut.address), cut.start, cut.frames, cut.state) for cut in film.cuts] == [
        ("night.door", 0, 150, State.PENDING),
        ("night.alley", 150, 150, State.FAILED),
        ("night.street", 300, 12, State.RENDERED),
        ("night.weather[rain]", 312, 150, State.PENDING),
        ("night.weather[fog]", 462, 150, State.PENDING),
    ]
    assert (film.name, film.rate, film.provider) == ("The film night", Fraction(25), "runware")
    door, alley, street, *_ = film.cuts
    assert (door.name, door.title, door.why) == ("night_door", "The door", "new")
    assert alley.why == "contentFlagged: not allowed"
    assert street.take is not None
    assert (street.name, street.take.file) == ("night_street_take1", "night_street_take1.mp4")
    assert (street.take.frames, street.take.has_audio, street.take.rate) == (12, True, Fraction(25))
    assert Path(str(street.take.place)).read_bytes()
    assert list(problems_of(film)) == []


def test_the_usual_rate_is_that_of_the_timeline_and_others_keep_their_length(tmp_path: Path) -> None:
    project = project_of(tmp_path, night=FOUR)
    slow = archived(project, video(tmp_path, fps=24, seconds=0.5))
    record_takes(project, {"night.alley": {"outputs": (slow,)}})
    film = make_timeline(project, TimelineOptions())
    alley = film.cuts[1]
    assert alley.take is not None
    assert (film.rate, alley.frames, alley.take.frames, alley.take.rate) == (Fraction(25), 12, 12, Fraction(24))
    faster = make_timeline(project, TimelineOptions(rate=Fraction(50)))
    assert (faster.rate, faster.cuts[1].frames, faster.frames) == (Fraction(50), 25, 4 * 300 + 25)


def test_a_video_that_is_elsewhere_keeps_the_length_that_was_measured(tmp_path: Path) -> None:
    project = project_of(tmp_path, night=FOUR)
    record_takes(
        project,
        {"night.alley": {"outputs": (Output(sha256="a" * 64, facts=FACTS),)}, "night.door": {"outputs": (Output(),)}},
    )
    film = make_timeline(project, TimelineOptions())
    door, alley, *_ = film.cuts
    assert door.take is not None
    assert alley.take is not None
    assert (alley.take.frames, alley.frames, alley.take.has_audio, alley.take.place) == (121, 126, True, None)
    assert (door.take.frames, door.frames) == (150, 150)
    assert list(problems_of(film)) == [
        "`night.door`, `night.alley`: the video is not on this machine, or was altered",
        "`night.alley`: 24 fps in a timeline of 25, played at normal speed",
    ]


def test_an_altered_video_is_not_referred_to(tmp_path: Path) -> None:
    project = project_of(tmp_path, night=FOUR)
    shown = archived(project, video(tmp_path))
    record_takes(project, {"night.street": {"outputs": (shown,)}})
    place = Path(str(make_timeline(project, TimelineOptions()).cuts[2].take.place))  # type: ignore[union-attr]  # it has a take
    place.write_bytes(video(tmp_path, seconds=0.8).read_bytes())
    assert [str(cut.address) for cut in make_timeline(project, TimelineOptions()).missing] == ["night.street"]


def test_outdated_takes_and_variable_rates_are_said(tmp_path: Path) -> None:
    project = project_of(tmp_path, night=FOUR)
    shown = archived(project, uneven(tmp_path / "u.mp4", [0, 40, 80, 160, 200, 320, 360, 400]))
    record_takes(project, {"night.street": {"outputs": (shown,)}})
    project = project_of(tmp_path, night=FOUR.replace("into a street", "into a lane"))
    film = make_timeline(project, TimelineOptions())
    street = film.cuts[2]
    assert (street.state, street.why) == (State.OUTDATED, "prompt changed")
    assert list(problems_of(film)) == [
        "`night.street`: the take is shown that its spec no longer asks for",
        "`night.street`: the frame rate is variable; convert the video to a constant one before editing",
    ]


def test_two_specs_are_one_film_and_a_selection_is_a_shorter_one(tmp_path: Path) -> None:
    project = project_of(tmp_path, day=FOUR, night=FOUR)
    film = make_timeline(project, TimelineOptions())
    assert (film.name, len(film.cuts)) == (tmp_path.name, 10)
    assert len({cut.name for cut in film.cuts}) == 10
    some = make_timeline(project, TimelineOptions(targets=("*.weather",)))
    assert [str(cut.address) for cut in some.cuts] == [
        "day.weather[rain]", "day.weather[fog]", "night.weather[rain]", "night.weather[fog]",
    ]  # fmt: skip
    assert {cut.name for cut in some.cuts} < {cut.name for cut in film.cuts}
    with pytest.raises(Invalid):
        make_timeline(project, TimelineOptions(targets=("night.none",)))


def test_what_waits_for_an_approval_is_held_and_what_is_retired_has_no_place(tmp_path: Path) -> None:
    images = "{frameImages: [{shot: a, frame: last}]}"
    chain = f"shots:\n  a: {{prompt: One., gate: approval}}\n  b: {{prompt: Two., inputs: {images}}}\n"
    project = project_of(tmp_path, film=f"{chain}  c: {{prompt: Three.}}\n")
    shown = archived(project, video(tmp_path))
    record_takes(project, {"film.a": {"outputs": (shown,)}, "film.c": {"outputs": (replace(shown, sha256=None),)}})
    project = project_of(tmp_path, film=chain)
    film = make_timeline(project, TimelineOptions())
    assert [(str(cut.address), cut.state, cut.why) for cut in film.cuts] == [
        ("film.a", State.RENDERED, ""), ("film.b", State.HELD, "new, waits for approval of a"),
    ]  # fmt: skip


def test_a_film_without_shots_is_refused(tmp_path: Path) -> None:
    project = project_of(tmp_path, night="shots:\n  a: {forEach: {file: shots.csv, key: n}, prompt: x}\n")
    (tmp_path / "specs" / "shots.csv").write_text("n\n")
    with pytest.raises((WrongUsage, Invalid)):
        make_timeline(project, TimelineOptions())
