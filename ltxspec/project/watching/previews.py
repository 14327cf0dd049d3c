"""Draws previews of the shots that an edit makes dirty, and serves them on a page of this machine. Free and offline."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ltxspec.errors import LtxspecError
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.edits import Broken, Planned
from ltxspec.project.adapters import open_archive
from ltxspec.project.animatics import Animatics, animatics_of
from ltxspec.project.loopback import HOST, Served, guarded, listening, new_token, plain_reply, server_for
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import video_finder
from ltxspec.report.storyboard.watch import Preview, watch_page
from ltxspec.review.follows import uses_of
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.serving import serving_in_thread
from ltxspec.values import ShotAddress

_SERVED: Final = Served("page", "ltxspec watch --preview")
_WORKERS: Final = 2  # previews that are drawn at once
_KINDS: Final[Mapping[Action, ShotKind]] = {
    Action.CREATE: ShotKind.PENDING,
    Action.REPLACE: ShotKind.PENDING,
    Action.HELD: ShotKind.HELD,
    Action.RESUME: ShotKind.RESUMING,
}


class WatchPreviews:
    """What the page shows. Its methods may be called from several threads."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self._lock = Lock()
        self._count = 0
        self._seen: Planned | Broken | None = None
        self._last: Planned | None = None
        self._drawings: Mapping[ShotAddress, Future[Path]] = {}
        self._files: dict[str, Path] = {}
        self._animatics: Animatics | None = None

    def show(self, seen: Planned | Broken, opened: Callable[[], ProjectContext]) -> None:
        """Show what was seen; after an edit, begin to draw the shots that it made dirty.

        Args:
            seen: the plan, or why there is none.
            opened: opens the project.
        """
        edit = seen.edit if isinstance(seen, Planned) else None
        is_edit = edit is not None and not edit.is_empty
        drawings = self._begin(opened, seen) if is_edit and isinstance(seen, Planned) else self._drawings
        with self._lock:
            self._seen, self._drawings = seen, drawings
            self._last = seen if is_edit and isinstance(seen, Planned) else self._last
            self._count += 1
        for drawing in drawings.values() if is_edit else ():
            drawing.add_done_callback(self._drawn)

    @property
    def version(self) -> str:
        """Another one whenever the page is another."""
        return str(self._count)

    def page(self) -> str:
        """The page as it is now."""
        with self._lock:
            version, seen, last, drawings = self.version, self._seen, self._last, dict(self._drawings)
        return watch_page(seen, last, {address: self._preview(one) for address, one in drawings.items()}, version)

    def video(self, name: str) -> Path | None:
        """A preview that a page has shown, by the name of its file."""
        found = self._files.get(name)
        return found if found is not None and found.is_file() else None

    def _begin(self, opened: Callable[[], ProjectContext], seen: Planned) -> "Mapping[ShotAddress, Future[Path]]":
        for old in self._drawings.values():
            old.cancel()
        if self._animatics is not None:
            self._animatics.prune()
        try:
            project = opened()
        except LtxspecError:  # its configuration is being written: the next plan says so
            return {}
        dirty = {change.address for change in seen.edit.dirty} if seen.edit is not None else set()
        self._animatics = animatics_of(project, video_finder(project, open_archive(project)))
        return self._animatics.start(list(map(_as_shot, seen.plan.changes)), self._pool, dirty)

    def _drawn(self, _: object) -> None:
        """Another page, once there are twice as many previews, or all: loading it starts its videos anew."""
        with self._lock:
            done = sum(drawing.done() for drawing in self._drawings.values())
            self._count += done == len(self._drawings) or done.bit_count() == 1

    def _preview(self, drawing: "Future[Path]") -> Preview:
        if not drawing.done():
            return Preview(None, "being drawn …")
        if drawing.cancelled():
            return Preview(None, "not drawn")
        error = drawing.exception()
        if error is not None:
            why = error.summary if isinstance(error, LtxspecError) else type(error).__name__
            return Preview(None, f"no preview: {why}")
        file = drawing.result()
        self._files[file.name] = file
        return Preview(f"media/{file.name}")


def _as_shot(change: Change) -> ShotReview:
    """A change as animatics take it: a shot without a video that is to be drawn, or one that is not."""
    kind = _KINDS.get(change.action, ShotKind.UPDATED)
    return ShotReview(change.address, kind, change=change, uses_after=uses_of(change.request))


def watch_app(previews: WatchPreviews, token: str, port: int) -> ASGIApp:
    """The application: the page, its version, its videos.

    Args:
        previews: what it shows.
        token: the first part of every path.
        port: where it listens.
    """

    async def page(_: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(previews.page), headers={"Cache-Control": "no-store"})

    async def version(_: Request) -> Response:
        return plain_reply(200, previews.version)

    async def media(request: Request) -> Response:
        file = previews.video(request.path_params["name"])
        if file is None:
            return plain_reply(404, "There is no such preview.")
        return FileResponse(file, media_type="video/mp4")

    routes = [
        Route(f"/{token}/", page),
        Route(f"/{token}/version", version),
        Route(f"/{token}/media/{{name}}", media),
    ]
    return guarded(Starlette(routes=routes), token, port, _SERVED)


@contextmanager
def serving_previews(port: int) -> Iterator[tuple[str, WatchPreviews]]:
    """Serve the page in a thread while the context is open: its address, and what it shows. Raises CannotServe."""
    pool = ThreadPoolExecutor(_WORKERS, "preview")
    previews, token = WatchPreviews(pool), new_token()
    try:
        with closing(listening(port, _SERVED)) as listener:
            own = listener.getsockname()[1]
            with serving_in_thread(server_for(watch_app(previews, token, own)), listener, "watch"):
                yield f"http://{HOST}:{own}/{token}/", previews
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
