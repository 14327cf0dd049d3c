"""The web application of a served review page: what it shows and writes. `loopback.py` keeps others out."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ltxspec.errors import LockHeld, LtxspecError, WrongUsage
from ltxspec.formats import FormatError, Record, read
from ltxspec.project.loopback import Served, guarded, json_reply, plain_reply
from ltxspec.project.storyboard.desk import Picking, ReviewDesk, Saying, Withdrawing
from ltxspec.project.storyboard.media import MIMES
from ltxspec.report.terminal import clean

_LARGEST: Final = 64 * 1024  # bytes of a request
SERVED: Final = Served("review", "ltxspec review --serve")
_Wanted = TypeVar("_Wanted", bound=Record)


def review_app(desk: ReviewDesk, token: str, port: int) -> ASGIApp:
    """The application.

    Args:
        desk: what it shows and writes.
        token: the first part of every path.
        port: where it listens, which is part of its own names.
    """

    async def page(_: Request) -> Response:
        try:
            return HTMLResponse(await run_in_threadpool(desk.page), headers={"Cache-Control": "no-store"})
        except LtxspecError as error:
            return _refused(error)

    async def media(request: Request) -> Response:
        file = await run_in_threadpool(desk.video, request.path_params["name"])
        if file is None:
            return plain_reply(404, "This video is not on this machine.")
        headers = {"Cache-Control": "private, max-age=31536000, immutable"}  # named by its content
        return FileResponse(file, media_type=_type(file), headers=headers)

    async def state(request: Request) -> Response:
        try:
            found = await run_in_threadpool(desk.state)
        except LtxspecError as error:
            return _refused(error)
        same = request.query_params.get("version") == found["version"]
        return json_reply(200, {"version": found["version"]} if same else found)

    writers = {
        "say": _writer(desk, Saying, desk.say),
        "withdraw": _writer(desk, Withdrawing, desk.withdraw),
        "pick": _writer(desk, Picking, desk.pick),
    }
    app = Starlette(
        routes=[
            Route(f"/{token}/", page),
            Route(f"/{token}/media/{{name}}", media),
            Route(f"/{token}/api/state", state),
            Route(f"/{token}/api/summary", _summary(desk)),
            *(Route(f"/{token}/api/{name}", writer, methods=["POST"]) for name, writer in writers.items()),
        ]
    )
    return guarded(app, token, port, SERVED)


def _summary(desk: ReviewDesk) -> Callable[[Request], Awaitable[Response]]:
    """What says what happens to each shot now."""

    async def answer(_: Request) -> Response:
        try:
            return json_reply(200, await run_in_threadpool(desk.summary))
        except LtxspecError as error:
            return _refused(error)

    return answer


def _writer(
    desk: ReviewDesk, kind: type[_Wanted], write: Callable[[_Wanted], str | None]
) -> Callable[[Request], Awaitable[Response]]:
    """What answers a request that writes: with the state that it leaves, and in `told` what is to be said."""

    async def answer(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST:
                return json_reply(413, {"error": "This is too long."})
        try:
            wanted = read(orjson.loads(body), kind)
            told = await run_in_threadpool(write, wanted)
            found = await run_in_threadpool(desk.state)
            return json_reply(200, {**found, "told": clean(told)} if told else found)
        except (orjson.JSONDecodeError, FormatError, RecursionError) as error:
            return json_reply(400, {"error": f"The request is not understood: {error}"})
        except LtxspecError as error:
            return _refused(error)

    return answer


def _refused(error: LtxspecError) -> Response:
    status = 409 if isinstance(error, LockHeld) else 400 if isinstance(error, WrongUsage) else 422
    hint = f" ({error.hint})" if error.hint else ""
    return json_reply(status, {"error": clean(f"{error.summary}{hint}")})


def _type(file: Path) -> str:
    return MIMES.get(file.suffix.removeprefix("."), "application/octet-stream")
