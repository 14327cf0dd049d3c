"""Web pages for this machine only: a server on the loopback address, behind a token, for no other site's pages.

A page of another site can make a browser send requests here. It does not know the token, which is part of every
address; and requests that write must come from this page itself, by their origin and content type.
"""

import errno
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import orjson
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ltxspec.errors import LtxspecError
from ltxspec.serving import server_of

if TYPE_CHECKING:
    import uvicorn

HOST: Final = "127.0.0.1"  # never another: whoever reaches it may write into the working tree
_GRACE: Final = 2  # seconds for open replies when it stops
_TOKEN_BYTES: Final = 18
_HTTP: Final = 80
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class CannotServe(LtxspecError):
    """The port is not available."""

    code = "cannot-listen"


@dataclass(frozen=True, slots=True)
class Served:
    """What is served, for messages.

    Args:
        what: "review".
        command: that prints the address, as users write it.
    """

    what: str
    command: str


def new_token() -> str:
    """The first part of every path of one server."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def listening(port: int, served: Served) -> socket.socket:
    """A socket that listens; port 0 is any free one. Raises CannotServe."""
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "another process is already listening there" if taken else "the system does not allow it"
        raise CannotServe(
            f"the {served.what} cannot be served on port {port}: {why}", hint="leave out `--port`: any free one is used"
        ) from error


def server_for(app: ASGIApp) -> "uvicorn.Server":
    """A server that says nothing in the terminal."""
    import uvicorn

    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    return server_of(config)


def guarded(app: ASGIApp, token: str, port: int, served: Served) -> ASGIApp:
    """The application, for requests to its own names, with its token; those that write only from its own pages.

    Args:
        app: what answers them.
        token: the first part of every path.
        port: where it listens, which is part of its own names.
        served: for messages.
    """
    names = {f"{name}:{port}" for name in (HOST, "localhost")} | ({HOST, "localhost"} if port == _HTTP else set())

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        refusal = _refusal(scope, names, token, served)
        await (app if refusal is None else refusal)(scope, receive, send_on)

    return answer


def json_reply(status: int, document: object) -> Response:
    """A reply that is not kept."""
    return Response(
        orjson.dumps(document), status, headers={"Cache-Control": "no-store"}, media_type="application/json"
    )


def plain_reply(status: int, text: str) -> Response:
    """A line for people, which is not kept."""
    return Response(f"{text}\n", status, headers={"Cache-Control": "no-store"}, media_type="text/plain; charset=utf-8")


def _refusal(scope: Scope, names: set[str], token: str, served: Served) -> Response | None:
    """Why a request is not answered."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "").lower()
    if host not in names:
        return plain_reply(421, f"The {served.what} answers to its own host names only.")
    given = scope["path"].removeprefix("/").partition("/")[0]  # a path may be `*`
    if not secrets.compare_digest(given.encode("utf-8", "replace"), token.encode()):
        return plain_reply(404, f"Open the address that `{served.command}` printed.")
    if scope["method"] in {"GET", "HEAD"}:
        return None
    return _foreign(headers, host)


def _foreign(headers: Mapping[str, str], host: str) -> Response | None:
    """Why a request that writes is not from this page."""
    if headers.get("sec-fetch-site", "same-origin") != "same-origin" or headers.get("origin") != f"http://{host}":
        return json_reply(403, {"error": "Requests from other pages are refused."})
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return json_reply(415, {"error": "Only JSON is understood."})
    return None
