"""The course of one command: the points it passes, and what happens to it there.

A point is a dealing with the world: a system call that writes, an exchange with the service, a pause. At a chosen one
the process is killed, the power fails, the disk fails, or another actor acts.
"""

import errno
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from crash.death import Crash

What = Literal["kill", "power", "disk", "meanwhile"]


@dataclass(frozen=True)
class Strike:
    """What happens at one point of a command.

    Args:
        at: number of the point, from 1.
        what: the process is killed; the power fails; a system call fails; another step is taken.
        error: number of the error of a failing system call.
        for_good: whether every later call fails, too.
        salt: decides what of the unsynced writes survives when the power fails.
    """

    at: int
    what: What
    error: int = errno.EIO
    for_good: bool = False
    salt: int = 0

    def __str__(self) -> str:
        words = {"kill": "killed", "power": f"power fails ({self.salt})", "meanwhile": "meanwhile"}
        disk = f"{errno.errorcode[self.error]}{' from here on' if self.for_good else ''}"
        return f"{words.get(self.what, disk)} at point {self.at}"


@dataclass
class Course:
    """What a command went through so far."""

    strikes: Sequence[Strike] = ()
    meanwhile: Callable[[], None] | None = None
    power_fails: Callable[[int], None] | None = None
    points: int = 0
    last: str = ""
    struck: list[str] = field(default_factory=list)
    dead: bool = False
    broken_disk: int | None = None  # the error of every system call from now on
    postponed: bool = False  # whether another actor acts as soon as the lockfile is written
    busy: bool = False  # whether it has begun to write or to ask, beyond taking its lock

    def pass_point(self, label: str) -> None:
        """Get past a point, or not. Raises Crash."""
        if self.dead:
            raise Crash
        self.points += 1
        self.last = label
        self.busy = self.busy or not label.startswith("other")
        if self.postponed and not label.startswith("lockfile"):
            self.postponed = False
            self._act(label)
        for strike in self.strikes:
            if strike.at == self.points and strike.what != "disk":
                self._hit(strike, label)

    def kill(self, label: str) -> None:
        """The process is killed here. Raises Crash."""
        self.struck.append(f"kill at {label}")
        self.dead = True
        raise Crash(label)

    def _hit(self, strike: Strike, label: str) -> None:
        if strike.what == "meanwhile":
            # Between the last look at a lockfile and its renaming no program can see another one's write.
            self.postponed = label.startswith("lockfile")
            if not self.postponed:
                self._act(label)
            return
        self.struck.append(f"{strike.what} at {label}")
        self.dead = True
        if strike.what == "power" and self.power_fails is not None:
            self.power_fails(strike.salt)
        raise Crash(label)

    def _act(self, label: str) -> None:
        self.struck.append(f"meanwhile at {label}")
        if self.meanwhile is not None:
            self.meanwhile()

    def system_call(self, label: str) -> None:
        """Get past a point at which a system call may fail. Raises Crash, OSError."""
        self.pass_point(label)
        number = self.broken_disk
        for strike in self.strikes:
            if strike.at == self.points and strike.what == "disk":
                self.struck.append(f"disk at {label}")
                number = strike.error
                self.broken_disk = strike.error if strike.for_good else None
        if number is not None:
            raise OSError(number, os.strerror(number))
