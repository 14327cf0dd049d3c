"""The provider's newest Python SDK (runware-sdk), unmodified and with its default transport, a WebSocket.

It is told the address and the key, and nothing else; two stories over REST are there to compare. All are played at the
same time: the SDK waits a second before it looks for a result, and longer before it connects again.
"""

import asyncio
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any

import pytest
from contract.sdks import (
    ALSO_LOST,
    KEY,
    LOST,
    PRICE,
    PRICE_OF_TWO,
    Provider,
    check_video,
    first_frame,
    order,
    provider,
    task_uuid,
)
from runware import Runware
from runware.errors import RunwareError


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with provider(tmp_path_factory.mktemp("sandbox")) as served:
        yield served


@pytest.fixture(scope="module")
def played(service: Provider) -> dict[str, Any]:
    """What came of each story: the results or the error."""

    async def run(*orders: dict[str, Any], key: str = KEY, image: str | None = None) -> Any:
        async with Runware(api_key=key, ws_base_url=service.socket) as client:
            first = orders[0]
            if image is not None:
                (stored,) = await client.media_storage({"operation": "upload", "media": image})
                first["inputs"] = {"frameImages": [{"image": stored["mediaUUID"], "frame": "first"}]}
            results = await client.run(first)
            for again in orders[1:]:
                await client.run(again)
            return results

    async def run_over_rest(body: dict[str, Any]) -> Any:
        async with Runware(api_key=KEY, transport="rest", http_base_url=service.url) as client:
            return await client.run(body)

    async def outcome(story: Awaitable[Any]) -> Any:
        try:
            return await story
        except RunwareError as error:
            return error

    async def all_of_them() -> dict[str, Any]:
        stories = {
            "text": run(order("text")),
            "image": run(order("image"), image=first_frame()),
            "two": run(order("two", numberResults=2)),
            "webhook": run(order("webhook", webhookURL=service.hook)),
            "used": run(order("used"), order("used")),
            "wrong key": run(order("wrong key"), key="wrong"),
            "refused": run(order("refused", duration=7)),
            "lost": run(order("lost", positivePrompt=LOST)),
            "rest": run_over_rest(order("rest", webhookURL=service.hook)),
            "rest, lost": run_over_rest(order("rest, lost", positivePrompt=ALSO_LOST)),
        }
        return dict(zip(stories, await asyncio.gather(*map(outcome, stories.values())), strict=True))

    return asyncio.run(all_of_them())


def test_text_to_video(service: Provider, played: dict[str, Any], tmp_path: Path) -> None:
    (result,) = played["text"]
    check_video(result["videoURL"], tmp_path)
    assert result["cost"] == float(PRICE)
    assert service.charged()[task_uuid("text")] == (1, PRICE)


def test_image_to_video_with_an_upload(service: Provider, played: dict[str, Any], tmp_path: Path) -> None:
    (result,) = played["image"]
    check_video(result["videoURL"], tmp_path)
    assert service.archived("image")["inputs"]["frameImages"][0]["frame"] == "first"
    assert service.charged()[task_uuid("image")] == (1, PRICE)


def test_two_results(service: Provider, played: dict[str, Any]) -> None:
    assert len({result["videoUUID"] for result in played["two"]}) == 2
    assert service.charged()[task_uuid("two")] == (1, PRICE_OF_TWO)


@pytest.mark.parametrize("story", ["webhook", "rest"])
def test_a_webhook(service: Provider, played: dict[str, Any], story: str) -> None:
    (result,) = played[story]
    assert service.called.count(result) == 1
    assert service.charged()[task_uuid(story)] == (1, PRICE)


def test_a_used_id(service: Provider, played: dict[str, Any]) -> None:
    error = played["used"]
    assert (error.code, error.task_uuid, error.retryable) == ("validation", task_uuid("used"), False)
    assert service.charged()[task_uuid("used")] == (1, PRICE)


def test_a_wrong_key(service: Provider, played: dict[str, Any]) -> None:
    assert (played["wrong key"].code, played["wrong key"].retryable) == ("auth", False)
    assert task_uuid("wrong key") not in service.charged()


def test_a_refusal(service: Provider, played: dict[str, Any]) -> None:
    error = played["refused"]
    assert (error.code, error.parameter, error.retryable) == ("validation", "duration", False)
    assert task_uuid("refused") not in service.charged()


def test_a_connection_that_is_lost_in_flight(service: Provider, played: dict[str, Any]) -> None:
    """The order was accepted; the SDK resumes its session, sends it again, and takes the conflict for the answer."""
    (result,) = played["lost"]
    assert result["status"] == "success"
    assert service.charged()[task_uuid("lost")] == (1, PRICE)


def test_over_rest_a_lost_reply_to_an_order_ends_in_an_error(service: Provider, played: dict[str, Any]) -> None:
    """There the conflict is passed on to the user, though the order was accepted: only getResponse finds the video."""
    error = played["rest, lost"]
    assert (error.code, error.task_uuid, error.status_code) == ("validation", task_uuid("rest, lost"), 400)
    assert service.charged()[task_uuid("rest, lost")] == (1, PRICE)
