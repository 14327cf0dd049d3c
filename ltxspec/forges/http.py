"""JSON over HTTP with a forge: reads are retried politely, writes are sent once, the token is never shown.

"Politely" follows GitHub's page "Best practices for using the REST API": honour `Retry-After`; otherwise wait until
`x-ratelimit-reset` if nothing remains; otherwise one minute for a secondary limit. GitLab sends `Retry-After` and
`RateLimit-Reset` with status 429.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from ltxspec.connections import no_connection, place_of, unusable_settings
from ltxspec.forges.explaining import explanation
from ltxspec.forges.port import Denied, ForgeError, Gone, Unsettled
from ltxspec.replies import PLAIN, read_blocking
from ltxspec.version import __version__

READ_TRIES = 5
LARGEST = 64 * 2**20  # bytes of an answer: a page of 100 comments has at most 26 MB
LONGEST_WAIT = 120.0  # seconds; if a forge requests a longer wait, the run ends
MOST_PAGES = 200  # of 100 items each: no real change has 20,000 comments

_SECONDS = httpx.Timeout(connect=10, read=30, write=30, pool=10)
_FIRST_WAIT = 1.0  # seconds; doubled each time
_SECONDARY_WAIT = 60.0  # seconds, GitHub's advice for a secondary limit without a time
_LONGEST_MESSAGE = 300
_TOO_MANY = 429
_NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
_LOGIN = "this may be a login page or a proxy: log in with a browser; check `HTTPS_PROXY` and the address of the API"
_SHORTEST_SECRET = 8  # characters; a shorter token could occur in a reply by chance


class Secret:
    """A token that never shows itself."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value.strip()
        if not self._value or not self._value.isascii() or not self._value.isprintable():
            raise ForgeError("the forge's token is empty or has characters that no HTTP header can carry")

    def __repr__(self) -> str:
        return "Secret(hidden)"

    __str__ = __repr__

    def reveal(self) -> str:
        """The token itself, for a header."""
        return self._value

    def hide_in(self, text: str) -> str:
        """A text with the token removed, in case the forge repeats it."""
        return text.replace(self._value, "(hidden)") if len(self._value) >= _SHORTEST_SECRET else text


@dataclass(frozen=True, slots=True)
class ForgePace:
    """Sleep and clock functions, replaceable so that tests do not wait."""

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time  # seconds since 1970, to interpret reset times


@dataclass(frozen=True, slots=True)
class Access:
    """Address and credentials of a forge's API.

    `advice` says which token is needed; it is shown with 401, 403 and 404.
    """

    base_url: str
    token: Secret | None
    header: Callable[[str], dict[str, str]]  # token -> header
    advice: str
    pace: ForgePace = field(default_factory=ForgePace)
    transport: httpx.BaseTransport | None = None  # replaces the network in tests


@dataclass(frozen=True, slots=True)
class ForgeReply:
    """A successful answer."""

    data: Any
    next_page: str | None  # address of the next page


class Api:
    """A JSON client for one forge."""

    def __init__(self, access: Access) -> None:
        for name in ("httpx", "httpcore"):  # they log URLs
            logging.getLogger(name).setLevel(logging.WARNING)
        self._access = access
        self._base = _web_address(access.base_url)
        headers = {"User-Agent": f"ltxspec/{__version__}", "Accept": "application/json", **PLAIN}
        if access.token is not None:
            headers |= access.header(access.token.reveal())
        try:
            self._http = httpx.Client(headers=headers, timeout=_SECONDS, transport=access.transport)
        except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:  # the machine's proxies and certificates
            found = unusable_settings(error)
            raise ForgeError(found.what, hint=found.cure) from None

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def read(self, path: str, parameters: Mapping[str, str | int] | None = None) -> ForgeReply:
        """GET, retried while the forge is busy. Raises ForgeError, Gone (on 404)."""
        return self._patiently("GET", path, parameters=parameters)

    def query(self, path: str, text: str) -> Any:
        """A GraphQL query, retried like a read because it changes nothing. Raises ForgeError, Gone."""
        return self._patiently("POST", path, body={"query": text}).data

    def _patiently(self, method: str, path: str, **more: Any) -> ForgeReply:
        tries = 0
        while True:
            try:
                return self._once(method, path, **more)
            except Unsettled as trouble:
                wait = _FIRST_WAIT * 2**tries if trouble.wait is None else trouble.wait
                tries += 1
                if tries == READ_TRIES or wait > LONGEST_WAIT:
                    raise ForgeError(f"the forge does not answer: {trouble.reason}", hint=trouble.cure) from None
                self._access.pace.sleep(wait)

    def upload(self, path: str, name: str, content: bytes) -> Any:
        """Send a file as a form of that name; repeated like a read, because a second copy does no harm.

        Raises:
            ForgeError: the forge refuses, or does not answer.
            Gone: there is no such place.
        """
        return self._patiently("POST", path, file=(name, content)).data

    def pages(self, path: str, parameters: Mapping[str, str]) -> Iterator[Any]:
        """Every item of a list, page by page, in the forge's order. Raises ForgeError, Gone."""
        reply = self.read(path, {**parameters, "per_page": 100})
        for _ in range(MOST_PAGES):
            if not isinstance(reply.data, list):
                raise ForgeError("the forge's answer is not a list", hint="check the address of the forge's API")
            yield from reply.data
            if reply.next_page is None:
                return
            reply = self.read(reply.next_page)
        raise ForgeError(f"the change has more than {100 * MOST_PAGES} comments")

    def write(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """POST, PATCH, PUT or DELETE, once. Raises ForgeError, Unsettled, Gone."""
        return self._once(method, path, body=body).data

    def _once(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        parameters: Mapping[str, str | int] | None = None,
        file: tuple[str, bytes] | None = None,
    ) -> ForgeReply:
        url = (
            self._base.copy_with(raw_path=self._base.raw_path.rstrip(b"/") + path.encode()) if path[0] == "/" else path
        )
        try:
            form = {"file": file} if file is not None else None
            query = dict(parameters) if parameters else None
            asked = self._http.build_request(method, url, json=body, params=query, files=form)
            response = self._http.send(asked, stream=True)
            with closing(response):
                content = read_blocking(response, LARGEST)
        except (httpx.RequestError, httpx.InvalidURL) as error:  # only its type is used: messages can hold URLs
            problem = no_connection(error, self._base, uses_proxy=True) if isinstance(error, _NOT_REACHED) else None
            if problem:
                raise Unsettled(problem.what, cure=problem.cure) from None
            raise Unsettled(f"no answer ({type(error).__name__})") from None
        if len(content) == LARGEST:
            raise Unsettled("its answer is too large")
        if response.is_success:
            return ForgeReply(_decoded(content, place_of(self._base)), self._next(response))
        raise self._trouble(response, content)

    def _next(self, response: httpx.Response) -> str | None:
        """The next page's URL. One on another host is refused, because it would receive the token."""
        url = response.links.get("next", {}).get("url")
        if url is not None and _origin(url) != _origin(self._base):
            raise ForgeError("the forge redirects to another host for the next page", hint="check the API's address")
        return url

    def _trouble(self, response: httpx.Response, content: bytes) -> Exception:
        """The exception for an unsuccessful answer: try later, gone, or refused."""
        message = self._message(response, content)
        wait = self._wait(response, message)
        if response.status_code in {408, 425, 429} or response.is_server_error or wait is not None:
            is_limit = response.status_code == _TOO_MANY or (wait is not None and response.is_client_error)
            return Unsettled(f"status {response.status_code}: {message}", wait, unwritten=is_limit)
        if response.status_code in {404, 410}:
            return Gone(message)
        if response.status_code in {401, 403}:
            return self.refused(f"the forge refuses (status {response.status_code}: {message})")
        if response.is_redirect:
            return ForgeError("the repository has moved", hint="give its current name with `--repo`")
        return ForgeError(f"the forge does not accept the request (status {response.status_code}: {message})")

    def refused(self, summary: str) -> Denied:
        """A refusal, with advice on the required token."""
        missing = "" if self._access.token else "no token was given; "
        return Denied(summary, hint=missing + self._access.advice)

    def _message(self, response: httpx.Response, content: bytes) -> str:
        """What the forge says about the error, on one line, without the token."""
        shown = " ".join((explanation(content) or response.reason_phrase).split())[:_LONGEST_MESSAGE]
        return self._access.token.hide_in(shown) if self._access.token else shown

    def _wait(self, response: httpx.Response, message: str) -> float | None:
        """How long a rate limit lasts; None if it is not a rate limit or no time is known."""
        if response.status_code not in {403, 429, 503}:
            return None
        headers = response.headers
        if (asked := _seconds(headers.get("retry-after"))) is not None:
            return asked
        reset = _seconds(headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset"))
        remaining = headers.get("x-ratelimit-remaining") or headers.get("ratelimit-remaining")
        if remaining == "0" and reset is not None:
            return max(0.0, reset - self._access.pace.now()) + 1
        return _SECONDARY_WAIT if "secondary rate limit" in message.lower() else None


@contextmanager
def documented() -> Iterator[None]:
    """Turn an answer without the documented fields into a ForgeError."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ForgeError(
            "the forge's answer does not match its documentation", hint="check the address of the forge's API"
        ) from error


def _decoded(content: bytes, place: str) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):  # the latter for extremely deep nesting
        pass
    if content.lstrip()[:1] == b"<":
        raise ForgeError(f"the answer of `{place}` is a web page, not JSON", hint=_LOGIN)
    raise ForgeError(f"the answer of `{place}` is not JSON", hint="check the address of the forge's API")


def _seconds(text: str | None) -> float | None:
    try:
        return max(0.0, float(text)) if text is not None else None
    except ValueError:
        return None


def _origin(url: httpx.URL | str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port; None for an invalid URL."""
    try:
        url = httpx.URL(url)
    except httpx.InvalidURL:
        return None
    return url.scheme, url.host, url.port


def _web_address(text: str) -> httpx.URL:
    """The API's address. Raises ForgeError when it is not valid."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host or url.query:
        raise ForgeError("the address of the forge's API is not an http or https address", hint="check `--api`")
    return url
