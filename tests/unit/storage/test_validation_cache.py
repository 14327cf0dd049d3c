"""Remembered verdicts: right or forgotten, never an error."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ltxspec.storage import validation_cache as verdicts
from ltxspec.storage.validation_cache import FileVerdicts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".ltxspec" / "cache" / "verdicts"


def remember(path: Path, *digests: str) -> None:
    with FileVerdicts(path) as known:
        for digest in digests:
            known.add(digest)


def test_what_was_added_is_known_at_once_and_in_the_next_run(path: Path) -> None:
    known = FileVerdicts(path)
    assert "a" not in known
    known.add("a")
    assert "a" in known
    known.save()
    assert "a" in FileVerdicts(path)
    assert "b" not in FileVerdicts(path)


def test_runs_add_to_one_another(path: Path) -> None:
    remember(path, "a")
    remember(path, "b")
    assert all(digest in FileVerdicts(path) for digest in ("a", "b"))
    assert [entry.name for entry in path.parent.iterdir()] == ["verdicts"]


def test_a_run_that_learned_nothing_writes_nothing(path: Path) -> None:
    remember(path)
    assert not path.exists()
    remember(path, "a")
    before = path.stat().st_mtime_ns
    remember(path, "a")
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"another header\na\n", b"\0" * 100, b"ltxspec verdicts 2\na\n"])
def test_a_file_that_is_none_knows_nothing_and_is_replaced(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert "a" not in FileVerdicts(path)
    remember(path, "b")
    assert "b" in FileVerdicts(path)


def test_a_truncated_file_never_knows_more_than_was_added(path: Path) -> None:
    remember(path, "a" * 64, "b" * 64)
    before = path.stat()
    path.write_bytes(path.read_bytes()[:-30])
    os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))
    known = FileVerdicts(path)
    assert "a" * 64 in known
    assert "b" * 64 not in known


def test_a_file_that_was_brought_here_is_not_believed(path: Path) -> None:
    remember(path, "a")
    brought = path.with_name("brought")
    shutil.copy2(path, brought)
    assert brought.stat().st_mtime_ns == path.stat().st_mtime_ns
    assert "a" not in FileVerdicts(brought)
    os.utime(path)
    assert "a" not in FileVerdicts(path), "a checkout over it leaves another time"


def test_a_place_that_cannot_be_written_or_read_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    remember(tmp_path / "file" / "verdicts", "a")
    (tmp_path / "folder").mkdir()
    remember(tmp_path / "folder", "a")
    assert "a" not in FileVerdicts(tmp_path / "file" / "verdicts")
    assert "a" not in FileVerdicts(tmp_path / "folder")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder"]


def test_when_there_are_too_many_only_those_in_use_are_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(path, "old", "used")
    monkeypatch.setattr(verdicts, "_AT_MOST", 2)
    with FileVerdicts(path) as known:
        assert "used" in known
        known.add("new")
    assert [digest in FileVerdicts(path) for digest in ("old", "used", "new")] == [False, True, True]


def test_two_processes_may_save_at_once(path: Path) -> None:
    script = """
import sys
from pathlib import Path
from ltxspec.storage.validation_cache import FileVerdicts
for number in range(50):
    with FileVerdicts(Path(sys.argv[1])) as known:
        known.add(f"{sys.argv[2]}{number}")
"""
    processes = [subprocess.Popen([sys.executable, "-c", script, str(path), name]) for name in ("a", "b")]
    assert [process.wait() for process in processes] == [0, 0]
    assert path.read_text().startswith("ltxspec verdicts 2 ")
    assert any(f"{name}49" in FileVerdicts(path) for name in ("a", "b")), "the last to save keeps its own"
