"""A sandbox on a port for the provider's own clients, the stories they play with it, and what came of them.

`tests/sdks` pins the two clients that are not among the Python packages of the tests; `make slow` installs them from
there. Where that was not possible, their tests skip and say so; LTXSPEC_REQUIRE_OLDER_SDK and
LTXSPEC_REQUIRE_JAVASCRIPT_SDK make them fail.
"""

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from pictures import picture
from sandboxes import catalog

from ltxspec.media.animatic import write_animatic
from ltxspec.media.probe import check_decodes, probe
from ltxspec.providers.sandbox.identifiers import derived_uuid
from ltxspec.providers.sandbox.scenario import parse_scenario
from ltxspec.providers.sandbox.serve import serving
from ltxspec.providers.sandbox.settings import Outside, SandboxSettings
from ltxspec.storage.clock import SystemClock

KEY = "sdk-test-key"
LOST, ALSO_LOST = "The first reply to this order is lost", "The first reply to this one, too"  # prompts
# The smallest shape that the sandbox's models have, to keep a video quick to make.
SHAPE = {"model": "lightricks:ltx@2.5-fast", "width": 1280, "height": 720, "duration": 6, "includeCost": True}
PRICE, PRICE_OF_TWO = "0.54", "1.08"  # USD

FOLDER = Path(__file__).parents[2] / ".venv" / "sdks"
PROGRAMS = Path(__file__).parents[1] / "sdks"
# Read once, before any test cleans the environment.
REQUIRED = {name for name in ("OLDER", "JAVASCRIPT") if os.environ.get(f"LTXSPEC_REQUIRE_{name}_SDK")}

Story = dict[str, Any]


def task_uuid(story: str) -> str:
    """The id under which a story orders."""
    return derived_uuid("sdk", story)


def order(story: str, **fields: Any) -> dict[str, Any]:
    """The order of a story; a field set to None is left out."""
    body = {"taskType": "videoInference", "taskUUID": task_uuid(story), "positivePrompt": story, **SHAPE, **fields}
    return {key: value for key, value in body.items() if value is not None}


def first_frame() -> str:
    """A picture to begin a video with, as a data URI."""
    return "data:image/png;base64," + base64.b64encode(picture(size=(320, 180))).decode()


@dataclass
class Provider:
    """The sandbox as the paid service, and the receiver of webhooks."""

    url: str
    hook: str
    called: list[Any] = field(default_factory=list)

    @property
    def socket(self) -> str:
        return self.url.replace("http://", "ws://")

    def charged(self) -> dict[str, tuple[int, str]]:
        """How often and how much each task was charged."""
        ledger, headers = self.url.replace("/v1", "/sandbox/ledger"), {"Authorization": f"Bearer {KEY}"}
        rows = httpx.get(ledger, headers=headers, trust_env=False).json()["charges"]
        return {row["taskUUID"]: (row["count"], row["usd"]) for row in rows}

    def archived(self, story: str) -> dict[str, Any]:
        """The order of a story as the sandbox has it."""
        asked = {"taskType": "getTaskDetails", "taskUUID": task_uuid(story)}
        headers = {"Authorization": f"Bearer {KEY}"}
        (item,) = httpx.post(self.url, json=[asked], headers=headers, trust_env=False).json()["data"]
        found: dict[str, Any] = item["request"][0]
        return found


@contextmanager
def provider(folder: Path, speed: float = 1e6) -> Iterator[Provider]:
    """Serve while the context is open."""
    drop = {"fault": "drop", "task": "videoInference"}
    scenario = parse_scenario({"faults": [drop | {"prompt": LOST}, drop | {"prompt": ALSO_LOST}]})
    settings = SandboxSettings(
        catalog(),
        SystemClock(),
        write_animatic,
        folder,
        speed=speed,
        api_key=KEY,
        scenario=scenario,
        outside=Outside("this machine"),
    )
    with serving(settings) as url, ThreadingHTTPServer(("127.0.0.1", 0), _Receiver) as server:
        made = Provider(url, f"http://127.0.0.1:{server.server_port}/hook")
        server.called = made.called  # type: ignore[attr-defined]  # see _Receiver
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


class _Receiver(BaseHTTPRequestHandler):
    """Takes webhooks, and keeps them in the server's `called`."""

    def do_POST(self) -> None:
        body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.called.append(body)  # type: ignore[attr-defined]  # set by `provider`
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


def check_video(url: str, folder: Path) -> None:
    """Download a video and see that it is one, of the shape that was ordered."""
    video = folder / "video.mp4"
    video.write_bytes(httpx.get(url, trust_env=False, timeout=60).content)
    check_decodes(video)
    found = probe(video)
    assert (found.width, found.height, found.seconds) == (SHAPE["width"], SHAPE["height"], SHAPE["duration"])


def missing_or_skip(name: str, file: str, program: str | None) -> None:
    """Skip where an SDK, or the program that runs it, is missing; fail where it was promised."""
    if program is not None and (FOLDER / file).exists():
        return
    reason = (
        "needs node" if program is None else f"needs the packages of tests/sdks in {FOLDER}: `make slow` installs them"
    )
    if name in REQUIRED:
        pytest.fail(f"LTXSPEC_REQUIRE_{name}_SDK is set: {reason}")
    pytest.skip(reason)  # neither node nor the packages are requirements of ltxspec; CI requires both


def play(command: list[str], url: str, stories: dict[str, Story], **environment: str) -> dict[str, Any]:
    """What came of the stories, played by a program of `tests/sdks` at the same time."""
    asked = orjson.dumps({"url": url, "key": KEY, "stories": stories}).decode()
    result = subprocess.run(
        command, input=asked, capture_output=True, text=True, env=os.environ | environment, timeout=120, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    found: dict[str, Any] = orjson.loads(result.stdout)
    return found
