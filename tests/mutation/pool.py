"""Trials side by side: each in a forked process of its own that may hang, grow or crash without harm."""

import os
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_MEMORY = 6 << 30  # bytes of address space; what asks for more is a loop that collects for ever


class Pool:
    """At most `places` processes at once."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._running: dict[int, int] = {}

    def fork(self, key: int) -> bool:
        """Start a process that is known as `key`; true in the new one, which must leave by `os._exit`."""
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            return True
        self._running[pid] = key
        return False

    @property
    def full(self) -> bool:
        """Whether a process must end before another may begin."""
        return len(self._running) >= self._places

    def ended(self) -> Iterator[tuple[int, int]]:
        """Wait for processes while there is no place for another: key and exit code of each."""
        while self.full:
            yield self._next()

    def rest(self) -> Iterator[tuple[int, int]]:
        """Wait for all that are left."""
        while self._running:
            yield self._next()

    def _next(self) -> tuple[int, int]:
        pid, status = os.wait()
        with suppress(ProcessLookupError):  # what it started and left behind
            os.killpg(pid, signal.SIGKILL)
        return self._running.pop(pid), os.waitstatus_to_exitcode(status)


def end_after(seconds: float) -> None:
    """End this process when it has worked so long from now, or waited for much longer."""
    for number, timer, limit in (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, 30 + 10 * seconds),
    ):
        signal.signal(number, signal.SIG_DFL)
        signal.setitimer(timer, limit)


def confine(seconds: float, scratch: Path, output: Path | None = None) -> None:
    """Bound this process: the seconds it works, its memory, where its tests write."""
    end_after(seconds)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    folder = tempfile.mkdtemp(dir=scratch)
    os.environ["PYTEST_DEBUG_TEMPROOT"] = os.environ["TMPDIR"] = tempfile.tempdir = folder
    sink = os.open(output or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
