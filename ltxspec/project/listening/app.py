"""The web application that receives the provider's calls.

Only the task id of a call is used. A caller without the secret learns nothing.
"""

import asyncio
import hmac
import re
import time
from collections.abc import Callable, Sequence
from typing import Final

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ltxspec.errors import LtxspecError
from ltxspec.values import Json, TaskId

LARGEST: Final = 2**20  # bytes of a call; those of the provider have about one thousand
_SECONDS: Final = 10.0  # for the whole of a call
_MOST: Final = 100  # tasks in one call
_TASK: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_OK, _UNREADABLE, _UNKNOWN, _WRONG_METHOD = 204, 400, 404, 405
_SLOW, _TOO_LARGE, _TOO_MANY, _LATER = 408, 413, 429, 503

Heard = Callable[[Sequence[TaskId]], None]
"""Takes the ids of a call. Raises LtxspecError if it cannot now: the provider calls again."""


class Rate:
    """Limits how often something happens.

    Args:
        per_second: how often in the long run.
        at_once: how often in a moment.
        now: the time in seconds.
    """

    def __init__(self, per_second: float, at_once: float, now: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._at_once, self._now = per_second, at_once, now
        self._left, self._since = at_once, now()

    def allows(self) -> bool:
        """Whether it may happen once more now; if so, it counts."""
        now = self._now()
        self._left = min(self._left + (now - self._since) * self._per_second, self._at_once)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class ListenApp:
    """Answers calls, for a provider that knows the secret.

    Args:
        secret: the last part of the path of every call.
        heard: what is done with the ids; called in a thread.
        callers: how often calls with the secret are taken.
        strangers: how often others get an answer of their own; they never keep a call from being heard.
    """

    def __init__(
        self, secret: str, heard: Heard, *, callers: Rate | None = None, strangers: Rate | None = None
    ) -> None:
        self._secret = secret.encode()
        self._heard = heard
        self._callers = callers or Rate(100, 400)
        self._strangers = strangers or Rate(20, 40)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI says."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        status = self._turned_away(request) or await self._taken(request)
        headers = {"Connection": "close"} if status != _OK else {}  # what is left of a body is not read
        await Response(status_code=status, headers=headers)(scope, receive, send)

    def _turned_away(self, request: Request) -> int | None:
        """The status of a request that is not heard; nothing of its body is read."""
        said = request.url.path.rstrip("/").rpartition("/")[2].encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(said, self._secret):
            return _UNKNOWN if self._strangers.allows() else _TOO_MANY
        if request.method != "POST":
            return _WRONG_METHOD
        return None if self._callers.allows() else _TOO_MANY

    async def _taken(self, request: Request) -> int:
        try:
            async with asyncio.timeout(_SECONDS):
                body = await _body(request)
        except (TimeoutError, ClientDisconnect):
            return _SLOW
        if body is None:
            return _TOO_LARGE
        tasks = task_ids(body)
        if tasks is None:
            return _UNREADABLE
        try:
            await run_in_threadpool(self._heard, tasks)
        except LtxspecError:
            return _LATER
        return _OK


def listen_app(secret: str, heard: Heard) -> ASGIApp:
    """The application: see `ListenApp`."""
    return ListenApp(secret, heard)


def task_ids(body: bytes) -> list[TaskId] | None:
    """The ids of tasks that a call names: the provider sends a result, or an envelope of results or errors.

    Returns:
        Those that look like ids, each once; None if it is not JSON.
    """
    try:
        document: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    items = document if isinstance(document, list) else [document]
    for item in [item for item in items if isinstance(item, dict)]:
        for name in ("data", "errors", "error"):
            inner = item.get(name)
            items = [*items, *(inner if isinstance(inner, list) else [inner])]
    named = [str(item.get("taskUUID", "")).lower() for item in items if isinstance(item, dict)]
    return [TaskId(name) for name in dict.fromkeys(named) if _TASK.fullmatch(name)][:_MOST]


async def _body(request: Request) -> bytes | None:
    """The body; None if it is too large, which is noticed as early as possible. Raises ClientDisconnect."""
    if int(request.headers.get("Content-Length", "0").strip() or 0) > LARGEST:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)
