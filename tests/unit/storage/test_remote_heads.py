from pathlib import Path

import pytest
from acceptance.repositories import git

from ltxspec.errors import StorageError
from ltxspec.storage.remote_heads import missing_heads


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "clone")
    folder = tmp_path / "clone"
    git(folder, "commit", "--quiet", "--allow-empty", "--message=First")
    git(tmp_path, "clone", "--quiet", "--bare", "clone", "remote.git")
    git(folder, "remote", "add", "origin", str(tmp_path / "remote.git"))
    return folder


def missing(clone: Path) -> list[str]:
    return missing_heads(clone, git(clone, "ls-remote", "--heads", "--tags", "origin").stdout)


def test_branches_and_tags_that_others_pushed_are_missing_until_they_are_fetched(clone: Path, tmp_path: Path) -> None:
    assert missing(clone) == []
    git(tmp_path, "clone", "--quiet", "remote.git", "other")
    git(tmp_path / "other", "commit", "--quiet", "--allow-empty", "--message=Second")
    git(tmp_path / "other", "tag", "-a", "v1", "--message=One")
    git(tmp_path / "other", "push", "--quiet", "origin", "HEAD:theirs", "v1")
    assert missing(clone) == ["theirs", "tags/v1", "tags/v1^{}"]
    git(clone, "fetch", "--quiet", "--all", "--tags")
    assert missing(clone) == []


@pytest.mark.parametrize("listing", ["", "fatal: could not read from remote repository\n", "0123\trefs/heads/main\n"])
def test_what_is_no_list_is_refused_instead_of_counting_as_complete(clone: Path, listing: str) -> None:
    with pytest.raises(StorageError, match="not a list of a remote's branches"):
        missing_heads(clone, listing)
