"""Serves a review page on this machine until it is interrupted."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from ltxspec.project.loopback import HOST, listening, new_token, server_for
from ltxspec.project.project import ProjectContext
from ltxspec.project.review import make_review
from ltxspec.project.storyboard.app import SERVED, review_app
from ltxspec.project.storyboard.desk import ReviewDesk
from ltxspec.serving import serve_until_interrupted, serving_in_thread

if TYPE_CHECKING:
    import socket

    import uvicorn


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
    with closing(listening(port, SERVED)) as listener:
        server, address = _server(ReviewDesk(project, base, animatics=animatics), listener)
        ready(address)
        serve_until_interrupted(server, listener)


@contextmanager
def serving_review(project: ProjectContext, base: str | None = None, *, animatics: bool = False) -> Iterator[str]:
    """Serve in a thread of this process while the context is open, on any free port; yields the address."""
    with closing(listening(0, SERVED)) as listener:
        server, address = _server(ReviewDesk(project, base, animatics=animatics), listener)
        with serving_in_thread(server, listener, "review"):
            yield address


def _server(desk: ReviewDesk, listener: "socket.socket") -> "tuple[uvicorn.Server, str]":
    port, token = listener.getsockname()[1], new_token()
    return server_for(review_app(desk, token, port)), f"http://{HOST}:{port}/{token}/"
