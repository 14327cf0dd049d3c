import asyncio
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest

from ltxspec.errors import LtxspecError
from ltxspec.project.listening import app as module
from ltxspec.project.listening.app import LARGEST, ListenApp, Rate, listen_app, task_ids
from ltxspec.values import TaskId

SECRET = "secret-of-these-tests"
TASK = "0b0b0b0b-1111-4222-8333-444444444444"
CALL = f'{{"taskType": "videoInference", "taskUUID": "{TASK}", "status": "success"}}'


def send(app: object, content: object, *, path: str = f"/calls/{SECRET}", method: str = "POST", **more: object) -> int:
    async def go() -> int:
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # an ASGI application
        async with httpx.AsyncClient(transport=transport, base_url="http://listen") as client:
            return (await client.request(method, path, content=content, **more)).status_code  # type: ignore[arg-type]  # options of httpx

    return asyncio.run(go())


def hearing() -> tuple[ListenApp, list[Sequence[TaskId]]]:
    heard: list[Sequence[TaskId]] = []
    return ListenApp(SECRET, heard.append), heard


@pytest.mark.parametrize("path", [f"/{SECRET}", f"/{SECRET}/", f"/a/b/{SECRET}"])
def test_a_call_with_the_secret_is_heard_wherever_a_proxy_puts_it(path: str) -> None:
    app, heard = hearing()
    assert send(app, CALL, path=path) == 204
    assert heard == [[TASK]]


@pytest.mark.parametrize(
    "path", ["/", "/calls", f"/{SECRET[:-1]}", f"/{SECRET}x", f"/{SECRET}/more", f"/?{SECRET}", "/%FF%00", "/é"]
)
def test_without_the_secret_there_is_nothing_here(path: str) -> None:
    app, heard = hearing()
    assert send(app, CALL, path=path) == 404
    assert heard == []


def test_the_secret_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    monkeypatch.setattr("hmac.compare_digest", lambda one, other: compared.append((one, other)))
    assert send(listen_app(SECRET, lambda _: None), CALL) == 404
    assert compared == [(SECRET.encode(), SECRET.encode())]


def test_only_post_is_a_call() -> None:
    app, heard = hearing()
    assert [send(app, CALL, method=method) for method in ("GET", "PUT", "HEAD")] == [405] * 3
    assert heard == []


@pytest.mark.parametrize("declared", [True, False])
def test_what_is_too_large_is_not_read_to_its_end(declared: bool) -> None:
    app, heard = hearing()
    read = []

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            read.append(1)
            yield b" " * 2**17

    headers = {"Content-Length": str(LARGEST + 1)} if declared else {}
    assert send(app, pieces(), headers=headers) == 413
    assert heard == []
    assert send(app, CALL.encode().ljust(LARGEST)) == 204


def test_a_call_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SECONDS", 0.05)
    app, heard = hearing()
    asked: list[int] = []

    async def receive() -> dict[str, object]:
        await asyncio.sleep(10)
        raise AssertionError

    async def note(message: dict[str, object]) -> None:
        asked.append(message.get("status", 0))  # type: ignore[arg-type]  # as ASGI says

    scope = {
        "type": "http", "method": "POST", "path": f"/{SECRET}", "headers": [], "query_string": b"",
        "server": ("listen", 80), "scheme": "http", "root_path": "",
    }  # fmt: skip
    asyncio.run(app(scope, receive, note))  # type: ignore[arg-type]  # as ASGI says
    assert (asked[0], heard) == (408, [])


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[" * 5000, b'{"taskUUID": '])
def test_what_is_not_json_is_refused(content: bytes) -> None:
    app, heard = hearing()
    assert (send(app, content), heard) == (400, [])


def test_what_cannot_be_noted_is_called_again() -> None:
    def full(_: Sequence[TaskId]) -> None:
        raise LtxspecError("no space left")

    assert send(ListenApp(SECRET, full), CALL) == 503


def test_callers_and_strangers_are_limited_apart() -> None:
    heard: list[Sequence[TaskId]] = []
    app = ListenApp(SECRET, heard.append, callers=Rate(0, 2), strangers=Rate(0, 1))
    assert [send(app, CALL, path="/x") for _ in range(3)] == [404, 429, 429]
    assert [send(app, CALL) for _ in range(3)] == [204, 204, 429]
    assert len(heard) == 2


def test_a_rate_recovers_up_to_its_burst() -> None:
    now = [0.0]
    rate = Rate(2, 3, lambda: now[0])
    assert [rate.allows() for _ in range(4)] == [True] * 3 + [False]
    now[0] = 0.5
    assert [rate.allows() for _ in range(2)] == [True, False]
    now[0] = 100.0
    assert [rate.allows() for _ in range(4)] == [True] * 3 + [False]


@pytest.mark.parametrize(
    "body",
    [
        CALL, f"[{CALL}]", f'{{"data": [{CALL}]}}', f'{{"errors": [{CALL}, {CALL}]}}', f'{{"error": {CALL}}}',
        CALL.replace(TASK, TASK.upper()), f"[7, null, {CALL}]",
    ],
)  # fmt: skip
def test_ids_are_found_in_every_form_of_a_call(body: str) -> None:
    assert task_ids(body.encode()) == [TASK]


@pytest.mark.parametrize(
    "body",
    ["null", "7", '"x"', "{}", "[[]]", '{"taskUUID": 7}', '{"taskUUID": "../../etc/passwd"}', '{"data": {"a": 1}}'],
)
def test_nothing_else_is_an_id(body: str) -> None:
    assert task_ids(body.encode()) == []


def test_a_call_cannot_name_any_number_of_tasks() -> None:
    many = ", ".join(f'{{"taskUUID": "0b0b0b0b-1111-4222-8333-{number:012}"}}' for number in range(1000))
    assert len(task_ids(f"[{many}]".encode()) or []) == 100
