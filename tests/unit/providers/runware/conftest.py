"""A far side for the client: an HTTP handler instead of the network, and a clock on which waiting costs nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from ltxspec.apply.ports import Clock
from ltxspec.providers.runware.client import ApiKey, Connection
from ltxspec.providers.runware.provider import RunwareProvider, Tuning

KEY = "canary-key-5f2d81c4"
BASE_URL = "https://api.example.test/v1"

Handler = Callable[[httpx.Request], httpx.Response]
OpenProvider = Callable[..., RunwareProvider]


class SleptClock:
    """Time that passes only while somebody sleeps."""

    def __init__(self, slept: list[float]) -> None:
        self._slept = slept

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 12, tzinfo=UTC) + timedelta(seconds=sum(self._slept))

    def monotonic(self) -> float:
        return sum(self._slept)

    async def sleep(self, seconds: float) -> None:
        self._slept.append(seconds)


@pytest.fixture
def key() -> str:
    return KEY


@pytest.fixture
def slept() -> list[float]:
    """Every wait of the test, in seconds."""
    return []


@pytest.fixture
def clock(slept: list[float]) -> Clock:
    return SleptClock(slept)


@pytest.fixture
def connect() -> Callable[..., Connection]:
    """A connection whose far side is a handler."""

    def build(handler: Handler, base_url: str = BASE_URL) -> Connection:
        return Connection(base_url, ApiKey(KEY), httpx.MockTransport(handler))

    return build


@pytest.fixture
def open_provider(clock: Clock, connect: Callable[..., Connection]) -> OpenProvider:
    """A provider whose far side is a handler; waits are not jittered."""

    def build(handler: Handler, base_url: str = BASE_URL, **tuning: Any) -> RunwareProvider:
        return RunwareProvider(connect(handler, base_url), clock, tuning=Tuning(jitter=lambda: 1.0, **tuning))

    return build
