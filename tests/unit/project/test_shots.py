from decimal import Decimal
from pathlib import Path

import pytest
from builders import record, take
from unit.project.projects import project

from ltxspec.lock.models import Lockfile
from ltxspec.project.lookup import UnknownAddress
from ltxspec.project.shots import shots
from ltxspec.values import ShotAddress

NIGHT = Lockfile("runware", "night", {"alley": record(take())}, {"old": record(take(number=2))})


def test_a_shot_has_its_takes_and_what_they_cost(tmp_path: Path) -> None:
    opened = project(tmp_path, NIGHT)
    alley, old = shots(opened)
    assert (alley.address, alley.retired, old.retired) == (ShotAddress("night", "alley"), False, True)
    assert alley.current == alley.takes[0] == take()
    assert alley.cost == (take().cost, 0)
    assert [shot.address for shot in shots(opened, "night.old")] == [old.address]
    with pytest.raises(UnknownAddress):
        shots(opened, "night.none")


def test_archived_videos_are_files(tmp_path: Path) -> None:
    opened = project(tmp_path, NIGHT)
    assert shots(opened, "night.alley")[0].files() == []
    digest = take().outputs[0].sha256
    assert digest is not None
    path = opened.local / "archive" / digest[:2] / f"{digest}.mp4"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"video")
    (alley,) = shots(opened, "night.alley")
    assert alley.files() == alley.files(alley.takes[0]) == [path]


def test_a_shot_without_a_video_has_no_file(tmp_path: Path) -> None:
    failed = take(status="failed", outputs=())
    opened = project(tmp_path, Lockfile("runware", "night", {"alley": record(failed, current=None)}))
    (alley,) = shots(opened)
    assert (alley.current, alley.files(), alley.cost[0]) == (None, [], failed.cost or Decimal(0))
