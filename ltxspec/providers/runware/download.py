"""Fetching a video: resumed where it stopped, checked for length, patient with fresh URLs, never with the key.

Fresh URLs may answer 422 (not ready) or 502 for a while, or 200 with a message in place of the video; the waits are
those of the service's own ComfyUI nodes. URLs may be presigned: a query string appears in no message.
"""

import asyncio
import math
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

import httpx

from ltxspec.apply.ports import Clock, Sink
from ltxspec.errors import ProviderUnavailable
from ltxspec.providers.runware.client import Broken, Client, broken
from ltxspec.providers.runware.contents import Unzipper, beginning, is_zipped, message_in, strange_coding
from ltxspec.providers.runware.patience import Pace, Progress
from ltxspec.providers.runware.wire import parse_retry_after

_WAITS = (2.0, 5.0, 10.0, 15.0, 20.0)  # seconds; counted anew whenever an attempt made progress
_ATTEMPTS_IN_ALL = 50  # a server that sends a piece at a time may not hold us for ever
_AT_ONCE = 8  # videos; the others wait for their turn, which costs none of their time
_REDIRECTS = 5
_NOT_NOW = frozenset({408, 422, 425, 429, 500, 502, 503, 504})
_GONE = frozenset({404, 410})
_MOVED = frozenset({301, 302, 303, 307, 308})
_COMPLETE, _PARTIAL, _RANGE_REFUSED = 200, 206, 416
_CONTENT_RANGE = re.compile(r"(?:bytes )?(?:(\d{1,18})-(\d{1,18})|\*)/(?:(\d{1,18})|\*)")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

DEFAULT_SIZE_LIMIT = 4 * 1024**3  # bytes


class _NotYet(Exception):
    """This attempt brought no complete video; another may."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


@dataclass(slots=True)
class _Fetch:
    """One video on its way: what the server said that a later attempt has to know."""

    url: httpx.URL
    sink: Sink
    progress: Progress
    validator: str | None = None  # a strong ETag or Last-Modified: resume only if the file is still the same
    total: int | None = None  # its whole length, when the server said it
    zipped: bool | None = None  # whether the server packs it; None until its first bytes were seen
    attempts: int = field(default=0)

    def discard(self, reason: str) -> _NotYet:
        """What is held is of no use: begin again."""
        self.sink.restart()
        self.validator = self.total = None
        return _NotYet(reason)


class Downloads:
    """Fetches videos over https; over http only from this machine, or when the service itself is on http."""

    def __init__(self, client: Client, clock: Clock, *, allow_http: bool, size_limit: int, pace: Pace) -> None:
        self._client = client
        self._clock = clock
        self._allow_http = allow_http
        self._size_limit = size_limit
        self._pace = pace
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def fetch(self, url: str, sink: Sink) -> None:
        """Fetch `url` into `sink`, from where it stopped.

        Raises:
            ProviderUnavailable: gone, refused, a message in place of a video, too large, too slow, or not complete
                after all attempts. What has arrived stays in the sink, so asking again goes on from there.
        """
        fetch = _Fetch(self._checked(url), sink, Progress(self._pace))
        async with self._turn:
            try:
                async with asyncio.timeout(self._pace.longest):
                    await self._keep_trying(fetch)
            except TimeoutError:
                raise ProviderUnavailable(
                    f"the video at `{_shown(fetch.url)}` is not complete after {self._pace.longest:.0f} s: "
                    f"{sink.size} bytes have arrived"
                ) from None

    async def _keep_trying(self, fetch: _Fetch) -> None:
        waits = iter(_WAITS)
        while True:
            fetch.attempts += 1
            try:
                return await self._attempt(fetch)
            except _NotYet as error:
                trouble = error
            if fetch.progress.moved:
                waits = iter(_WAITS)
            wait = max(next(waits, math.inf), trouble.retry_after or 0.0)
            if fetch.attempts >= _ATTEMPTS_IN_ALL or not fetch.progress.allows(wait):
                raise ProviderUnavailable(
                    f"the video at `{_shown(fetch.url)}` could not be fetched: {trouble.reason}",
                    retry_after=trouble.retry_after,
                )
            await self._clock.sleep(wait)

    async def _attempt(self, fetch: _Fetch) -> None:
        """One request and its redirects. Raises _NotYet when trying again may help, ProviderUnavailable when not."""
        url = fetch.url
        try:
            async with fetch.progress.attempt():
                for _ in range(_REDIRECTS + 1):
                    async with self._client.get(url, _range_headers(fetch)) as response:
                        if response.status_code not in _MOVED:
                            return await self._receive(fetch, response)
                        url = self._checked(response.headers.get("Location", ""), url)
        except (httpx.RequestError, httpx.InvalidURL) as error:
            failure: Broken = broken(error)
            raise _NotYet(failure.reason) from None
        except TimeoutError:
            raise _NotYet("the transfer stalled") from None
        raise ProviderUnavailable(f"the video at `{_shown(fetch.url)}` is behind too many redirects")

    async def _receive(self, fetch: _Fetch, response: httpx.Response) -> None:
        """Judge one answer and take its bytes."""
        status = response.status_code
        if status in _NOT_NOW:
            retry_after = parse_retry_after(response.headers.get("Retry-After"), self._clock.now())
            raise _NotYet(f"HTTP {status}", retry_after)
        if status == _RANGE_REFUSED and fetch.sink.size:
            return _settle_refused_range(fetch, response.headers)
        if status not in {_COMPLETE, _PARTIAL}:
            raise _no_video(fetch.url, status)
        async with aclosing(_parts(fetch, response)) as parts:
            head = b""
            if status == _PARTIAL:
                _go_on(fetch, response.headers)
            else:
                head = await beginning(parts)
                _begin(fetch, response.headers, head)
            if fetch.total is not None and fetch.total > self._size_limit:
                raise self._too_large(fetch.url)
            await self._take(fetch, head, parts)
        return _check_length(fetch)

    async def _take(self, fetch: _Fetch, head: bytes, parts: AsyncIterator[bytes]) -> None:
        """Write what comes to the sink, unpacked where the server packed it."""
        unzipper = Unzipper() if fetch.zipped else None
        part: bytes | None = head
        while part is not None:
            try:
                for data in unzipper.unpack(part) if unzipper else (part,):
                    self._write(fetch, data)
            except ValueError:
                raise fetch.discard("its compression is damaged") from None
            part = await anext(parts, None)
        if unzipper and not unzipper.complete:
            raise _NotYet("it ended in the middle of its compression")

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
        local = self._allow_http or url.host in _LOOPBACK
        if not url.host or url.scheme not in ({"https", "http"} if local else {"https"}):
            raise ProviderUnavailable(f"the video at `{_shown(url)}` is not fetched: its address is not https")
        return url

    def _too_large(self, url: httpx.URL) -> ProviderUnavailable:
        return ProviderUnavailable(f"the video at `{_shown(url)}` is larger than {self._size_limit} bytes")


def is_plain_http(base_url: str) -> bool:
    """Whether the service itself is reached over http, so that its videos may be too."""
    return base_url.lower().startswith("http://")


async def _parts(fetch: _Fetch, response: httpx.Response) -> AsyncGenerator[bytes]:
    """The body as it was sent, with nothing decoded, because its `Content-Encoding` may be wrong."""
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("an asynchronous client streams asynchronously")
    async for part in response.stream:
        fetch.progress.add(len(part))
        yield part


def _begin(fetch: _Fetch, headers: Mapping[str, str], head: bytes) -> None:
    """Make ready for a whole file that begins with `head`; what the sink holds is replaced.

    Raises:
        _NotYet: it is a message in place of a video, as services send while the video is not ready.
        ProviderUnavailable: its encoding is none that can be undone.
    """
    message = message_in(head)
    if message is not None:
        raise _NotYet(f"it is {message}, not a video")
    fetch.zipped = is_zipped(head)
    coding = None if fetch.zipped else strange_coding(headers.get("Content-Encoding", ""), head)
    if coding is not None:
        raise ProviderUnavailable(
            f"the video at `{_shown(fetch.url)}` is sent in an encoding that was not asked for (`{coding}`)"
        )
    if fetch.sink.size:
        fetch.sink.restart()  # the server cannot resume, or the file has changed
    length = headers.get("Content-Length", "")
    fetch.total = int(length) if length.isascii() and length.isdigit() and not fetch.zipped else None
    fetch.validator = _validator(headers)


def _go_on(fetch: _Fetch, headers: Mapping[str, str]) -> None:
    """Make ready for a part of the file. Raises _NotYet when it does not fit what is held."""
    start, total = _content_range(headers)
    if start is None or start != fetch.sink.size:
        raise fetch.discard("the server sent another part than asked for")
    if fetch.total is not None and total is not None and total != fetch.total:
        raise fetch.discard("the file has changed")
    if fetch.zipped is None and strange_coding(headers.get("Content-Encoding", ""), b""):
        raise fetch.discard("a part may be packed, and cannot be told from one that is not")
    fetch.total = total
    fetch.validator = _validator(headers)


def _check_length(fetch: _Fetch) -> None:
    """Compare what is held with what was announced. Raises _NotYet."""
    held, total = fetch.sink.size, fetch.total
    if held == 0 or (total is not None and held < total):
        raise _NotYet(f"it ended after {held} of {total or 'unknown'} bytes")
    if total is not None and held > total:
        raise fetch.discard("it was longer than announced")


def _range_headers(fetch: _Fetch) -> dict[str, str]:
    """Ask for the rest of what the sink holds, of the same version of the file where its version is known."""
    if not fetch.sink.size or fetch.zipped:
        return {}
    headers = {"Range": f"bytes={fetch.sink.size}-"}
    return {**headers, "If-Range": fetch.validator} if fetch.validator else headers


def _validator(headers: Mapping[str, str]) -> str | None:
    """What `If-Range` may name: a strong ETag, else the date (RFC 9110, 13.1.5)."""
    etag = headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return headers.get("Last-Modified")


def _content_range(headers: Mapping[str, str]) -> tuple[int | None, int | None]:
    """First byte and whole length (or, if it is not told, the end of this part) of `Content-Range`; None if untold.

    A range that cannot be (its end before its start, or beyond the whole) is as good as none.
    """
    match = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if match is None:
        return None, None
    start, end, total = (int(number) if number else None for number in match.groups())
    if start is not None and end is not None and not start <= end < (end + 1 if total is None else total):
        return None, None
    return start, total if total is not None or end is None else end + 1


def _settle_refused_range(fetch: _Fetch, headers: Mapping[str, str]) -> None:
    """416: the sink holds all there is, or something else than the server has."""
    _, total = _content_range(headers)
    if total != fetch.sink.size:
        raise fetch.discard("the server has another file than the one begun")


def _no_video(url: httpx.URL, status: int) -> ProviderUnavailable:
    if status in _GONE:
        return ProviderUnavailable(
            f"the video at `{_shown(url)}` is gone (HTTP {status})",
            hint="the service removes videos after their `ttl`; look whether the archive of another machine has it",
        )
    return ProviderUnavailable(f"the video at `{_shown(url)}` could not be fetched: HTTP {status}")


def _shown(url: httpx.URL) -> str:
    """A URL fit for a message: no user, no password, no query."""
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.host}{port}{url.path}" if url.host else f"{url.scheme}:…"
