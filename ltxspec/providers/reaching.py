"""Asks an address whether anything answers there, and for its time. Sends no key; any answer is an answer."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from ltxspec.apply.ports import Clock
from ltxspec.connections import no_connection, place_of, unusable_settings
from ltxspec.errors import ProviderUnavailable
from ltxspec.providers.hosts import is_this_machine
from ltxspec.replies import PLAIN
from ltxspec.version import __version__


@dataclass(frozen=True, slots=True)
class Reached:
    """That something answered.

    Attributes:
        host: what was asked.
        seconds: how long the answer took.
        ahead: how many seconds this machine's clock is ahead of that of the host, give or take one; None: unknown.
    """

    host: str
    seconds: float
    ahead: float | None


def reach(address: str, seconds: float, clock: Clock, transport: httpx.BaseTransport | None = None) -> Reached:
    """Ask an address, once.

    Args:
        address: an http or https address.
        seconds: how long to wait for a connection, and for an answer.
        clock: this machine's.
        transport: replaces the network in tests.

    Raises:
        ProviderUnavailable: nothing answers.
    """
    try:
        url = httpx.URL(address).copy_with(query=None)
    except httpx.InvalidURL:
        raise ProviderUnavailable("the address is not valid", hint="write `https://HOST/PATH`") from None
    outwards = url.scheme == "https" and not is_this_machine(url.host)
    headers = {"User-Agent": f"ltxspec/{__version__}", **PLAIN}
    start = clock.monotonic()
    try:
        with (
            httpx.Client(headers=headers, timeout=seconds, transport=transport, trust_env=outwards) as client,
            client.stream("GET", url) as reply,
        ):
            now, took = clock.now(), clock.monotonic() - start
            return Reached(url.host, took, _ahead(reply.headers.get("Date"), now - timedelta(seconds=took / 2)))
    except httpx.HTTPError as error:
        found = no_connection(error, url, uses_proxy=outwards)
        if found is not None:
            raise ProviderUnavailable(found.what, hint=found.cure) from None
        raise ProviderUnavailable(f"`{place_of(url)}` gave no answer: {type(error).__name__}") from None
    except (OSError, ValueError, ImportError) as error:
        found = unusable_settings(error)
        raise ProviderUnavailable(found.what, hint=found.cure) from None


def _ahead(date: str | None, now: datetime) -> float | None:
    """How far a time is ahead of an HTTP date, in seconds; 0 if it is within the second that the date names."""
    try:
        other = parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
    if other is None:
        return None
    difference = (now - other.astimezone(UTC)).total_seconds()
    return max(difference - 1, 0.0) if difference > 0 else difference
