"""When something entered a file, whatever git is configured to show."""

from pathlib import Path

import pytest
from acceptance.repositories import commit, git

from ltxspec.errors import StorageError
from ltxspec.storage.git_history import added_lines, file_at, first_with


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a project in a folder: three commits of a file, the last of which removes it."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    folder = tmp_path / "films"
    (folder / "locks").mkdir(parents=True)
    git(tmp_path, "config", "diff.shown.textconv", "true")
    (tmp_path / ".gitattributes").write_text("*.lock.json diff=shown\n")
    for text in ("one\n", "one\n+++ two\nthree\n", None):
        file = folder / "locks" / "a.lock.json"
        file.write_text(text) if text else file.unlink()
        commit(tmp_path, str(text))
    return folder


def head(root: Path, revision: str) -> str:
    return git(root, "rev-parse", revision).stdout.strip()


def test_every_added_line_has_the_commit_that_added_it(root: Path) -> None:
    first, second = head(root, "HEAD~2"), head(root, "HEAD~1")
    lines = list(added_lines(root, "locks/a.lock.json"))
    assert lines == [(first, b"one\n"), (second, b"+++ two\n"), (second, b"three\n")]
    assert list(added_lines(root, "locks/none.lock.json")) == []


def test_a_text_is_found_in_the_commit_that_added_it_also_on_another_branch(root: Path) -> None:
    assert first_with(root, "three", "*.lock.json") == [(head(root, "HEAD~1"), "locks/a.lock.json")]
    assert first_with(root, "t.ree", "*.lock.json") == []
    git(root, "checkout", "--quiet", "-b", "side", "HEAD~2")
    (root / "locks" / "b.lock.json").write_text("four\n")
    commit(root, "four")
    found = head(root, "HEAD")
    git(root, "checkout", "--quiet", "main")
    assert first_with(root, "four", "*.lock.json") == [(found, "locks/b.lock.json")]
    assert first_with(root, "four", "locks/a.lock.json") == []


def test_a_file_is_read_as_it_was(root: Path) -> None:
    assert file_at(root, head(root, "HEAD~2"), "locks/a.lock.json") == b"one\n"
    assert file_at(root, head(root, "HEAD"), "locks/a.lock.json") is None


def test_without_a_repository_there_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        first_with(tmp_path, "x", "*")
    with pytest.raises(StorageError):
        list(added_lines(tmp_path, "x"))
