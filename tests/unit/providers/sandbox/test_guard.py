"""A sandbox on a port answers clients that mean it, and no web page."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse

from ltxspec.errors import ProviderRefused
from ltxspec.providers.runware.client import ApiKey, Client, Connection
from ltxspec.providers.sandbox import guard
from ltxspec.providers.sandbox.faults import ConnectionDropped
from ltxspec.providers.sandbox.guard import MARK, guarded

JSON = {"Content-Type": "application/json"}


def ask(
    method: str, headers: dict[str, str] | None = None, *, host: str = "127.0.0.1", marked: bool = False
) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(guarded(PlainTextResponse("served"), host, marked=marked))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, "http://127.0.0.1:8787/v1", headers=headers)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1", "127.0.0.1:8787"),
        ("127.0.0.1", "localhost:8787"),
        ("127.0.0.1", "[::1]:8787"),
        ("studio.example", "studio.example:8787"),
        ("0.0.0.0", "10.0.0.7:8787"),
    ],
)
def test_its_own_names_are_answered(host: str, name: str) -> None:
    assert ask("POST", {"Host": name, **JSON}, host=host).text == "served"
    assert ask("GET", {"Host": name, "Origin": f"http://{name}"}, host=host).text == "served"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1", "page.example"),
        ("127.0.0.1", "page.example:8787"),
        ("127.0.0.1", "127.0.0.1.page.example"),
        ("127.0.0.1", "10.0.0.7"),
        ("0.0.0.0", "page.example"),
        ("127.0.0.1", ""),
        ("127.0.0.1", "[::1"),
    ],
)
def test_a_foreign_name_that_leads_here_is_not(host: str, name: str) -> None:
    for method in ("GET", "POST", "PUT"):
        refused = ask(method, {"Host": name, **JSON}, host=host)
        assert (refused.status_code, "own host names" in refused.text) == (421, True)


@pytest.mark.parametrize("origin", ["https://page.example", "null", "http://localhost.page.example", ""])
def test_a_foreign_page_is_not(origin: str) -> None:
    for method in ("GET", "POST"):
        assert ask(method, {"Origin": origin, **JSON}).status_code == 403


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "http://127.0.0.1", "http://localhost:8787", "http://[::1]:1"]
)
def test_a_page_that_another_server_of_this_machine_serves_is_foreign_as_well(origin: str) -> None:
    for method in ("GET", "POST"):
        assert ask(method, {"Host": "127.0.0.1:8787", "Origin": origin, **JSON}).status_code == 403


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_only_json_is_taken(kind: str) -> None:
    for method in ("POST", "PUT"):
        assert ask(method, {"Content-Type": kind}).status_code == 415
    assert ask("POST").status_code == 415
    assert ask("POST", {"Content-Type": "application/json; charset=utf-8"}).text == "served"


@pytest.mark.parametrize("path", ["answer", "refusal"])
def test_a_marked_answer_is_never_taken_for_the_paid_service_s(path: str) -> None:
    served: Any = guarded(PlainTextResponse("served"), "127.0.0.1", marked=True)
    base = "http://127.0.0.1/v1" if path == "answer" else "http://page.example/v1"

    async def run() -> None:
        async with Client(Connection(base, ApiKey("a-key"), httpx.ASGITransport(served))) as client:
            await client.post(b"[]", 5.0)

    with pytest.raises(ProviderRefused) as caught:
        asyncio.run(run())
    assert caught.value.whole_run
    assert "--provider sandbox" in (caught.value.hint or "")


def test_the_mark_is_there_when_asked_for_only() -> None:
    assert MARK in ask("POST", JSON, marked=True).headers
    assert MARK not in ask("POST", JSON).headers


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)]
)
def test_a_browser_says_from_where_a_request_is_sent(site: str, status: int) -> None:
    assert ask("POST", {"Sec-Fetch-Site": site, **JSON}).status_code == status


def test_a_page_may_show_a_video_of_the_sandbox() -> None:
    assert ask("GET", {"Sec-Fetch-Site": "cross-site"}).text == "served"


def test_a_request_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LARGEST_CALL", 10)
    assert ask("POST", {"Content-Length": "10", **JSON}).text == "served"
    assert ask("POST", {"Content-Length": "11", **JSON}).status_code == 413


async def unsent(message: Any) -> None:
    raise AssertionError(message)


async def part() -> Any:
    """A part of a request that does not say how many follow."""
    return {"type": "http.request", "body": b"12345", "more_body": True}


def test_a_size_that_was_not_announced_counts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LARGEST_CALL", 10)
    headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "headers": headers}
    read = 0

    async def served(*channels: Any) -> None:
        nonlocal read
        while True:
            read += len((await channels[1]())["body"])

    async def run() -> None:
        await guarded(served, "127.0.0.1", marked=False)(scope, part, unsent)

    with pytest.raises(ConnectionDropped):
        asyncio.run(run())
    assert read == 10


def connect(headers: dict[str, str]) -> list[Any]:
    """What a WebSocket is answered; the application is marked by accepting it."""

    async def accept(*channels: Any) -> None:
        await channels[2]({"type": "websocket.accept"})

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def run() -> None:
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await guarded(accept, "127.0.0.1", marked=True)({"type": "websocket", "headers": raw}, receive, send)

    asyncio.run(run())
    assert all(MARK.lower().encode() in dict(message["headers"]) for message in sent if "headers" in message)
    return [message.get("status", message["type"]) for message in sent]


def test_a_socket_is_guarded_like_a_request() -> None:
    own, refused = {"Host": "127.0.0.1:8787"}, "websocket.http.response.body"
    assert connect(own) == ["websocket.accept"]
    assert connect(own | {"Origin": "http://127.0.0.1:8787"}) == ["websocket.accept"]
    assert connect(own | {"Origin": "https://page.example"}) == [403, refused]
    assert connect(own | {"Origin": "http://127.0.0.1:1"}) == [403, refused]
    assert connect(own | {"Sec-Fetch-Site": "cross-site"}) == [403, refused]
    assert connect({"Host": "page.example"}) == [421, refused]
