"""Checks finished videos, in processes of their own once there are many: decoding takes more CPU time than the rest.

A file comes from the network, so a decoder that crashes on it must not end the process that pays for it, either. The
workers know no key: their environment has none.
"""

import atexit
import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

import msgspec

from ltxspec.errors import MediaError, StorageError
from ltxspec.formats import read
from ltxspec.lock.measured import VideoFacts
from ltxspec.media import measure
from ltxspec.values import Json

_WORTH: Final = 2.0  # seconds of checking in this process before workers are started, which takes about half a second
_MOST: Final = 4  # workers: each decodes with all cores
_CODE: Final = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from ltxspec.media.worker import main; main()"
_PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
_TRIES: Final = 2

_Worker = subprocess.Popen[bytes]


class Checks:
    """Checks of videos by any number of threads.

    Args:
        workers: how many processes there may be; 0: all is done in this one.
        worth: seconds of checking in this process after which they are used.
    """

    def __init__(self, workers: int | None = None, worth: float = _WORTH) -> None:
        self._most = min(os.cpu_count() or 1, _MOST) if workers is None else workers
        self._worth = worth
        self._spent = 0.0
        self._guard = threading.Lock()
        self._idle: queue.SimpleQueue[_Worker | None] = queue.SimpleQueue()  # None: a worker that may be started
        for _ in range(self._most):
            self._idle.put(None)

    def __call__(self, path: Path) -> VideoFacts | None:
        """As `measure.checked`.

        Raises:
            MediaError: it is not a video, or damaged.
            StorageError: the worker ended while it looked at the file, twice; nothing is known of it.
        """
        if self._spent < self._worth or not self._most:
            started = time.perf_counter()
            try:
                return measure.checked(path)
            finally:
                with self._guard:
                    self._spent += time.perf_counter() - started
        worker = self._idle.get()
        try:
            for _ in range(_TRIES):
                if worker is None:
                    worker = _start()
                answer = _ask(worker, path)
                if answer is not None:
                    return _facts_in(answer)
                _end(worker)
                worker = None
        finally:
            self._idle.put(worker)
        raise StorageError(
            f"the process that checks videos ended while it looked at `{path.name}`",
            hint="the file is kept, and the next run checks it again; it may need more memory than there is",
        )

    def close(self) -> None:
        """End the workers that are idle; later checks start others."""
        for _ in range(self._most):
            try:
                worker = self._idle.get_nowait()
            except queue.Empty:
                return
            if worker is not None:
                _end(worker)
            self._idle.put(None)


def _start() -> _Worker:
    """Start a worker, which no signal from the terminal reaches. Raises StorageError."""
    paths = [place for place in sys.path if place and Path(place).is_absolute()]  # never the working directory
    command = [sys.executable, "-I", "-c", _CODE, msgspec.json.encode(paths).decode()]
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        return subprocess.Popen(  # noqa: S603  # arguments as a list, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        raise StorageError(f"no process for checking videos can be started: {error.strerror}") from error


def _ask(worker: _Worker, path: Path) -> Json:
    """A worker's answer; None if it has ended."""
    if worker.stdin is None or worker.stdout is None:
        raise AssertionError("a worker without pipes")
    try:
        worker.stdin.write(msgspec.json.encode(str(path.absolute())) + b"\n")
        worker.stdin.flush()
        line = worker.stdout.readline()
        return msgspec.json.decode(line) if line.endswith(b"\n") else None
    except (OSError, msgspec.DecodeError):
        return None


def _facts_in(answer: Json) -> VideoFacts | None:
    if "damage" in answer:
        raise MediaError(answer["damage"], hint=answer["hint"])
    return None if answer["facts"] is None else read(answer["facts"], VideoFacts)


def _end(worker: _Worker) -> None:
    """End a worker: its input ends, or it has ended already."""
    worker.kill()
    with contextlib.suppress(BrokenPipeError), worker:  # of a question that it did not read
        pass
    worker.wait()


CHECKS: Final = Checks()
atexit.register(CHECKS.close)
