"""The provider's own Python SDK, unmodified, against the sandbox on a real port.

It is told the base URL and the REST transport, and nothing else. With `taskType` given and models named by their AIR it
asks no other service; the network guard of the test suite would fail the test if it did.
"""

import asyncio
import base64
import io
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from runware import Runware
from runware.errors import RunwareError
from runware.types.sdk import RunOptions
from sandboxes import catalog, order

from ltxspec.media.animatic import write_animatic
from ltxspec.media.probe import check_decodes, probe
from ltxspec.providers.sandbox.identifiers import derived_uuid
from ltxspec.providers.sandbox.scenario import Scenario, parse_scenario
from ltxspec.providers.sandbox.serve import serving
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.storage.clock import SystemClock

KEY = "sdk-test-key"
Story = Callable[[Runware], Awaitable[Any]]


class Server:
    """A sandbox on a port, and the SDK to talk to it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, story: Story, key: str = KEY) -> Any:
        async def go() -> Any:
            async with Runware(api_key=key, transport="rest", http_base_url=self.url, retry_delay=10) as client:
                return await story(client)

        return asyncio.run(go())

    def charged(self) -> dict[str, int]:
        ledger, headers = self.url.replace("/v1", "/sandbox/ledger"), {"Authorization": f"Bearer {KEY}"}
        rows = httpx.get(ledger, headers=headers, trust_env=False).json()["charges"]
        return {row["taskUUID"]: row["count"] for row in rows}


@pytest.fixture
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return parse_scenario(getattr(request, "param", {}))


@pytest.fixture
def server(tmp_path: Path, scenario: Scenario) -> Iterator[Server]:
    settings = SandboxSettings(
        catalog(), SystemClock(), write_animatic, tmp_path / "state", speed=1000.0, api_key=KEY, scenario=scenario
    )
    with serving(settings) as url:
        yield Server(url)


def plain_order(number: int = 1, **fields: Any) -> dict[str, Any]:
    """The smallest shape the sandbox's models have, to keep the video quick to make."""
    shape = {"model": "lightricks:ltx@2.5-fast", "width": 1280, "height": 720, "duration": 6}
    return order(number, **(shape | fields))


def played(*faults: dict[str, Any], **behaviour: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("scenario", [{"faults": list(faults), "behaviour": behaviour}], indirect=True)


def test_it_orders_polls_and_finds_a_video_that_plays(server: Server, tmp_path: Path) -> None:
    (result,) = server.run(lambda client: client.run(plain_order(settings={"audio": True})))
    assert (result["taskUUID"], result["cost"]) == (plain_order()["taskUUID"], 0.54)
    video = tmp_path / "video.mp4"
    video.write_bytes(httpx.get(result["videoURL"], trust_env=False, timeout=60).content)
    check_decodes(video)
    info = probe(video)
    assert (info.width, info.height, info.seconds, info.fps) == (1280, 720, 6.0, 25.0)
    assert (info.codec, info.audio_codec) == ("h264", "aac")
    assert server.charged() == {plain_order()["taskUUID"]: 1}


def test_it_collects_several_results_and_their_progress(server: Server) -> None:
    seen: list[Any] = []
    results = server.run(lambda client: client.run(plain_order(numberResults=3), RunOptions(on_result=seen.append)))
    assert len({result["videoUUID"] for result in results}) == 3
    assert seen == results


@pytest.mark.parametrize(
    ("wrong", "code", "parameter"),
    [({"duration": 7}, "validation", "duration"), ({"sharpness": 1}, "validation", "sharpness")],
)
def test_it_understands_a_refusal(server: Server, wrong: dict[str, Any], code: str, parameter: str) -> None:
    with pytest.raises(RunwareError) as caught:
        server.run(lambda client: client.run(plain_order(**wrong)))
    assert (caught.value.code, caught.value.parameter, caught.value.status_code) == (code, parameter, 400)
    assert not caught.value.retryable


def test_it_understands_a_used_id(server: Server) -> None:
    server.run(lambda client: client.run(plain_order()))
    with pytest.raises(RunwareError) as caught:
        server.run(lambda client: client.run(plain_order()))
    assert (caught.value.code, caught.value.task_uuid) == ("validation", plain_order()["taskUUID"])
    assert server.charged() == {plain_order()["taskUUID"]: 1}


def test_it_understands_a_wrong_key(server: Server) -> None:
    with pytest.raises(RunwareError) as caught:
        server.run(lambda client: client.run(plain_order()), key="wrong")
    assert (caught.value.code, caught.value.status_code) == ("auth", 401)
    assert server.charged() == {}


@played({"fault": "fail", "code": "providerTimeout"})
def test_it_understands_a_failed_task(server: Server) -> None:
    with pytest.raises(RunwareError) as caught:
        server.run(lambda client: client.run(plain_order()))
    assert caught.value.code == "timeout"


@played({"fault": "fail", "results": 1, "form": "item"})
def test_it_shows_successes_before_it_raises_a_partial_failure(server: Server) -> None:
    seen: list[Any] = []
    options = RunOptions(on_result=seen.append)
    with pytest.raises(RunwareError):
        server.run(lambda client: client.run(plain_order(numberResults=2), options))
    assert [item["status"] for item in seen].count("error") == 1


@played({"fault": "status", "status": 503, "accepted": False, "task": "videoInference"})
def test_it_tries_again_after_a_503(server: Server) -> None:
    assert len(server.run(lambda client: client.run(plain_order()))) == 1
    assert server.charged() == {plain_order()["taskUUID"]: 1}


@played({"fault": "drop", "task": "getResponse"}, {"fault": "cut", "task": "getResponse", "nth": 2})
def test_it_survives_lost_and_cut_replies_to_its_looks(server: Server) -> None:
    assert len(server.run(lambda client: client.run(plain_order()))) == 1


def answered_by(code: str) -> dict[str, Any]:
    """A scenario in which no order is accepted, however often the SDK tries."""
    return {"faults": [{"fault": "error", "code": code, "accepted": False, "times": None}]}


@pytest.mark.parametrize(
    ("scenario", "wanted"),
    [
        (answered_by("invalidProviderContent"), ("safety", 400)),
        (answered_by("conflictingState"), ("validation", 409)),
        (answered_by("environmentPaused"), ("quota", 429)),
        (answered_by("connectionLost"), ("connection", 502)),
        ({"faults": [{"fault": "fail", "code": "invalidProviderContent", "form": "item"}]}, ("safety", None)),
    ],
    indirect=["scenario"],
)
def test_it_understands_the_newest_codes(server: Server, wanted: tuple[str, int | None]) -> None:
    with pytest.raises(RunwareError) as caught:
        server.run(lambda client: client.run(plain_order()))
    assert (caught.value.code, caught.value.status_code) == wanted


@pytest.mark.parametrize(
    "as_sent",
    [
        lambda image: {"inputs": {"frameImages": [{"image": image, "frame": "first"}]}},
        lambda image: {"frameImages": [{"inputImage": image, "frame": "first"}]},
        lambda image: {"frameImages": [{"image": image}]},
    ],
    ids=["present form", "older form", "older place"],
)
def test_it_stores_a_picture_and_orders_with_it(
    server: Server, tmp_path: Path, as_sent: Callable[[str], dict[str, Any]]
) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (320, 180), "teal").save(buffer, "PNG")
    media = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()

    async def story(client: Runware) -> Any:
        (stored,) = await client.media_storage({"operation": "upload", "media": media})
        return await client.run(plain_order(**as_sent(stored["mediaUUID"])))

    (result,) = server.run(story)
    video = tmp_path / "video.mp4"
    video.write_bytes(httpx.get(result["videoURL"], trust_env=False, timeout=60).content)
    check_decodes(video)


def test_it_reads_the_archive_and_the_account(server: Server) -> None:
    async def story(client: Runware) -> tuple[Any, Any, Any]:
        await client.run(plain_order())
        (archived,) = await client.get_task_details({"taskUUID": plain_order()["taskUUID"]})
        (polled,) = await client.get_response({"taskUUID": plain_order()["taskUUID"]})
        (account,) = await client.account_management({"taskUUID": derived_uuid("a"), "operation": "getDetails"})
        return archived, polled, account

    archived, polled, account = server.run(story)
    assert archived["response"]["data"] == [polled]
    assert archived["request"][0]["positivePrompt"] == plain_order()["positivePrompt"]
    assert account["balance"]["amount"] == pytest.approx(1000 - 0.54)
