"""Notes at a git remote: what is read, what is refused, and what is never taken for nothing."""

from pathlib import Path

import pytest
from replacing import replace
from shared_notes import clones_of_a_remote, git

from ltxspec.errors import StorageError
from ltxspec.storage.git_notes import GitNotes
from ltxspec.storage.store.port import LARGEST_NOTE

KEY = "leases/night.json"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[GitNotes, GitNotes]:
    clone = clones_of_a_remote(tmp_path / "git")
    return GitNotes(clone(), "origin", 20.0), GitNotes(clone(), "origin", 20.0)


def test_what_one_clone_writes_the_other_reads_and_replaces(pair: tuple[GitNotes, GitNotes]) -> None:
    one, other = pair
    assert other.read_note(KEY) is None
    assert one.write_note(KEY, b'{"a":1}', None)
    found = other.read_note(KEY)
    assert found is not None
    assert found.content == b'{"a":1}'
    assert not other.write_note(KEY, b"{}", None), "there is one"
    assert other.write_note(KEY, b'{"b":2}', found.tag)
    assert not one.write_note(KEY, b'{"c":3}', found.tag), "it has changed"
    last = one.read_note(KEY)
    assert last is not None
    assert last.content == b'{"b":2}'
    assert git(one.root, "ls-remote", "origin").decode().split("\t")[1] == f"refs/ltxspec/{KEY}\n"
    assert git(one.root, "for-each-ref") == b"", "nothing of it is a reference of the clone"


def test_a_push_whose_reply_was_lost_is_known_by_what_is_there(pair: tuple[GitNotes, GitNotes]) -> None:
    one, _ = pair
    assert one.write_note(KEY, b"{}", None)
    assert one.write_note(KEY, b"{}", None), "the very same commit"


def test_a_remote_that_cannot_be_reached_is_not_empty(pair: tuple[GitNotes, GitNotes], tmp_path: Path) -> None:
    one, other = pair
    one.write_note(KEY, b"{}", None)
    (tmp_path / "git" / "origin.git").rename(tmp_path / "away")
    with pytest.raises(StorageError, match="the git remote `origin` cannot be used"):
        other.read_note(KEY)
    with pytest.raises(StorageError, match="the git remote `origin` cannot be used"):
        one.write_note(KEY, b"{}", None)
    with pytest.raises(StorageError, match="cannot be used"):
        replace(one, remote="nowhere").read_note(KEY)


def test_a_remote_that_refuses_to_be_written_is_an_error_and_no_lost_race(
    pair: tuple[GitNotes, GitNotes], tmp_path: Path
) -> None:
    hook = tmp_path / "git" / "origin.git" / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(StorageError, match="cannot be used"):
        pair[0].write_note(KEY, b"{}", None)


def test_no_hook_of_the_clone_runs(pair: tuple[GitNotes, GitNotes], tmp_path: Path) -> None:
    hook = pair[0].root / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
    hook.chmod(0o755)
    assert pair[0].write_note(KEY, b"{}", None)
    assert not (tmp_path / "ran").exists()


def test_something_else_under_the_name_is_refused(pair: tuple[GitNotes, GitNotes]) -> None:
    one, other = pair
    one.write_note(KEY, b"x" * (LARGEST_NOTE + 1), None)
    with pytest.raises(StorageError, match="is not what ltxspec writes there"):
        other.read_note(KEY)


def test_it_says_where_it_is(pair: tuple[GitNotes, GitNotes]) -> None:
    assert pair[0].name == "git remote origin"


def test_a_remote_that_is_pushed_to_elsewhere_than_it_is_read_from_decides_nothing(
    pair: tuple[GitNotes, GitNotes], tmp_path: Path
) -> None:
    one, _ = pair
    git(tmp_path, "init", "--quiet", "--bare", "fork.git")
    git(one.root, "remote", "set-url", "--push", "origin", str(tmp_path / "fork.git"))
    with pytest.raises(StorageError, match="is not there when it is read") as refused:
        one.write_note(KEY, b"{}", None)
    assert refused.value.hint is not None
    assert "`git remote get-url --push origin`" in refused.value.hint


def test_a_branch_whose_name_ends_like_a_note_is_none(pair: tuple[GitNotes, GitNotes]) -> None:
    one, other = pair
    assert one.write_note("else.json", b"{}", None)
    (commit, _) = git(one.root, "ls-remote", "origin").decode().split("\t")
    git(one.root, "push", "--quiet", "origin", f"{commit}:refs/heads/refs/ltxspec/{KEY}")
    assert other.read_note(KEY) is None
    with pytest.raises(StorageError, match="cannot be used"):
        one.write_note(KEY, b"[]", None)  # git does not tell the two apart
