import os
from pathlib import Path

import pytest
from acceptance.repositories import branch, commit, git

from ltxspec.errors import StorageError
from ltxspec.storage.git import (
    BASE,
    OURS,
    THEIRS,
    Blobs,
    UnknownRevision,
    commit_of,
    conflicts,
    environment,
    files_at,
    list_tree,
    main_branch,
    merge_base,
)
from ltxspec.storage.git import git as read


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One commit on `main` with a file in a folder."""
    folder = tmp_path / "repository"
    (folder / "lockfiles").mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "lockfiles" / "night.lock.json").write_bytes(b"one\n")
    (folder / "notes.txt").write_bytes(b"notes\n")
    commit(folder, "first")
    return folder


def head(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD").stdout.strip()


def test_a_revision_is_found_under_each_of_its_names(repository: Path) -> None:
    git(repository, "tag", "--annotate", "--message=t", "v1")
    assert {commit_of(repository, name) for name in ("HEAD", "main", "v1", head(repository)[:8])} == {head(repository)}


@pytest.mark.parametrize("revision", ["nosuch", "", "--all", "-n1", "HEAD:notes.txt", "main..main", "HEAD\n"])
def test_what_names_no_commit_is_refused(repository: Path, revision: str) -> None:
    with pytest.raises(UnknownRevision, match="git knows no commit") as caught:
        commit_of(repository, revision)
    assert "branch" in str(caught.value.hint)


def test_outside_of_a_repository_that_is_said_first(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="not in a git repository"):
        commit_of(tmp_path, "HEAD")


def test_a_repository_of_another_user_is_told_from_none(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a CI container; git's own tests have a switch for it."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(StorageError, match="belongs to another user") as caught:
        commit_of(repository, "HEAD")
    assert "safe.directory" in str(caught.value.hint)


def test_without_git_that_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(StorageError, match="git is not installed"):
        read(repository, "status")
    with pytest.raises(StorageError, match="git is not installed"), Blobs(repository) as blobs:
        list(blobs.chunks("0" * 40))


def test_git_is_quoted_when_it_refuses(repository: Path) -> None:
    with pytest.raises(StorageError, match="git show failed: ambiguous argument"):
        read(repository, "show", "nosuch")


def test_a_shallow_clone_is_told_to_fetch_more(repository: Path, tmp_path: Path) -> None:
    first = head(repository)
    commit(repository, "second")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", "clone")
    with pytest.raises(UnknownRevision) as caught:
        commit_of(tmp_path / "clone", first)
    assert "fetch-depth: 0" in str(caught.value.hint)


def test_the_merge_base_is_where_two_branches_went_apart(repository: Path) -> None:
    fork = head(repository)
    branch(repository, "feature")
    commit(repository, "on the branch")
    git(repository, "checkout", "--quiet", "main")
    commit(repository, "main moved on")
    assert merge_base(repository, "main", "feature") == fork


def test_branches_without_a_common_past_have_no_base(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "--orphan", "other")
    commit(repository, "another beginning")
    with pytest.raises(UnknownRevision, match="share no history"):
        merge_base(repository, "main", "other")


def test_the_remote_s_main_branch_counts_before_the_local_one(repository: Path, tmp_path: Path) -> None:
    git(repository, "branch", "master")
    assert main_branch(repository) == "main"
    git(tmp_path, "clone", "--quiet", str(repository), "clone")
    clone = tmp_path / "clone"
    assert main_branch(clone) == "origin/HEAD"
    git(clone, "remote", "set-head", "origin", "--delete")
    assert main_branch(clone) == "origin/main"


def test_a_repository_without_any_usual_branch_has_no_main_branch(repository: Path) -> None:
    git(repository, "branch", "--move", "trunk")
    assert main_branch(repository) is None


def test_what_git_tells_its_hooks_does_not_lead_astray(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert list(list_tree(repository / "lockfiles", commit_of(repository / "lockfiles", "HEAD"))) == ["night.lock.json"]


def test_files_of_a_revision_are_read_as_they_were(repository: Path) -> None:
    first = head(repository)
    (repository / "lockfiles" / "night.lock.json").write_bytes(b"two\n")
    (repository / "lockfiles" / "day.lock.json").write_bytes(b"")
    commit(repository, "second")
    assert files_at(repository, first, "lockfiles", ".lock.json") == {"lockfiles/night.lock.json": b"one\n"}
    assert files_at(repository, "HEAD", "lockfiles", ".lock.json") == {
        "lockfiles/day.lock.json": b"",
        "lockfiles/night.lock.json": b"two\n",
    }
    assert files_at(repository, "HEAD", "nosuch", ".lock.json") == {}


def test_contents_come_whole_however_they_are_cut(repository: Path) -> None:
    data = bytes(range(256)) * 40 + b"\n"
    (repository / "odd \n näme.bin").write_bytes(data)
    commit(repository, "bytes")
    entry = list_tree(repository, head(repository))["odd \n näme.bin"]
    with Blobs(repository) as blobs:
        for size in (1_000, 7, 100_000):
            pieces = list(blobs.chunks(entry.id, size))
            assert b"".join(pieces) == data
            assert max(map(len, pieces)) <= size


def test_content_that_git_does_not_have_is_an_error(repository: Path) -> None:
    with Blobs(repository) as blobs, pytest.raises(StorageError, match="does not have the content"):
        list(blobs.chunks("0" * 40))


def test_no_process_is_left_behind(repository: Path) -> None:
    entry = list_tree(repository, head(repository))["notes.txt"]
    with Blobs(repository) as blobs:
        list(blobs.chunks(entry.id))
        process = blobs._process
        assert process is not None
    assert process.returncode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_git_never_gets_the_key_that_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWARE_API_KEY", "canary")
    assert "canary" not in environment().values()


def test_both_sides_of_a_conflict_are_read_from_the_index(repository: Path) -> None:
    assert conflicts(repository) == {}
    path = repository / "lockfiles" / "night.lock.json"
    for name in ("theirs", "ours"):
        branch(repository, name)
        path.write_bytes(f"{name}\n".encode())
        commit(repository, name)
    assert git(repository, "merge", "theirs", check=False).returncode == 1
    versions = {BASE: b"one\n", OURS: b"ours\n", THEIRS: b"theirs\n"}
    assert conflicts(repository, "lockfiles") == {"lockfiles/night.lock.json": versions}
    assert conflicts(repository / "lockfiles") == {"night.lock.json": versions}
    assert conflicts(repository, "notes.txt") == {}


def test_outside_of_a_repository_nothing_is_in_conflict(tmp_path: Path) -> None:
    assert conflicts(tmp_path) == {}
