"""The machine goes down at a chosen moment: before, in the middle of, or just after one of its dealings with the world.

Every system call that writes (`storage.durable.FileOps`) and every HTTP exchange passes a few such points. They are
counted; at the chosen one the process is dead, and whatever it still tries to do has no effect.
"""

import errno
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import httpx
import orjson

from ltxspec.providers.sandbox.transport import SandboxTransport
from ltxspec.storage.durable import REAL, FileOps


class Crash(BaseException):
    """The process was killed. No `Exception`, so that nothing tidies up."""


@dataclass
class Fate:
    """When the machine goes down, and what it went through before.

    Args:
        at: number of the point, from 1; None: it stays up.
        error: fail the system call with this error number instead of going down (a full disk, a broken one).
        for_good: whether every later call that writes fails in the same way.
    """

    at: int | None = None
    error: int | None = None
    for_good: bool = False
    points: list[str] = field(default_factory=list)
    struck: str | None = None  # the point that was hit
    dead: bool = False

    def due(self, points: int = 1) -> bool:
        """Whether one of the next points is the one."""
        return self.at is not None and len(self.points) < self.at <= len(self.points) + points

    def pass_point(self, label: str) -> None:
        """Get past a point, or not."""
        if self.dead:
            raise Crash
        self.points.append(label)
        if len(self.points) == self.at:
            self.struck = label
            if self.error is None:
                self.dead = True
                raise Crash(label)

    def fails(self) -> bool:
        """Whether the system call at the point just passed fails."""
        struck_now = len(self.points) == self.at
        return self.error is not None and (struck_now or (self.for_good and self.struck is not None))


def kind_of_file(path: str) -> str:
    """What is written there, in the words of the figures."""
    parts = Path(path).parts
    for part, kind in (
        ("journal", "journal"),
        ("lockfiles", "lockfile"),
        ("partial", "download"),
        ("archive", "archive"),
        ("renders", "links"),
    ):
        if part in parts:
            return kind
    return "other"


class MortalDisk:
    """`FileOps` whose every call that changes something is a point before, amid (writes) and after it."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate
        self._paths: dict[int, str] = {}

    def ops(self) -> FileOps:
        """The system calls of this disk."""
        return FileOps(**{item.name: getattr(self, item.name) for item in fields(FileOps) if item.name != "within"})

    def open(self, path: str, flags: int, mode: int, within: str | None = None) -> int:
        if flags & os.O_CREAT and not Path(path).exists():
            descriptor = self._call("create", path, lambda: REAL.open(path, flags, mode, within))
        else:
            if self._fate.dead:
                raise Crash
            descriptor = REAL.open(path, flags, mode, within)
        self._paths[descriptor] = path
        return int(descriptor)

    def write(self, descriptor: int, data: memoryview) -> int:
        path = self._paths.get(descriptor, "")
        half = data[: len(data) // 2]
        torn = f"{kind_of_file(path)}: torn write"
        if self._fate.due(2) and not self._fate.due(1):
            self._fate.pass_point(f"{kind_of_file(path)}: before write")
            REAL.write(descriptor, half)
            self._fate.pass_point(torn)
            self._fail_if_struck()
            return len(half)
        return int(self._call("write", path, lambda: REAL.write(descriptor, data), torn))

    def fsync(self, descriptor: int) -> None:
        self._call("fsync", self._paths.get(descriptor, ""), lambda: REAL.fsync(descriptor))

    def ftruncate(self, descriptor: int, length: int) -> None:
        self._call("truncate", self._paths.get(descriptor, ""), lambda: REAL.ftruncate(descriptor, length))

    def replace(self, source: str, target: str, within: str | None = None) -> None:
        self._call("rename", target, lambda: REAL.replace(source, target, within))

    def unlink(self, path: str, within: str | None = None) -> None:
        self._call("remove", path, lambda: REAL.unlink(path, within))

    def close(self, descriptor: int) -> None:
        REAL.close(descriptor)
        self._paths.pop(descriptor, None)

    def _call(self, what: str, path: str, act: Callable[[], Any], amid: str | None = None) -> Any:
        kind = kind_of_file(path)
        self._fate.pass_point(f"{kind}: before {what}")
        self._fail_if_struck()
        if amid is not None:
            self._fate.pass_point(amid)
        result = act()
        if self._fate.error is None:
            self._fate.pass_point(f"{kind}: after {what}")
        return result

    def _fail_if_struck(self) -> None:
        if self._fate.fails():
            number = self._fate.error or errno.EIO
            raise OSError(number, os.strerror(number))


class MortalNetwork(httpx.AsyncBaseTransport):
    """The way to a sandbox that outlives the client: points before and after each exchange, and within the reply."""

    def __init__(self, inner: SandboxTransport, fate: Fate, on_order: Callable[[str], None]) -> None:
        self._inner = inner
        self._fate = fate
        self._on_order = on_order

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        what = subject(request)
        self._fate.pass_point(f"{what}: before it is sent")
        if what == "order":
            for task in orjson.loads(request.content):
                self._on_order(task["taskUUID"])
        if self._fate.due() and self._fate.error is None:
            await self._inner.handle_async_request(request)
        self._fate.pass_point(f"{what}: taken, before the reply")
        response = await self._inner.handle_async_request(request)
        body = _Reply(response.stream, self._fate, what)  # type: ignore[arg-type]  # the sandbox's streams are async
        return httpx.Response(response.status_code, headers=response.headers, stream=body, request=request)

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass
class _Reply(httpx.AsyncByteStream):
    inner: httpx.AsyncByteStream
    fate: Fate
    what: str

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self.inner:
            half = len(chunk) // 2
            yield chunk[:half]
            self.fate.pass_point(f"{self.what}: within the reply")
            yield chunk[half:]
        self.fate.pass_point(f"{self.what}: after the reply")

    async def aclose(self) -> None:
        await self.inner.aclose()


def subject(request: httpx.Request) -> str:
    """What a request is about, in the words of the figures."""
    if request.method == "GET":
        return "video"
    types = {task["taskType"] for task in orjson.loads(request.content)}
    return {"videoInference": "order", "getResponse": "look", "getTaskDetails": "archive look"}.get(
        types.pop(), "upload"
    )


def by_kind(labels: list[str]) -> Counter[str]:
    """How many points of each kind."""
    return Counter(labels)
