"""The exclusive lock of one spec: it ends with the process that holds it, so that stale locks cannot exist."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

import orjson

from ltxspec.errors import LockHeld
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.durable import REAL, FileOps, make_folder, opened, translated, write_all
from ltxspec.values import Json

_PAUSE = 0.1  # seconds between two attempts at a held lock
_LOOKS = 10  # more attempts while the holder has not written who it is, which it does right after locking
_ABOUT_ENOUGH = 4096  # maximum bytes of holder information to read

OnWait = Callable[[str], None]


@contextlib.contextmanager
def exclusive(
    guard: Path,
    *,
    wait: float,
    command: str,
    within: Path | None = None,
    on_wait: OnWait | None = None,
    work: str = "working on this spec",
) -> Iterator[None]:
    """Hold the lock on a guard file.

    The kernel keeps the lock on the open file (flock) and releases it when the process ends, however it ends. The
    file's content only says who holds the lock; it decides nothing.

    Args:
        guard: the file to lock; it is created and not removed.
        wait: seconds to wait for another process; 0 gives up at once.
        command: what this process is doing, for the messages of other processes.
        within: the folder that links above the guard file must not lead out of.
        on_wait: called once with the holder's description, if there is someone to wait for.
        work: what a process that holds this lock is doing, for the message.

    Raises:
        LockHeld: another process holds it; the message says who.
        StorageError: the file cannot be created or locked; without a lock nothing is spent.
    """
    clock = SystemClock()
    with contextlib.ExitStack() as stack:
        with translated("lock", guard):
            ops = REAL.inside(within)
            make_folder(guard.parent, ops)
            descriptor = _acquire(guard, clock.monotonic() + wait, stack, ops, _Words(work, on_wait))
            _introduce(descriptor, command, clock)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, 0)


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said of the process that holds a lock."""

    work: str
    on_wait: OnWait | None


def _acquire(guard: Path, deadline: float, stack: contextlib.ExitStack, ops: FileOps, words: _Words) -> int:
    clock, looks = SystemClock(), _LOOKS
    while True:
        with contextlib.ExitStack() as attempt:
            descriptor = attempt.enter_context(opened(guard, os.O_RDWR | os.O_CREAT, ops))
            if _lock(descriptor):
                if not _is_still(guard, descriptor):
                    continue
                stack.push(attempt.pop_all())
                return descriptor
            holder = os.pread(descriptor, _ABOUT_ENOUGH, 0)
        left = deadline - clock.monotonic()
        if left > 0:
            if words.on_wait is not None:
                words.on_wait(f"{_who(holder)} is {words.work}; waiting up to {left:.0f} s")
                words = replace(words, on_wait=None)
            clock.pause(min(_PAUSE, left))
        elif holder or not looks:
            raise LockHeld(f"{_who(holder)} is {words.work}", hint="wait until it has finished")
        else:
            looks -= 1
            clock.pause(_PAUSE / 2)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(guard: Path, descriptor: int) -> bool:
    """Whether the locked file is still the one under this name; it may have been deleted while waiting."""
    try:
        return os.path.samestat(os.fstat(descriptor), guard.stat())
    except FileNotFoundError:
        return False


def _introduce(descriptor: int, command: str, clock: SystemClock) -> None:
    holder = {
        "pid": os.getpid(),
        "host": os.uname().nodename,
        "command": command,
        "since": f"{clock.now().astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z",
    }
    os.ftruncate(descriptor, 0)
    write_all(descriptor, orjson.dumps(holder) + b"\n")


def _who(holder: bytes) -> str:
    try:
        about: Json = orjson.loads(holder)
        return f"`{about['command']}` (process {about['pid']} on {about['host']}, since {about['since']})"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "another process"
