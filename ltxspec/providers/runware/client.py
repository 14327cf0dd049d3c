"""The only module that speaks HTTP to the service: it sends bytes once, and returns an answer or describes the failure.

It makes no decisions. The key is sent in a header of API calls only, and never appears in a download, log or error.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import Self

import httpx

from ltxspec import replies
from ltxspec.connections import Cures, no_connection, unusable_settings
from ltxspec.errors import ProviderRefused
from ltxspec.providers.hosts import is_this_machine
from ltxspec.version import __version__

_USER_AGENT = f"ltxspec/{__version__}"
# More connections slow down httpcore's pool, and the service asks for steady use. Callers limit themselves
# (`reads.py`, `provider.py`, `download.py`), so that none waits for a connection that another one holds.
_LIMITS = httpx.Limits(max_connections=16)
_API_SECONDS = httpx.Timeout(connect=10, read=120, write=120, pool=60)
_FILE_SECONDS = httpx.Timeout(connect=10, read=60, write=60, pool=60)
_CLOSING_SECONDS = 10.0
_REPLY_LIMIT = 16 * 1024 * 1024  # bytes; a longer body is cut, so that it is no longer valid JSON
_SANDBOX_MARK = "X-Ltxspec-Sandbox"  # a header of every answer of `ltxspec sandbox serve`; the paid service has none
_SHORTEST_SECRET = 8  # characters; a shorter key could occur in a reply by chance

# Raised before any byte of a request is written: no connection (including TLS), none through the proxy (https opens a
# tunnel first), or no free connection in the pool.
_NOTHING_SENT = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol,
)  # fmt: skip


class ApiKey:
    """A secret that never shows itself: `repr`, `str` and error texts do not contain it.

    Raises:
        ProviderRefused: it is empty, or has characters that an HTTP header cannot carry.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value.strip()
        if not self._value or not self._value.isascii() or not self._value.isprintable():
            raise ProviderRefused(
                "the API key is empty or has characters that an HTTP header cannot carry",
                provider_code="missingApiKey",
                whole_run=True,
                hint="set `RUNWARE_API_KEY` to the key as the service shows it",
            )

    def __repr__(self) -> str:
        return "ApiKey(hidden)"

    __str__ = __repr__

    def header(self) -> dict[str, str]:
        """The header that authenticates a request."""
        return {"Authorization": f"Bearer {self._value}"}

    def hide_in(self, content: bytes) -> bytes:
        """The bytes of a reply with the key removed, in case the service repeats it in a message."""
        secret = self._value.encode("ascii")
        return content.replace(secret, b"(hidden)") if len(secret) >= _SHORTEST_SECRET else content


@dataclass(frozen=True, slots=True)
class Connection:
    """Address and key of the service. `transport` replaces the network: an ASGI application, or a test's transport.

    `named_by` is the setting that the address comes from, as shown to users; None for the service's own address.
    `hidden` are further secrets that a reply may repeat.
    """

    base_url: str
    key: ApiKey
    transport: httpx.AsyncBaseTransport | None = None
    named_by: str | None = None
    hidden: Sequence[str] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as received. `retry_after` is the raw header."""

    status: int
    content: bytes
    retry_after: str | None


class Broken(Exception):
    """No answer came; callers turn it into a domain error. `sent` is false only if certainly nothing was sent.

    `cure` is a hint for fixing the problem, if one is known.
    """

    def __init__(self, reason: str, *, sent: bool, cure: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        self.cure = cure

    @property
    def line(self) -> str:
        """The reason and the hint in one line."""
        return "; ".join(filter(None, (self.reason, self.cure)))


class Client:
    """Two connection pools: one for the API, one for videos, so that long downloads never delay a poll.

    Over https the environment's certificates (SSL_CERT_FILE, SSL_CERT_DIR) are used, and for remote hosts its proxy
    (HTTPS_PROXY, ALL_PROXY, NO_PROXY): a company's proxy may be the only way out, and cannot read https. This machine
    is reached without a proxy, and an injected transport ignores all of these.

    Raises:
        ProviderRefused: an address, a proxy or a certificate file cannot be used; nothing is sent.
    """

    def __init__(self, connection: Connection) -> None:
        # httpx logs every URL, and a presigned URL is a secret; httpcore logs redirects with it.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        _note_missing_modules()
        self.base_url = _web_address(connection)
        self.named_by = connection.named_by
        self._key = connection.key
        self._hidden = [secret.encode() for secret in connection.hidden]
        secure = connection.transport is None and self.base_url.scheme == "https"
        outwards = self._outwards = secure and not is_this_machine(self.base_url.host)
        self._api = _pool(connection.transport, _API_SECONDS, secure=secure, outwards=outwards)
        self._files = _pool(connection.transport, _FILE_SECONDS, secure=secure, outwards=outwards)

    async def post(self, body: bytes, seconds: float) -> Answer:
        """Send one body to the API, once, and wait up to `seconds` for the whole answer; redirects are not followed.

        Raises:
            Broken: no complete answer. A cancelled call raises CancelledError, which is just as unclear.
            ProviderRefused: with `whole_run`, the answer comes from a sandbox, where no money is spent.
        """
        headers = {"Content-Type": "application/json", **self._key.header()}
        try:
            async with (
                asyncio.timeout(seconds),  # also ends a reply that trickles forever
                self._api.stream("POST", self.base_url, content=body, headers=headers) as response,
            ):
                _refuse_sandbox(response.headers)
                content = await replies.read(response, _REPLY_LIMIT)
        except (httpx.RequestError, httpx.InvalidURL, TimeoutError) as error:
            raise self.broken(error, self.base_url) from None
        return Answer(response.status_code, self._without_secrets(content), response.headers.get("Retry-After"))

    def _without_secrets(self, content: bytes) -> bytes:
        for secret in self._hidden:
            content = content.replace(secret, b"(hidden)")
        return self._key.hide_in(content)

    @asynccontextmanager
    async def get(self, url: httpx.URL, headers: dict[str, str]) -> AsyncIterator[httpx.Response]:
        """Open a video's URL without the key; the caller handles redirects and checks their targets.

        Raises:
            httpx.RequestError: opening failed, or reading by the caller did.
        """
        async with self._files.stream("GET", url, headers=headers) as response:
            yield response

    def broken(self, error: Exception, url: httpx.URL) -> Broken:
        """Translate a transport failure. No text from httpx is included: it can contain URLs."""
        sent = not isinstance(error, _NOTHING_SENT)
        reason = _WORDS.get(type(error), type(error).__name__)
        if sent:
            return Broken(reason, sent=True)
        uses_proxy = self._outwards and url.scheme == "https"
        cause = no_connection(error, url, uses_proxy=uses_proxy, cures=self._cures(url))
        return Broken(cause.what, sent=False, cure=cause.cure) if cause else Broken(reason, sent=False)

    def _cures(self, url: httpx.URL) -> Cures:
        """Hints for an address that does not answer. This machine is reached without network and proxy."""
        usual, setting = Cures(), self.named_by
        if setting is None or url.host != self.base_url.host:
            return usual
        if is_this_machine(url.host):
            return replace(usual, silent=f"start it (`ltxspec sandbox serve`), or unset {setting}")
        return replace(usual, unknown_name=f"check the spelling in {setting}, and the network")

    async def close(self) -> None:
        """Close all connections, including an injected transport, within a time limit."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                await self._api.aclose()
                await self._files.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


_WORDS: dict[type[Exception], str] = {
    httpx.PoolTimeout: "all connections are busy",
    httpx.ReadTimeout: "no answer in time",
    TimeoutError: "no answer in time",
    httpx.WriteTimeout: "the request could not be sent in time",
    httpx.ReadError: "the connection broke",
    httpx.WriteError: "the connection broke",
    httpx.RemoteProtocolError: "the server closed the connection",
    httpx.DecodingError: "the answer could not be decoded",
    httpx.UnsupportedProtocol: "the address is neither http nor https",
    httpx.InvalidURL: "the address is not a URL",
}


def _note_missing_modules() -> None:
    """Remember that `sniffio` is not installed: httpcore tries to import it several times a request.

    Each attempt searches all of `sys.path`, which took a third of the CPU time of an apply.
    """
    if "sniffio" not in sys.modules and find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]  # which makes the import fail at once


def _web_address(connection: Connection) -> httpx.URL:
    """The service's address. Raises ProviderRefused when it is not valid, before anything is sent to a wrong place."""
    base_url, setting = connection.base_url, connection.named_by or "`base_url`"
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise ProviderRefused(
            f"{setting} is not an http or https address: `{base_url.partition('?')[0]}`",
            provider_code="notSent",
            whole_run=True,
            hint=f"correct {setting}, such as `https://api.example/v1`",
        )
    return url


def _pool(
    transport: httpx.AsyncBaseTransport | None, seconds: httpx.Timeout, *, secure: bool, outwards: bool
) -> httpx.AsyncClient:
    # Never through a proxy over http: the proxy could read requests and replies.
    direct = ("http://",) if outwards else ("http://", "https://", "all://")
    try:
        return httpx.AsyncClient(
            transport=transport,
            timeout=seconds,
            limits=_LIMITS,
            follow_redirects=False,
            trust_env=secure,
            mounts=dict.fromkeys(direct),
            headers={"User-Agent": _USER_AGENT, **replies.PLAIN},
        )
    except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:  # text omitted: a proxy URL has a password
        found = unusable_settings(error)
        raise ProviderRefused(found.what, provider_code="notSent", whole_run=True, hint=found.cure) from None


def _refuse_sandbox(headers: httpx.Headers) -> None:
    if _SANDBOX_MARK in headers:
        raise ProviderRefused(
            "the service is a sandbox: what it renders is free, and is not recorded as bought",
            provider_code="sandbox",
            whole_run=True,
            hint="use `--provider sandbox`; to rehearse paid orders, start it with `ltxspec sandbox serve --key`",
        )
