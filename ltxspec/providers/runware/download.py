"""Downloads videos: with resuming, length checks and patience for fresh URLs; the key is never sent.

Fresh URLs may answer 422 (not ready) or 502 for a while, or 200 with a message instead of the video; the waits are
those of the service's own ComfyUI nodes. URLs may be presigned: no message contains a query string.
"""

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

import httpx

from ltxspec.apply.ports import Clock, Sink
from ltxspec.connections import place_of
from ltxspec.errors import ProviderUnavailable
from ltxspec.providers.hosts import is_private, is_this_machine
from ltxspec.providers.runware.client import Broken, Client
from ltxspec.providers.runware.contents import Unzipper, beginning
from ltxspec.providers.runware.patience import Progress, RequestPace
from ltxspec.providers.runware.transfer import ContentRange, NotAVideo, NotYet, Transfer, content_length
from ltxspec.providers.runware.wire import parse_retry_after

_WAITS = (2.0, 5.0, 10.0, 15.0, 20.0)  # seconds; restarted whenever an attempt made progress
_ATTEMPTS_IN_ALL = 50  # limits a server that sends one piece at a time
_AT_ONCE = 8  # concurrent videos; waiting for a slot does not count against a video's time
_REDIRECTS = 5
_NOT_NOW = frozenset({408, 422, 425, 429, 500, 502, 503, 504})
_GONE = frozenset({404, 410})
_MOVED = frozenset({301, 302, 303, 307, 308})
_COMPLETE, _PARTIAL, _RANGE_REFUSED = 200, 206, 416

DEFAULT_SIZE_LIMIT = 4 * 1024**3  # bytes


@dataclass(slots=True)
class _Fetch:
    """State of one call: the video, its progress, the number of attempts."""

    url: httpx.URL
    transfer: Transfer
    progress: Progress
    attempts: int = 0

    @property
    def sink(self) -> Sink:
        return self.transfer.sink


@dataclass(frozen=True, slots=True)
class DownloadService:
    """Properties of the service's address that decide where its videos may be.

    A service on http may use http for videos. A service on the public network may not direct us to private hosts.
    """

    plain: bool  # it uses http
    is_private: bool  # it is on this machine or in a private range

    def allows_http(self, url: httpx.URL) -> bool:
        """Whether a video may be downloaded over http."""
        return self.plain or (self.is_private and is_this_machine(url.host))


def service_at(base_url: httpx.URL) -> DownloadService:
    """Derive the properties from the service's address."""
    return DownloadService(base_url.scheme == "http", is_private(base_url.host))


class Downloads:
    """Downloads videos over https from public hosts; `DownloadService` describes the exceptions."""

    def __init__(
        self, client: Client, clock: Clock, service: DownloadService, *, size_limit: int, pace: RequestPace
    ) -> None:
        self._client = client
        self._clock = clock
        self._service = service
        self._size_limit = size_limit
        self._pace = pace
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def fetch(self, url: str, sink: Sink) -> None:
        """Download `url` into `sink`, resuming a partial download.

        Raises:
            ProviderUnavailable: gone, refused, a message instead of a video, too large, too slow, or incomplete after
                all attempts. Received bytes stay in the sink, so that the next call resumes from there.
        """
        fetch = _Fetch(self._checked(url), Transfer(sink), Progress(self._pace))
        async with self._turn:
            try:
                async with asyncio.timeout(self._pace.longest):
                    await self._keep_trying(fetch)
            except TimeoutError:
                raise ProviderUnavailable(
                    f"the video at `{place_of(fetch.url)}` is not complete after {self._pace.longest:.0f} s: "
                    f"{sink.size} bytes have arrived"
                ) from None

    async def _keep_trying(self, fetch: _Fetch) -> None:
        waits = iter(_WAITS)
        while True:
            fetch.attempts += 1
            try:
                return await self._attempt(fetch)
            except NotYet as error:
                trouble = error
            if fetch.progress.moved:
                waits = iter(_WAITS)
            wait = max(next(waits, math.inf), trouble.retry_after or 0.0)
            if fetch.attempts >= _ATTEMPTS_IN_ALL or not fetch.progress.allows(wait):
                raise ProviderUnavailable(
                    f"the video at `{place_of(fetch.url)}` could not be fetched: {trouble.reason}",
                    retry_after=trouble.retry_after,
                )
            await self._clock.sleep(wait)

    async def _attempt(self, fetch: _Fetch) -> None:
        """One request with its redirects. Raises NotYet if a retry may help, else ProviderUnavailable."""
        url = fetch.url
        try:
            async with fetch.progress.attempt():
                for _ in range(_REDIRECTS + 1):
                    async with self._client.get(url, fetch.transfer.wanted()) as response:
                        if response.status_code not in _MOVED:
                            return await self._receive(fetch, response)
                        url = self._checked(response.headers.get("Location", ""), url)
        except (httpx.RequestError, httpx.InvalidURL) as error:
            failure: Broken = self._client.broken(error, url)
            raise NotYet(failure.line) from None
        except TimeoutError:
            raise NotYet("the transfer stalled") from None
        except NotAVideo as error:
            raise ProviderUnavailable(f"the address `{place_of(fetch.url)}` {error}") from None
        raise ProviderUnavailable(f"the video at `{place_of(fetch.url)}` is behind too many redirects")

    async def _receive(self, fetch: _Fetch, response: httpx.Response) -> None:
        """Check one answer and store its bytes."""
        status = response.status_code
        if status in _NOT_NOW:
            retry_after = parse_retry_after(response.headers.get("Retry-After"), self._clock.now())
            raise NotYet(f"HTTP {status}", retry_after)
        if status == _RANGE_REFUSED and fetch.sink.size:
            return fetch.transfer.range_refused(response.headers)
        if status not in {_COMPLETE, _PARTIAL}:
            raise _no_video(fetch.url, status)
        part = ContentRange.of(response.headers) if status == _PARTIAL else None
        total = part.total if part else content_length(response.headers)
        if total is not None and total > self._size_limit:
            raise self._too_large(fetch.url)
        async with aclosing(_parts(fetch, response)) as parts:
            head = b""
            if status == _PARTIAL:
                fetch.transfer.go_on(response.headers)
            else:
                head = await beginning(parts)
                fetch.transfer.begin(response.headers, head)
            await self._take(fetch, head, parts)
        return fetch.transfer.end()

    async def _take(self, fetch: _Fetch, head: bytes, parts: AsyncIterator[bytes]) -> None:
        """Write the body to the sink, unpacked if the server compressed it."""
        unzipper = Unzipper() if fetch.transfer.zipped else None
        part: bytes | None = head
        while part is not None:
            try:
                for data in unzipper.unpack(part) if unzipper else (part,):
                    self._write(fetch, data)
            except ValueError:
                raise fetch.transfer.discard("its compression is damaged") from None
            part = await anext(parts, None)
        if unzipper and not unzipper.complete:
            raise NotYet("it ended in the middle of its compression")

    def _write(self, fetch: _Fetch, data: bytes) -> None:
        if fetch.sink.size + len(data) > self._size_limit:
            raise self._too_large(fetch.url)
        if data:
            fetch.sink.write(data)

    def _checked(self, location: str, base: httpx.URL | None = None) -> httpx.URL:
        """A URL that may be fetched. Raises ProviderUnavailable for other schemes, and for http where not allowed."""
        try:
            url = base.join(location) if base is not None else httpx.URL(location)
        except (httpx.InvalidURL, ValueError):
            raise ProviderUnavailable("the address of the video is not a URL") from None
        if not url.host or url.scheme not in ({"https", "http"} if self._service.allows_http(url) else {"https"}):
            raise ProviderUnavailable(f"the video at `{place_of(url)}` is not fetched: its address is not https")
        if is_private(url.host) and not self._service.is_private:
            raise ProviderUnavailable(
                f"the video at `{place_of(url)}` is not fetched: its host is not on a public network"
            )
        return url

    def _too_large(self, url: httpx.URL) -> ProviderUnavailable:
        return ProviderUnavailable(f"the video at `{place_of(url)}` is larger than {self._size_limit} bytes")


async def _parts(fetch: _Fetch, response: httpx.Response) -> AsyncGenerator[bytes]:
    """The body as sent, without decoding, because its `Content-Encoding` may be wrong."""
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("an asynchronous client streams asynchronously")
    async for part in response.stream:
        fetch.progress.add(len(part))
        yield part


def _no_video(url: httpx.URL, status: int) -> ProviderUnavailable:
    if status in _GONE:
        return ProviderUnavailable(
            f"the video at `{place_of(url)}` is gone (HTTP {status})",
            settled=True,
            hint="the service removes videos after their `ttl`; check whether the archive of another machine has it",
        )
    return ProviderUnavailable(f"the video at `{place_of(url)}` could not be fetched: HTTP {status}")
