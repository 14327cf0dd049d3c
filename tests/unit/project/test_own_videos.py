"""A report may name any video of the archive: only what this checkout records for that very shot is shown."""

from pathlib import Path

from builders import lockfile, record, take
from replacing import replace
from unit.project.projects import project

from ltxspec.lock.models import Output, Take
from ltxspec.project.own_videos import own_videos
from ltxspec.render.references import Reference
from ltxspec.review.follows import Use
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.values import ShotAddress

OWN, OTHER = "a" * 64, "b" * 64
ALLEY, PIER = ShotAddress("night", "alley"), ShotAddress("night", "pier")


def filmed(sha256: str, task: int = 1) -> Take:
    return replace(take(number=task), outputs=(Output(sha256=sha256, video_url="https://videos.example/a.mp4"),))


def hashes(taken: Take | None) -> list[str | None]:
    assert taken is not None
    assert all(output.video_url is None for output in taken.outputs)
    return [output.sha256 for output in taken.outputs]


def test_only_the_recorded_video_of_the_shots_own_take_keeps_its_hash(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=record(filmed(OWN)), pier=record(filmed(OTHER, 2))))
    own = own_videos(opened)
    right = ShotReview(ALLEY, ShotKind.RENDERED, before=filmed(OWN), after=filmed(OTHER), bought=(filmed(OTHER),))
    found = own.only(right)
    assert (hashes(found.before), hashes(found.after), hashes(found.bought[0])) == ([OWN], [None], [None])
    elsewhere = own.only(replace(right, address=PIER, earlier=filmed(OWN)))
    assert (hashes(elsewhere.before), hashes(elsewhere.earlier)) == ([None], [None])
    moved = own.only(replace(right, address=PIER, origin=ALLEY))
    assert hashes(moved.before) == [OWN]


def test_frames_are_cut_of_recorded_videos_of_the_source_only(tmp_path: Path) -> None:
    own = own_videos(project(tmp_path, lockfile(alley=record(filmed(OWN)))))
    uses = tuple(Use(Reference(ALLEY, "last"), "first", digest) for digest in (OWN, OTHER, None))
    found = own.only(ShotReview(PIER, ShotKind.HELD, uses_before=uses, uses_after=uses))
    assert [use.sha256 for use in found.uses_before] == [OWN, None, None]
    assert [use.sha256 for use in found.uses_after] == [OWN, None, None]
