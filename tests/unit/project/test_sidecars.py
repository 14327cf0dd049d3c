"""Sidecars follow the lockfiles: they appear with the video, are written again when missing, and go with it."""

import hashlib
import json
from pathlib import Path
from typing import Any

from acceptance.repositories import commit, git
from builders import lockfile, record, take, task
from replacing import replace
from unit.project.projects import project

from ltxspec.lock.models import Lockfile, Take
from ltxspec.project.adapters import open_archive
from ltxspec.project.links import relink
from ltxspec.project.project import ProjectContext
from ltxspec.project.sidecars import MISSING, WHOLE, Scope, describe


def archived(opened: ProjectContext, content: str, number: int = 1) -> Take:
    """A take whose video is in the archive."""
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    video = opened.root / ".ltxspec" / "archive" / sha256[:2] / f"{sha256}.mp4"
    video.parent.mkdir(parents=True, exist_ok=True)
    video.write_text(content)
    made = take(content, number=number)
    return replace(made, outputs=(replace(made.outputs[0], sha256=sha256, bytes=len(content)),))


def sidecar(opened: ProjectContext, content: str) -> Any:
    """The takes in the sidecar of a video; None if there is no sidecar."""
    path = open_archive(opened).sidecars.path_of(hashlib.sha256(content.encode()).hexdigest())
    return json.loads(path.read_bytes())["takes"] if path.exists() else None


def write(opened: ProjectContext, found: Lockfile, scope: Scope = MISSING) -> None:
    describe(opened, open_archive(opened), found, scope)


def test_only_videos_that_are_here_have_a_sidecar_and_a_missing_one_is_written_again(tmp_path: Path) -> None:
    opened = project(tmp_path)
    found = lockfile({"gone": record(archived(opened, "old", 2))}, alley=record(archived(opened, "new")))
    found = replace(found, shots={**found.shots, "far": record(take(number=3))})
    relink(opened, [found])
    assert [entry["shot"] for entry in sidecar(opened, "new")] == ["alley"]
    assert [entry["shot"] for entry in sidecar(opened, "old")] == ["gone"]
    assert len(open_archive(opened).sidecars.present()) == 2
    open_archive(opened).sidecars.remove(hashlib.sha256(b"old").hexdigest())
    relink(opened, [found])
    assert [entry["shot"] for entry in sidecar(opened, "old")] == ["gone"]


def test_what_changed_is_written_again_where_it_is_looked_at(tmp_path: Path) -> None:
    opened = project(tmp_path)
    made = archived(opened, "video")
    write(opened, lockfile(alley=record(made)))
    renamed = lockfile(lane=record(made))
    write(opened, renamed)
    assert [entry["shot"] for entry in sidecar(opened, "video")] == ["alley"]
    write(opened, renamed, Scope(shots=["lane"]))
    assert [entry["shot"] for entry in sidecar(opened, "video")] == ["lane"]
    write(opened, lockfile(quay=record(made)), WHOLE)
    assert [entry["shot"] for entry in sidecar(opened, "video")] == ["quay"]


def test_what_is_right_is_not_written_again(tmp_path: Path) -> None:
    opened = project(tmp_path)
    found = lockfile(alley=record(archived(opened, "video")))
    write(opened, found)
    (path,) = (tmp_path / ".ltxspec" / "archive").rglob("*.json")
    before = path.stat().st_ino
    write(opened, found, WHOLE)
    assert path.stat().st_ino == before


def test_several_takes_with_the_same_bytes_are_all_listed(tmp_path: Path) -> None:
    opened = project(tmp_path)
    first = archived(opened, "same")
    second = replace(archived(opened, "same", 2), fingerprint=take("other").fingerprint)
    write(opened, lockfile(alley=record(first, second)))
    write(opened, Lockfile("runware", "day", {"gate": record(archived(opened, "same", 3))}), Scope(tasks=[task(3)]))
    assert [(entry["spec"], entry["taskUUID"]) for entry in sidecar(opened, "same")] == [
        ("day", task(3)), ("night", task(1)), ("night", task(2)),
    ]  # fmt: skip


def test_a_run_notes_the_commit_that_is_checked_out_for_its_own_tasks_only(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / ".gitignore").write_text(".ltxspec/\n")
    commit(tmp_path, "begin")
    head = git(tmp_path, "rev-parse", "HEAD").stdout.strip()
    opened = project(tmp_path)
    found = lockfile(alley=record(archived(opened, "old"), archived(opened, "new", 2), current=2))
    write(opened, found, Scope(tasks=[task(2)]))
    assert [entry["commit"] for entry in sidecar(opened, "new")] == [head]
    assert [entry["commit"] for entry in sidecar(opened, "old")] == [None]
    (tmp_path / "more").touch()
    commit(tmp_path, "later")
    write(opened, found, WHOLE)
    assert [entry["commit"] for entry in sidecar(opened, "new")] == [head]


def test_the_commit_that_recorded_a_take_is_found_in_the_history(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / ".gitignore").write_text(".ltxspec/\n")
    opened = project(tmp_path)
    first, second = archived(opened, "first"), archived(opened, "second", 2)
    project(tmp_path, lockfile(alley=record(first)))
    commit(tmp_path, "first")
    both = lockfile(alley=record(first, second, current=2))
    project(tmp_path, both)
    write(opened, both, WHOLE)
    assert [entry["recordedIn"] for entry in sidecar(opened, "second")] == [None]
    commit(tmp_path, "second")
    write(opened, both, WHOLE)
    commits = git(tmp_path, "rev-list", "--reverse", "HEAD").stdout.split()
    assert [sidecar(opened, name)[0]["recordedIn"] for name in ("first", "second")] == commits


def test_what_cannot_be_written_is_one_warning(tmp_path: Path) -> None:
    warnings: list[str] = []
    opened = replace(project(tmp_path), warn=warnings.append)
    found = lockfile(alley=record(archived(opened, "one"), archived(opened, "two", 2)))
    for content in (b"one", b"two"):
        path = open_archive(opened).sidecars.path_of(hashlib.sha256(content).hexdigest())
        path.mkdir()
    write(opened, found, WHOLE)
    (warning,) = warnings
    assert warning.startswith("videos of `night` are missing their sidecars: cannot write `")


def test_a_sidecar_of_a_later_version_is_left_as_it_is(tmp_path: Path) -> None:
    opened = project(tmp_path)
    found = lockfile(alley=record(archived(opened, "video")))
    path = open_archive(opened).sidecars.path_of(hashlib.sha256(b"video").hexdigest())
    path.write_text('{"sidecarVersion": 2}')
    write(opened, found, WHOLE)
    assert path.read_text() == '{"sidecarVersion": 2}'


def test_a_video_takes_its_sidecar_along(tmp_path: Path) -> None:
    opened = project(tmp_path)
    write(opened, lockfile(alley=record(archived(opened, "video"))))
    open_archive(opened).remove(hashlib.sha256(b"video").hexdigest())
    assert [path for path in (tmp_path / ".ltxspec" / "archive").rglob("*") if path.is_file()] == []
