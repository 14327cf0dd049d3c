"""How a server ends by a signal is tested with processes: `acceptance/test_review_serve.py`, `test_serve.py`."""

import socket
import threading
from contextlib import closing, suppress
from typing import Any

import uvicorn

from ltxspec.serving import serve_until_interrupted, server_of, serving_in_thread


class Server:
    """Runs until it is stopped."""

    def __init__(self) -> None:
        self.should_exit = False
        self.names: list[str] = []

    def run(self, sockets: list[socket.socket]) -> None:
        assert len(sockets) == 1
        self.names.append(threading.current_thread().name)
        while not self.should_exit:
            threading.Event().wait(0.01)


def test_a_server_in_a_thread_has_ended_when_its_context_is_left() -> None:
    server: Any = Server()
    with closing(socket.create_server(("127.0.0.1", 0))) as listener, serving_in_thread(server, listener, "review"):
        pass
    assert server.names == ["review"]
    assert "review" not in [thread.name for thread in threading.enumerate()]


def test_a_server_can_run_outside_of_the_main_thread() -> None:
    server: Any = Server()
    server.should_exit = True
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=serve_until_interrupted, args=(server, listener), name="other")
        thread.start()
        thread.join()
    assert server.names == ["other"]


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: c2FtcGxlIG5vbmNlIDE2IQ==\r\n\r\n"
)


async def talking(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "bytes": bytes(32_000_000)})


def test_a_connection_whose_client_does_not_read_is_closed_when_its_server_ends() -> None:
    config = uvicorn.Config(
        talking, lifespan="off", log_config=None, ws="websockets-sansio", timeout_graceful_shutdown=0
    )
    with closing(socket.create_server(("127.0.0.1", 0))) as listener, closing(socket.socket()) as client:
        with serving_in_thread(server_of(config), listener, "stubborn"):
            client.connect(listener.getsockname())
            client.settimeout(5)
            client.sendall(HANDSHAKE)
            assert client.recv(1024).startswith(b"HTTP/1.1 101")
        with suppress(ConnectionResetError):
            while client.recv(1024):
                pass
