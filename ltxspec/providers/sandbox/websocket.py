"""The provider's protocol over a WebSocket: every frame is answered like an HTTP call, by the same code.

What the official clients expect, read in them and tried: runware-sdk 1.8.0 and runware 0.5.24 (both for Python) and
@runware/sdk-js 1.3.2.

- All: the first frame is `[{"taskType": "authentication", "apiKey": …}]`, and the first item of the reply to it has
  `taskType`, `connectionSessionUUID` and no taskUUID. A wrong key is an error of `taskType` authentication without a
  taskUUID. sdk-js ends its attempts only for the code `invalidApiKey`. runware 0.5.24 takes every closing code but 1000
  for a lost connection: it connects again on its own beside the attempt that reports the key, and may hang. It may also
  wait two minutes if the connection is closed right after the error; this is why clients are left a second to close it.
- All: `[{"taskType": "ping", "ping": true}]` is answered by `{"data": [{"taskType": "ping", "pong": true}]}`. runware
  0.5.24 asks every 5 seconds, runware-sdk every 30, sdk-js every 45.
- All find a reply's task by `taskUUID`, and read `errors` as a list. runware-sdk ignores the data beside errors.
- runware 0.5.24 does not see that a result is still processing: it waits 30 seconds for another reply to the same poll.
- runware-sdk comes back with the session's id and sends each order that had no reply again; a `conflictTaskUUID` is
  then its acknowledgement. The other two forget the id with the connection.
- runware-sdk takes that conflict for a failure if the acknowledgement arrives as well. This is why acknowledgements are
  not kept for a client that is away, only results: who missed one asks with getResponse.
- sdk-js adds `?sdk=js&version=…` to the address, and `&dryRun=1` for a dry run.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from ltxspec.providers.sandbox.exchange import Call, SandboxReply, refusal
from ltxspec.providers.sandbox.faults import ConnectionDropped, frame
from ltxspec.providers.sandbox.problems import ServiceProblem
from ltxspec.providers.sandbox.scenario import ScenarioFault
from ltxspec.providers.sandbox.sessions import LARGEST_NUMBER, Session, Sessions
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.values import Json

PATIENCE = 15.0  # seconds for the first valid authentication: as long as runware-sdk waits for its reply
LINGER = 1.0  # seconds in which a client with a wrong key may close the connection itself
_DELAYED = 64  # replies that may be late at the same time; more of them delay what follows
_CLOSED = 1000  # of RFC 6455, also for a wrong key: see above

Context = Callable[[str, str | None, bool], Call]  # from base URL, key, and whether it is a dry run
Asked = list[dict[str, Json]] | None  # the authentication tasks of a frame; None if it is not an array of tasks
Hear = Callable[[bytes, Call], Awaitable[tuple[SandboxReply, tuple[ScenarioFault, ...]]]]


class Sockets:
    """All open WebSockets of a sandbox, and the sessions behind them."""

    def __init__(self, settings: SandboxSettings, context: Context, hear: Hear) -> None:
        self._settings, self._context, self._hear = settings, context, hear
        self._sessions = Sessions(lambda: settings.clock.now().timestamp())
        self._open = 0
        self._late: set[asyncio.Task[None]] = set()

    async def serve(self, socket: WebSocket) -> None:
        """Serve one connection until either side closes it.

        Raises:
            ConnectionDropped: the connection must be closed now, without a word.
        """
        if self._open >= LARGEST_NUMBER:
            await socket.send_denial_response(PlainTextResponse("too many connections", 503))
            return
        self._open += 1
        line = _Connection(socket)
        try:
            await socket.accept()
            async with aclosing(line.frames()) as frames:
                async for body in frames:
                    if not await self._take(line, body):
                        break
        finally:
            self._open -= 1
            if line.session is not None:
                self._sessions.part(line.session, line)

    async def _take(self, line: "_Connection", body: bytes) -> bool:
        """Answer one frame; False when the connection was closed because of it."""
        known = line.session
        call = self._context(line.base_url, known.key if known else None, line.dry_run)
        asked: Asked = []
        if known is None or b'"authentication"' in body:
            asked = await run_in_threadpool(_authentications, body)
        if known is None and asked == []:
            await line.send(orjson.dumps(_unknown_client(call).body).decode())
            return True
        reply, faults = await self._hear(body, call)
        if not asked:
            await self._answer(line, reply, faults)
            return True
        if not self._is_right_key(asked):
            await self._send(line, reply, faults)
            await line.linger()
            return False
        session = await self._join(line, asked[0])
        welcome = {"taskType": "authentication", "connectionSessionUUID": session.uuid}
        greeting = reply.body | {"data": [welcome, *reply.body.get("data", [])]}
        await self._send(line, SandboxReply(reply.status, greeting, reply.accepted), faults)
        await session.replay()
        return True

    def _is_right_key(self, asked: Sequence[Mapping[str, Json]]) -> bool:
        wanted = self._settings.api_key
        return wanted is None or all(str(task.get("apiKey", "")) == wanted for task in asked)

    async def _join(self, line: "_Connection", asked: Mapping[str, Json]) -> Session:
        if line.session is None:
            key = str(asked.get("apiKey", ""))
            line.session = await self._sessions.join(line, key, asked.get("connectionSessionUUID"))
        return line.session

    async def _answer(self, line: "_Connection", reply: SandboxReply, faults: tuple[ScenarioFault, ...]) -> None:
        """Send a reply; one that is late keeps no other waiting."""
        sending = self._send(line, reply, faults)
        if len(self._late) >= _DELAYED or not any(fault.fault == "delay" for fault in faults):
            await sending
            return
        task = asyncio.get_running_loop().create_task(sending)
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _send(self, line: "_Connection", reply: SandboxReply, faults: tuple[ScenarioFault, ...]) -> None:
        for fault in faults:
            if fault.fault == "delay":
                await self._settings.clock.sleep(fault.seconds)
        try:
            content = frame(reply, faults)
        except ConnectionDropped:
            line.drop()
            return
        if line.session is None:
            await line.send(content)
        else:
            await line.session.deliver(content, keep=not reply.accepted)


class _Connection:
    """One open WebSocket."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._dropped = asyncio.Event()
        self.session: Session | None = None  # None until it is authenticated
        secure = socket.url.scheme == "wss"
        self.base_url = str(socket.base_url.replace(scheme="https" if secure else "http")).rstrip("/")
        self.dry_run = socket.query_params.get("dryRun", "").strip() in {"1", "true"}

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """What the client sends, until either side closes. Raises ConnectionDropped."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        dropped = loop.create_task(self._dropped.wait())
        try:
            while True:
                receiving = loop.create_task(self._socket.receive())
                wait = max(0.0, end - loop.time()) if self.session is None else None
                await asyncio.wait({receiving, dropped}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
                if not receiving.done() or self._dropped.is_set():
                    receiving.cancel()
                    break
                message = receiving.result()
                if message["type"] == "websocket.disconnect":
                    return
                text = message.get("text")
                yield message.get("bytes") or b"" if text is None else text.encode()
        finally:
            dropped.cancel()
        if self._dropped.is_set():
            raise ConnectionDropped
        await self.close()

    async def send(self, content: str | bytes) -> bool:
        """Send a frame; False when the connection is gone."""
        if self._dropped.is_set():
            return False
        try:
            await (self._socket.send_text(content) if isinstance(content, str) else self._socket.send_bytes(content))
        except (WebSocketDisconnect, RuntimeError):  # the client has closed it, or this side has
            return False
        return True

    def drop(self) -> None:
        """Close the connection without a word, as soon as possible."""
        self._dropped.set()

    async def linger(self) -> None:
        """Close it, unless the client does within a moment; what it still sends is ignored."""
        try:
            async with asyncio.timeout(LINGER):
                while (await self._socket.receive())["type"] != "websocket.disconnect":
                    pass
        except TimeoutError:
            await self.close()

    async def leave(self) -> None:
        """Close it: the session goes on in another connection."""
        await self.close()

    async def close(self) -> None:
        """Close it; it may be closed already."""
        try:
            await self._socket.close(_CLOSED)
        except (WebSocketDisconnect, RuntimeError):
            return


def _authentications(body: bytes) -> Asked:
    try:
        tasks: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(tasks, list) or not tasks or not all(isinstance(task, dict) for task in tasks):
        return None
    return [task for task in tasks if task.get("taskType") == "authentication"]


def _unknown_client(call: Call) -> SandboxReply:
    message = "The first message of a connection must be an authentication task."
    return refusal(ServiceProblem("missingApiKey", message, "apiKey", "authentication"), call.scenario.behaviour)
