"""How long this adapter waits for what: every exchange has a bound, and so has the sum of its attempts and waits.

A bound is what a working service never comes near; an answer that takes longer, or drips for ever, is no answer.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ltxspec.errors import ProviderUnavailable


@dataclass(frozen=True, slots=True)
class Patience:
    """Waiting for the API, in seconds. What is sent gets time on top, so that a slow link can upload an image."""

    request: float = 30.0  # one free request and all of its answer
    question: float = 120.0  # all requests for one answer, with the waits between them and for a turn
    order: float = 300.0  # an order and all of its answer, which is worth waiting for; afterwards it is unclear
    sending: int = 64 * 1024  # bytes a second that a slow link still sends

    def for_request(self, body: bytes) -> float:
        """Seconds for one free request with this body."""
        return self.request + len(body) / self.sending

    def for_question(self, body: bytes) -> float:
        """Seconds for all attempts to send this body and get an answer."""
        return self.question + len(body) / self.sending

    def for_order(self, body: bytes) -> float:
        """Seconds for an order with this body."""
        return self.order + len(body) / self.sending


@dataclass(frozen=True, slots=True)
class RequestPace:
    """How fast a video has to come. A link of 200 kB/s brings 700 MB within these bounds; a drip ends in minutes."""

    piece: int = 256 * 1024  # bytes: less than this is no progress
    stall: float = 20.0  # seconds in which a connection has to bring a piece, or its end
    idle: float = 180.0  # seconds without a piece, over all attempts and the waits between them
    longest: float = 3600.0  # seconds for one video; what has arrived stays, so that the next call goes on from there


@asynccontextmanager
async def bounded(seconds: float, place: str) -> AsyncIterator[None]:
    """Give up what is under way after some seconds; `place` is the service's address, fit for a message.

    Raises:
        ProviderUnavailable: the time is over.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise ProviderUnavailable(f"the service at `{place}` did not answer within {seconds:.0f} s") from None


class Progress:
    """Notices a download that does not come on, within one attempt and over all of them."""

    def __init__(self, pace: RequestPace) -> None:
        self._pace = pace
        self._idle = 0.0  # seconds without a piece, before `_since`
        self._since = 0.0  # when the attempt began, or its last piece was complete
        self._got = 0  # bytes of the piece that is coming
        self._window: asyncio.Timeout | None = None
        self.moved = False  # whether this attempt brought a piece

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
        """Some bytes arrived."""
        self._got += count
        if self._got >= self._pace.piece and self._window is not None and not self._window.expired():
            now = asyncio.get_running_loop().time()
            self._since, self._idle, self._got, self.moved = now, 0.0, 0, True
            self._window.reschedule(now + self._pace.stall)

    def allows(self, wait: float) -> bool:
        """Whether there is time for a wait and another attempt; the wait is counted."""
        self._idle += wait
        return self._idle < self._pace.idle
