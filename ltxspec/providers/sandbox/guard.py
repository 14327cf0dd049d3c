"""Protects a sandbox on a port: it answers intended clients, but no web page open in a browser on this machine.

A page can make a browser send requests here: simple ones from any site, and arbitrary ones once its own host name
resolves to this machine. Both are recognised by the requested host name, by the page's origin and by the content type.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import orjson
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ltxspec.providers.hosts import is_address, is_this_machine

MARK = "X-Ltxspec-Sandbox"  # in every answer of a sandbox that does not simulate the paid service

_ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104  # used for comparison only, not for listening


def guarded(app: ASGIApp, host: str, *, marked: bool) -> ASGIApp:
    """The application, restricted to requests for its own host names, from no foreign page, and in JSON only.

    Args:
        app: the sandbox.
        host: the address it listens on. This machine's names are always accepted; if it listens on all addresses, so
            is every IP address, because no name server can redirect one.
        marked: whether every answer is marked as a sandbox's.
    """

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        refusal = _refusal(scope, host)
        if refusal is None and not marked:
            await app(scope, receive, send)
            return

        async def send_marked(message: Message) -> None:
            if marked and message["type"] == "http.response.start":
                MutableHeaders(scope=message)[MARK] = "1"
            await send(message)

        if refusal is None:
            await app(scope, receive, send_marked)
        else:
            await _refuse(*refusal, send_marked)

    return served


def _refusal(scope: Scope, host: str) -> tuple[int, str] | None:
    """Why a request is refused, with its HTTP status."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if not _is_own(_host_of(f"//{headers.get('host', '')}"), host):
        return 421, "The sandbox answers to its own host names only."
    orders = scope["method"] not in {"GET", "HEAD"}  # a page may show a video of the sandbox
    from_elsewhere = orders and headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    if from_elsewhere or ("origin" in headers and _place_of(headers["origin"]) != headers["host"].lower()):
        return 403, "Requests from web pages of other sites are refused."
    if scope["method"] in {"POST", "PUT"} and not _is_json(headers):
        return 415, "The sandbox accepts only JSON: send `Content-Type: application/json`."
    return None


def _is_own(name: str, host: str) -> bool:
    return bool(name) and (name == host.lower() or is_this_machine(name) or (host in _ANY and is_address(name)))


def _host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _place_of(origin: str) -> str:
    """Host and port of the requesting page: another port of this machine is a different site."""
    scheme, _, place = origin.lower().partition("://")
    return place if scheme in {"http", "https"} else ""


def _is_json(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


async def _refuse(status: int, message: str, send: Send) -> None:
    body = orjson.dumps({"errors": [{"code": "invalidRequest", "message": message}]})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
