"""The provider's JavaScript SDK (@runware/sdk-js), unmodified and with its only transport, a WebSocket.

It is told the address and the key, and nothing else, except for one story.
"""

import shutil
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
    first_frame,
    missing_or_skip,
    order,
    play,
    provider,
    task_uuid,
)

Played = dict[str, Any]
STORIES = ("text", "image", "two", "webhook", "used")
NODE = shutil.which("node")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    missing_or_skip("JAVASCRIPT", "javascript/node_modules/@runware/sdk-js", NODE)
    with provider(tmp_path_factory.mktemp("sandbox")) as served:
        yield served


def asked(story: str, **fields: Any) -> dict[str, Any]:
    return order(story, taskType=None, **fields)  # which the SDK adds itself


@pytest.fixture(scope="module")
def played(service: Provider) -> Played:
    stories: dict[str, Story] = {
        "text": {"order": asked("text")},
        "image": {"order": asked("image"), "upload": first_frame()},
        "two": {"order": asked("two", numberResults=2)},
        "webhook": {"order": asked("webhook", webhookURL=service.hook)},
        "used": {"order": asked("used"), "again": True},
        "wrong key": {"order": asked("wrong key"), "key": "wrong"},
        "refused": {"order": asked("refused", duration=7)},
        "lost": {"order": asked("lost", taskUUID=None, positivePrompt=LOST), "options": {"timeoutDuration": 3000}},
    }
    return play([str(NODE), str(PROGRAMS / "javascript.mjs"), str(FOLDER / "javascript")], service.socket, stories)


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
    assert service.called == [result]
    assert service.charged()[task_uuid("webhook")] == (1, PRICE)


def test_a_used_id(service: Provider, played: Played) -> None:
    error = played["used"]["error"]
    assert (error["code"], error["taskUUID"]) == ("conflictTaskUUID", task_uuid("used"))
    assert service.charged()[task_uuid("used")] == (1, PRICE)


def test_a_wrong_key(service: Provider, played: Played) -> None:
    assert played["wrong key"]["error"]["code"] == "invalidApiKey"
    assert task_uuid("wrong key") not in service.charged()


def test_a_refusal(service: Provider, played: Played) -> None:
    error = played["refused"]["error"]
    assert (error["code"], error["parameter"]) == ("unsupportedDuration", "duration")
    assert task_uuid("refused") not in service.charged()


def test_a_connection_that_is_lost_in_flight_is_paid_twice(service: Provider, played: Played) -> None:
    """The SDK orders again under another id, after a minute, or here after three seconds."""
    (result,) = played["lost"]["results"]
    others = {uuid: found for uuid, found in service.charged().items() if uuid not in map(task_uuid, STORIES)}
    assert list(others.values()) == [(1, PRICE), (1, PRICE)]
    assert list(others)[1] == result["taskUUID"]
