import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sandboxes import Sandbox
from starlette.types import ASGIApp, Receive, Scope, Send

from ltxspec.providers.sandbox.faults import ConnectionDropped
from ltxspec.providers.sandbox.transport import SandboxTransport

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"6")]}


def body(text: bytes, *, more: bool = False) -> dict[str, object]:
    return {"type": "http.response.body", "body": text, "more_body": more}


async def soon(event: asyncio.Event) -> None:
    """Wait for what must happen by itself; the limit only ends a test that fails."""
    async with asyncio.timeout(30):
        await event.wait()


def with_client(app: ASGIApp, story: Callable[[httpx.AsyncClient], Awaitable[None]], seconds: float = 5) -> None:
    async def go() -> None:
        transport = SandboxTransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://s", timeout=seconds) as client:
            await story(client)

    asyncio.run(go())


def test_the_application_sees_the_request_as_it_was_sent() -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(scope, body=(await receive())["body"])
        await send(START)
        await send(body(b"answer"))

    async def story(client: httpx.AsyncClient) -> None:
        answer = await client.post("/a%20b?x=1", content=b"question", headers={"X-Own": "Yes"})
        assert (answer.status_code, answer.content) == (200, b"answer")

    with_client(app, story)
    assert (seen["path"], seen["raw_path"], seen["query_string"]) == ("/a b", b"/a%20b", b"x=1")
    assert seen["body"] == b"question"
    assert (b"x-own", b"Yes") in seen["headers"]


def test_a_body_is_read_while_it_is_being_made_and_may_break_off() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send(START)
        await send(body(b"abc", more=True))
        raise ConnectionDropped

    async def story(client: httpx.AsyncClient) -> None:
        async with client.stream("GET", "/") as answer:
            chunks = answer.aiter_raw()
            assert await anext(chunks) == b"abc"
            with pytest.raises(httpx.RemoteProtocolError):
                await anext(chunks)

    with_client(app, story)


@pytest.mark.parametrize("started", [True, False])
def test_a_late_reply_is_a_read_timeout_and_the_server_goes_on(*, started: bool) -> None:
    given_up, done = asyncio.Event(), asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        if started:
            await send(START)
        await given_up.wait()
        await send(START)
        await send(body(b"answer"))
        done.set()

    async def story(client: httpx.AsyncClient) -> None:
        with pytest.raises(httpx.ReadTimeout):
            await client.get("/")
        given_up.set()
        await soon(done)

    with_client(app, story, seconds=0.05)


def test_a_reader_that_leaves_does_not_stop_the_server() -> None:
    done = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        await receive()
        await send(START)
        for _ in range(100):
            await send(body(b"x" * 1000, more=True))
        assert (await receive())["type"] == "http.disconnect"
        done.set()

    async def story(client: httpx.AsyncClient) -> None:
        async with client.stream("GET", "/") as answer:
            await anext(answer.aiter_raw())
        await soon(done)

    with_client(app, story)


def test_closing_the_client_ends_what_is_still_running() -> None:
    ended = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive, send
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def story(client: httpx.AsyncClient) -> None:
        with pytest.raises(httpx.ReadTimeout):
            await client.get("/")

    with_client(app, story, seconds=0.02)
    assert ended == [True]


def test_a_bug_of_the_application_reaches_the_caller() -> None:
    async def app(*_: object) -> None:
        raise ZeroDivisionError

    async def story(client: httpx.AsyncClient) -> None:
        with pytest.raises(ZeroDivisionError):
            await client.get("/")

    with_client(app, story)


def test_many_calls_run_side_by_side(sandbox: Sandbox) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        answers = await asyncio.gather(*(client.post("/v1", json=[{"taskType": "ping"}]) for _ in range(50)))
        assert {answer.status_code for answer in answers} == {200}

    with_client(sandbox.app, story)
