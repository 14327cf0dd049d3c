"""Videos and stored media over GET: whole, in ranges, not ready, expired, or broken on purpose."""

from collections.abc import Sequence
from pathlib import Path

import anyio
import anyio.to_thread
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from ltxspec.errors import MediaError
from ltxspec.providers.sandbox.faults import Cut, replaced
from ltxspec.providers.sandbox.films import FilmShelf
from ltxspec.providers.sandbox.matching import matching
from ltxspec.providers.sandbox.scenario import VIDEO_FAULTS, Scenario, ScenarioFault
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.providers.sandbox.tasks import Task, TaskStore

CONTENT_TYPES = {".mp4": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime"}
_NOT_READY = 422  # the provider's answer for fresh URLs (its ComfyUI node retries on it)


class SandboxDownloads:
    """The GET side of one sandbox."""

    def __init__(self, settings: SandboxSettings, store: TaskStore, shelf: FilmShelf) -> None:
        self._settings, self._store, self._shelf = settings, store, shelf

    async def video(self, request: Request, scenario: Scenario) -> Response:
        """Answer GET /video/<videoUUID>.<ext>."""
        uuid = request.path_params["name"].partition(".")[0]
        found = await run_in_threadpool(self._store.video, uuid)
        if found is None:
            return PlainTextResponse("no such video", 404)
        task, result = found
        subjects = [(None, task.uuid, str(task.body.get("positivePrompt", "")))]
        faults = await run_in_threadpool(matching, scenario, self._store, subjects, VIDEO_FAULTS)
        for fault in faults:
            if fault.fault in {"video-status", "video-body"}:
                return _instead(fault)
        now = self._settings.clock.now().timestamp()
        if now < task.due(result):
            return PlainTextResponse("not ready", _NOT_READY, {"Retry-After": "1"})
        if _expired(task, result, now):
            return PlainTextResponse("expired", scenario.behaviour.expired_status)
        return await self._file(task, result, faults)

    async def _file(self, task: Task, result: int, faults: Sequence[ScenarioFault]) -> Response:
        """The file; waits for it to be made for as long as the settings allow."""
        path: Path | None = None
        try:
            with anyio.move_on_after(self._settings.patience):
                path = await anyio.to_thread.run_sync(self._shelf.film, task, result, abandon_on_cancel=True)
        except MediaError as error:
            return PlainTextResponse(f"the sandbox cannot make this video: {error.summary}", 500)
        if path is None:
            return PlainTextResponse("not ready", _NOT_READY, {"Retry-After": "1"})
        return await run_in_threadpool(_spoiled, path, faults)

    async def media(self, request: Request) -> Response:
        """Answer GET /media/<mediaUUID>."""
        found = await run_in_threadpool(self._store.media, request.path_params["name"].partition(".")[0])
        if found is None:
            return PlainTextResponse("no such file", 404)
        return Response(found[1], media_type=found[0])


class WholeFile(FileResponse):
    """The response of a server without range support: the whole file, whatever part was requested."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the whole file."""
        headers = [(name, value) for name, value in Headers(scope=scope).raw if name != b"range"]
        self.headers["accept-ranges"] = "none"
        await super().__call__({**scope, "headers": headers}, receive, send)


def _spoiled(path: Path, faults: Sequence[ScenarioFault]) -> Response:
    kind = CONTENT_TYPES[path.suffix]
    for fault in faults:
        if fault.fault == "video-cut":
            return Cut(path.read_bytes(), fault.share, kind)
        if fault.fault == "video-short":
            content = path.read_bytes()
            return Response(content[: int(len(content) * fault.share)], media_type=kind)
        if fault.fault == "video-no-range":
            return WholeFile(path, media_type=kind)
    return FileResponse(path, media_type=kind)


def _instead(fault: ScenarioFault) -> Response:
    if fault.fault == "video-status":
        return replaced(fault)
    answer = replaced(fault)
    answer.status_code = 200
    return answer


def _expired(task: Task, result: int, now: float) -> bool:
    ttl = task.body.get("ttl")
    return isinstance(ttl, int | float) and now > task.due(result) + ttl
