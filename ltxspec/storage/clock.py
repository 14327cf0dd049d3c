"""The one place that asks the time and waits."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock, as `apply/ports.py` wants it."""

    def now(self) -> datetime:
        """The time, aware, UTC."""
        return datetime.now(UTC)  # noqa: TID251  # the rule bans the call everywhere but here

    def monotonic(self) -> float:
        """Seconds for measuring waits; never goes back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait, leaving the event loop to others."""
        import asyncio  # 60 ms to import, and planning never waits

        await asyncio.sleep(seconds)

    def pause(self, seconds: float) -> None:
        """Wait where there is no event loop."""
        time.sleep(seconds)
