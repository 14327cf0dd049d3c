"""`ltxspec listen`: receives the provider's calls until it is interrupted."""

import errno
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ltxspec.apply.events import Emit
from ltxspec.errors import LockHeld, LtxspecError, WrongUsage
from ltxspec.project.listening.app import listen_app
from ltxspec.project.listening.calls import Listening
from ltxspec.project.project import ProjectContext
from ltxspec.project.webhook import webhook_address, webhook_secret
from ltxspec.serving import serve_until_interrupted, server_of, serving_in_thread
from ltxspec.storage.file_lock import exclusive
from ltxspec.storage.webhook_config import VARIABLE

if TYPE_CHECKING:
    import uvicorn

_TURN: Final = 0.5  # seconds between two looks for calls
_BEAT: Final = 4.0  # seconds between two signs of life
_GRACE: Final = 3  # seconds for open answers, and for a video that is being fetched, when it stops
_AT_ONCE: Final = 64  # connections


class CannotListen(LtxspecError):
    """The port is not available."""

    code = "cannot-listen"


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """Where it listens; port 0 picks a free one."""

    host: str = "127.0.0.1"
    port: int = 8788


def listen(project: ProjectContext, options: ListenOptions, ready: Callable[[str], None], emit: Emit) -> None:
    """Receive calls until the process is interrupted (SIGINT or SIGTERM), which is no error.

    Args:
        project: with the provider that calls.
        options: where it listens.
        ready: called with the address, without the secret, once connections are accepted.
        emit: called with what came of calls.

    Raises:
        WrongUsage: there is no usable secret, or the provider is one that sends no webhooks.
        CannotListen: the port is not available.
        LockHeld: another one listens for this project.
    """
    with _opened(project, options, emit) as (server, listener):
        ready(_address(listener))
        serve_until_interrupted(server, listener)


@contextmanager
def listening(project: ProjectContext, emit: Emit, options: ListenOptions = ListenOptions(port=0)) -> Iterator[str]:
    """Listen in a thread of this process while the context is open; yields the address without the secret."""
    with _opened(project, options, emit) as (server, listener), serving_in_thread(server, listener, "listen"):
        yield _address(listener)


@contextmanager
def _opened(
    project: ProjectContext, options: ListenOptions, emit: Emit
) -> "Iterator[tuple[uvicorn.Server, socket.socket]]":
    secret = _secret(project)
    with (
        _alone(project),
        closing(_listen(options)) as listener,
        _in_turns(Listening(project, emit, project.warn)) as work,
    ):
        yield _server(secret, work), listener


@contextmanager
def _alone(project: ProjectContext) -> Iterator[None]:
    """Hold the lock of the project's listener."""
    guard = project.local / project.service.folder / "locks" / "listen"
    work = "receiving the calls of this project"
    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive(guard, wait=0.0, command="listen", within=project.root, work=work))
        except LockHeld as error:
            hint = "one is enough for a project; it runs until it is stopped (Ctrl-C or SIGTERM), which loses nothing"
            raise LockHeld(error.summary, hint=hint) from None
        yield


def _secret(project: ProjectContext) -> str:
    if not project.service.address:
        raise WrongUsage(
            f"`{project.provider}` sends no webhooks: it runs inside the command",
            hint="`ltxspec sandbox serve --key …` is one that does, for clients on this machine",
        )
    secret = webhook_secret(project.environ)
    if secret is None:
        raise WrongUsage(
            f"{VARIABLE} is not set: calls must carry a secret",
            hint=f"make one, for this command and for `ltxspec apply`: {VARIABLE}=$(openssl rand -hex 24)",
        )
    if webhook_address(project) is None:
        project.warn("`[webhook] url` is not set: orders do not say where to call")
    return secret


def _server(secret: str, work: Listening) -> "uvicorn.Server":
    import uvicorn

    config = uvicorn.Config(
        listen_app(secret, work.heard),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,  # the secret is in every path
        server_header=False,
        limit_concurrency=_AT_ONCE,
        timeout_graceful_shutdown=_GRACE,
    )
    return server_of(config)


@contextmanager
def _in_turns(work: Listening) -> Iterator[Listening]:
    """Look for calls in a thread while the context is open, and give signs of life in another one.

    A turn that does not end in time ends with the process, as if that had been killed: the next run continues what it
    was fetching.
    """
    stop = threading.Event()

    def repeated(act: Callable[[], None], pause: float) -> None:
        act()
        while not stop.wait(pause):
            act()

    threads = [
        threading.Thread(target=repeated, args=(act, pause), name=name, daemon=True)
        for name, act, pause in (("signs of life", work.beat, _BEAT), ("calls", work.turn, _TURN))
    ]
    for thread in threads:
        thread.start()
    try:
        yield work
    finally:
        stop.set()
        for thread in threads:
            thread.join(_GRACE)
        work.calls.end()


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _listen(options: ListenOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        return socket.create_server((options.host, options.port), family=family)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        place = f"`{options.host}:{options.port}`"
        is_port = isinstance(error, OverflowError) or error.errno in (errno.EADDRINUSE, errno.EACCES)
        hint = "`--port 0` picks a free one" if is_port else "leave out `--host`, or name an address of this machine"
        raise CannotListen(f"`listen` cannot use {place}: {why}", hint=hint) from error
