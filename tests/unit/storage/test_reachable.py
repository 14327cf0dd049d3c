"""Files that git can still reach, in real repositories."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from acceptance.repositories import git

from ltxspec.errors import StorageError
from ltxspec.storage.reachable import files_everywhere, inside_git, prefix_of

NAME = "locks/night.lock.json"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def write(folder: Path, text: str, name: str = NAME) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def commit(folder: Path, text: str, name: str = NAME) -> None:
    write(folder, text, name)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", f"--message={text}")


def texts(folder: Path, *, settled: bool | None = None) -> set[str]:
    found = files_everywhere(folder, ".lock.json")
    return {item.data.decode() for item in found if settled in (None, item.settled)}


def on_a_branch(repo: Path) -> None:
    git(repo, "checkout", "--quiet", "-b", "side")
    commit(repo, "wanted")
    git(repo, "checkout", "--quiet", "main")


def under_a_tag(repo: Path) -> None:
    git(repo, "checkout", "--quiet", "--detach")
    commit(repo, "wanted")
    git(repo, "tag", "--annotate", "--message=t", "v1")
    git(repo, "checkout", "--quiet", "main")


def on_a_remote_branch(repo: Path) -> None:
    on_a_branch(repo)
    git(repo, "update-ref", "refs/remotes/origin/side", "side")
    git(repo, "branch", "--quiet", "-D", "side")


def in_the_newest_stash(repo: Path) -> None:
    write(repo, "wanted")
    git(repo, "stash", "--quiet")


def in_an_older_stash(repo: Path) -> None:
    in_the_newest_stash(repo)
    write(repo, "something else")
    git(repo, "stash", "--quiet")


def in_the_index_of_a_stash(repo: Path) -> None:
    write(repo, "wanted")
    git(repo, "add", "--all")
    write(repo, "first")
    git(repo, "stash", "--quiet")


def among_the_untracked_files_of_a_stash(repo: Path) -> None:
    write(repo, "wanted", "locks/new.lock.json")
    git(repo, "stash", "--quiet", "--include-untracked")


def in_the_index(repo: Path) -> None:
    write(repo, "wanted")
    git(repo, "add", "--all")
    write(repo, "first")


def on_disk(repo: Path) -> None:
    write(repo, "wanted")


def on_disk_and_ignored(repo: Path) -> None:
    write(repo, "locks/\n", ".gitignore")
    write(repo, "wanted", "locks/new.lock.json")


def on_one_side_of_a_conflict(repo: Path) -> None:
    on_a_branch(repo)
    commit(repo, "third")
    git(repo, "merge", "side", check=False)
    git(repo, "branch", "--quiet", "-D", "side")
    write(repo, "third")


def in_a_merge_under_way(repo: Path) -> None:
    git(repo, "checkout", "--quiet", "-b", "side")
    commit(repo, "wanted", "locks/new.lock.json")
    git(repo, "checkout", "--quiet", "main")
    commit(repo, "third")
    git(repo, "merge", "--no-commit", "side")
    git(repo, "branch", "--quiet", "-D", "side")
    git(repo, "rm", "--quiet", "--force", "locks/new.lock.json")


def on_the_detached_head_of_another_worktree(repo: Path) -> None:
    git(repo, "worktree", "add", "--quiet", "--detach", "../other")
    commit(repo.parent / "other", "wanted")
    write(repo.parent / "other", "first")


def in_the_index_of_another_worktree(repo: Path) -> None:
    git(repo, "worktree", "add", "--quiet", "--detach", "../other")
    in_the_index(repo.parent / "other")


def on_disk_in_another_worktree(repo: Path) -> None:
    git(repo, "worktree", "add", "--quiet", "--detach", "../other")
    write(repo.parent / "other", "wanted", "elsewhere/night.lock.json")


def in_the_index_of_a_worktree_whose_folder_is_gone(repo: Path) -> None:
    in_the_index_of_another_worktree(repo)
    shutil.rmtree(repo.parent / "other")


def on_the_head_of_a_worktree_whose_folder_is_gone(repo: Path) -> None:
    on_the_detached_head_of_another_worktree(repo)
    shutil.rmtree(repo.parent / "other")


def in_another_folder(repo: Path) -> None:
    commit(repo, "wanted", "deep/er/down/night.lock.json")


def beside_the_same_content_under_another_name(repo: Path) -> None:
    write(repo, "wanted", "a copy.json")
    commit(repo, "wanted", "locks/z.lock.json")
    (repo / "locks" / "z.lock.json").unlink()


PLACES = [
    on_a_branch, under_a_tag, on_a_remote_branch, in_the_newest_stash, in_an_older_stash, in_the_index_of_a_stash,
    among_the_untracked_files_of_a_stash, in_the_index, on_disk, on_disk_and_ignored, on_one_side_of_a_conflict,
    in_a_merge_under_way, on_the_detached_head_of_another_worktree, in_the_index_of_another_worktree,
    on_disk_in_another_worktree, in_the_index_of_a_worktree_whose_folder_is_gone,
    on_the_head_of_a_worktree_whose_folder_is_gone, in_another_folder, beside_the_same_content_under_another_name,
]  # fmt: skip


@pytest.mark.parametrize("put", PLACES, ids=lambda put: put.__name__)
def test_a_file_is_found_wherever_git_holds_it(repo: Path, put: Callable[[Path], None]) -> None:
    commit(repo, "first")
    assert "wanted" not in texts(repo)
    put(repo)
    assert "wanted" in texts(repo, settled=True)
    (repo / "sub").mkdir(exist_ok=True)
    assert "wanted" in texts(repo / "sub", settled=True)


@pytest.mark.parametrize("put", [on_the_detached_head_of_another_worktree, on_disk_in_another_worktree, in_the_index])
def test_another_worktree_sees_the_same(repo: Path, put: Callable[[Path], None]) -> None:
    commit(repo, "first")
    git(repo, "worktree", "add", "--quiet", "--detach", "../third")
    put(repo)
    assert "wanted" in texts(repo.parent / "third", settled=True)


def test_what_only_a_reflog_remembers_is_found_and_said_to_be_so(repo: Path) -> None:
    commit(repo, "first")
    commit(repo, "wanted")
    git(repo, "reset", "--quiet", "--hard", "HEAD~1")
    git(repo, "update-ref", "-d", "ORIG_HEAD")
    assert "wanted" in texts(repo, settled=False)
    assert "wanted" not in texts(repo, settled=True)


def test_what_left_every_tip_is_not_held_by_the_past(repo: Path) -> None:
    commit(repo, "unwanted")
    commit(repo, "first")
    git(repo, "reflog", "expire", "--expire=now", "--all")
    assert texts(repo) == {"first"}


def test_each_content_comes_once_from_git_and_says_where_it_stands(repo: Path) -> None:
    commit(repo, "first")
    git(repo, "branch", "side")
    found = list(files_everywhere(repo, ".lock.json"))
    assert [(item.path, item.place.split(" ", 1)[0]) for item in found] == [(NAME, "in"), (NAME, "on")]
    assert str(found[1]) == f"{NAME} (on disk in `{repo}`)"


def test_a_repository_without_commits_has_what_is_on_disk(repo: Path) -> None:
    assert texts(repo) == set()
    write(repo, "first")
    assert texts(repo) == {"first"}


def test_a_bare_repository_with_a_worktree_is_read_from_the_worktree(repo: Path) -> None:
    commit(repo, "first")
    git(repo, "clone", "--quiet", "--bare", ".", "../bare.git")
    git(repo.parent / "bare.git", "worktree", "add", "--quiet", "../checkout")
    assert texts(repo.parent / "checkout") == {"first"}


def test_a_locked_worktree_that_is_out_of_reach_is_an_error(repo: Path) -> None:
    commit(repo, "first")
    git(repo, "worktree", "add", "--quiet", "--detach", "../other")
    git(repo, "worktree", "lock", "../other")
    shutil.rmtree(repo.parent / "other")
    with pytest.raises(StorageError, match="is locked and cannot be reached"):
        texts(repo)


def test_an_object_that_git_lost_is_an_error(repo: Path) -> None:
    commit(repo, "first")
    blob = git(repo, "rev-parse", f"HEAD:{NAME}").stdout.strip()
    (repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(StorageError, match="git does not have"):
        texts(repo)


def test_a_folder_knows_whether_and_where_it_is_in_a_repository(repo: Path, tmp_path: Path) -> None:
    assert not inside_git(tmp_path)
    (repo / "sub").mkdir()
    assert inside_git(repo / "sub")
    assert (prefix_of(repo), prefix_of(repo / "sub")) == ("", "sub/")


@pytest.mark.parametrize("missing", [True, False])
def test_a_repository_that_git_cannot_read_is_an_error(
    repo: Path, monkeypatch: pytest.MonkeyPatch, *, missing: bool
) -> None:
    if missing:
        monkeypatch.setenv("PATH", str(repo / "nothing"))
    else:
        (repo / ".git" / "HEAD").write_text("damage")
    with pytest.raises(StorageError):
        inside_git(repo)


def test_without_git_a_folder_is_in_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not inside_git(tmp_path)
