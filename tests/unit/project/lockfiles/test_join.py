"""Joining into the files of a project: all or nothing, and again without any effect."""

import shutil
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from acceptance.repositories import commit, git
from replacing import replace

from ltxspec.errors import LockfileError, LockHeld
from ltxspec.lock.codec import decode_lockfile, encode_lockfile
from ltxspec.lock.models import Lockfile
from ltxspec.project.api import Project, open_project
from ltxspec.project.lockfiles.join import Joined, join_folders
from ltxspec.project.locks import locked

SPEC = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720}\nshots:\n"
SHOTS = "  a: {prompt: A tower.}\n  b: {prompt: A bridge.}\n"
LOCKFILE = Path(".ltxspec/sandbox/lockfiles/night.lock.json")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "film"
    folder.mkdir()
    (folder / "ltxspec.toml").write_text('[project]\nid = "x"\n[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n')
    write_spec(folder, SPEC + SHOTS)
    return open_project(folder)


def shard(project: Project, name: str, *arguments: str) -> Path:
    folder = Path(shutil.copytree(project.folder, project.folder.parent / name, symlinks=True))
    ltxspec("apply", "--target", f"night.{name}", *arguments, cwd=folder, check=None)
    return folder


def test_lockfiles_and_journals_are_joined_and_nothing_happens_twice(project: Project) -> None:
    folders = [str(shard(project, "a")), str(shard(project, "b", "--detach"))]
    assert join_folders(project, folders) == [Joined(LOCKFILE.as_posix(), 1, 1, 1)]
    written = (project.folder / LOCKFILE).read_bytes()
    journal = (project.folder / ".ltxspec/sandbox/journal/night.jsonl").read_bytes()
    assert join_folders(project, folders) == [Joined(LOCKFILE.as_posix(), 1, 0, 0)]
    assert (project.folder / LOCKFILE).read_bytes() == written
    assert (project.folder / ".ltxspec/sandbox/journal/night.jsonl").read_bytes() == journal
    assert sorted(change.action.value for change in project.plan().changes) == ["no-op", "resume"]


def test_a_first_lockfile_is_the_same_in_whatever_order_and_however_often_the_shards_are_joined(
    project: Project,
) -> None:
    git(project.folder, "init", "--quiet")
    commit(project.folder, "a film without takes")
    bought = shard(project, "a")
    found = Path(shutil.copytree(bought, project.folder.parent / "found", symlinks=True))
    (found / LOCKFILE).write_bytes(
        encode_lockfile(_without_times(decode_lockfile((found / LOCKFILE).read_bytes(), "")))
    )
    written = set()
    for folders in ([bought, found], [found, bought], [found], [bought]):
        join_folders(project, [str(folder) for folder in folders])
        written.add((project.folder / LOCKFILE).read_bytes())
    assert written == {(bought / LOCKFILE).read_bytes()}


def _without_times(lockfile: Lockfile) -> Lockfile:
    """As a machine records a task that it found at the provider."""
    shots = {
        key: replace(record, takes=tuple(replace(take, submitted_at=None, finished_at=None) for take in record.takes))
        for key, record in lockfile.shots.items()
    }
    return replace(lockfile, shots=shots)


def test_a_task_that_is_recorded_is_not_opened_again(project: Project) -> None:
    folder = shard(project, "b", "--detach")
    before = shutil.copytree(folder, project.folder.parent / "before", symlinks=True)
    ltxspec("collect", cwd=folder)
    assert join_folders(project, [str(folder), str(before)]) == [Joined(LOCKFILE.as_posix(), 1, 1, 0)]


def test_nothing_is_written_if_one_folder_cannot_be_read(project: Project) -> None:
    good, bad = shard(project, "a"), shard(project, "b")
    (bad / LOCKFILE).write_bytes(b"{")
    with pytest.raises(LockfileError):
        join_folders(project, [str(good), str(bad)])
    assert not (project.folder / LOCKFILE).exists()


def test_a_spec_that_another_process_works_on_is_left_alone(project: Project) -> None:
    folder = shard(project, "a")
    with locked(project, ["night"], command="apply"), pytest.raises(LockHeld):
        join_folders(project, [str(folder)])


def test_takes_that_a_shard_moved_to_another_spec_are_there_and_nowhere_else(project: Project) -> None:
    ltxspec("apply", "--target", "night.a", cwd=project.folder)
    write_spec(project.folder, SPEC + "  b: {prompt: A bridge.}\n")
    write_spec(project.folder, SPEC + "  c: {prompt: A tower., moved: night.a}\n", "day")
    idle, moving = (project.folder.parent / name for name in ("idle", "moving"))
    for folder in (idle, moving):
        shutil.copytree(project.folder, folder, symlinks=True)
    ltxspec("apply", "--target", "day.c", cwd=moving)
    ltxspec("apply", "--target", "night.b", cwd=idle)
    git(project.folder, "init", "--quiet")
    git(project.folder, "add", "--force", LOCKFILE.as_posix())
    commit(project.folder, "a film with one take")
    for folders in ([idle, moving], [moving, idle], [moving, idle]):
        git(project.folder, "checkout", "--quiet", "HEAD", "--", LOCKFILE.as_posix())
        join_folders(project, [str(folder) for folder in folders])
        takes = {name: project.shots(name) for name in ("day", "night")}
        assert {str(shot.address) for shots in takes.values() for shot in shots} == {"day.c", "night.b"}
    assert project.plan().pending == []
