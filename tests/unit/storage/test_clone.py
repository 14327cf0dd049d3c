"""A clone's id: kept for as long as its file is, and not shared with any copy."""

import os
import shutil
from pathlib import Path

import pytest

from ltxspec.errors import StorageError
from ltxspec.storage.clone import known_clone, this_clone


def test_the_same_clone_has_the_same_id_and_says_who_it_is(tmp_path: Path) -> None:
    first = this_clone(tmp_path / ".ltxspec/clone", "ltxspec apply", tmp_path)
    again = this_clone(tmp_path / ".ltxspec/clone", "ltxspec apply", tmp_path)
    assert first == again
    assert (first.pid, first.machine, first.command) == (os.getpid(), os.uname().nodename, "ltxspec apply")
    assert len(first.id) == 16


def test_a_copy_is_another_clone_however_exactly_it_was_copied(tmp_path: Path) -> None:
    first = this_clone(tmp_path / "a" / "clone", "x")
    shutil.copytree(tmp_path / "a", tmp_path / "b")  # with its times
    ids = [this_clone(tmp_path / name / "clone", "x").id for name in ("a", "b")]
    assert ids[0] == first.id
    assert ids[1] != first.id


def test_a_copy_of_hard_links_is_another_clone(tmp_path: Path) -> None:
    first = this_clone(tmp_path / "a" / "clone", "x")
    shutil.copytree(tmp_path / "a", tmp_path / "b", copy_function=os.link)
    ids = [this_clone(tmp_path / name / "clone", "x").id for name in ("b", "a", "b", "a")]
    assert ids[0] == ids[2] != first.id
    assert ids[1] == ids[3] != ids[0]


def test_a_file_that_cannot_be_made_stops_whatever_needs_it(tmp_path: Path) -> None:
    (tmp_path / "clone").mkdir()
    with pytest.raises(StorageError):
        this_clone(tmp_path / "clone", "x")


def test_an_empty_file_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "clone").write_bytes(b"")
    this_clone(tmp_path / "clone", "x")
    assert len((tmp_path / "clone").read_bytes()) == 33


def test_the_id_can_be_looked_up_without_making_one(tmp_path: Path) -> None:
    assert known_clone(tmp_path / "clone") is None
    assert not (tmp_path / "clone").exists()
    assert this_clone(tmp_path / "clone", "x").id == known_clone(tmp_path / "clone")
