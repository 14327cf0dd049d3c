from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from passage_films import BLACK, LOUD, MOVING, SILENT, film
from replacing import replace
from storyboards import review, shot, take
from unit.project.projects import project

from ltxspec.lock.models import Output, ShotRecord, Take
from ltxspec.media.measure import Passages
from ltxspec.project.storyboard import passages as review_passages
from ltxspec.project.storyboard.passages import passages_of
from ltxspec.review.models import Review, ShotKind, Unmet
from ltxspec.values import ShotAddress


@pytest.fixture
def video(tmp_path: Path) -> Path:
    made = film(tmp_path / "draft.mp4", [(MOVING, 1), (BLACK, 1), (MOVING, 0.4)], [(LOUD, 1.4), (SILENT, 1)])
    return made.rename(tmp_path / f"{sha256(made.read_bytes()).hexdigest()}.mp4")


def recorded(video: Path, *unmet: str) -> Take:
    return take(1, "rain", Output(sha256=video.stem, video_uuid="v", unmet=unmet or None))


def of(one: Take, **more: Any) -> Review:
    shots = review(shot("alley", ShotKind.RENDERED, None, **more))
    return replace(shots, records={ShotAddress("night", "alley"): ShotRecord(one.task_id, (one,))})


def found(folder: Path, video: Path, whole: Review) -> dict[str, list[tuple[str, float, float]]]:
    places = passages_of(project(folder), whole, lambda digest: video if digest == video.stem else None)
    return {digest: [(place.kind, place.begin, place.end) for place in each] for digest, each in places.items()}


def test_what_a_take_does_not_meet_is_found_where_it_is(tmp_path: Path, video: Path) -> None:
    one = recorded(video, "maxBlackSeconds", "fps")
    ((kind, begin, end),) = found(tmp_path, video, of(one))[video.stem]
    assert kind == "black"
    assert [begin, end] == pytest.approx([1, 2], abs=0.05)


def test_what_is_expected_now_counts_and_videos_that_meet_everything_are_not_looked_through(
    tmp_path: Path, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = recorded(video)
    silent = of(one, after=one, unmet_after=(Unmet("maxSilenceSeconds", "it is silent for 1 s"),))
    assert [kind for kind, _, _ in found(tmp_path, video, silent)[video.stem]] == ["silent"]
    monkeypatch.setattr(review_passages, "passages", lambda _: pytest.fail("it was looked through"))
    assert found(tmp_path, video, of(one)) == {}


def test_they_are_kept_by_the_content_of_the_video(
    tmp_path: Path, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = of(recorded(video, "maxBlackSeconds"))
    first = found(tmp_path, video, whole)
    monkeypatch.setattr(review_passages, "passages", lambda _: Passages(black=((0.0, 1.0),)))
    assert found(tmp_path, video, whole) == first
    video.write_bytes(video.read_bytes() + b"\0")
    assert found(tmp_path, video, whole) == {video.stem: [("black", 0, 1)]}


def test_videos_that_are_broken_or_away_have_none(tmp_path: Path, video: Path) -> None:
    whole = of(recorded(video, "maxBlackSeconds"))
    assert passages_of(project(tmp_path), whole, lambda _: None) == {}
    video.write_bytes(b"no video")
    assert found(tmp_path, video, whole) == {}


def test_only_so_many_videos_are_looked_through(tmp_path: Path, video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_passages, "MOST", 0)
    assert found(tmp_path, video, of(recorded(video, "maxBlackSeconds"))) == {}
