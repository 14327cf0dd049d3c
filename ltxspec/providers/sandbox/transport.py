"""Connects the real client to a sandbox without a port: an httpx transport that behaves like a network, with failures.

httpx's own transport for ASGI applications holds back the reply until the application is done, has no time-outs, and
passes the application's exceptions to the client. Here a reply can break off in the middle, be late, or never come, and
the client sees the same as on a socket.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType

import httpx
from starlette.types import ASGIApp, Message

from ltxspec.providers.sandbox.faults import ConnectionDropped

_BUFFERED = 8  # chunks by which the application may be ahead of the reader


class SandboxTransport(httpx.AsyncBaseTransport):
    """Sends the requests of one client to an ASGI application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._running: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Run the application on a request; the reply's body is read while it is being produced.

        Raises:
            httpx.RemoteProtocolError: the application closed the connection without a reply.
            httpx.ReadTimeout: it did not answer within the client's read time-out.
        """
        exchange = _Exchange(request, await request.aread())
        running = asyncio.get_running_loop().create_task(exchange.run(self._app))
        # A server continues when its client gives up, so this task is never cancelled because of a client.
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        status, headers = await exchange.head()
        return httpx.Response(status, headers=headers, stream=_Body(exchange), request=request)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Close."""
        await self.aclose()

    async def aclose(self) -> None:
        """Stop applications that are still running, as the end of a process would."""
        left = list(self._running)
        for running in left:
            running.cancel()
        await asyncio.gather(*left, return_exceptions=True)


class _Exchange:
    """One request being handled by the application."""

    def __init__(self, request: httpx.Request, body: bytes) -> None:
        self._request, self._body = request, body
        self._patience: float | None = request.extensions.get("timeout", {}).get("read")
        self._start: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._chunks: asyncio.Queue[bytes | BaseException | None] = asyncio.Queue(_BUFFERED)
        self._received = False
        self._abandoned = asyncio.Event()

    async def run(self, app: ASGIApp) -> None:
        url = self._request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self._request.method,
            "headers": [(name.lower(), value) for name, value in self._request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 1),
            "root_path": "",
        }
        try:
            await app(scope, self._receive, self._send)
        except ConnectionDropped:
            await self._end(httpx.RemoteProtocolError("the server closed the connection", request=self._request))
        except Exception as error:  # noqa: BLE001  # a bug in the sandbox: passed on unchanged to the client's caller
            await self._end(error)
        else:
            await self._end(None)

    async def _end(self, how: BaseException | None) -> None:
        if not self._start.done():
            self._start.set_exception(how or RuntimeError("the application gave no reply"))
        elif not self._abandoned.is_set():
            await self._chunks.put(how)

    async def _receive(self) -> Message:
        if not self._received:
            self._received = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._abandoned.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if not self._start.done():
                self._start.set_result(message)
        elif message.get("body") and not self._abandoned.is_set():
            await self._chunks.put(message["body"])

    async def head(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        """Status and headers, as soon as the application sends them."""
        async with self._in_time():
            message = await asyncio.shield(self._start)
        return message["status"], list(message.get("headers", []))

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives."""
        while True:
            async with self._in_time():
                chunk = await self._chunks.get()
            if chunk is None:
                return
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        """Wait no longer than the client's read time-out, and fail like httpx."""
        try:
            async with asyncio.timeout(self._patience):
                yield
        except TimeoutError as error:
            self.abandon()
            raise httpx.ReadTimeout("the server did not answer in time", request=self._request) from error

    def abandon(self) -> None:
        """The reader is gone: let the application finish without one."""
        self._abandoned.set()
        while not self._chunks.empty():
            self._chunks.get_nowait()


class _Body(httpx.AsyncByteStream):
    def __init__(self, exchange: _Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._exchange.chunks():
            yield chunk

    async def aclose(self) -> None:
        self._exchange.abandon()
