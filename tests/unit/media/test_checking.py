"""Other processes find the same in videos, and what kills such a process says nothing of a video."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from passage_films import LOUD, MOVING, film

from ltxspec.errors import MediaError, StorageError
from ltxspec.media import checking
from ltxspec.media.checking import Checks
from ltxspec.media.measure import checked


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("films") / "film.mp4", [(MOVING, 1)], [(LOUD, 1)])


@pytest.fixture(scope="module")
def apart() -> Iterator[Checks]:
    checks = Checks(workers=1, worth=0.0)
    yield checks
    checks.close()


def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The workers that are started from now on."""
    found: list[subprocess.Popen[bytes]] = []
    start = checking._start

    def noted() -> subprocess.Popen[bytes]:
        found.append(start())
        return found[-1]

    monkeypatch.setattr(checking, "_start", noted)
    return found


def test_a_worker_finds_what_this_process_finds(apart: Checks, video: Path) -> None:
    assert apart(video) == checked(video)


def test_damage_is_found_there_as_well(apart: Checks, video: Path, tmp_path: Path) -> None:
    cut, page = tmp_path / "cut.mp4", tmp_path / "page.mp4"
    cut.write_bytes(video.read_bytes()[:-500])
    page.write_bytes(b"<!doctype html>")
    with pytest.raises(MediaError, match="cut short"):
        apart(cut)
    with pytest.raises(MediaError, match="web page"):
        apart(page)
    assert apart(video) == checked(video)


def test_a_worker_that_has_ended_is_replaced(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = started(monkeypatch)
    checks = Checks(workers=1, worth=0.0)
    checks(video)
    os.kill(workers[0].pid, signal.SIGKILL)
    workers[0].wait()
    assert checks(video) == checked(video)
    assert len(workers) == 2
    checks.close()
    assert all(worker.returncode is not None for worker in workers)


def test_what_kills_every_worker_is_no_damage_of_the_video(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_CODE", "import sys; sys.stdin.readline()")
    checks = Checks(workers=1, worth=0.0)
    with pytest.raises(StorageError, match=r"ended while it looked at `film\.mp4`"):
        checks(video)


def test_a_process_that_cannot_be_started_is_no_damage_either(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    checks = Checks(workers=1, worth=0.0)
    for _ in range(2):  # the place of the worker is not used up
        with pytest.raises(StorageError, match="no process for checking videos can be started"):
            checks(video)


def test_few_videos_are_checked_in_this_process(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = started(monkeypatch)
    assert Checks(workers=1, worth=60.0)(video) == checked(video)
    assert Checks(workers=0, worth=0.0)(video) == checked(video)
    assert workers == []


def test_a_worker_knows_no_key_and_takes_no_module_from_the_working_directory(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "av.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUNWARE_API_KEY", "secret")
    monkeypatch.syspath_prepend("")
    workers = started(monkeypatch)
    checks = Checks(workers=1, worth=0.0)
    assert checks(video) == checked(video)
    environment = Path(f"/proc/{workers[0].pid}/environ")
    assert not environment.exists() or b"secret" not in environment.read_bytes()
    checks.close()


def test_many_threads_share_the_workers(apart: Checks, video: Path) -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(apart(video))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [checked(video)] * 8
