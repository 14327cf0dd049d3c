"""Time limits of this adapter: for every exchange, and for the sum of its attempts and waits.

A working service stays far below them; an answer that takes longer, or trickles forever, counts as none. By comparison,
runware-sdk 1.8.0 gives each request 20 minutes and the acknowledgement of an order 30 s (`types/sdk.py`, `client.py`).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ltxspec.errors import ProviderUnavailable


@dataclass(frozen=True, slots=True)
class Patience:
    """API time limits in seconds. Request bodies get extra time, so that a slow link can upload an image."""

    request: float = 30.0  # one free request including its whole answer
    question: float = 120.0  # all requests for one answer, including waits between them and for a slot
    order: float = 300.0  # an order including its whole answer; long, because after it the order is unclear
    sending: int = 64 * 1024  # bytes per second that a slow link can send

    def for_request(self, body: bytes) -> float:
        """Seconds for one free request with this body."""
        return self.request + len(body) / self.sending

    def for_question(self, body: bytes) -> float:
        """Seconds for all attempts to get an answer to this body."""
        return self.question + len(body) / self.sending

    def for_order(self, body: bytes) -> float:
        """Seconds for an order with this body."""
        return self.order + len(body) / self.sending


@dataclass(frozen=True, slots=True)
class RequestPace:
    """Minimum speed of a video. A link of 200 kB/s can download 700 MB; a trickle is ended within minutes."""

    piece: int = 256 * 1024  # bytes: anything less is not progress
    stall: float = 20.0  # seconds in which a connection must deliver a piece or finish
    idle: float = 180.0  # seconds without a piece, over all attempts and the waits between them
    longest: float = 3600.0  # seconds for one video; received bytes are kept, so that the next call resumes


@asynccontextmanager
async def bounded(seconds: float, place: str) -> AsyncIterator[None]:
    """Limit the time of the enclosed operation; `place` is the service's address, fit for a message.

    Raises:
        ProviderUnavailable: the time is up.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise ProviderUnavailable(f"the service at `{place}` did not answer within {seconds:.0f} s") from None


class Progress:
    """Detects a stalled download, within one attempt and over all of them."""

    def __init__(self, pace: RequestPace) -> None:
        self._pace = pace
        self._idle = 0.0  # seconds without a piece, before `_since`
        self._since = 0.0  # when the attempt started, or its last piece was complete
        self._got = 0  # bytes of the current piece
        self._window: asyncio.Timeout | None = None
        self.moved = False  # whether this attempt completed a piece

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """One attempt. Raises TimeoutError when it stalls."""
        now = asyncio.get_running_loop().time()
        self._since, self._got, self.moved = now, 0, False
        try:
            async with asyncio.timeout(min(self._pace.stall, self._pace.idle - self._idle)) as self._window:
                yield
        finally:
            self._idle += asyncio.get_running_loop().time() - self._since

    def add(self, count: int) -> None:
        """Record received bytes."""
        self._got += count
        if self._got >= self._pace.piece and self._window is not None and not self._window.expired():
            now = asyncio.get_running_loop().time()
            self._since, self._idle, self._got, self.moved = now, 0.0, 0, True
            self._window.reschedule(now + self._pace.stall)

    def allows(self, wait: float) -> bool:
        """Whether there is time for a wait and another attempt; the wait is counted."""
        self._idle += wait
        return self._idle < self._pace.idle
