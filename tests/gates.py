"""A connection to a server on this machine that can be shut, altogether or for some requests, as outages do."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Gate:
    """Passes bytes on to a server; cuts a connection on which a request mentions `refused`, or any while it is shut.

    `seen` is set once a request mentions `awaited`; with `shut_then` the gate is shut after that request was answered.
    """

    target: int  # port
    refused: bytes | None = None
    awaited: bytes | None = None
    shut_then: bool = False
    port: int = 0
    shut: threading.Event = field(default_factory=threading.Event)
    seen: threading.Event = field(default_factory=threading.Event)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if self.shut.is_set():
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            for source, sink, asks in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pump, args=(source, sink, asks), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, asks: bool) -> None:  # of a thread
        with contextlib.suppress(OSError), source, sink:
            while data := source.recv(2**16):
                if self.shut.is_set() or (asks and self.refused is not None and self.refused in data):
                    break
                if asks and self.awaited is not None and self.awaited in data:
                    self.seen.set()
                sink.sendall(data)
                if not asks and self.seen.is_set() and self.shut_then:
                    self.shut.set()
            for one in (source, sink):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def gate(
    target: int, *, refused: bytes | None = None, awaited: bytes | None = None, shut_then: bool = False
) -> Iterator[Gate]:
    """A port that leads to another one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Gate(target, refused, awaited, shut_then, listener.getsockname()[1])
        threading.Thread(target=found.serve, args=(listener,), daemon=True).start()
        try:
            yield found
        finally:
            found.shut.set()
            listener.shutdown(socket.SHUT_RDWR)
