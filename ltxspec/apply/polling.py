"""Watches all tasks under way with few requests: one loop, many tasks per look, growing intervals.

While the provider's calls arrive, a task is looked at when it is called about, and otherwise rarely.
"""

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Self

from ltxspec.apply.calls import Calls, Hints
from ltxspec.apply.latencies import Known, Nothing, Wait
from ltxspec.apply.ports import Clock, Provider, RenderOrder, TaskReport, TaskState
from ltxspec.errors import ProviderError, ProviderUnavailable
from ltxspec.values import TaskId

_FIRST_PAUSE, _PAUSE_GROWTH, _LONGEST_PAUSE = 30.0, 2.0, 600.0  # seconds between two messages about the same silence


class Silence:
    """Shared by all looks of a run: they usually fail for the same reason, which is reported once.

    Args:
        clock: measures the time since the last message.
        say: shows a message to the user.
    """

    def __init__(self, clock: Clock, say: Callable[[str], None] = lambda _: None) -> None:
        self._clock = clock
        self._say = say
        self._due = 0.0  # when the next message is due
        self._pause = 0.0
        self.trouble: str | None = None  # why the last look failed; None if it succeeded

    def failed(self, reason: str) -> None:
        """Note a failed look, which is repeated."""
        now = self._clock.monotonic()
        if self.trouble is None:
            self._due, self._pause = now, _FIRST_PAUSE
        self.trouble = reason
        if now >= self._due:
            self._say(f"{reason}; trying again")
            self._due, self._pause = now + self._pause, min(self._pause * _PAUSE_GROWTH, _LONGEST_PAUSE)

    def answered(self) -> None:
        """Note an answered look: the next failure is reported at once."""
        self.trouble = None


_GROWTH = 1.2  # of the wait between looks: an end is noticed late by about a fifth of the time that a render takes
_AT_ONCE = 0.001  # seconds: what is due within them is looked at together; no clock is asked to wait for less
_LEAST_PATIENCE = 10.0  # seconds of real time for one look
_ENDS = frozenset({TaskState.SUCCEEDED, TaskState.FAILED})


@dataclass(slots=True)
class _Watch:
    """One task being watched: when to look next, when to give up, which callbacks to call."""

    order: RenderOrder
    deadline: float
    until: Callable[[TaskReport], bool]
    due: float
    wait: float
    done: "asyncio.Future[TaskReport | None]"
    on_look: Callable[[TaskReport], None]
    looked: float  # when the last look was, or the watch began
    awaits_call: bool  # whether the provider will say when it ends, so that rare looks suffice
    called: bool = False
    expected: Wait | None = None
    began: float = 0.0
    last: TaskReport | None = None

    def next_look(self, now: float, longest: float) -> float | None:
        """When to look next by the time that such renders take; None if that is not known, or over.

        Looks fall on multiples of the step, so that one request looks at all tasks that are due about the same time.
        """
        if self.expected is None:
            return None
        soonest, step = self.began + self.expected.left, min(self.expected.step, longest)
        if now > soonest + self.expected.usual / 2:
            self.wait = max(self.wait, step)
            return None
        return math.ceil(min(max(soonest, now + step / 4), now + longest) / step) * step


class Poller:
    """Shared by all shots of a run. Runs inside `async with` and stops on exit."""

    _loop: "asyncio.Task[NoReturn]"  # set on entry

    def __init__(  # noqa: PLR0913  # what it works with, and how often; a class would only rename them
        self,
        provider: Provider,
        clock: Clock,
        *,
        interval: float,
        longest: float,
        silence: Silence | None = None,
        hints: Hints | None = None,
        known: Known | None = None,
    ) -> None:
        self._provider = provider
        self._clock = clock
        self._interval = interval
        self._longest = longest
        self._watches: list[_Watch] = []
        self._changed = asyncio.Event()
        self._calls = Calls(hints, apart=interval)
        self.silence = silence or Silence(clock)
        self._known = known or Nothing()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.create_task(self._look_on())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._loop.cancel()
        await asyncio.gather(self._loop, return_exceptions=True)

    async def watch(
        self,
        order: RenderOrder,
        seconds: float,
        on_look: Callable[[TaskReport], None],
        *,
        until: Callable[[TaskReport], bool],
        accepted: bool = False,
    ) -> TaskReport | None:
        """Watch a task until it ends or `seconds` are over; the last report, or None when no look succeeded.

        The task is looked at at least once. An unexpected error in a look is raised by every watch, so that none waits
        forever.

        Args:
            order: the task; `results` says when it is complete.
            seconds: the longest time to watch.
            on_look: called with every report, and with what an answer that is no report says about the task.
            until: also return as soon as a report satisfies this.
            accepted: the order is certainly at the provider, which will therefore call when it ends.

        Raises:
            ProviderRefused: the key is bad; no look can succeed.
            StorageError: what is known of the task is not on disk.
        """
        await self._known.on_disk(order.task_id)
        now = self._clock.monotonic()
        done: asyncio.Future[TaskReport | None] = asyncio.get_running_loop().create_future()
        watch = _Watch(order, now + seconds, until, now + self._interval, self._interval, done, on_look, now, accepted)
        watch.expected, watch.began = self._known.wait(order.task_id), now
        watch.due = min(watch.next_look(now, self._longest) or watch.due, watch.deadline)
        self._watches.append(watch)
        self._changed.set()
        try:
            either: set[asyncio.Future[Any]] = {done, self._loop}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if done.done():
                return done.result()
            return self._loop.result()
        finally:
            done.cancel()  # an abandoned watch gets no more reports

    async def _look_on(self) -> NoReturn:
        while True:
            due = await self._next_due()
            try:
                reports = await self._poll(due)
            except ProviderUnavailable as error:
                self.silence.failed(error.line)
                for watch in _waiting(due):
                    self._later(watch, error.retry_after)
            except ProviderError as error:
                for watch in _waiting(due):
                    watch.done.set_exception(error)
            else:
                self.silence.answered()
                for watch in _waiting(due):
                    self._look(watch, reports[watch.order.task_id])

    async def _poll(self, due: list[_Watch]) -> Mapping[TaskId, TaskReport]:
        """Look once, waiting no longer than the longest remaining watch among its tasks, in case the service hangs.

        Raises:
            ProviderUnavailable: the look failed, or that time (on the real clock) is over.
        """
        left = max(watch.deadline for watch in due) - self._clock.monotonic()
        try:
            async with asyncio.timeout(max(left, _LEAST_PATIENCE)):
                return await self._provider.poll([watch.order for watch in due])
        except TimeoutError:
            raise ProviderUnavailable("the service did not answer in time") from None

    async def _next_due(self) -> list[_Watch]:
        """Wait until at least one task is due."""
        while True:
            self._changed.clear()
            self._watches = _waiting(self._watches)
            self._take_calls()
            now = self._clock.monotonic()
            due = [watch for watch in self._watches if self._moment(watch) <= now + _AT_ONCE]
            if due:
                self._calls.looking(now, called=any(watch.called for watch in due))
                return due
            if self._watches:
                next_one = min(map(self._moment, self._watches)) - now
                await self._pause(min(next_one, self._calls.heed))
            else:
                await self._changed.wait()

    def _take_calls(self) -> None:
        """Note which of the tasks the provider has called about."""
        called = self._calls.take([watch.order.task_id for watch in self._watches])
        for watch in self._watches:
            watch.called = watch.called or watch.order.task_id in called

    def _moment(self, watch: _Watch) -> float:
        """When to look at a task next."""
        if watch.called:
            return self._calls.next_look
        if not watch.awaits_call or not self._calls.relied_on:
            return watch.due
        return min(max(watch.due, watch.looked + self._calls.pause), watch.deadline)

    async def _pause(self, seconds: float) -> None:
        """Wait `seconds`, or until another task is to be watched."""
        alarm = asyncio.create_task(self._ring(seconds))
        try:
            await self._changed.wait()
        finally:
            alarm.cancel()

    async def _ring(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._changed.set()

    def _look(self, watch: _Watch, report: TaskReport) -> None:
        if not report.heard:
            if report.remark is not None:
                watch.on_look(report)
            self._later(watch, None)
            return
        watch.last = report
        watch.on_look(report)
        if report.state is TaskState.SUCCEEDED:
            self._known.ended(watch.order.task_id)
        if report.state in _ENDS or watch.until(report):
            if watch.awaits_call and not watch.called:
                self._calls.missed()
            watch.done.set_result(report)
        else:
            self._later(watch, None)

    def _later(self, watch: _Watch, retry_after: float | None) -> None:
        """Look again after a growing wait, or return the last report when the time is over."""
        now = watch.looked = self._clock.monotonic()
        if watch.called:  # too early: its end may show at any moment, and nobody calls again
            watch.called, watch.awaits_call, watch.wait, watch.expected = False, False, self._interval, None
        if now >= watch.deadline:
            watch.done.set_result(watch.last)
            return
        planned = watch.next_look(now, self._longest) if retry_after is None else None
        watch.due = min(planned or now + (retry_after or watch.wait), watch.deadline)
        if planned is None:
            watch.wait = min(watch.wait * _GROWTH, self._longest)


def _waiting(watches: Iterable[_Watch]) -> list[_Watch]:
    """The watches that are still waiting."""
    return [watch for watch in watches if not watch.done.done()]
