"""Commands without the start of an interpreter: a process that has imported everything forks for each of them.

A command is a real process with its own arguments, folder, environment and streams; only its imports are done already,
which take longer than most commands. Scripts find it as `ltxspec` on their path: a client that passes on what it was
given, waits, and passes on signals. Tests of start-up, of imports and of kills use the command itself.
"""

import fcntl
import gc
import marshal
import os
import pkgutil
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

TESTS = Path(__file__).parent
_CLIENT = """\
#!{python} -ISE
import _socket, marshal, os, sys
streams = [number for number in (0, 1, 2) if os.path.exists(f"/dev/fd/{{number}}")]
rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, b"".join(number.to_bytes(4, sys.byteorder) for number in streams))]
mask = os.umask(0)
given = marshal.dumps((sys.argv[1:], os.getcwdb(), dict(os.environb), mask, {small!r}))
here = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
here.connect({address!r})
here.sendmsg([bytes([sum(1 << number for number in streams)])], rights if streams else [])
here.sendall(len(given).to_bytes(8, "big") + given)
child = int.from_bytes(here.recv(8), "big")
import signal
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda number, _: os.kill(child, number))
code = int.from_bytes(here.recv(8), "big", signed=True)
if code < 0:
    if code != -signal.SIGKILL:
        signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
os._exit(code)
"""


def command(folder: Path, *, small: bool = False) -> Path:
    """Write an `ltxspec` into a folder, for a shell with that folder on its path.

    Args:
        folder: where it is written; it exists.
        small: whether its videos are small.
    """
    place = folder / "ltxspec"
    place.write_text(_CLIENT.format(python=sys.executable, address=str(_server()), small=small), "utf-8")
    place.chmod(0o755)
    return place


@cache
def commands(*, small: bool = False) -> Path:
    """A folder with such an `ltxspec`, which all workers of this run share."""
    folder = _server().parent / ("small" if small else "full")
    with _guard():
        if not folder.exists():
            folder.mkdir()
            command(folder, small=small)
    return folder


@cache
def _home() -> Path:
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid4().hex
    home = Path(tempfile.gettempdir()) / f"ltxspec-warm-{run[:16]}"
    home.mkdir(mode=0o700, exist_ok=True)
    return home


@contextmanager
def _guard() -> Iterator[None]:
    with (_home() / "guard").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


@cache
def _server() -> Path:
    """The socket of the server of this run, which is started here if nobody did; it ends with the run."""
    address, run = _home() / "socket", os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    environment = {"PYTHONPATH": os.pathsep.join((str(TESTS), str(TESTS.parent))), "PATH": os.environ["PATH"]}
    with _guard():
        if not address.exists():
            command = [sys.executable, __file__, str(address), str(run)]
            subprocess.run(
                command,
                env=environment,
                check=True,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
    return address


# --- the server -------------------------------------------------------------------------------------


class Server:
    """Forks for every client, until the run of the tests is over."""

    def __init__(self, address: str, run: int) -> None:
        self._run = run
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(address)
        self._listener.listen(64)
        self._woken, wakes = os.pipe()
        self._pipe = (self._woken, wakes)
        for end in self._pipe:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wakes)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._clients: dict[int, socket.socket] = {}  # by process id of the command

    def serve(self) -> None:
        """Answer clients for as long as the process of the run is there."""
        while _is_there(self._run):
            watched: list[Any] = [self._listener, self._woken, *self._clients.values()]
            ready, _, _ = select.select(watched, [], [], 1.0)
            if self._woken in ready:
                os.read(self._woken, 4096)
                self._answer()
            for child in [child for child, client in self._clients.items() if client in ready]:
                os.kill(child, signal.SIGKILL)  # its client was killed
                self._clients.pop(child).close()
            if self._listener in ready:
                self._accept()

    def _answer(self) -> None:
        """Pass on how commands ended."""
        while self._clients:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return
            if (client := self._clients.pop(child, None)) is not None:
                with client:
                    client.sendall(os.waitstatus_to_exitcode(status).to_bytes(8, "big", signed=True))

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        (which,), streams, _, _ = socket.recv_fds(client, 1, 3)
        numbers = [number for number in (0, 1, 2) if which >> number & 1]
        with client.makefile("rb") as words:
            given = words.read(int.from_bytes(words.read(8), "big"))
        child = os.fork()
        if child == 0:
            self._become(dict(zip(numbers, streams, strict=True)), marshal.loads(given))
        for stream in streams:
            os.close(stream)
        client.sendall(child.to_bytes(8, "big"))
        self._clients[child] = client

    def _become(self, streams: dict[int, int], given: Any) -> None:
        """Be the command of a client."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        arguments, place, environment, mask, small = given
        for number in (0, 1, 2):
            if number in streams:
                os.dup2(streams[number], number)
            else:
                os.close(number)
        os.closerange(3, max(self._listener.fileno(), *self._pipe, *streams.values(), *self._numbers()) + 1)
        os.chdir(place)
        os.umask(mask)
        os.environb.clear()
        os.environb.update(environment)
        sys.argv = ["ltxspec", *arguments]
        sys.stdin, sys.stdout, sys.stderr = (_stream(number, streams) for number in (0, 1, 2))
        if small:
            from small_films import make_all_small

            make_all_small()
        from ltxspec.__main__ import main

        main()

    def _numbers(self) -> list[int]:
        return [client.fileno() for client in self._clients.values()]


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _stream(number: int, streams: dict[int, int]) -> Any:
    if number not in streams:
        return None
    buffering = 1 if number == 2 else -1
    return open(number, "w" if number else "r", buffering, "utf-8", closefd=False)


def _import_everything() -> None:
    """What any command may import, except for engines."""
    import small_films  # noqa: F401  # for its clients

    import ltxspec

    for module in pkgutil.walk_packages(ltxspec.__path__, "ltxspec."):
        if not module.name.startswith(("ltxspec.engines", "ltxspec.__main__")):
            import_module(module.name)
    for name in ("av", "PIL.Image", "httpx", "uvicorn", "obstore", "rich.console", "jinja2", "asyncio"):
        import_module(name)


def _serve(address: str, run: int) -> None:
    _import_everything()
    gc.collect()
    gc.freeze()
    server = Server(address, run)
    if os.fork():
        os._exit(0)  # it is ready, and whoever started it need not wait for its end
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    server.serve()
    shutil.rmtree(Path(address).parent, ignore_errors=True)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
