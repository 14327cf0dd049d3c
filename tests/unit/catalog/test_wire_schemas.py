"""The wire schemas hold together, and tell right from wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

FOLDER = Path(__file__).parents[3] / "schemas" / "wire" / "runware"
DOCUMENTS: dict[str, Any] = {path.name: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
REGISTRY: Registry[Any] = Registry().with_resources(
    [(name, Resource.from_contents(document)) for name, document in DOCUMENTS.items()]
)

TASK = "e8147fa8-025b-45f4-a1c3-55020aa1442d"
MEDIA = "aac49721-1964-081a-ae78-8a4e29b91402"
URL = "https://example.com/a.mp4"
ERROR = {"code": "invalidModel", "message": "no", "parameter": ["width", "height"], "taskUUID": TASK}
RESULT = {"taskType": "videoInference", "taskUUID": TASK, "videoUUID": MEDIA, "videoURL": URL, "cost": 0.48}

RIGHT: list[tuple[str, Any]] = [
    (
        "request-envelope",
        [{"taskType": "authentication", "apiKey": "k"}, {"taskType": "getResponse", "taskUUID": TASK}],
    ),
    ("reply-envelope", {"data": [RESULT]}),
    ("reply-envelope", {"data": [], "errors": [ERROR]}),
    ("reply-envelope", {"error": {"code": "invalidApiKey", "message": "no"}}),
    ("error-item", {**ERROR, "status": "error", "documentation": "https://example.com"}),
    ("authentication.request", {"taskType": "authentication", "apiKey": "k"}),
    ("authentication.reply", {"taskType": "authentication", "connectionSessionUUID": MEDIA}),
    (
        "video-inference.request",
        {"taskType": "videoInference", "taskUUID": TASK, "model": "lightricks:2@0", "width": 1},
    ),
    ("video-inference.ack", {"taskType": "videoInference", "taskUUID": TASK}),
    ("video-inference.result", RESULT),
    ("get-response.request", {"taskType": "getResponse", "taskUUID": TASK}),
    ("get-response.item", {"taskType": "videoInference", "taskUUID": TASK, "status": "processing", "progress": 40}),
    ("get-response.item", {**RESULT, "status": "success"}),
    (
        "get-response.item",
        {"taskType": "x", "taskUUID": TASK, "status": "error", "error": {"code": "c", "message": "m"}},
    ),
    ("get-task-details.request", {"taskType": "getTaskDetails", "taskUUID": TASK}),
    (
        "get-task-details.reply",
        {
            "taskType": "getTaskDetails",
            "taskUUID": TASK,
            "request": [{"taskType": "videoInference"}],
            "response": {"errors": [ERROR]},
        },
    ),
    ("media-storage.request", {"taskType": "mediaStorage", "taskUUID": TASK, "operation": "upload", "media": URL}),
    ("media-storage.request", {"taskType": "mediaStorage", "taskUUID": TASK, "operation": "delete", "media": MEDIA}),
    (
        "media-storage.reply",
        {"taskType": "mediaStorage", "taskUUID": TASK, "operation": "upload", "mediaUUID": MEDIA, "mediaURL": URL},
    ),
    ("media-storage.reply", {"taskType": "mediaStorage", "taskUUID": TASK, "operation": "delete", "mediaUUID": MEDIA}),
    ("image-upload.request", {"taskType": "imageUpload", "taskUUID": TASK, "image": "data:image/png;base64,AA"}),
    ("image-upload.reply", {"taskType": "imageUpload", "taskUUID": TASK, "imageUUID": MEDIA}),
    ("account-management.request", {"taskType": "accountManagement", "taskUUID": TASK, "operation": "getDetails"}),
    (
        "account-management.reply",
        {"taskType": "accountManagement", "taskUUID": TASK, "operation": "getDetails", "balance": 12.5},
    ),
    (
        "account-management.reply",
        {
            "taskType": "accountManagement",
            "taskUUID": TASK,
            "operation": "getUsageActivity",
            "startDate": "2026-11-01",
            "endDate": "2026-11-30",
            "usage": {"timeseries": {"data": [{"date": "2026-11-22", "count": 1, "spend": 0.48}], "meta": {}}},
        },
    ),
    ("model-search.request", {"taskType": "modelSearch", "taskUUID": TASK, "search": "ltx", "limit": 5}),
    ("model-search.reply", {"taskType": "modelSearch", "taskUUID": TASK, "totalResults": 0, "results": []}),
]

WRONG: list[tuple[str, Any]] = [
    ("request-envelope", {"taskType": "getResponse", "taskUUID": TASK}),  # not a list
    ("request-envelope", []),
    ("request-envelope", [{"taskType": "getResponse"}]),  # without its id
    ("request-envelope", [{"taskType": "getResponse", "taskUUID": MEDIA}]),  # not version 4
    ("reply-envelope", {}),
    ("reply-envelope", {"data": [], "errors": []}),  # official clients take the key alone for a failure
    ("error-item", {"code": "x"}),
    ("authentication.request", {"taskType": "authentication", "apiKey": ""}),
    ("authentication.reply", {}),
    (
        "video-inference.request",
        {"taskType": "videoInference", "taskUUID": TASK, "model": "m", "deliveryMethod": "sync"},
    ),
    ("video-inference.ack", RESULT),
    ("video-inference.result", {"taskType": "videoInference", "taskUUID": TASK}),
    ("video-inference.result", {**RESULT, "cost": "0.48"}),
    ("get-response.request", {"taskType": "getResponse", "taskUUID": TASK, "taskUUIDs": []}),
    ("get-response.item", {"taskType": "videoInference", "taskUUID": TASK, "status": "success"}),
    ("get-response.item", {"taskType": "videoInference", "taskUUID": TASK, "status": "error"}),
    ("get-response.item", {"taskType": "videoInference", "taskUUID": TASK, "status": "success", "progress": 5}),
    ("get-task-details.request", {"taskType": "getTaskDetails"}),
    ("get-task-details.reply", {"taskType": "getTaskDetails", "taskUUID": TASK, "request": [], "response": {}}),
    ("media-storage.request", {"taskType": "mediaStorage", "taskUUID": TASK, "operation": "delete", "media": URL}),
    ("media-storage.reply", {"taskType": "mediaStorage", "taskUUID": TASK, "operation": "upload", "mediaUUID": MEDIA}),
    ("image-upload.request", {"taskType": "imageUpload", "taskUUID": TASK}),
    ("image-upload.reply", {"taskType": "imageUpload", "taskUUID": TASK}),
    ("account-management.request", {"taskType": "accountManagement", "taskUUID": TASK, "operation": "getMoney"}),
    ("account-management.reply", {"taskType": "accountManagement", "taskUUID": TASK, "balance": 1}),
    (
        "account-management.reply",
        {
            "taskType": "accountManagement",
            "taskUUID": TASK,
            "operation": "getUsageActivity",
            "usage": {"timeseries": {"data": [{"date": "2026-11-22", "count": -1}], "meta": {}}},
        },
    ),
    ("model-search.request", {"taskType": "modelSearch", "taskUUID": TASK, "source": "elsewhere"}),
    ("model-search.reply", {"taskType": "modelSearch", "taskUUID": TASK, "totalResults": 1, "results": [{"air": "a"}]}),
]


def accepts(name: str, instance: Any) -> bool:
    return Draft202012Validator(DOCUMENTS[f"{name}.json"], registry=REGISTRY).is_valid(instance)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_is_a_valid_schema_that_says_what_it_is_for(name: str) -> None:
    document = DOCUMENTS[name]
    Draft202012Validator.check_schema(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["title"]


@pytest.mark.parametrize(("name", "instance"), RIGHT, ids=[name for name, _ in RIGHT])
def test_a_message_as_documented_is_accepted(name: str, instance: Any) -> None:
    assert accepts(name, instance)


@pytest.mark.parametrize(("name", "instance"), WRONG, ids=[name for name, _ in WRONG])
def test_a_message_that_breaks_the_protocol_is_refused(name: str, instance: Any) -> None:
    assert not accepts(name, instance)


def test_every_schema_has_a_right_and_a_wrong_case() -> None:
    names = {name.removesuffix(".json") for name in DOCUMENTS} - {"common"}
    assert {name for name, _ in RIGHT} == names
    assert {name for name, _ in WRONG} == names
