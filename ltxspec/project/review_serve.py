"""Serves a review page on this machine until it is interrupted."""

import errno
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from ltxspec.errors import LtxspecError
from ltxspec.project.project import ProjectContext
from ltxspec.project.review import make_review
from ltxspec.project.review_app import review_app
from ltxspec.project.review_desk import ReviewDesk
from ltxspec.serving import serve_until_interrupted, server_of, serving_in_thread

if TYPE_CHECKING:
    import uvicorn

_HOST: Final = "127.0.0.1"  # never another: whoever reaches it can write into the working tree
_GRACE: Final = 2  # seconds for open replies when it stops
_TOKEN_BYTES: Final = 18


class CannotServe(LtxspecError):
    """The port is not available."""

    code = "cannot-listen"


def serve_review(
    project: ProjectContext, base: str | None, port: int, ready: Callable[[str], None], *, animatics: bool = False
) -> None:
    """Serve the review of the working tree until the process is interrupted (SIGINT or SIGTERM), which is no error.

    Args:
        project: the project.
        base: a git revision to compare with; None: as `make_review`.
        port: 0 picks any free port.
        ready: called with the address once connections are accepted.
        animatics: whether shots that are to be rendered are shown by a free preview.

    Raises:
        CannotServe: the port is not available.
        UnknownRevision, Invalid, StorageError: as `make_review`.
    """
    make_review(project, base, None)  # what is wrong is said here, not on the page
    with closing(_listen(port)) as listener:
        server, address = _server(ReviewDesk(project, base, animatics=animatics), listener)
        ready(address)
        serve_until_interrupted(server, listener)


@contextmanager
def serving_review(project: ProjectContext, base: str | None = None, *, animatics: bool = False) -> Iterator[str]:
    """Serve in a thread of this process while the context is open, on any free port; yields the address."""
    with closing(_listen(0)) as listener:
        server, address = _server(ReviewDesk(project, base, animatics=animatics), listener)
        with serving_in_thread(server, listener, "review"):
            yield address


def _server(desk: ReviewDesk, listener: socket.socket) -> "tuple[uvicorn.Server, str]":
    import uvicorn

    port, token = listener.getsockname()[1], secrets.token_urlsafe(_TOKEN_BYTES)
    config = uvicorn.Config(
        review_app(desk, token, port),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    return server_of(config), f"http://{_HOST}:{port}/{token}/"


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((_HOST, port))
    except (OSError, OverflowError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "another process is already listening there" if taken else "the system does not allow it"
        raise CannotServe(
            f"the review cannot be served on port {port}: {why}", hint="leave out `--port`: any free one is used"
        ) from error
