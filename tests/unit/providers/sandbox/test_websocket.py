"""The sandbox over a WebSocket, on a real port, as a client sees it frame by frame."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sandboxes import HandClock, catalog, check_wire, codes, details, order, poll, tiny_film
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ltxspec.providers.sandbox import guard, websocket
from ltxspec.providers.sandbox.guard import MARK
from ltxspec.providers.sandbox.outbound import CALLER
from ltxspec.providers.sandbox.scenario import parse_scenario
from ltxspec.providers.sandbox.serve import serving
from ltxspec.providers.sandbox.settings import Outside, SandboxSettings
from ltxspec.storage.clock import SystemClock

KEY = "k"
PING = {"taskType": "ping", "ping": True}
PONG = {"data": [{"taskType": "ping", "pong": True}]}


def login(key: str = KEY, **more: Any) -> dict[str, Any]:
    return {"taskType": "authentication", "apiKey": key, **more}


class Socket:
    """One connection of a client."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, *tasks: Any) -> None:
        self.write(orjson.dumps(tasks).decode())

    def write(self, frame: str | bytes) -> None:
        self.connection.send(frame)

    def read(self) -> Any:
        return orjson.loads(self.connection.recv(timeout=10))

    def ask(self, *tasks: Any) -> Any:
        self.send(*tasks)
        reply = self.read()
        if reply.get("data") and reply["data"][0]["taskType"] != "authentication":
            check_wire(reply)
        return reply

    def login(self, **more: Any) -> str:
        (item,) = self.ask(login(**more))["data"]
        assert item.keys() == {"taskType", "connectionSessionUUID"}  # no taskUUID: sdk-js would not find it
        return str(item["connectionSessionUUID"])

    def closed(self) -> int | None:
        """The code it was closed with; None if that happened without a word."""
        with pytest.raises(ConnectionClosed) as caught:
            self.connection.recv(timeout=10)
        return caught.value.rcvd.code if caught.value.rcvd else None

    def leave(self) -> None:
        self.connection.close()


class Port:
    """A sandbox on a port."""

    def __init__(self, url: str, open_ones: ExitStack) -> None:
        self.url, self._open = url, open_ones

    def connect(self, path: str = "/v1", **headers: str) -> Socket:
        address = self.url.replace("http://", "ws://").removesuffix("/v1") + path
        return Socket(self._open.enter_context(connect(address, proxy=None, additional_headers=headers)))

    def refused(self, path: str = "/v1", **headers: str) -> tuple[int, str]:
        with pytest.raises(InvalidStatus) as caught:
            self.connect(path, **headers)
        return caught.value.response.status_code, bytes(caught.value.response.body or b"").decode()

    def charged(self) -> dict[str, int]:
        ledger, headers = self.url.replace("/v1", "/sandbox/ledger"), {"Authorization": f"Bearer {KEY}"}
        rows = httpx.get(ledger, headers=headers, trust_env=False).json()["charges"]
        return {row["taskUUID"]: row["count"] for row in rows}


class Gate(HandClock):
    """A clock whose sleepers wait for a test, so that nothing depends on how busy the machine is."""

    def __init__(self) -> None:
        super().__init__()
        self._opened, self._passed = threading.Event(), threading.Event()

    async def sleep(self, seconds: float) -> None:
        del seconds
        await asyncio.to_thread(self._opened.wait, 10)
        self._passed.set()

    def open(self) -> None:
        self._opened.set()
        assert self._passed.wait(10)


Serve = Callable[..., Port]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Serve the sandbox of this test."""
    with ExitStack() as open_ones:

        def served(*faults: dict[str, Any], **chosen: Any) -> Port:
            scenario = parse_scenario({"faults": list(faults)})
            usual: dict[str, Any] = {
                "clock": HandClock(),
                "make_video": tiny_film,
                "folder": tmp_path / "state",
                "api_key": KEY,
            }
            settings = SandboxSettings(catalog(), scenario=scenario, **(usual | chosen))
            return Port(open_ones.enter_context(serving(settings)), open_ones)

        yield served


@pytest.fixture(autouse=True)
def _no_lingering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "LINGER", 0.1)


@pytest.fixture
def port(serve: Serve) -> Port:
    return serve()


@pytest.mark.parametrize("path", ["/v1", "/", "/v1?sdk=js&version=1.3.2"])
def test_a_frame_is_answered_like_a_call(port: Port, path: str) -> None:
    client = port.connect(path)
    client.login()
    assert client.ask(order()) == {"data": [{"taskType": "videoInference", "taskUUID": order()["taskUUID"]}]}
    (item,) = client.ask(poll())["data"]
    assert item["status"] == "processing"
    assert codes(client.ask(order())) == [("conflictTaskUUID", "taskUUID")]
    assert client.ask(details())["data"][0]["request"][0]["taskUUID"] == order()["taskUUID"]
    assert port.charged() == {order()["taskUUID"]: 1}


def test_media_and_videos_have_http_addresses(serve: Serve) -> None:
    clock = HandClock()
    port = serve(clock=clock)
    client = port.connect()
    client.login()
    client.ask(order())
    clock.pass_seconds(10_000)
    (item,) = client.ask(poll())["data"]
    assert item["videoURL"].startswith(port.url.removesuffix("/v1") + "/video/")
    assert httpx.get(item["videoURL"], trust_env=False).status_code == 200


def test_a_ping_is_answered(port: Port) -> None:
    client = port.connect()
    client.login()
    assert client.ask(PING) == PONG


@pytest.mark.parametrize("path", ["/sandbox/ledger", "/video/a.mp4", "/v2"])
def test_other_addresses_have_no_sockets(port: Port, path: str) -> None:
    assert port.refused(path)[0] == 403


# --- authentication -------------------------------------------------------------------------------


def test_a_wrong_key_is_the_providers_error_and_the_end(port: Port) -> None:
    client = port.connect()
    (error,) = client.ask(login("wrong"))["errors"]
    assert (error["code"], error["taskType"], "taskUUID" in error) == ("invalidApiKey", "authentication", False)
    assert client.closed() == 1000


def test_what_a_client_with_a_wrong_key_still_sends_is_ignored(port: Port) -> None:
    client = port.connect()
    client.ask(login("wrong"))
    with suppress(ConnectionClosedOK):  # on a busy machine the moment is over already
        client.send(login(), order())
    assert client.closed() == 1000
    assert port.charged() == {}


def test_a_wrong_key_later_is_the_end_too(port: Port) -> None:
    client = port.connect()
    client.login()
    assert codes(client.ask(login("wrong"), order())) == [("invalidApiKey", "apiKey")]
    assert client.closed() == 1000
    assert port.charged() == {}


def test_without_a_key_of_its_own_a_sandbox_takes_any(serve: Serve) -> None:
    for sent in (login("anything"), {"taskType": "authentication"}):
        client = serve(api_key=None).connect()
        assert client.ask(sent)["data"][0]["connectionSessionUUID"]
        assert client.ask(PING) == PONG


def test_frames_before_authentication_are_refused(port: Port) -> None:
    client = port.connect()
    for tasks in ([order()], [PING], [poll()]):
        assert codes(client.ask(*tasks)) == [("missingApiKey", "apiKey")]
    client.login()
    assert client.ask(PING) == PONG
    assert port.charged() == {}


def test_a_header_does_not_authenticate(port: Port) -> None:
    client = port.connect(Authorization=f"Bearer {KEY}")
    assert codes(client.ask(order())) == [("missingApiKey", "apiKey")]


def test_the_first_frame_may_hold_more_than_the_authentication(port: Port) -> None:
    first, second = port.connect().ask(login(), order())["data"]
    assert (first["taskType"], second["taskUUID"]) == ("authentication", order()["taskUUID"])


def test_authenticating_again_changes_nothing(port: Port) -> None:
    client = port.connect()
    session = client.login()
    assert client.login() == session
    assert client.login(connectionSessionUUID="another") == session


def test_who_does_not_authenticate_is_sent_away(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "PATIENCE", 0.05)
    client = port.connect()
    assert client.closed() == 1000
    monkeypatch.setattr(websocket, "PATIENCE", 1.5)  # a busy machine needs some time to greet
    patient = port.connect()
    patient.login()
    time.sleep(1.6)
    assert patient.ask(PING) == PONG


# --- frames that are none -------------------------------------------------------------------------


@pytest.mark.parametrize("frame", ["", "no JSON", '{"taskType": "ping"}', "[]", "[1]", "7", b"\xff\x00", "[" * 100_000])
@pytest.mark.parametrize("known", [True, False])
def test_what_is_no_array_of_tasks_is_the_providers_error(port: Port, frame: str | bytes, *, known: bool) -> None:
    client = port.connect()
    if known:
        client.login()
    client.write(frame)
    assert codes(client.read()) == [("invalidRequestBody", None)]
    client.login()
    assert client.ask(PING) == PONG


def test_a_frame_of_bytes_is_read_like_text(port: Port) -> None:
    client = port.connect()
    client.write(orjson.dumps([login()]))
    assert client.read()["data"][0]["connectionSessionUUID"]


def test_a_frame_may_be_as_large_as_a_request(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("guard", "serve"):
        monkeypatch.setattr(f"ltxspec.providers.sandbox.{module}.LARGEST_CALL", 10_000)
    port = serve()
    assert httpx.post(port.url, json=[PING | {"pad": "x" * 9_000}], trust_env=False).status_code == 401
    assert httpx.post(port.url, json=[PING | {"pad": "x" * 10_000}], trust_env=False).status_code == 413
    client = port.connect()
    client.login()
    assert client.ask(PING | {"pad": "x" * 9_000}) == PONG
    client.send(PING | {"pad": "x" * 10_000})
    assert client.closed() == 1009
    assert guard.LARGEST_CALL == 10_000


# --- sessions -------------------------------------------------------------------------------------


def test_a_result_that_came_while_the_client_was_away_waits_for_it(serve: Serve) -> None:
    gate = Gate()
    port = serve({"fault": "delay", "task": "getResponse"}, clock=gate)
    client = port.connect()
    session = client.login()
    client.ask(order())
    client.send(poll())
    client.leave()
    gate.open()
    back = port.connect()
    assert back.login(connectionSessionUUID=session) == session
    assert back.read()["data"][0]["taskUUID"] == order()["taskUUID"]
    assert back.ask(PING) == PONG


def test_a_result_finds_a_client_that_is_back_before_it(serve: Serve) -> None:
    gate = Gate()
    port = serve({"fault": "delay", "task": "getResponse"}, clock=gate)
    client = port.connect()
    session = client.login()
    client.ask(order())
    client.send(poll())
    client.leave()
    back = port.connect()
    back.login(connectionSessionUUID=session)
    gate.open()
    assert back.read()["data"][0]["taskUUID"] == order()["taskUUID"]


def test_an_acknowledgement_is_not_kept(serve: Serve) -> None:
    gate = Gate()
    port = serve({"fault": "delay", "task": "videoInference"}, clock=gate)
    client = port.connect()
    session = client.login()
    client.send(order())
    client.leave()
    gate.open()
    back = port.connect()
    back.login(connectionSessionUUID=session)
    assert back.ask(PING) == PONG
    assert codes(back.ask(order())) == [("conflictTaskUUID", "taskUUID")]
    assert port.charged() == {order()["taskUUID"]: 1}


def test_another_connection_takes_a_session_over(port: Port) -> None:
    client, other = port.connect(), port.connect()
    session = client.login()
    assert other.login(connectionSessionUUID=session) == session
    assert client.closed() == 1000
    assert other.ask(PING) == PONG


def test_an_unknown_session_is_a_new_one(port: Port) -> None:
    wanted = "8f0f2c1e-0000-4000-8000-000000000000"
    assert port.connect().login(connectionSessionUUID=wanted) != wanted


def test_there_is_a_limited_number_of_connections(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "LARGEST_NUMBER", 2)
    first, _ = port.connect(), port.connect()
    assert port.refused() == (503, "too many connections")
    first.leave()
    for _ in range(100):
        with suppress(InvalidStatus):  # that it has left is noticed in a moment
            port.connect().login()
            return
        time.sleep(0.1)
    pytest.fail("there is no place again")


# --- scenarios ------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["drop", "cut"])
def test_a_lost_reply_closes_the_connection_without_a_word(serve: Serve, fault: str) -> None:
    port = serve({"fault": fault, "task": "videoInference"})
    client = port.connect()
    session = client.login()
    client.send(order())
    assert client.closed() is None
    back = port.connect()
    assert back.login(connectionSessionUUID=session) == session
    assert codes(back.ask(order())) == [("conflictTaskUUID", "taskUUID")]
    assert port.charged() == {order()["taskUUID"]: 1}


def test_an_order_may_be_lost_before_it_arrives(serve: Serve) -> None:
    port = serve({"fault": "drop", "task": "videoInference", "accepted": False})
    client = port.connect()
    client.login()
    client.send(order())
    assert client.closed() is None
    assert port.charged() == {}


def test_even_the_welcome_may_be_lost(serve: Serve) -> None:
    port = serve({"fault": "drop", "task": "authentication"})
    client = port.connect()
    client.send(login())
    assert client.closed() is None
    port.connect().login()


def test_a_late_reply_keeps_no_other_waiting(serve: Serve) -> None:
    gate = Gate()
    client = serve({"fault": "delay", "task": "getResponse"}, clock=gate).connect()
    client.login()
    client.ask(order())
    client.send(poll())
    assert client.ask(PING) == PONG
    gate.open()
    assert client.read()["data"][0]["taskUUID"] == order()["taskUUID"]


def test_too_many_late_replies_keep_others_waiting(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "_DELAYED", 1)
    gate = Gate()
    client = serve({"fault": "delay", "task": "getResponse", "times": 2}, clock=gate).connect()
    client.login()
    for task in (poll(1), poll(2), PING):
        client.send(task)
    with pytest.raises(TimeoutError):
        client.connection.recv(timeout=0.2)
    gate.open()
    replies = [client.read() for _ in range(3)]
    assert replies.count({"data": []}) == 2
    assert replies.index(PONG) > 0  # it waited for the second; the first has a task of its own


def test_a_service_that_cannot_answer_says_so_in_a_frame(serve: Serve) -> None:
    client = serve({"fault": "status", "status": 503, "accepted": False, "task": "getResponse"}).connect()
    client.login()
    assert codes(client.ask(poll())) == [("serviceUnavailable", None)]


@pytest.mark.parametrize(("body", "kind"), [("html", str), ("image", bytes), ("garbage", bytes), ("empty", str)])
def test_what_a_proxy_would_send_is_no_json(serve: Serve, body: str, kind: type) -> None:
    client = serve({"fault": "status", "status": 502, "body": body, "task": "getResponse"}).connect()
    client.login()
    client.send(poll())
    assert isinstance(client.connection.recv(timeout=10), kind)
    assert client.ask(PING) == PONG


def test_a_foreign_error_stands_beside_the_reply(serve: Serve) -> None:
    client = serve({"fault": "foreign-error", "task": "getResponse", "code": "taskFailed"}).connect()
    client.login()
    client.ask(order())
    reply = client.ask(poll())
    assert (len(reply["data"]), codes(reply)) == (1, [("taskFailed", None)])


@pytest.mark.parametrize(("asked", "charged"), [("1", False), ("true", False), ("0", True), ("", True)])
def test_a_dry_run_is_said_in_the_address(port: Port, asked: str, *, charged: bool) -> None:
    client = port.connect(f"/v1?dryRun={asked}")
    client.login()
    (item,) = client.ask(order())["data"]
    assert item.get("cost") == (None if charged else 0.48)
    assert bool(port.charged()) == charged


class Hook(BaseHTTPRequestHandler):
    """Takes one webhook."""

    def do_POST(self) -> None:
        self.server.taken = self.rfile.read(int(self.headers["Content-Length"]))  # type: ignore[attr-defined]  # below
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


def test_a_webhook_is_called(serve: Serve) -> None:
    port = serve(clock=SystemClock(), speed=1000.0, outside=Outside("this machine"))
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        client = port.connect()
        client.login()
        client.ask(order(webhookURL=f"http://127.0.0.1:{server.server_port}/hook"))
        server.handle_request()
        (item,) = client.ask(poll())["data"]
        assert orjson.loads(server.taken) == item  # type: ignore[attr-defined]  # see Hook


# --- who may connect ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", ["https://page.example", "null", "http://localhost.page.example", "http://localhost:1"]
)
def test_a_page_of_another_site_cannot_connect(port: Port, origin: str) -> None:
    status, body = port.refused(Origin=origin)
    assert (status, "other sites" in body) == (403, True)


def test_a_page_of_another_site_cannot_connect_without_an_origin_either(port: Port) -> None:
    assert port.refused(**{"Sec-Fetch-Site": "cross-site"})[0] == 403


def test_a_foreign_name_that_leads_here_cannot_be_used(port: Port) -> None:
    number = int(re.findall(r":(\d+)", port.url)[0])
    with socket.create_connection(("127.0.0.1", number)) as there, pytest.raises(InvalidStatus) as caught:
        connect(f"ws://page.example:{number}/v1", sock=there, proxy=None)
    assert caught.value.response.status_code == 421


def test_a_sandbox_does_not_answer_another_sandbox(port: Port) -> None:
    status, body = port.refused(**{CALLER: "1"})
    assert (status, "another sandbox" in body) == (508, True)


def test_the_mark_of_a_sandbox_is_there_when_it_does_not_simulate_the_paid_service(serve: Serve) -> None:
    for key, marked in ((None, True), (KEY, False)):
        response = serve(api_key=key).connect().connection.response
        assert response is not None
        assert (MARK in response.headers) == marked


def test_nothing_is_logged(serve: Serve, capfd: pytest.CaptureFixture[str]) -> None:
    port = serve({"fault": "drop", "task": "ping"})
    client = port.connect()
    client.login()
    client.send(PING)
    client.closed()
    port.refused(Origin="https://page.example")
    port.refused("/v2")
    port.connect().ask(login("wrong"))
    port.connect().leave()
    time.sleep(0.1)
    assert capfd.readouterr() == ("", "")
    assert threading.active_count() < 60
