"""The network that the seed owns: exchanges that get lost, cut, late or replaced, and points before and after each."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
import orjson
from crash.death import subject
from crash.simulator.course import Course
from crash.simulator.service import Service

Json = Any
Kind = Literal[
    "not connected", "lost", "reply lost", "cut", "late", "refused for now", "taken, refused for now", "page",
    "foreign error", "named error", "drip", "short", "killed",
]  # fmt: skip
Exchange = Literal["order", "look", "archive look", "video", "store"]
LATE = 200.0
DRIP = 60.0  # seconds between two bytes


@dataclass(frozen=True)
class Trouble:
    """What happens to the `nth` exchange of a kind, and to the ones after it, `times` of them, within one command."""

    exchange: Exchange
    kind: Kind
    nth: int = 1
    times: int = 1
    code: str = "serviceUnavailable"

    def __str__(self) -> str:
        which = f"{self.exchange} {self.nth}" + (f" to {self.nth + self.times - 1}" if self.times > 1 else "")
        return f"{which}: {self.kind}" + (f" ({self.code})" if self.kind == "named error" else "")


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """One command's way to a service."""

    service: Service
    course: Course
    troubles: Sequence[Trouble] = ()
    before_order: Callable[[Json], None] = lambda _: None
    after_order: Callable[[Json], None] = lambda _: None
    on_reply: Callable[[Json], None] = lambda _: None
    _seen: Counter[str] = field(default_factory=Counter)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        what = subject(request)
        self.course.pass_point(f"{what}: before it is sent")
        self._seen[what] += 1
        trouble = self._trouble(what)
        kind = trouble.kind if trouble else None
        if kind == "not connected":
            raise httpx.ConnectError("no connection", request=request)
        if kind == "lost":
            raise httpx.RemoteProtocolError("the server closed the connection", request=request)
        if kind == "refused for now":
            return httpx.Response(503, json={"errors": [{"code": "serviceUnavailable", "message": "later"}]})
        if request.method == "GET":
            return await self._video(request, kind)
        return await self._call(request, what, trouble)

    async def _call(self, request: httpx.Request, what: str, trouble: Trouble | None) -> httpx.Response:
        tasks = orjson.loads(request.content)
        if what == "order":
            self.before_order(tasks)
        status, body = self.service.post(request.content)
        if what == "order":
            self.after_order(tasks)
        if trouble is not None and trouble.kind == "killed":
            self.course.kill(f"{what}: taken, before the reply")
        self.course.pass_point(f"{what}: taken, before the reply")
        response = await self._spoiled(request, status, body, trouble)
        self.course.pass_point(f"{what}: after the reply")
        return response

    async def _spoiled(
        self, request: httpx.Request, status: int, body: Json, trouble: Trouble | None
    ) -> httpx.Response:
        match trouble.kind if trouble else None:
            case "reply lost":
                raise httpx.ReadError("the connection broke", request=request)
            case "cut":
                content = orjson.dumps(body)
                return httpx.Response(status, content=content[: len(content) // 2])
            case "late":
                await self._late(request)
            case "taken, refused for now":
                return httpx.Response(503, json={"errors": [{"code": "serviceUnavailable", "message": "later"}]})
            case "page":
                return httpx.Response(200, content=b"<html>Bad Gateway</html>", headers={"Content-Type": "text/html"})
            case "foreign error" | "named error":
                body = self._with_error(orjson.loads(request.content), body, trouble)
        self.on_reply(body)
        return httpx.Response(status, json=body)

    def _with_error(self, tasks: Json, body: Json, trouble: Trouble | None) -> Json:
        """An error beside the reply: of a task that nobody ordered, or, without `status: error`, in a task's place."""
        if trouble is None or trouble.kind == "foreign error":
            stranger = {"code": "timeoutProvider", "message": "no answer", "taskUUID": _STRANGER}
            return {**body, "errors": [*body.get("errors", []), stranger]}
        errors = [{"code": trouble.code, "message": "try again", "taskUUID": task["taskUUID"]} for task in tasks]
        return {"data": [], "errors": errors}

    async def _late(self, request: httpx.Request) -> None:
        patience = request.extensions.get("timeout", {}).get("read")
        if patience is not None and patience < LATE:
            await asyncio.sleep(patience)
            raise httpx.ReadTimeout("no answer in time", request=request)
        await asyncio.sleep(LATE)

    async def _video(self, request: httpx.Request, kind: str | None) -> httpx.Response:
        name = request.url.path.rpartition("/")[2].partition(".")[0]
        asked_at = request.url.params.get("v")
        status, content = self.service.video(name, float(asked_at) if asked_at else None)
        self.course.pass_point("video: taken, before the reply")
        if kind in ("late", "reply lost"):
            await self._late(request)
        if status != 200:
            return httpx.Response(status)
        if kind in ("page", "named error", "foreign error"):
            return httpx.Response(200, content=b"<html/>", headers={"Content-Type": "text/html"})
        headers = _HEADERS[self.service.manners.headers]
        start = _range(request.headers)
        if 0 < start < len(content):
            status = 206
            headers = {**headers, "Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
            content = content[start:]
        length = 10**8 if kind == "drip" else len(content)
        if kind == "short":
            content, length = content[: len(content) // 2], len(content) // 2
        return httpx.Response(
            status, headers={**headers, "Content-Length": str(length)}, stream=_Film(content, kind, self.course)
        )

    def _trouble(self, what: str) -> Trouble | None:
        number = self._seen[what]
        return next((t for t in self.troubles if t.exchange == what and t.nth <= number < t.nth + t.times), None)


_STRANGER = "00000000-0000-4000-8000-000000000000"
_HEADERS = {
    "plain": {"Content-Type": "video/mp4"},
    "empty encoding": {"Content-Type": "video/mp4", "Content-Encoding": ""},
    "aws-chunked": {"Content-Type": "video/mp4", "Content-Encoding": "aws-chunked"},
    "text/plain": {"Content-Type": "text/plain"},
}


def _range(headers: httpx.Headers) -> int:
    asked = headers.get("Range", "")
    return int(asked.removeprefix("bytes=").partition("-")[0]) if asked.startswith("bytes=") else 0


@dataclass
class _Film(httpx.AsyncByteStream):
    content: bytes
    kind: str | None
    course: Course

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self.kind == "drip":
            while True:
                await asyncio.sleep(DRIP)
                yield b"."
        half = len(self.content) // 2
        yield self.content[:half]
        if self.kind in ("cut", "taken, refused for now"):
            raise httpx.ReadError("the connection broke")
        self.course.pass_point("video: within the reply")
        yield self.content[half:]
        self.course.pass_point("video: after the reply")
