"""Runs a server on a socket that listens already: until this process is interrupted, or in a thread of its own."""

import asyncio
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uvicorn


def server_of(config: "uvicorn.Config") -> "uvicorn.Server":
    """A server that closes every connection when it ends.

    uvicorn 0.54 leaves those open that last longer than `timeout_graceful_shutdown`: their clients would wait on.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            for connection in list(self.server_state.connections):
                if (transport := getattr(connection, "transport", None)) is not None:
                    transport.abort()
            await asyncio.sleep(0)  # it closes the sockets in the next round of the loop

    return Server(config)


def serve_until_interrupted(server: "uvicorn.Server", listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, which is no error."""
    with _stopping_is_no_error():
        server.run(sockets=[listener])


@contextmanager
def serving_in_thread(server: "uvicorn.Server", listener: socket.socket, name: str) -> Iterator[None]:
    """Serve in a thread of that name while the context is open."""
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name=name)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def _stopping_is_no_error() -> Iterator[None]:
    """Swallow the signals that uvicorn raises again after it has stopped because of them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {sign: signal.signal(sign, lambda *_: None) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
