import os
from pathlib import Path

import pytest

from ltxspec.errors import LtxspecError
from ltxspec.storage.hints import HintFolder
from ltxspec.values import TaskId

A, B = (TaskId(f"0b0b0b0b-1111-4222-8333-44444444444{number}") for number in (1, 2))


@pytest.fixture
def hints(tmp_path: Path) -> HintFolder:
    return HintFolder(tmp_path / "calls", tmp_path, 60.0)


def test_nothing_is_known_before_anything_was_noted(hints: HintFolder) -> None:
    assert (hints.left(), hints.take([A]), hints.expected(), hints.pause) == ([], [], False, 60.0)
    hints.drop([A])


def test_a_call_stays_until_it_is_taken_and_survives_whoever_noted_it(tmp_path: Path, hints: HintFolder) -> None:
    hints.leave(A)
    hints.leave(A)
    later = HintFolder(tmp_path / "calls", tmp_path, 60.0)
    assert (later.left(), later.take([B]), later.take([A, B]), later.take([A])) == ([A], [], [A], [])


def test_a_listener_is_gone_when_it_says_so_or_says_nothing(tmp_path: Path, hints: HintFolder) -> None:
    hints.beat()
    assert hints.expected()
    assert hints.left() == [], "it is no call"
    os.utime(tmp_path / "calls" / "listening", (1e9, 1e9))
    assert not hints.expected()
    hints.beat()
    hints.end()
    assert not hints.expected()


@pytest.mark.parametrize("name", ["../escaped", "a/b", "listening", "", ".", "x" * 65])
def test_only_ids_become_names_of_files(tmp_path: Path, hints: HintFolder, name: str) -> None:
    hints.leave(TaskId(name))
    hints.drop([TaskId(name)])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    project.mkdir()
    outside.mkdir()
    (project / "calls").symlink_to(outside)
    hints = HintFolder(project / "calls", project, 60.0)
    with pytest.raises(LtxspecError):
        hints.leave(A)
    with pytest.raises(LtxspecError):
        hints.beat()
    assert list(outside.iterdir()) == []
