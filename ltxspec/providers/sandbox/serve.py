"""A sandbox on a port, for any client. Prints nothing: the caller receives the URL."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, cast

from starlette.types import ASGIApp, Receive, Scope, Send

from ltxspec.errors import LtxspecError
from ltxspec.providers.sandbox.app import create_app
from ltxspec.providers.sandbox.faults import ConnectionDropped
from ltxspec.providers.sandbox.guard import LARGEST_CALL, guarded
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.serving import serve_until_interrupted, server_of, serving_in_thread

if TYPE_CHECKING:
    import uvicorn


class NoPort(LtxspecError):
    """The port is not available."""

    code = "cannot-listen"


_LAST_PORT = 65_535
_GRACE = 3  # seconds for open replies when the server stops


def run(settings: SandboxSettings, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until the process is stopped (SIGINT or SIGTERM).

    Args:
        settings: the sandbox.
        host: address to listen on; anything but loopback is open to others. Requests must use this name or one of this
            machine's names.
        port: 0 picks any free port.
        ready: called with the base URL for clients once connections are accepted.

    Raises:
        NoPort: the port is not available.
        StorageError: the state folder cannot be used.
    """
    server = _server(settings, host)
    with closing(_listen(host, port)) as listener:
        ready(url_of(listener))
        serve_until_interrupted(server, listener)


@contextmanager
def serving(settings: SandboxSettings, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve in a thread of this process while the context is open; yields the base URL."""
    server = _server(settings, host)
    with closing(_listen(host, port)) as listener, serving_in_thread(server, listener, "sandbox"):
        yield url_of(listener)


def url_of(listener: socket.socket) -> str:
    """The base URL for clients, ending in `/v1` like the provider's."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/v1"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    failed, hint = f"the sandbox cannot listen on `{host}:{port}`", "port 0 picks a free one"
    if not 0 <= port <= _LAST_PORT:
        raise NoPort(f"{failed}: there is no such port", hint=hint)
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise NoPort(f"{failed}: {error.strerror or error}", hint=hint) from error


def _server(settings: SandboxSettings, host: str) -> "uvicorn.Server":
    import uvicorn

    config = uvicorn.Config(
        closing_sockets(guarded(create_app(settings), host, marked=settings.api_key is None)),
        http="h11",  # `closing_sockets` relies on this implementation's `send`
        ws="websockets-sansio",
        ws_max_size=LARGEST_CALL,
        ws_per_message_deflate=False,  # on this machine only work, and what is sent cannot be larger than it looks
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_GRACE,
    )
    return server_of(config)


def closing_sockets(app: ASGIApp) -> ASGIApp:
    """Close the socket when the application drops the connection.

    ASGI has no message for this, and uvicorn would answer an exception with status 500. Its `send` is a method of the
    object that holds the connection's transport (uvicorn 0.54: `RequestResponseCycle`, `WebSocketsSansIOProtocol`),
    which is closed here.
    """

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except ConnectionDropped:
            cast("asyncio.Transport", send.__self__.transport).close()  # type: ignore[attr-defined]  # see above
            while not (await receive())["type"].endswith(".disconnect"):
                pass
        if scope["type"] == "websocket":  # uvicorn takes a refused handshake for an error until it is closed
            while not send.__self__.disconnected:  # type: ignore[attr-defined]  # see above
                await receive()

    return served
