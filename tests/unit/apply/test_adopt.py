from decimal import Decimal
from typing import Any

import pytest

from ltxspec.apply.adopt import CannotAdopt, adopted_take
from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.storage.packaged import read_model_documents

TASK = "2804a65f-6622-4c53-aca4-bd631680ed53"
REQUEST: dict[str, Any] = {
    "taskType": "videoInference", "taskUUID": TASK, "model": "lightricks:2@0", "positivePrompt": "A gate at night",
    "width": 1920, "height": 1080, "duration": 8, "fps": 25,
}  # fmt: skip
RESPONSE = {
    "taskType": "videoInference", "taskUUID": TASK, "videoUUID": "v-1",
    "videoURL": "https://videos.example/v-1.mp4", "cost": "0.48",
}  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(read_model_documents(None))


def test_a_finished_render_becomes_a_take_under_its_own_id(catalog: Catalog) -> None:
    take = adopted_take(REQUEST, RESPONSE, catalog)
    assert (take.task_id, take.cost, take.status, take.retake) == (TASK, Decimal("0.48"), "succeeded", None)
    assert "taskUUID" not in take.request
    assert take.outputs[0].video_uuid == "v-1"


def test_what_an_order_adds_does_not_change_the_fingerprint(catalog: Catalog) -> None:
    plain = adopted_take(REQUEST, RESPONSE, catalog)
    ordered = {**REQUEST, "includeCost": True, "deliveryMethod": "async", "outputType": "URL", "ttl": 3600}
    assert adopted_take(ordered, RESPONSE, catalog).fingerprint == plain.fingerprint
    assert adopted_take(ordered, RESPONSE, catalog).request == plain.request


@pytest.mark.parametrize("response", [[RESPONSE], {"data": [RESPONSE]}, {"data": [{"taskUUID": "other"}, RESPONSE]}])
def test_the_reply_may_come_in_its_envelope(catalog: Catalog, response: Any) -> None:
    assert adopted_take([REQUEST], response, catalog) == adopted_take(REQUEST, RESPONSE, catalog)


@pytest.mark.parametrize("cost", [None, 0, "0", -1, "free", True])
def test_a_cost_that_is_none_stays_unknown(catalog: Catalog, cost: Any) -> None:
    assert adopted_take(REQUEST, {**RESPONSE, "cost": cost}, catalog).cost is None


def test_one_unknown_cost_makes_the_sum_unknown(catalog: Catalog) -> None:
    second = {**RESPONSE, "videoUUID": "v-2", "cost": None}
    assert adopted_take(REQUEST, [RESPONSE, second], catalog).cost is None


@pytest.mark.parametrize(
    ("request_", "response"),
    [
        ({**REQUEST, "taskUUID": None}, RESPONSE),
        ([REQUEST, REQUEST], RESPONSE),
        ("text", RESPONSE),
        (REQUEST, {**RESPONSE, "taskUUID": "another"}),
        (REQUEST, {**RESPONSE, "videoURL": None}),
        (REQUEST, {"errors": []}),
        ({**REQUEST, "model": "nobody:1@1"}, RESPONSE),
    ],
)
def test_what_does_not_fit_together_is_refused(catalog: Catalog, request_: Any, response: Any) -> None:
    with pytest.raises(CannotAdopt):
        adopted_take(request_, response, catalog)


def test_a_presigned_query_does_not_enter_the_take(catalog: Catalog) -> None:
    response = {**RESPONSE, "videoURL": "https://videos.example/v-1.mp4?X-Amz-Signature=abcdef0123456789"}
    assert adopted_take(REQUEST, response, catalog).outputs[0].video_url == "https://videos.example/v-1.mp4"
