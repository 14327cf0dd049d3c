"""The provider's older Python SDK (the package `runware`), unmodified and with its only transport, a WebSocket.

It is told the address and the key, and nothing else.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from contract.sdks import (
    FOLDER,
    LOST,
    PRICE,
    PRICE_OF_TWO,
    PROGRAMS,
    Provider,
    Story,
    check_video,
    missing_or_skip,
    order,
    play,
    provider,
    task_uuid,
)
from pictures import picture

Played = dict[str, Any]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    missing_or_skip("OLDER", "python/runware", sys.executable)
    with provider(tmp_path_factory.mktemp("sandbox")) as served:
        yield served


def asked(story: str, **fields: Any) -> dict[str, Any]:
    return order(story, taskType=None, **fields)  # which the SDK adds itself


@pytest.fixture(scope="module")
def played(service: Provider, tmp_path_factory: pytest.TempPathFactory) -> Played:
    image = tmp_path_factory.mktemp("image") / "first.png"
    image.write_bytes(picture(size=(320, 180)))
    stories: dict[str, Story] = {
        "text": {"order": asked("text")},
        "image": {"order": asked("image"), "upload": str(image)},
        "two": {"order": asked("two", numberResults=2)},
        "webhook": {"order": asked("webhook", webhookURL=service.hook)},
        "used": {"order": asked("used"), "again": True},
        "wrong key": {"order": asked("wrong key"), "key": "wrong"},
        "refused": {"order": asked("refused", duration=7)},
        "lost": {"order": asked("lost", positivePrompt=LOST)},
    }
    command = [sys.executable, str(PROGRAMS / "older_python.py")]
    return play(command, service.socket, stories, PYTHONPATH=str(FOLDER / "python"))


def test_text_to_video(service: Provider, played: Played, tmp_path: Path) -> None:
    (result,) = played["text"]["results"]
    check_video(result["videoURL"], tmp_path)
    assert result["cost"] == float(PRICE)
    assert service.charged()[task_uuid("text")] == (1, PRICE)


def test_image_to_video_with_an_upload(service: Provider, played: Played, tmp_path: Path) -> None:
    (result,) = played["image"]["results"]
    check_video(result["videoURL"], tmp_path)
    assert service.archived("image")["inputs"]["frameImages"][0]["frame"] == "first"
    assert service.charged()[task_uuid("image")] == (1, PRICE)


def test_two_results(service: Provider, played: Played) -> None:
    assert len({result["videoUUID"] for result in played["two"]["results"]}) == 2
    assert service.charged()[task_uuid("two")] == (1, PRICE_OF_TWO)


def test_a_webhook(service: Provider, played: Played) -> None:
    (result,) = played["webhook"]["results"]
    assert [item["videoUUID"] for item in service.called] == [result["videoUUID"]]
    assert service.charged()[task_uuid("webhook")] == (1, PRICE)


def test_a_used_id(service: Provider, played: Played) -> None:
    assert (played["used"]["error"], played["used"]["data"]["code"]) == ("RunwareAPIError", "conflictTaskUUID")
    assert service.charged()[task_uuid("used")] == (1, PRICE)


def test_a_wrong_key(service: Provider, played: Played) -> None:
    """The SDK tries it five times before it gives up."""
    assert played["wrong key"]["error"] == "ConnectionError"
    assert "The API key is missing or not valid." in played["wrong key"]["text"]
    assert task_uuid("wrong key") not in service.charged()


def test_a_refusal(service: Provider, played: Played) -> None:
    data = played["refused"]["data"]
    assert (data["code"], data["parameter"]) == ("unsupportedDuration", "duration")
    assert task_uuid("refused") not in service.charged()


def test_a_connection_that_is_lost_in_flight(service: Provider, played: Played) -> None:
    """The order was accepted; the SDK starts a new session and sends the order again under the same id.

    Only the charge is certain: two tasks of the SDK connect again at the same time, and may hinder each other.
    """
    assert "lost" in played
    assert service.charged()[task_uuid("lost")] == (1, PRICE)
