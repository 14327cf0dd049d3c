"""Where the two sides of a lockfile are taken from, and what becomes of a file that cannot be put together.

Through git, as users meet it: `acceptance/test_lock_commands.py`; with random histories: `test_merge_histories.py`.
"""

import shutil
from pathlib import Path

import pytest
from acceptance.repositories import commit, git
from builders import lockfile, record, take, task
from replacing import replace
from unit.project.projects import path_of, project, recorded

from ltxspec.errors import LockfileError, LockHeld, WrongUsage
from ltxspec.lock.codec import decode_lockfile, encode_lockfile
from ltxspec.lock.merge import recorded_tasks, split_conflict
from ltxspec.project.lockfiles.merge import Merged, _at, merge_conflicts, merge_driver
from ltxspec.storage.file_lock import exclusive
from ltxspec.storage.git_objects import TooLarge

OURS = lockfile(alley=record(take()))
THEIRS = lockfile(alley=record(take("b", number=2)))


def sides(folder: Path, base: bytes, ours: bytes, theirs: bytes) -> tuple[Path, Path, Path]:
    paths = (folder / "base", folder / "ours", folder / "theirs")
    for path, data in zip(paths, (base, ours, theirs), strict=True):
        path.write_bytes(data)
    return paths


def test_the_driver_puts_the_result_in_the_place_of_ours(tmp_path: Path) -> None:
    base, ours, theirs = sides(tmp_path, b"", encode_lockfile(OURS), encode_lockfile(THEIRS))
    merge_driver(base, ours, theirs, "night.lock.json")
    assert recorded_tasks(decode_lockfile(ours.read_bytes(), "ours")) == {task(1), task(2)}


def test_a_base_that_cannot_be_read_is_done_without(tmp_path: Path) -> None:
    base, ours, theirs = sides(tmp_path, b"{", encode_lockfile(OURS), encode_lockfile(THEIRS))
    merge_driver(base, ours, theirs, "night.lock.json")
    assert recorded_tasks(decode_lockfile(ours.read_bytes(), "ours")) == {task(1), task(2)}


@pytest.mark.parametrize(
    "theirs",
    [
        b"{",
        b"",
        encode_lockfile(replace(THEIRS, spec="day")),
        encode_lockfile(THEIRS).replace(b"0.48", b"0.01"),
        encode_lockfile(THEIRS).replace(b'"lockfileVersion": 1', b'"lockfileVersion": 2'),
    ],
    ids=["cut off", "empty", "of another spec", "with a wrong digest", "of a later version"],
)
def test_what_cannot_be_joined_is_left_whole_between_markers(tmp_path: Path, theirs: bytes) -> None:
    paths = sides(tmp_path, b"", encode_lockfile(OURS), theirs)
    if not theirs:  # git calls no driver for a file that one side lacks; an empty file takes nothing away
        merge_driver(*paths, "night.lock.json")
        assert decode_lockfile(paths[1].read_bytes(), "ours") == OURS
        return
    with pytest.raises(LockfileError):
        merge_driver(*paths, "night.lock.json")
    left, right, _ = split_conflict(paths[1].read_text())
    assert (left, right.rstrip("\n")) == (encode_lockfile(OURS).decode(), theirs.decode().rstrip("\n"))


def test_a_file_in_which_nothing_is_wrong_is_not_touched(tmp_path: Path) -> None:
    opened = project(tmp_path, OURS)
    assert list(merge_conflicts(opened, ())) == []
    assert list(merge_conflicts(opened, ("lockfiles/night.lock.json",))) == []


def test_markers_are_taken_apart_where_git_knows_nothing(tmp_path: Path) -> None:
    opened = project(tmp_path, OURS)
    ours, theirs = encode_lockfile(OURS).decode(), encode_lockfile(THEIRS).decode()
    path_of(opened).write_text(f"<<<<<<< a\n{ours}||||||| b\n{{}}\n=======\n{theirs}>>>>>>> c\n")
    (merged,) = merge_conflicts(opened, ())
    assert isinstance(merged, Merged)
    assert (merged.path, merged.tasks) == ("lockfiles/night.lock.json", 2)
    assert recorded_tasks(recorded(opened)) == {task(1), task(2)}


def test_a_file_that_changes_while_it_is_merged_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = project(tmp_path, OURS)
    ours, theirs = encode_lockfile(OURS).decode(), encode_lockfile(THEIRS).decode()
    path_of(opened).write_text(f"<<<<<<< a\n{ours}=======\n{theirs}>>>>>>> c\n")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, "with the markers")
    other = tmp_path / "bin" / "git"  # which ltxspec asks between reading and writing; an editor saves meanwhile
    other.parent.mkdir()
    edit = f"case \"$*\" in *rev-list*) echo edited > '{path_of(opened)}' ;; esac"
    other.write_text(f'#!/bin/sh\n{edit}\nexec "{shutil.which("git")}" "$@"\n')
    other.chmod(0o755)
    monkeypatch.setenv("PATH", f"{other.parent}:/usr/bin:/bin")
    (problem,) = merge_conflicts(opened, ("lockfiles/night.lock.json",))
    assert isinstance(problem, LockfileError)
    assert "was changed in the meantime" in problem.summary
    assert path_of(opened).read_text() == "edited\n"


@pytest.mark.parametrize("damage", [b"{", b"\xff\xfe", b"", b"<<<<<<< a\n{\n"])
def test_damage_of_another_kind_is_left_as_it_is(tmp_path: Path, damage: bytes) -> None:
    opened = project(tmp_path, OURS)
    path_of(opened).write_bytes(damage)
    (problem,) = merge_conflicts(opened, ())
    assert isinstance(problem, LockfileError)
    assert path_of(opened).read_bytes() == damage


def test_a_lockfile_that_an_apply_holds_is_not_merged_under_it(tmp_path: Path) -> None:
    opened = project(tmp_path, OURS)
    with exclusive(opened.paths_of("night").guard, wait=0.0, command="apply"):
        (problem,) = merge_conflicts(opened, ("lockfiles/night.lock.json",))
    assert isinstance(problem, LockHeld)


def test_only_lockfiles_can_be_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="is not a lockfile"):
        list(merge_conflicts(project(tmp_path), ("specs/night.yaml",)))


def test_a_lockfile_edited_by_hand_is_not_told_to_be_merged_by_the_merge_itself(tmp_path: Path) -> None:
    found = project(tmp_path, OURS)
    path = path_of(found)
    path.write_bytes(path.read_bytes().replace(b"0.48", b"0.01"))
    (error,) = merge_conflicts(found, [])
    assert isinstance(error, LockfileError)
    assert "does not match its digest" in error.summary
    assert "lock merge" not in (error.hint or "")


def test_a_file_that_is_too_large_at_a_revision_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a.lock.json").write_bytes(b"x" * 20)
    commit(tmp_path, "large")
    assert _at(tmp_path, "HEAD", "a.lock.json") == b"x" * 20
    assert _at(tmp_path, "HEAD", "b.lock.json") is None
    monkeypatch.setattr("ltxspec.project.lockfiles.merge.LARGEST", 19)
    with pytest.raises(TooLarge):
        _at(tmp_path, "HEAD", "a.lock.json")
