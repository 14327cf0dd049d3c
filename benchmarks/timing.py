"""Whole processes, side by side: rounds in which every contestant runs once, so that drift of the machine hits all.

Absolute times of a shared machine differ by a third from one minute to the next; only ratios within a run count.
"""

import os
import platform
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from statistics import median
from typing import IO

MEBIBYTE_IN_KILOBYTES = 1024
LOOK_EVERY = 0.25  # seconds between looks at a process that has limits


class Stopped(RuntimeError):
    """A process was stopped because it exceeded a limit; the message says which."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A command to time.

    Attributes:
        command: the words of the command.
        folder: its working directory.
        before: runs untimed ahead of each round.
        exit_codes: those that count as success.
        environment: variables that it has besides the usual ones.
        seconds: it is stopped if it takes longer.
        mebibytes: it is stopped if it, without its children, uses more memory. Only Linux tells.
    """

    command: Sequence[str]
    folder: Path
    before: Callable[[], None] | None = None
    exit_codes: tuple[int, ...] = (0,)
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float = inf
    mebibytes: float = inf


@dataclass(slots=True)
class Timing:
    """What the rounds gave.

    Attributes:
        seconds: of wall time of whole processes, one for each round.
        cpu: the same in seconds of CPU, with those of child processes.
        peak_mib: the largest resident size of one process.
        stopped: the limit that ended it; empty if none did.
    """

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak_mib: float = 0.0
    stopped: str = ""

    @property
    def median(self) -> float:
        """The middle of all rounds."""
        return median(self.seconds)


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall and CPU seconds, the largest resident size in MiB, and what it printed, where that is kept."""

    seconds: float
    cpu: float
    peak_mib: float
    output: str = ""


def child_environment() -> dict[str, str]:
    """This environment without what would slow a child down or change what it does.

    PYTHONDONTWRITEBYTECODE, set in many containers, makes every start compile all sources anew: twice the time.
    """
    foreign = ("LTXSPEC_", "RUNWARE_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def race(
    contestants: Mapping[str, Contestant], *, rounds: int, warm: bool = True, patience: float = inf
) -> dict[str, Timing]:
    """Run all contestants in turn, up to `rounds` times.

    Args:
        contestants: their names, and what to run.
        rounds: how many are timed.
        warm: whether one untimed round comes first, which fills the caches.
        patience: a contestant whose rounds took so many seconds in all has no more of them.

    Raises:
        RuntimeError: a command ended with an exit code that is none of its own.
    """
    timings = {name: Timing() for name in contestants}
    for number in range(rounds + warm):
        for name, contestant in contestants.items():
            timing = timings[name]
            if timing.stopped or sum(timing.seconds) > patience:
                continue
            try:
                run = run_once(contestant)
            except Stopped as stopped:
                timing.stopped = str(stopped)
                continue
            if number or not warm:
                timing.seconds.append(run.seconds)
                timing.cpu.append(run.cpu)
                timing.peak_mib = max(timing.peak_mib, run.peak_mib)
    return timings


def run_once(contestant: Contestant, *, keep_output: bool = False) -> Run:
    """Run a command to its end.

    Raises:
        Stopped: it exceeded a limit.
        RuntimeError: it ended with an exit code that is none of its own.
    """
    if contestant.before:
        contestant.before()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as printed:
        started = time.perf_counter()
        process = subprocess.Popen(
            contestant.command,
            cwd=contestant.folder,
            env={**child_environment(), **contestant.environment},
            stdin=subprocess.DEVNULL,
            stdout=printed if keep_output else subprocess.DEVNULL,
            stderr=printed,
            start_new_session=True,
        )
        with _limited(process.pid, contestant) as exceeded:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if exceeded:
            raise Stopped(exceeded[0])
        output = _all_of(printed)
    if process.returncode not in contestant.exit_codes:
        shown = " ".join(map(str, contestant.command))
        raise RuntimeError(f"{shown} exited {process.returncode}: {output[-2000:]}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MEBIBYTE_IN_KILOBYTES, output)


@contextmanager
def _limited(pid: int, contestant: Contestant) -> Iterator[list[str]]:
    """Stop a process and its children while the context is open, once a limit is exceeded; yields which it was."""
    exceeded: list[str] = []
    ended = threading.Event()
    deadline = time.monotonic() + contestant.seconds

    def watch() -> None:
        while not ended.wait(LOOK_EVERY):
            if time.monotonic() > deadline:
                exceeded.append(f"more than {contestant.seconds:.0f} s")
            elif _resident_mib(pid) > contestant.mebibytes:
                exceeded.append(f"more than {contestant.mebibytes / 1024:.0f} GiB")
            if exceeded:
                with suppress(ProcessLookupError):  # it ended just now
                    os.killpg(pid, signal.SIGKILL)
                return

    watching = threading.Thread(target=watch, daemon=True)
    if min(contestant.seconds, contestant.mebibytes) < inf:
        watching.start()
    try:
        yield exceeded
    finally:
        ended.set()
        if watching.ident:
            watching.join()


def _resident_mib(pid: int) -> float:
    """The memory of a process; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _all_of(printed: IO[str]) -> str:
    printed.seek(0)
    return printed.read()


def machine() -> str:
    """The processor, its cores in use, the system and Python, in one line without names of the machine."""
    cores, model = os.cpu_count(), platform.machine()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), model)
    return f"{model}, {cores} cores, {platform.system()}, Python {platform.python_version()}"


def describe_machine() -> str:
    """One line that says where the numbers come from."""
    cores = os.cpu_count()
    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cores} cores; medians"
