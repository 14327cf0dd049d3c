import os
from pathlib import Path

import pytest
from acceptance.repositories import branch, commit, git

from ltxspec.errors import StorageError
from ltxspec.storage.git_objects import BASE, OURS, THEIRS, Blobs, TooLarge, conflicts, list_tree


def head(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD").stdout.strip()


def test_files_of_a_revision_are_listed_as_they_were(repository: Path) -> None:
    first = head(repository)
    (repository / "lockfiles" / "day.lock.json").write_bytes(b"")
    commit(repository, "second")
    assert "lockfiles/day.lock.json" not in list_tree(repository, first)
    assert {"day.lock.json", "night.lock.json"} == set(list_tree(repository / "lockfiles", head(repository)))


def test_too_large_a_content_is_told_before_it_is_read_and_the_next_one_still_comes(repository: Path) -> None:
    (repository / "long.bin").write_bytes(b"x" * 2_000)
    commit(repository, "long")
    entries = list_tree(repository, head(repository))
    with Blobs(repository) as blobs:
        with pytest.raises(TooLarge):
            next(blobs.chunks(entries["long.bin"].id, limit=1_999))
        assert b"".join(blobs.chunks(entries["notes.txt"].id))
        with pytest.raises(TooLarge):
            blobs.read(entries["long.bin"].id, limit=1_999)
        assert blobs.read("HEAD:long.bin") == (entries["long.bin"].id, b"x" * 2_000)
        assert b"".join(blobs.chunks(entries["long.bin"].id, limit=2_000)) == b"x" * 2_000


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


def test_a_git_that_gave_up_is_an_error_and_no_bug(repository: Path) -> None:
    """As one without lazy fetches of its own does, in a clone that left contents out."""
    with Blobs(repository) as blobs:
        assert blobs.read("HEAD^{tree}") is not None
        process = blobs._process
        assert process is not None
        process.kill()
        process.wait()
        for _ in range(2):
            with pytest.raises(StorageError, match="does not have the content"):
                list(blobs.chunks("0" * 40))
