"""The only place that reads the time and waits."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The system clock, as required by `apply/ports.py`."""

    def now(self) -> datetime:
        """The current time, timezone-aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251  # the rule bans this call everywhere else

    def monotonic(self) -> float:
        """Seconds for measuring waits; never decreases."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking the event loop."""
        import asyncio  # takes 60 ms to import, and planning never waits

        await asyncio.sleep(seconds)

    def pause(self, seconds: float) -> None:
        """Wait where there is no event loop."""
        time.sleep(seconds)
