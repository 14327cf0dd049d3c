"""The state of every shot, offline, from specs, lockfiles, journals and the archive."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from replacing import replace

from ltxspec.lock.models import Lockfile
from ltxspec.plan.status import Expiry, Kept, ProjectStatus, ShotState
from ltxspec.project.project import open_project
from ltxspec.project.status.state import project_status
from ltxspec.storage.state import open_state

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SPEC = """\
model: lightricks:ltx@2.5-fast
defaults: {width: 1280, height: 720, safety: {mode: fast}}
shots:
  done: {prompt: A tower.}
  flagged: {prompt: "an [[unsafe]] thing"}
  ordered: {prompt: A ship.}
  new: {prompt: A hill.}
"""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("status")
    (folder / "ltxspec.toml").write_text(
        '[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n[budget]\nper_spec = 9\n'
    )
    write_spec(folder, SPEC)
    ltxspec("apply", "--target", "night.done", "--target", "night.flagged", cwd=folder, check=3)
    ltxspec("apply", "--detach", "--target", "night.ordered", cwd=folder)
    return folder


def status(folder: Path) -> ProjectStatus:
    return project_status(open_project(folder), now=NOW)


def test_every_shot_has_its_state(rendered: Path) -> None:
    found = status(rendered)
    assert {shot.address.instance: shot.state for shot in found.shots} == {
        "done": ShotState.UP_TO_DATE,
        "flagged": ShotState.FAILED,
        "ordered": ShotState.IN_PROGRESS,
        "new": ShotState.TO_BUY,
    }
    notes = {shot.address.instance: str(shot.note) for shot in found.shots}
    assert notes["ordered"].startswith("ordered 20")
    assert "unsafe" in notes["flagged"].lower() or ":" in notes["flagged"]
    assert found.shots[0].kept is Kept.HERE
    assert found.left["night"] < 9


def expiring(rendered: Path, tmp_path: Path, expires: str | None, *, archived: bool = True) -> ProjectStatus:
    """The status of a copy of the project, with another time at which the link ends."""
    import shutil

    folder = Path(shutil.copytree(rendered, tmp_path / "copy", symlinks=True))
    with open_state(open_project(folder).paths_of("night")) as state:
        lockfile: Lockfile = state.read_lockfile()
        record = lockfile.shots["done"]
        outputs = tuple(replace(item, sha256=item.sha256 if archived else None) for item in record.takes[0].outputs)
        take = replace(record.takes[0], expires_at=expires, outputs=outputs)
        state.write_lockfile(replace(lockfile, shots={**lockfile.shots, "done": replace(record, takes=(take,))}))
    return status(folder)


@pytest.mark.parametrize(
    ("expires", "expiry"),
    [
        (None, None),
        ("2026-12-20T12:00:00Z", None),
        ("2026-11-30T12:00:00Z", Expiry.SOON),
        ("2026-11-28T11:00:00Z", Expiry.PAST),
        ("soon", None),
    ],
)
def test_a_link_expires_by_its_recorded_time(
    rendered: Path, tmp_path: Path, expires: str | None, expiry: Expiry | None
) -> None:
    assert expiring(rendered, tmp_path, expires).shots[0].expiry is expiry


def test_a_video_without_a_hash_was_never_archived(rendered: Path, tmp_path: Path) -> None:
    assert expiring(rendered, tmp_path, None, archived=False).shots[0].kept is Kept.NEVER


def test_a_video_of_another_machine_is_elsewhere(rendered: Path, tmp_path: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(rendered, tmp_path / "copy", symlinks=True))
    shutil.rmtree(folder / ".ltxspec" / "archive")
    assert status(folder).shots[0].kept is Kept.ELSEWHERE
