"""The lock: one process at a time, gone with its process, and it says who holds it."""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from ltxspec.errors import LockHeld, StorageError
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.file_lock import exclusive

HOLD = """
import sys, time
from pathlib import Path
from ltxspec.storage.file_lock import exclusive

with exclusive(Path(sys.argv[1]), wait=0, command="ltxspec apply"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def guard(tmp_path: Path) -> Path:
    return tmp_path / ".ltxspec" / "locks" / "night.lock"


@contextmanager
def another_process(guard: Path, seconds: float = 60) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds the lock until it is killed or its time is over."""
    command = [sys.executable, "-c", HOLD, str(guard), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def take(guard: Path, wait: float = 0) -> None:
    with exclusive(guard, wait=wait, command="ltxspec plan"):
        pass


def test_a_second_process_is_refused_and_told_who_holds_the_lock(guard: Path) -> None:
    with another_process(guard) as holder, pytest.raises(LockHeld) as caught:
        take(guard)
    assert "`ltxspec apply`" in caught.value.summary
    who = rf"process {holder.pid} on {re.escape(os.uname().nodename)}, since 20[0-9-]+T[0-9:]{{8}}Z\)"
    assert re.search(who, caught.value.summary)
    assert caught.value.hint == "wait until it has finished"
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_the_lock_dies_with_its_process_and_what_it_left_behind_blocks_nobody(
    guard: Path, sent: signal.Signals
) -> None:
    with another_process(guard) as holder:
        holder.send_signal(sent)
        holder.wait()
    assert json.loads(guard.read_bytes())["pid"] == holder.pid, "the dead process could not tidy up"
    take(guard)


def test_waiting_gets_the_lock_when_the_other_process_ends(guard: Path) -> None:
    with another_process(guard, seconds=0.5):
        take(guard, wait=30)


def test_waiting_ends_when_its_time_is_over(guard: Path) -> None:
    with another_process(guard):
        started = time.monotonic()
        with pytest.raises(LockHeld):
            take(guard, wait=0.3)
        assert 0.3 <= time.monotonic() - started < 20


def test_the_same_process_cannot_take_it_twice(guard: Path) -> None:
    with ExitStack() as stack:
        stack.enter_context(exclusive(guard, wait=0, command="one"))
        with pytest.raises(LockHeld, match="`one`"):
            take(guard)
    take(guard)


def test_it_is_released_after_an_error_inside(guard: Path) -> None:
    with pytest.raises(ZeroDivisionError), exclusive(guard, wait=0, command="one"):
        _ = 1 // 0
    assert guard.read_bytes() == b""
    take(guard)


def test_a_lock_file_that_was_deleted_while_held_does_not_break_the_next_one(guard: Path) -> None:
    with exclusive(guard, wait=0, command="one"):
        guard.unlink()
    take(guard)
    assert guard.exists()


@pytest.mark.parametrize("left", [b"", b"not json", b"[]", b"{}", b"\xff" * 9000])
def test_unreadable_holder_information_is_no_obstacle(guard: Path, left: bytes) -> None:
    with exclusive(guard, wait=0, command="one"):
        guard.write_bytes(left)
        with pytest.raises(LockHeld, match="another process is working"):
            take(guard)
    guard.write_bytes(left)
    take(guard)


def test_without_a_place_for_the_lock_nothing_starts(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot lock"):
        take(tmp_path / "file" / "night.lock")
    with pytest.raises(StorageError, match="cannot lock"):
        take(tmp_path)


def test_child_processes_do_not_inherit_the_lock(guard: Path) -> None:
    with exclusive(guard, wait=0, command="one"):
        child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    try:
        take(guard)
    finally:
        child.communicate()


def test_a_holder_that_has_not_yet_said_who_it_is_gets_a_moment_to(
    guard: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between taking the lock and writing the name down another process may look."""
    about = b'{"command": "apply", "host": "here", "pid": 7, "since": "2026-11-22T10:00:00+00:00"}\n'
    guard.parent.mkdir(parents=True)
    with guard.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        monkeypatch.setattr(SystemClock, "pause", lambda *_: guard.write_bytes(about))
        with pytest.raises(LockHeld, match=r"`apply` \(process 7 on here"):
            take(guard)
