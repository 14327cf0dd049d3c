"""Watches every task under way with as few requests as possible: one loop, many tasks a look, growing waits."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from ltxspec.apply.ports import Clock, Order, Provider, TaskReport, TaskState
from ltxspec.apply.silence import Silence
from ltxspec.errors import ProviderError, ProviderUnavailable
from ltxspec.values import TaskId

_GROWTH = 1.5
_LEAST_PATIENCE = 10.0  # seconds of real time for one look
_ENDS = frozenset({TaskState.SUCCEEDED, TaskState.FAILED})


@dataclass(slots=True)
class _Watch:
    """One task being watched: when to look next, when to give up, whom to tell."""

    order: Order
    deadline: float
    until: Callable[[TaskReport], bool]
    due: float
    wait: float
    done: "asyncio.Future[TaskReport | None]"
    on_look: Callable[[TaskReport], None]
    last: TaskReport | None = None


class Poller:
    """Shared by all shots of a run. Start it with `async with`; it stops when left."""

    def __init__(
        self, provider: Provider, clock: Clock, *, interval: float, longest: float, silence: Silence | None = None
    ) -> None:
        self._provider = provider
        self._clock = clock
        self._interval = interval
        self._longest = longest
        self._watches: dict[TaskId, _Watch] = {}
        self._changed = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._broken: BaseException | None = None
        self.silence = silence or Silence(clock)

    async def __aenter__(self) -> Self:
        self._loop = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def watch(
        self,
        order: Order,
        seconds: float,
        on_look: Callable[[TaskReport], None],
        *,
        until: Callable[[TaskReport], bool] = lambda _: False,
    ) -> TaskReport | None:
        """Watch a task until it ends or `seconds` are over; the last report, or None when no look succeeded.

        The task is looked at once at the very least.

        Args:
            order: the task; `results` says when it is complete.
            seconds: how long to watch at most.
            on_look: called with every report on the way.
            until: also return as soon as a report satisfies this.

        Raises:
            ProviderRefused: the key is bad; no look can succeed.
        """
        if self._broken is not None:
            raise self._broken
        now = self._clock.monotonic()
        future: asyncio.Future[TaskReport | None] = asyncio.get_running_loop().create_future()
        first = min(self._interval, max(seconds, 0.0))
        self._watches[order.task_id] = _Watch(order, now + seconds, until, now + first, self._interval, future, on_look)
        self._changed.set()
        try:
            return await future
        finally:
            self._watches.pop(order.task_id, None)

    async def _run(self) -> None:
        """Look for ever. What was not foreseen (a bug) is handed to everyone who waits: nobody may wait for nothing."""
        try:
            await self._look_on()
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._broken = error
            self._give_up(list(self._watches.values()), error)
            raise

    async def _look_on(self) -> None:
        while True:
            due = await self._next_due()
            try:
                reports = await self._poll(due)
            except ProviderUnavailable as error:
                self.silence.failed(error.line)
                for watch in due:
                    self._later(watch, error.retry_after)
            except ProviderError as error:
                self._give_up(due, error)
            else:
                self.silence.answered()
                for watch in due:
                    self._look(watch, reports[watch.order.task_id])

    async def _poll(self, due: list[_Watch]) -> Mapping[TaskId, TaskReport]:
        """One look, which takes no longer than any of its tasks is watched: a service that hangs does not keep us.

        Raises:
            ProviderUnavailable: also when that time (of the real clock) is over.
        """
        left = max(watch.deadline for watch in due) - self._clock.monotonic()
        try:
            async with asyncio.timeout(max(left, _LEAST_PATIENCE)):
                return await self._provider.poll([watch.order for watch in due])
        except TimeoutError:
            raise ProviderUnavailable("the service did not answer in time") from None

    @staticmethod
    def _give_up(due: list[_Watch], error: BaseException) -> None:
        for watch in due:
            if not watch.done.done():
                watch.done.set_exception(error)

    async def _next_due(self) -> list[_Watch]:
        """Wait until at least one task is to be looked at."""
        while True:
            self._changed.clear()
            now = self._clock.monotonic()
            open_watches = [watch for watch in self._watches.values() if not watch.done.done()]
            due = [watch for watch in open_watches if watch.due <= now]
            if due:
                return due
            if not open_watches:
                await self._changed.wait()
                continue
            pause = asyncio.ensure_future(self._clock.sleep(min(watch.due for watch in open_watches) - now))
            changed = asyncio.ensure_future(self._changed.wait())
            await asyncio.wait({pause, changed}, return_when=asyncio.FIRST_COMPLETED)
            for waiter in (pause, changed):
                waiter.cancel()
            await asyncio.gather(pause, changed, return_exceptions=True)

    def _look(self, watch: _Watch, report: TaskReport) -> None:
        if watch.done.done():
            return
        if not report.heard:
            self._later(watch, None)
            return
        watch.last = report
        watch.on_look(report)
        if report.state in _ENDS or watch.until(report):
            watch.done.set_result(report)
        else:
            self._later(watch, None)

    def _later(self, watch: _Watch, retry_after: float | None) -> None:
        """Look again after a growing wait, or give the last report back when the time is over."""
        now = self._clock.monotonic()
        if now >= watch.deadline and not watch.done.done():
            watch.done.set_result(watch.last)
            return
        watch.due = min(now + (retry_after or watch.wait), max(watch.deadline, now))
        watch.wait = min(watch.wait * _GROWTH, self._longest)
