"""How far the provider's calls are relied on: they say when to look, so that regular looks may be rare.

A call may be lost, and the address may be wrong. So looks never stop, and once a look finds what nobody called about,
all tasks are looked at as if there were no calls, until the next one comes.
"""

import math
from collections.abc import Collection, Sequence
from typing import Protocol

from ltxspec.values import TaskId

_HEED = 0.25  # seconds between two questions for calls, which only this machine is asked


class Hints(Protocol):
    """Calls of the provider: each says that a look at a task is worthwhile, and nothing else. Methods never fail."""

    @property
    def pause(self) -> float:
        """Seconds between two looks at a task that nobody calls about, while calls are expected."""

    def expected(self) -> bool:
        """Whether calls can arrive now, because something on this machine listens for them."""

    def take(self, tasks: Collection[TaskId]) -> Collection[TaskId]:
        """Those of these tasks that were called about since they were last taken."""


class Calls:
    """The calls about the tasks of one run.

    Args:
        hints: where they arrive; None if nothing listens.
        apart: seconds between two looks because of calls, so that calls that come together cause one look.
    """

    def __init__(self, hints: Hints | None, *, apart: float) -> None:
        self._hints = hints
        self._apart = apart
        self._missed = False  # something was found that nobody had called about
        self.next_look = -math.inf  # when a task that was called about may be looked at, by the clock's `monotonic`
        self.relied_on = False  # whether tasks will be called about; as of the last `take`

    @property
    def heed(self) -> float:
        """Seconds after which to ask for calls again."""
        return math.inf if self._hints is None else _HEED

    @property
    def pause(self) -> float:
        """Seconds between two looks at a task, while calls are relied on."""
        return 0.0 if self._hints is None else self._hints.pause

    def take(self, tasks: Sequence[TaskId]) -> Collection[TaskId]:
        """Those of these tasks that were called about."""
        if self._hints is None:
            return ()
        called = self._hints.take(tasks)
        self._missed = self._missed and not called
        self.relied_on = not self._missed and self._hints.expected()
        return called

    def looking(self, now: float, *, called: bool) -> None:
        """Note a look; `called` if a call caused it."""
        if called:
            self.next_look = now + self._apart

    def missed(self) -> None:
        """Note that a look found what nobody had called about."""
        self._missed = True
        self.relied_on = False
