"""A connection to a server on this machine that stalls after some bytes, as networks do."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Stalling:
    """Passes bytes on to a server until so many have been sent to it; then it only keeps the connections open."""

    target: int  # port
    limit: int  # bytes
    port: int = 0
    sent: int = 0
    stalled: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, listener: socket.socket) -> None:
        while not self.over.is_set():
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            for source, sink, counted in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pump, args=(source, sink, counted), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:  # of a thread
        with contextlib.suppress(OSError), source, sink:
            while data := source.recv(2**16):
                if counted:
                    with self._guard:
                        self.sent += len(data)
                    if self.sent > self.limit:
                        self.stalled.set()
                        self.over.wait()
                        return
                sink.sendall(data)


@contextlib.contextmanager
def stalling(target: int, limit: int) -> Iterator[Stalling]:
    """A port that passes at most `limit` bytes on to another one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Stalling(target, limit, listener.getsockname()[1])
        threading.Thread(target=proxy.serve, args=(listener,), daemon=True).start()
        try:
            yield proxy
        finally:
            proxy.over.set()
            listener.shutdown(socket.SHUT_RDWR)
