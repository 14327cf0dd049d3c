"""Bringing a video home: resumed where it stopped, checked for length, patient with fresh URLs, never with the key.

Fresh URLs may answer 422 (not ready) or 502 for a while; the waits are those of the service's own ComfyUI nodes. URLs
may be presigned: a query string appears in no message.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from ltxspec.apply.ports import Clock, Sink
from ltxspec.errors import ProviderUnavailable
from ltxspec.providers.runware.client import Broken, Client, broken
from ltxspec.providers.runware.wire import parse_retry_after

_WAITS = (2.0, 5.0, 10.0, 15.0, 20.0)  # seconds; counted anew whenever bytes arrived
_ATTEMPTS_IN_ALL = 50  # a server that sends a few bytes a time may not hold us for ever
_REDIRECTS = 5
_NOT_NOW = frozenset({408, 422, 425, 429, 500, 502, 503, 504})
_GONE = frozenset({404, 410})
_MOVED = frozenset({301, 302, 303, 307, 308})
_COMPLETE, _PARTIAL, _RANGE_REFUSED = 200, 206, 416
_NO_VIDEO = re.compile(r"(text|image|multipart)/|application/([\w.+-]*\+)?(json|xml)\b", re.IGNORECASE)
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
    validator: str | None = None  # a strong ETag or Last-Modified: resume only if the file is still the same
    attempts: int = field(default=0)


class Downloads:
    """Fetches videos over https; over http only from this machine, or when the service itself is on http."""

    def __init__(self, client: Client, clock: Clock, *, allow_http: bool, size_limit: int = DEFAULT_SIZE_LIMIT) -> None:
        self._client = client
        self._clock = clock
        self._allow_http = allow_http
        self._size_limit = size_limit

    async def fetch(self, url: str, sink: Sink) -> None:
        """Fetch `url` into `sink`, from where it stopped.

        Raises:
            ProviderUnavailable: gone, refused, not a video, too large, or not complete after all attempts. What has
                arrived stays in the sink, so asking again goes on from there.
        """
        fetch = _Fetch(self._checked(url), sink)
        waits = iter(_WAITS)
        while True:
            held = sink.size
            fetch.attempts += 1
            try:
                return await self._attempt(fetch)
            except _NotYet as error:
                trouble = error
            if sink.size > held:
                waits = iter(_WAITS)
            wait = next(waits, None)
            if wait is None or fetch.attempts >= _ATTEMPTS_IN_ALL:
                raise ProviderUnavailable(
                    f"the video at `{_shown(fetch.url)}` could not be fetched: {trouble.reason}",
                    retry_after=trouble.retry_after,
                )
            await self._clock.sleep(max(wait, trouble.retry_after or 0.0))

    async def _attempt(self, fetch: _Fetch) -> None:
        """One request and its redirects. Raises _NotYet when trying again may help, ProviderUnavailable when not."""
        url = fetch.url
        try:
            for _ in range(_REDIRECTS + 1):
                async with self._client.get(url, _range_headers(fetch)) as response:
                    if response.status_code not in _MOVED:
                        return await self._receive(fetch, response)
                    url = self._checked(response.headers.get("Location", ""), url)
        except (httpx.RequestError, httpx.InvalidURL) as error:
            failure: Broken = broken(error)
            raise _NotYet(failure.reason) from None
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
        _refuse_what_is_no_video(fetch.url, response.headers)
        total = self._place(fetch, response)
        async for part in response.aiter_bytes():  # nothing to decode: other encodings are refused above
            if fetch.sink.size + len(part) > self._size_limit:
                raise self._too_large(fetch.url)
            fetch.sink.write(part)
        if fetch.sink.size == 0 or (total is not None and fetch.sink.size < total):
            raise _NotYet(f"it ended after {fetch.sink.size} of {total or 'unknown'} bytes")
        if total is not None and fetch.sink.size > total:
            fetch.sink.restart()
            raise _NotYet("it was longer than announced")
        return None

    def _place(self, fetch: _Fetch, response: httpx.Response) -> int | None:
        """Make the sink ready for where the answer's bytes begin; return the whole file's length, if told."""
        headers = response.headers
        if response.status_code == _PARTIAL:
            start, total = _content_range(headers)
            if start is None or start != fetch.sink.size:
                fetch.sink.restart()
                raise _NotYet("the server sent another part than asked for")
        else:
            if fetch.sink.size:
                fetch.sink.restart()  # it cannot resume, or the file has changed
            length = headers.get("Content-Length", "")
            total = int(length) if length.isascii() and length.isdigit() else None
        if total is not None and total > self._size_limit:
            raise self._too_large(fetch.url)
        fetch.validator = _validator(headers)
        return total

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


def _range_headers(fetch: _Fetch) -> dict[str, str]:
    """Ask for the rest of what the sink holds, of the same version of the file where its version is known."""
    if not fetch.sink.size:
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
    """First byte and whole length (or, if it is not told, the end of this part) of `Content-Range`; None if untold."""
    match = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if match is None:
        return None, None
    start, end, total = match.groups()
    length = int(total) if total else int(end) + 1 if end else None
    return (int(start) if start else None), length


def _settle_refused_range(fetch: _Fetch, headers: Mapping[str, str]) -> None:
    """416: the sink holds all there is, or something else than the server has."""
    _, total = _content_range(headers)
    if total == fetch.sink.size:
        return
    fetch.sink.restart()
    raise _NotYet("the server has another file than the one begun")


def _refuse_what_is_no_video(url: httpx.URL, headers: Mapping[str, str]) -> None:
    """Raise ProviderUnavailable for a page, a picture or an error document in place of a video."""
    content_type = headers.get("Content-Type", "").partition(";")[0].strip()
    if _NO_VIDEO.match(content_type):
        raise ProviderUnavailable(f"the address `{_shown(url)}` holds `{content_type}`, not a video")
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ProviderUnavailable(f"the video at `{_shown(url)}` is sent in an encoding that was not asked for")


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
