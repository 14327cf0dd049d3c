"""Time that the seed owns: a machine's clock that may jump, and event loops that wait in no time at all.

A loop made virtual here has no threads (work for threads is done at once, in the loop's order), so that what happens in
a world depends on its script only.
"""

import asyncio
import selectors
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

LONGEST_RUN = 6 * 3600.0  # seconds: a command that is at work for longer will never end
INSTANT = 1e-6  # seconds that a turn of a loop takes


class NeverEnds(BaseException):
    """A command is at work for so long that nothing will end it."""


START = datetime(2026, 11, 22, 10, tzinfo=UTC)


class Clock:
    """A machine's time: wall time that may be set, and a count of seconds that never goes back."""

    def __init__(self) -> None:
        self.elapsed = 1_000.0
        self._wall = START
        self.deadline = float("inf")  # of the command at work, in elapsed seconds

    def now(self) -> datetime:
        return self._wall + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def pass_seconds(self, seconds: float) -> None:
        """Let time go on."""
        self.elapsed += seconds
        if self.elapsed > self.deadline:
            self.deadline = float("inf")  # what tidies up may take its time
            raise NeverEnds

    def jump(self, seconds: float) -> None:
        """Set the machine's clock, forwards or backwards; no time passes."""
        self._wall += timedelta(seconds=seconds)


class TrueTime:
    """The service's time: the same seconds, and nobody sets it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return START + timedelta(seconds=self._clock.elapsed)

    def monotonic(self) -> float:
        return self._clock.elapsed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _NoWaiting:
    """A selector that lets time pass instead of waiting."""

    def __init__(self, inner: selectors.BaseSelector, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = self._inner.select(0)
        if not ready and timeout is None:
            ready = self._inner.select(10)
            if not ready:
                raise NeverEnds
        waited = 0.0 if ready else timeout or 0.0
        self._clock.pass_seconds(waited + INSTANT)
        return ready

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def make_virtual(loop: asyncio.AbstractEventLoop, clock: Clock) -> None:
    """Let a loop live in the clock's time, without threads."""
    if isinstance(getattr(loop, "_selector", None), _NoWaiting):
        return

    def at_once(_: Any, work: Callable[..., Any], *arguments: Any) -> "asyncio.Future[Any]":
        done: asyncio.Future[Any] = loop.create_future()
        loop.call_soon(_do, done, work, arguments)
        return done

    own: Any = loop
    own._selector = _NoWaiting(own._selector, clock)
    own.time = clock.monotonic
    own.run_in_executor = at_once


def _do(done: "asyncio.Future[Any]", work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    if done.cancelled():
        return
    try:
        result = work(*arguments)
    except BaseException as error:  # noqa: BLE001  # the death of the machine included
        done.set_exception(error)
    else:
        done.set_result(result)


@contextmanager
def outside_of_the_loop() -> Iterator[None]:
    """Let another command run its own loop here, in the middle of one that is running."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(running)
