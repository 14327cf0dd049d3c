"""The web application of a served review page: for its own names, behind a token, and for no other site's pages.

A page of another site can make a browser send requests here. It does not know the token, which is part of every
address; and requests that write must come from this page itself, by their origin and content type.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ltxspec.errors import LockHeld, LtxspecError, WrongUsage
from ltxspec.formats import FormatError, Record, read
from ltxspec.project.review_desk import Picking, ReviewDesk, Saying, Withdrawing
from ltxspec.project.review_media import MIMES
from ltxspec.report.terminal import clean

_LARGEST: Final = 64 * 1024  # bytes of a request
_HTTP: Final = 80
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
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
            return _plain(404, "This video is not on this machine.")
        headers = {"Cache-Control": "private, max-age=31536000, immutable"}  # named by its content
        return FileResponse(file, media_type=_type(file), headers=headers)

    async def state(request: Request) -> Response:
        try:
            found = await run_in_threadpool(desk.state)
        except LtxspecError as error:
            return _refused(error)
        same = request.query_params.get("version") == found["version"]
        return _json(200, {"version": found["version"]} if same else found)

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
    return _guarded(app, token, port)


def _summary(desk: ReviewDesk) -> Callable[[Request], Awaitable[Response]]:
    """What says what happens to each shot now."""

    async def answer(_: Request) -> Response:
        try:
            return _json(200, await run_in_threadpool(desk.summary))
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
                return _json(413, {"error": "This is too long."})
        try:
            wanted = read(orjson.loads(body), kind)
            told = await run_in_threadpool(write, wanted)
            found = await run_in_threadpool(desk.state)
            return _json(200, {**found, "told": clean(told)} if told else found)
        except (orjson.JSONDecodeError, FormatError, RecursionError) as error:
            return _json(400, {"error": f"The request is not understood: {error}"})
        except LtxspecError as error:
            return _refused(error)

    return answer


def _guarded(app: ASGIApp, token: str, port: int) -> ASGIApp:
    names = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")} | (
        {"127.0.0.1", "localhost"} if port == _HTTP else set()
    )

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        refusal = _refusal(scope, names, token)
        await (app if refusal is None else refusal)(scope, receive, send_on)

    return served


def _refusal(scope: Scope, names: set[str], token: str) -> Response | None:
    """Why a request is not answered."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "").lower()
    if host not in names:
        return _plain(421, "The review answers to its own host names only.")
    given = scope["path"].removeprefix("/").partition("/")[0]  # a path may be `*`
    if not secrets.compare_digest(given.encode("utf-8", "replace"), token.encode()):
        return _plain(404, "Open the address that `ltxspec review --serve` printed.")
    if scope["method"] in {"GET", "HEAD"}:
        return None
    return _foreign(headers, host)


def _foreign(headers: Mapping[str, str], host: str) -> Response | None:
    """Why a request that writes is not from this page."""
    if headers.get("sec-fetch-site", "same-origin") != "same-origin" or headers.get("origin") != f"http://{host}":
        return _json(403, {"error": "Requests from other pages are refused."})
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return _json(415, {"error": "Only JSON is understood."})
    return None


def _refused(error: LtxspecError) -> Response:
    status = 409 if isinstance(error, LockHeld) else 400 if isinstance(error, WrongUsage) else 422
    hint = f" ({error.hint})" if error.hint else ""
    return _json(status, {"error": clean(f"{error.summary}{hint}")})


def _json(status: int, document: object) -> Response:
    return Response(
        orjson.dumps(document), status, headers={"Cache-Control": "no-store"}, media_type="application/json"
    )


def _plain(status: int, text: str) -> Response:
    return Response(f"{text}\n", status, headers={"Cache-Control": "no-store"}, media_type="text/plain; charset=utf-8")


def _type(file: Path) -> str:
    return MIMES.get(file.suffix.removeprefix("."), "application/octet-stream")
