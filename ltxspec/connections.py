"""Explains failed connections to a service or a forge: what is wrong, where, and how to fix it.

Messages of httpx may contain addresses with secrets, so they are not shown; explanations are based on error types.
"""

import errno
import os
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.request import getproxies, proxy_bypass

import httpx

_AUTHORITIES = "if it is one of your own network, name the certificate file of its authority in `SSL_CERT_FILE`"
_CERTIFICATES = {  # OpenSSL's codes (x509_vfy.h)
    9: ("is not valid yet", "check this machine's clock"),
    10: ("has expired", "check this machine's clock; if it is right, the other side has to renew it"),
    18: ("is self-signed", _AUTHORITIES),
    19: ("is signed by an authority that this machine does not know", _AUTHORITIES),
    20: ("is signed by an authority that this machine does not know", _AUTHORITIES),
    21: ("is signed by an authority that this machine does not know", _AUTHORITIES),
    62: ("is for another host", "check the address; a network's login page can also be the cause"),
    64: ("is for another host", "check the address; a network's login page can also be the cause"),
}
_OFFLINE = "check the network; behind a company's proxy set `HTTPS_PROXY`"

_KINDS: dict[type[Exception], str] = {
    httpx.ConnectError: "no connection",
    httpx.ConnectTimeout: "no connection in time",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a connection, and how to fix it."""

    what: str
    cure: str

    @property
    def line(self) -> str:
        """Both in one line, for use without a separate hint."""
        return f"{self.what}; {self.cure}"


@dataclass(frozen=True, slots=True)
class Cures:
    """Fixes that depend on where the address comes from."""

    silent: str = _OFFLINE  # nothing answers at the address
    unknown_name: str = _OFFLINE  # the host name is not found


def no_connection(error: Exception, url: httpx.URL, *, uses_proxy: bool, cures: Cures = Cures()) -> Trouble | None:
    """Why a connection to an address failed; None if the reason is unknown.

    Args:
        error: the exception from httpx.
        url: the target address.
        uses_proxy: whether the environment's proxies are used for it.
        cures: the fixes if no proxy is used.
    """
    causes = list(_causes(error))
    secure = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if secure is not None:
        return _not_secure(secure, url)
    proxy = _proxy_of(url) if uses_proxy else None
    if isinstance(error, httpx.ProxyError):
        what = f"the proxy{_named(proxy)} did not connect to `{url.host}`"
        return Trouble(what, "check `HTTPS_PROXY` and its password")
    where = f"`{place_of(url)}`"
    if proxy:
        where, cures = f"the proxy{_named(proxy)}", Cures("check `HTTPS_PROXY`", "check `HTTPS_PROXY`")
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Trouble(f"the name of {where if proxy else f'`{url.host}`'} is not found", cures.unknown_name)
    if any(isinstance(cause, OSError) and cause.errno == errno.ECONNREFUSED for cause in causes):
        return Trouble(f"nothing answers at {where}", cures.silent)
    kind = _KINDS.get(type(error))
    return Trouble(f"{kind} to {where}", cures.silent) if kind else None


def unusable_settings(error: Exception) -> Trouble:
    """Why the environment's certificate or proxy settings cannot be used, without their values.

    Args:
        error: the exception from httpx: an OSError concerns certificates, any other one proxies.
    """
    if isinstance(error, OSError):
        setting = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), "SSL_CERT_FILE")
        missing, unread = isinstance(error, FileNotFoundError), not isinstance(error, ssl.SSLError)
        why = "does not exist" if missing else "cannot be read" if unread else "contains no usable certificates"
        return Trouble(f"the path in `{setting}` {why}", f"correct `{setting}`, or unset it")
    proxies = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
    found = [name for name in proxies if os.environ.get(name) or os.environ.get(name.lower())] or proxies
    named = " or ".join(f"`{name}`" for name in found)
    return Trouble(f"{named} has a value that cannot be used", "write a proxy as `http://HOST:PORT`, or unset it")


def _not_secure(error: ssl.SSLError, url: httpx.URL) -> Trouble:
    if not isinstance(error, ssl.SSLCertVerificationError):
        what = f"`{place_of(url)}` does not answer with TLS"
        return Trouble(what, "check the address, its port and `HTTPS_PROXY`")
    what, cure = _CERTIFICATES.get(error.verify_code, ("is not accepted", _AUTHORITIES))
    return Trouble(f"the certificate of `{url.host}` {what}", cure)


def place_of(url: httpx.URL) -> str:
    """An address without its possibly secret parts: `https://api.example/v1`."""
    port = f":{url.port}" if url.port else ""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{url.scheme}://{host}{port}{url.path}" if url.host else f"{url.scheme}:…"


def _proxy_of(url: httpx.URL) -> str | None:
    """The proxy that the environment sets for an address."""
    if proxy_bypass(url.host):
        return None
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all")


def _named(proxy: str | None) -> str:
    try:
        url = httpx.URL(proxy or "")
    except httpx.InvalidURL:
        return ""
    return f" `{url.host}{f':{url.port}' if url.port else ''}`" if url.host else ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all its causes, including members of exception groups."""
    seen: set[int] = set()
    left = [error]
    while left:
        found = left.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        left += [
            found.__cause__,
            found.__context__,
            *(found.exceptions if isinstance(found, BaseExceptionGroup) else ()),
        ]
