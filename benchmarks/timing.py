"""Whole processes, side by side: rounds in which every contestant runs once, so that drift of the machine hits all.

Absolute times of a shared machine differ by a third from one minute to the next; only ratios within a run count.
"""

import os
import platform
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

MEBIBYTE_IN_KILOBYTES = 1024


@dataclass(frozen=True, slots=True)
class Contestant:
    """A command to time; `before` runs untimed ahead of each round, `exit_codes` are those that count as success."""

    command: Sequence[str]
    folder: Path
    before: Callable[[], None] | None = None
    exit_codes: tuple[int, ...] = (0,)


@dataclass(slots=True)
class Timing:
    """What the rounds gave: wall seconds of whole processes, and the largest resident size in MiB."""

    seconds: list[float] = field(default_factory=list)
    peak_mib: float = 0.0

    @property
    def median(self) -> float:
        """The middle of all rounds."""
        return median(self.seconds)


def child_environment() -> dict[str, str]:
    """This environment without what would slow a child down or change what it does.

    PYTHONDONTWRITEBYTECODE, set in many containers, makes every start compile all sources anew: twice the time.
    """
    foreign = ("LTXSPEC_", "RUNWARE_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def race(contestants: Mapping[str, Contestant], *, rounds: int) -> dict[str, Timing]:
    """Run all contestants in turn, `rounds` times after one untimed round that fills the caches.

    Raises:
        RuntimeError: a command ended with an exit code that is none of its own.
    """
    timings = {name: Timing() for name in contestants}
    for number in range(rounds + 1):
        for name, contestant in contestants.items():
            seconds, peak = _run_once(contestant)
            if number:
                timings[name].seconds.append(seconds)
                timings[name].peak_mib = max(timings[name].peak_mib, peak)
    return timings


def _run_once(contestant: Contestant) -> tuple[float, float]:
    if contestant.before:
        contestant.before()
    started = time.perf_counter()
    process = subprocess.Popen(
        contestant.command,
        cwd=contestant.folder,
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    complaint = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in contestant.exit_codes:
        shown = " ".join(map(str, contestant.command))
        raise RuntimeError(f"{shown} exited {process.returncode}: {complaint.decode(errors='replace')}")
    return seconds, usage.ru_maxrss / MEBIBYTE_IN_KILOBYTES


def describe_machine() -> str:
    """One line that says where the numbers come from."""
    cores = os.cpu_count()
    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cores} cores; medians"
