"""What `ltxspec lock` says and asks; what it does: `acceptance/test_lock_commands.py`."""

import io
import sys
from pathlib import Path

import pytest
from builders import lockfile, record, take
from unit.project.projects import project, recorded

from ltxspec.cli.main import run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def forget(folder: Path, answer: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{answer}\n"))
    return run(["-C", str(folder), "lock", "rm", "night.alley"])


def test_a_person_is_asked_and_only_yes_is_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = project(tmp_path, lockfile(alley=record(take(cost=None))))
    for answer in ("y", "no", ""):
        assert forget(tmp_path, answer, monkeypatch) == 4
    assert "Permanently remove this record (1 of unknown cost)?" in capsys.readouterr().err
    assert recorded(opened).shots
    assert forget(tmp_path, "yes", monkeypatch) == 0
    assert recorded(opened).shots == {}


def test_the_driver_wants_three_files_and_perhaps_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for files in (["a", "b"], ["a", "b", "c", "d", "e"]):
        assert run(["-C", str(tmp_path), "lock", "merge", "--driver", *files]) == 64
    assert "%O %A %B %P" in capsys.readouterr().err
    assert run(["-C", str(tmp_path), "lock", "merge", "--driver", "a", "b", "c"]) == 1


def test_one_problem_of_many_lockfiles_hides_no_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(tmp_path)
    folder = tmp_path / "lockfiles"
    folder.mkdir()
    (folder / "a.lock.json").write_text("{")
    (folder / "b.lock.json").write_text("{")
    assert run(["-C", str(tmp_path), "lock", "merge"]) == 1
    assert capsys.readouterr().err.count("is not complete JSON") == 2
