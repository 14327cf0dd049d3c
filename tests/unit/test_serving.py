"""How a server ends by a signal is tested with processes: `acceptance/test_review_serve.py`, `test_serve.py`."""

import socket
import threading
from contextlib import closing
from typing import Any

from ltxspec.serving import serve_until_interrupted, serving_in_thread


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
