"""The one clock."""

import asyncio
from datetime import timedelta

from ltxspec.apply.ports import Clock
from ltxspec.storage.clock import SystemClock


def test_it_is_the_clock_that_apply_asks_for() -> None:
    clock: Clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)


def test_waiting_takes_as_long_as_asked() -> None:
    clock = SystemClock()
    started = clock.monotonic()
    asyncio.run(clock.sleep(0.02))
    clock.pause(0.02)
    assert clock.monotonic() - started >= 0.04
