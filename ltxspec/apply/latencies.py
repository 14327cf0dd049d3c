"""How long renders take, learnt from takes of the same kind: a look that comes too late keeps a place for nothing."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import Clock
from ltxspec.lock.journal import OpenTask
from ltxspec.lock.models import Take
from ltxspec.values import Json, TaskId

_KIND: Final = ("model", "duration", "width", "height", "resolution", "fps")  # what the time of a render depends on
_KEPT: Final = 32  # times of each kind: services become faster and slower
_EARLY: Final = 0.9  # of the shortest usual time, when the first look is taken
_SHARE: Final = 0.02  # of the usual time, between looks from then on
_LEAST: Final = -4  # 2^-4 s between looks
_SOONEST: Final = 10  # a tenth of the times is shorter than the shortest usual one


@dataclass(frozen=True, slots=True)
class Wait:
    """When a render may be done, in seconds."""

    left: float  # until the first look that may find it done; negative if that time is over
    step: float  # between looks from then on
    usual: float  # that such a render takes; half of it later, waits grow


class Known(Protocol):
    """What a run knows of its tasks, and of the time that such renders take."""

    def wait(self, task: TaskId) -> Wait | None:
        """When a task may be done; None if that is not known."""

    def ended(self, task: TaskId) -> None:
        """A look has found the task done."""

    async def on_disk(self, task: TaskId) -> None:
        """Wait until what is known of a task is on disk. Raises StorageError."""


class Nothing:
    """Nothing is known."""

    def wait(self, task: TaskId) -> Wait | None:
        """See `Known.wait`."""
        del task
        return None

    def ended(self, task: TaskId) -> None:
        """See `Known.ended`."""
        del task

    async def on_disk(self, task: TaskId) -> None:
        """See `Known.on_disk`."""
        del task


@dataclass(slots=True)
class Latencies:
    """The times of earlier renders, by kind. Times of successful ones only: a refusal takes no time.

    Args:
        ledgers: what is recorded, and what is in progress.
        clock: says what time it is.
    """

    ledgers: Sequence[Ledger]
    clock: Clock
    _times: dict[tuple[str, ...], deque[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Learn from the takes of earlier runs, oldest first."""
        takes = [take for one in self.ledgers for shot in one.lockfile.shots.values() for take in shot.takes]
        for take in sorted(takes, key=lambda take: take.finished_at or ""):
            if (seconds := _seconds_of(take)) is not None:
                self._learn(take.request, seconds)

    def wait(self, task: TaskId) -> Wait | None:
        """When a task in progress may be done; None if none of its kind has been rendered yet."""
        found = self._open(task)
        times = sorted(self._times.get(_kind_of(found.intent.request), ())) if found is not None else []
        if found is None or not times:
            return None
        soonest, usual = times[len(times) // _SOONEST], times[len(times) // 2]
        step = 2.0 ** max(round(math.log2(usual * _SHARE)), _LEAST)
        return Wait(soonest * _EARLY - self._seconds_since(found), step, usual)

    def ended(self, task: TaskId) -> None:
        """Learn from a task in progress that was just found to be done."""
        found = self._open(task)
        if found is not None:
            self._learn(found.intent.request, self._seconds_since(found))

    async def on_disk(self, task: TaskId) -> None:
        """Wait until what the journals know of a task is on disk. Raises StorageError."""
        for ledger in self.ledgers:
            await ledger.on_disk(task)

    def _open(self, task: TaskId) -> OpenTask | None:
        return next((ledger.open[task] for ledger in self.ledgers if task in ledger.open), None)

    def _seconds_since(self, task: OpenTask) -> float:
        return (self.clock.now() - datetime.fromisoformat(task.sent_at)).total_seconds()

    def _learn(self, request: Mapping[str, Json], seconds: float) -> None:
        if seconds > 0:
            self._times.setdefault(_kind_of(request), deque(maxlen=_KEPT)).append(seconds)


def _kind_of(request: Mapping[str, Json]) -> tuple[str, ...]:
    return tuple(str(request.get(name)) for name in _KIND)


def _seconds_of(take: Take) -> float | None:
    """From the order to the end; None for what failed, and for imported takes, whose times are not known."""
    if take.status != "succeeded" or take.submitted_at is None or take.finished_at is None:
        return None
    try:
        return (datetime.fromisoformat(take.finished_at) - datetime.fromisoformat(take.submitted_at)).total_seconds()
    except (ValueError, TypeError):  # not a time, or one of them without a zone
        return None
