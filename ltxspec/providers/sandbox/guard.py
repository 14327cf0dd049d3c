"""Protects a sandbox on a port: it answers intended clients, but no web page open in a browser on this machine.

A page can make a browser send requests here: simple ones from any site, and arbitrary ones once its own host name
resolves to this machine. Both are recognised by the requested host name, by the page's origin and by the content type.
WebSockets are no exception: browsers let any page open one to any address, but name the page's origin.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import orjson
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ltxspec.providers.hosts import is_address, is_this_machine
from ltxspec.providers.sandbox.faults import ConnectionDropped

MARK = "X-Ltxspec-Sandbox"  # in every answer of a sandbox that does not simulate the paid service

LARGEST_CALL = 96 * 2**20  # bytes of a request, or of a frame of a WebSocket: a file of 64 MB in base64, and more

_ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104  # used for comparison only, not for listening

_ANSWERS = frozenset({"http.response.start", "websocket.http.response.start", "websocket.accept"})


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
        read = 0

        async def receive_part() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b"")) if message["type"] == "http.request" else 0
            if read > LARGEST_CALL:
                raise ConnectionDropped  # its length was not announced
            return message

        async def send_marked(message: Message) -> None:
            if marked and message["type"] in _ANSWERS:
                message.setdefault("headers", [])
                MutableHeaders(scope=message)[MARK] = "1"
            await send(message)

        if refusal is None:
            await app(scope, receive_part, send_marked)
        else:
            await _refuse(scope, *refusal, send_marked)

    return served


def _refusal(scope: Scope, host: str) -> tuple[int, str] | None:
    """Why a request is refused, with its HTTP status."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if not _is_own(_host_of(f"//{headers.get('host', '')}"), host):
        return 421, "The sandbox answers to its own host names only."
    method = scope.get("method")  # None for a WebSocket, which may do whatever a POST may
    if _is_of_another_site(headers, shown=method in {"GET", "HEAD"}):
        return 403, "Requests from web pages of other sites are refused."
    if method in {"POST", "PUT"} and not _is_json(headers):
        return 415, "The sandbox accepts only JSON: send `Content-Type: application/json`."
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > LARGEST_CALL:
        return 413, f"A request may have {LARGEST_CALL} bytes at most."
    return None


def _is_of_another_site(headers: Mapping[str, str], *, shown: bool) -> bool:
    """Whether a browser sends a request for a page of another site; such a page may show a video of the sandbox."""
    if not shown and headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return True
    return "origin" in headers and _place_of(headers["origin"]) != headers["host"].lower()


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


async def _refuse(scope: Scope, status: int, message: str, send: Send) -> None:
    body = orjson.dumps({"errors": [{"code": "invalidRequest", "message": message}]})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
