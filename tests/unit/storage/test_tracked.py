"""A lockfile that git tracks and the disk lacks is no empty one."""

import shutil
import subprocess
from pathlib import Path

import pytest

from ltxspec.errors import LockfileError, StorageError
from ltxspec.storage.tracked import TrackedFolder

NAME = "night.lock.json"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "protocol.file.allow=always")
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)


def committed(root: Path, name: str = f"lockfiles/{NAME}") -> Path:
    """A repository with one lockfile in it."""
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{}")
    (root / "README").write_text("")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "all")
    return file


def refusal(root: Path, file: Path) -> LockfileError:
    with pytest.raises(LockfileError) as caught:
        TrackedFolder(root, root / "lockfiles").refuse_missing(file)
    return caught.value


def test_a_deleted_lockfile_is_named_with_the_cures(tmp_path: Path) -> None:
    file = committed(tmp_path)
    file.unlink()
    error = refusal(tmp_path, file)
    assert error.summary == f"lockfile `lockfiles/{NAME}` is missing, but git tracks it: it records what was paid for"
    for cure in (f"git checkout -- lockfiles/{NAME}", "git sparse-checkout add lockfiles", f"git rm lockfiles/{NAME}"):
        assert cure in (error.hint or "")
    TrackedFolder(tmp_path, file.parent).refuse_missing(file.with_name("new.lock.json"))


@pytest.mark.parametrize("sparse_index", [False, True])
def test_a_sparse_checkout_without_the_folder_is_no_new_project(tmp_path: Path, *, sparse_index: bool) -> None:
    file = committed(tmp_path)
    index = ["--sparse-index"] if sparse_index else []
    (tmp_path / "specs").mkdir()
    git(tmp_path, "sparse-checkout", "set", "--cone", *index, "specs")
    assert not file.parent.exists()
    refusal(tmp_path, file)


@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
def test_a_file_that_git_was_told_to_overlook_counts_as_well(tmp_path: Path, flag: str) -> None:
    file = committed(tmp_path)
    git(tmp_path, "update-index", flag, f"lockfiles/{NAME}")
    file.unlink()
    refusal(tmp_path, file)


def test_in_a_worktree_git_is_asked_there(tmp_path: Path) -> None:
    committed(tmp_path / "main")
    git(tmp_path / "main", "worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
    file = tmp_path / "other" / "lockfiles" / NAME
    file.unlink()
    refusal(tmp_path / "other", file)


def test_a_project_in_a_folder_of_a_repository_is_found(tmp_path: Path) -> None:
    file = committed(tmp_path, f"video/night/lockfiles/{NAME}")
    file.unlink()
    refusal(tmp_path / "video" / "night", file)


def test_lockfiles_in_a_submodule_are_asked_for_there_and_missed_where_it_is_not_checked_out(tmp_path: Path) -> None:
    committed(tmp_path / "locks", NAME)
    (tmp_path / "project").mkdir()
    git(tmp_path / "project", "init", "-q", "-b", "main")
    git(tmp_path / "project", "submodule", "--quiet", "add", str(tmp_path / "locks"), "lockfiles")
    git(tmp_path / "project", "commit", "-q", "-m", "all")
    file = tmp_path / "project" / "lockfiles" / NAME
    file.unlink()
    assert "git tracks it" in refusal(tmp_path / "project", file).summary
    git(tmp_path, "clone", "-q", str(tmp_path / "project"), str(tmp_path / "clone"))
    error = refusal(tmp_path / "clone", tmp_path / "clone" / "lockfiles" / NAME)
    assert "a submodule that is not checked out" in error.summary


def test_a_lockfile_removed_on_purpose_is_gone(tmp_path: Path) -> None:
    file = committed(tmp_path)
    git(tmp_path, "rm", "-q", f"lockfiles/{NAME}")
    TrackedFolder(tmp_path, file.parent).refuse_missing(file)


def test_git_is_asked_once_for_all_files_and_not_at_all_outside_of_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    real = subprocess.run

    def run(command: list[str], **more: object) -> object:
        asked.append(command)
        return real(command, **more)  # type: ignore[call-overload]  # whatever git is run with

    monkeypatch.setattr(subprocess, "run", run)
    outside = TrackedFolder(tmp_path, tmp_path / "lockfiles")
    outside.refuse_missing(tmp_path / "lockfiles" / NAME)
    assert asked == []
    committed(tmp_path / "inside")
    asked.clear()
    folder = TrackedFolder(tmp_path / "inside", tmp_path / "inside" / "lockfiles")
    for name in ("a", "b", "c"):
        folder.refuse_missing(tmp_path / "inside" / "lockfiles" / f"{name}.lock.json")
    assert ["ls-files" in command for command in asked] == [False, True], "where the repository is, and what it tracks"


def test_a_folder_called_git_that_is_no_repository_says_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    TrackedFolder(tmp_path, tmp_path / "lockfiles").refuse_missing(tmp_path / "lockfiles" / NAME)


def test_a_repository_that_git_cannot_read_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    file = tmp_path / "lockfiles" / NAME
    with pytest.raises((LockfileError, StorageError), match=r"git"):
        TrackedFolder(tmp_path, tmp_path / "lockfiles").refuse_missing(file)


def test_without_git_a_repository_cannot_be_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = committed(tmp_path)
    file.unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed" in refusal(tmp_path, file).summary


def test_a_repository_that_git_does_not_read_may_track_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's, as in a container: the cure is git's own."""
    file = committed(tmp_path / "films")
    file.unlink()
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec "{shutil.which("git")}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    error = refusal(tmp_path / "films", file)
    assert "belongs to another user" in error.summary
    assert "safe.directory" in (error.hint or "")
