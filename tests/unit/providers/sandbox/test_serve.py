import signal
import socket
import subprocess
import sys
import textwrap
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import orjson
import pytest
from sandboxes import HandClock, catalog, order, poll, tiny_film

from ltxspec.errors import LtxspecError
from ltxspec.providers.sandbox.scenario import Scenario, ScenarioFault
from ltxspec.providers.sandbox.serve import run, serving
from ltxspec.providers.sandbox.settings import Outside, SandboxSettings
from ltxspec.storage.clock import SystemClock

ROOT = Path(__file__).parents[4]


def settings(folder: Path, scenario: Scenario | None = None) -> SandboxSettings:
    return SandboxSettings(catalog(), HandClock(), tiny_film, folder, scenario=scenario or Scenario())


def test_any_client_can_use_a_port(tmp_path: Path) -> None:
    with serving(settings(tmp_path)) as url, httpx.Client(trust_env=False) as client:
        assert url.startswith("http://127.0.0.1:")
        assert url.endswith("/v1")
        reply = client.post(url, json=[order()]).json()
    assert reply == {"data": [{"taskType": "videoInference", "taskUUID": order()["taskUUID"]}]}


def test_a_port_can_be_used_again_with_the_same_state(tmp_path: Path) -> None:
    statuses = []
    for _ in range(2):
        with serving(settings(tmp_path)) as url, httpx.Client(trust_env=False) as client:
            statuses.append(client.post(url, json=[order()]).status_code)
    assert statuses == [200, 400]


def test_a_dropped_connection_leaves_others_alone(tmp_path: Path) -> None:
    faults = (ScenarioFault("drop", prompt="lost"),)
    with serving(settings(tmp_path, Scenario(faults=faults))) as url, httpx.Client(trust_env=False) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(url, json=[order(1, positivePrompt="lost")])
        assert client.post(url, json=[order(2)]).status_code == 200


class Receiver(BaseHTTPRequestHandler):
    """Takes webhooks and uploads, and keeps them in the server's `taken`."""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.taken.append((self.command, self.path, self.rfile.read(length)))  # type: ignore[attr-defined]  # below
        self.send_response(204)
        self.end_headers()

    do_PUT = do_POST  # noqa: N815  # the name http.server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


def test_webhook_and_upload_arrive_by_themselves(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        taken: list[tuple[str, str, bytes]] = []
        server.taken = taken  # type: ignore[attr-defined]  # see Receiver
        root = f"http://127.0.0.1:{server.server_port}"
        chosen = SandboxSettings(
            catalog(), SystemClock(), tiny_film, tmp_path, speed=1000.0, outside=Outside("this machine")
        )
        with serving(chosen) as url, httpx.Client(trust_env=False) as client:
            client.post(url, json=[order(webhookURL=f"{root}/hook?id=7", uploadEndpoint=f"{root}/bucket")])
            server.handle_request()
            server.handle_request()
            (item,) = client.post(url, json=[poll()]).json()["data"]
            video = client.get(item["videoURL"]).content
    assert taken == [("PUT", "/bucket", video), ("POST", "/hook?id=7", orjson.dumps(item))]


def test_a_sandbox_on_a_port_fetches_nothing_from_itself(tmp_path: Path) -> None:
    chosen = SandboxSettings(
        catalog(), SystemClock(), tiny_film, tmp_path, speed=1000.0, outside=Outside("this machine")
    )
    with serving(chosen) as url, httpx.Client(trust_env=False) as client:
        media = url.replace("/v1", "/sandbox/ledger").replace("127.0.0.1", "localhost")
        asked = poll() | {"taskType": "mediaStorage", "operation": "upload", "media": media}
        assert client.post(url, json=[asked]).json()["errors"][0]["code"] == "invalidMedia"


def test_a_port_in_use_is_an_error_for_users(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(LtxspecError, match="cannot listen") as caught:
        run(settings(tmp_path), "127.0.0.1", taken.getsockname()[1], lambda _: None)
    assert caught.value.hint == "port 0 picks a free one"


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_does_not_exist_is_an_error_for_users(tmp_path: Path, port: int) -> None:
    with pytest.raises(LtxspecError, match="cannot listen"):
        run(settings(tmp_path), "127.0.0.1", port, lambda _: None)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_served_sandbox_says_its_url_and_stops_when_told(tmp_path: Path, sign: signal.Signals) -> None:
    program = textwrap.dedent(
        f"""
        from pathlib import Path
        from ltxspec.catalog.models import load_catalog
        from ltxspec.providers.sandbox.serve import run
        from ltxspec.providers.sandbox.settings import SandboxSettings
        from ltxspec.storage.clock import SystemClock
        settings = SandboxSettings(load_catalog({{}}), SystemClock(), lambda film, path: None, Path({str(tmp_path)!r}))
        run(settings, "127.0.0.1", 0, lambda url: print(url, flush=True))
        print("stopped", flush=True)
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx.post(url, json=[{"taskType": "ping"}], trust_env=False).json() == {
            "data": [{"taskType": "ping", "pong": True}]
        }
        process.send_signal(sign)
        out, err = process.communicate(timeout=20)
    assert (out.strip(), err) == ("stopped", "")
