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
IMAGE = "https://pictures.example/a.png"


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


def test_the_costs_of_all_videos_are_added_up(catalog: Catalog) -> None:
    more = [{**RESPONSE, "videoUUID": f"v-{number}", "cost": "0.50"} for number in (2, 3)]
    take = adopted_take(REQUEST, [RESPONSE, *more], catalog)
    assert (take.cost, len(take.outputs)) == (Decimal("1.48"), 3)


def test_a_video_may_be_called_a_medium(catalog: Catalog) -> None:
    url, name = "https://videos.example/m-1.mp4", "m-1"
    medium = {"taskUUID": TASK, "mediaURL": url, "mediaUUID": name, "cost": "0.48"}
    (output,) = adopted_take(REQUEST, medium, catalog).outputs
    assert (output.video_url, output.video_uuid) == (url, name)


def test_the_take_is_of_the_request_without_its_secrets(catalog: Catalog) -> None:
    secret = "https://pictures.example/a.png?X-Amz-Signature=canary"
    request = {**REQUEST, "inputs": {"frameImages": [{"image": secret, "frame": "first"}]}}
    take = adopted_take(request, RESPONSE, catalog)
    assert take.fingerprint.startswith("v2:sha256:")
    assert take.fingerprint != adopted_take(REQUEST, RESPONSE, catalog).fingerprint
    assert take.request["inputs"] == {"frameImages": [{"image": secret.partition("?")[0], "frame": "first"}]}


def test_a_task_is_known_by_its_id_in_lower_case(catalog: Catalog) -> None:
    take = adopted_take({**REQUEST, "taskUUID": TASK.upper()}, {**RESPONSE, "taskUUID": TASK.upper()}, catalog)
    assert take.task_id == TASK


@pytest.mark.parametrize(
    "sent",
    [
        {"duration": 8.0, "fps": Decimal("25.0")},
        {"seed": None, "providerSettings": {"lightricks": {"generateAudio": None}}},
        {"inputs": None},
        {"model": "lightricks-ltx-2-pro"},
        {"positivePrompt": f"\n{REQUEST['positivePrompt']}\r\n"},
        {"taskType": None},
    ],
    ids=["numbers", "nulls", "a null object", "a slug", "space", "no type"],
)
def test_equal_requests_are_adopted_as_equal(sent: dict[str, Any], catalog: Catalog) -> None:
    take, plain = (adopted_take(request, RESPONSE, catalog) for request in ({**REQUEST, **sent}, REQUEST))
    assert take.fingerprint == plain.fingerprint
    assert {**take.request, "providerSettings": 0} == {**plain.request, "providerSettings": 0}


@pytest.mark.parametrize("item", [{"inputImage": IMAGE, "frame": "first"}, {"inputImage": IMAGE}, IMAGE])
def test_images_in_the_older_form_are_the_same_images(item: Any, catalog: Catalog) -> None:
    now = {**REQUEST, "inputs": {"frameImages": [{"image": IMAGE, "frame": "first"}]}}
    wanted = adopted_take(now, RESPONSE, catalog).fingerprint
    for place in ({"frameImages": [item]}, {"inputs": {"frameImages": [item]}}):
        older = adopted_take({**REQUEST, **place}, RESPONSE, catalog)
        assert older.fingerprint == wanted
        assert "frameImages" not in older.request


def test_an_array_may_hold_the_key(catalog: Catalog) -> None:
    key = {"taskType": "authentication", "apiKey": "secret"}
    take = adopted_take([key, REQUEST], RESPONSE, catalog)
    assert take == adopted_take(REQUEST, RESPONSE, catalog)


@pytest.mark.parametrize("number", [Decimal("1e999999"), Decimal("NaN"), float("inf"), 10**400])
def test_a_number_that_json_cannot_hold_is_refused(number: Any, catalog: Catalog) -> None:
    with pytest.raises(CannotAdopt, match="no fingerprint"):
        adopted_take({**REQUEST, "duration": number}, RESPONSE, catalog)


def test_a_fraction_stays_a_number(catalog: Catalog) -> None:
    assert adopted_take({**REQUEST, "CFGScale": Decimal("3.5")}, RESPONSE, catalog).request["CFGScale"] == 3.5


AS_SENT = "pass the request as it was sent"
NO_ADDRESS, AS_IT_CAME = "the video's address is not an http or https address", "pass the reply unchanged"
NO_ID = "the video's id is not a printable text"
ONE_RENDER = "check that both belong to the same render"
NO_VIDEO = f"the response contains no finished video of task `{TASK}`"


@pytest.mark.parametrize(
    ("request_", "response", "words", "hint"),
    [
        ({**REQUEST, "taskUUID": None}, RESPONSE, "the request has no `taskUUID`", AS_SENT),
        ({**REQUEST, "taskUUID": ""}, {**RESPONSE, "taskUUID": ""}, "the request has no `taskUUID`", AS_SENT),
        ({**REQUEST, "taskUUID": 7}, {**RESPONSE, "taskUUID": 7}, "the request has no `taskUUID`", AS_SENT),
        (
            [REQUEST, REQUEST],
            RESPONSE,
            "the request must be one JSON object",
            "an array may contain only this one task",
        ),
        ("text", RESPONSE, "the request must be one JSON object", "an array may contain only this one task"),
        (7, RESPONSE, "the request must be one JSON object", "an array may contain only this one task"),
        ("t", RESPONSE, "the request must be one JSON object", "an array may contain only this one task"),
        (REQUEST, {**RESPONSE, "taskUUID": "another"}, NO_VIDEO, ONE_RENDER),
        (REQUEST, {**RESPONSE, "videoURL": None}, NO_VIDEO, ONE_RENDER),
        (REQUEST, {**RESPONSE, "videoURL": "ftp://videos.example/v-1.mp4"}, NO_ADDRESS, AS_IT_CAME),
        (REQUEST, {**RESPONSE, "videoURL": "v-1.mp4"}, NO_ADDRESS, AS_IT_CAME),
        (REQUEST, {**RESPONSE, "videoUUID": {"id": "v-1"}}, NO_ID, AS_IT_CAME),
        (REQUEST, {**RESPONSE, "videoUUID": "v\ud800"}, NO_ID, AS_IT_CAME),
        (
            {**REQUEST, "taskUUID": "a\n"},
            {**RESPONSE, "taskUUID": "a\n"},
            "the request's `taskUUID` is not a printable text",
            AS_SENT,
        ),
        (REQUEST, {"errors": []}, NO_VIDEO, ONE_RENDER),
        (REQUEST, ["text", None, 7], NO_VIDEO, ONE_RENDER),
        (REQUEST, {"data": 7}, NO_VIDEO, ONE_RENDER),
        (REQUEST, 7, NO_VIDEO, ONE_RENDER),
        ({**REQUEST, "model": "nobody:1@1"}, RESPONSE, "the request's model `nobody:1@1` is not in the catalog", None),
        (
            {**REQUEST, "inputs": {"frameImages": [{"image": "a.png"}]}},
            RESPONSE,
            "the request has no fingerprint: ",
            "pass the request as it was sent, with images as URLs, data URIs or media ids",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(
    catalog: Catalog, request_: Any, response: Any, words: str, hint: str | None
) -> None:
    with pytest.raises(CannotAdopt) as caught:
        adopted_take(request_, response, catalog)
    assert caught.value.summary.startswith(words)
    assert caught.value.hint == hint


def test_a_presigned_query_does_not_enter_the_take(catalog: Catalog) -> None:
    response = {**RESPONSE, "videoURL": "https://videos.example/v-1.mp4?X-Amz-Signature=abcdef0123456789"}
    assert adopted_take(REQUEST, response, catalog).outputs[0].video_url == "https://videos.example/v-1.mp4"


def test_of_parameters_that_the_model_does_not_know_no_value_is_recorded(catalog: Catalog) -> None:
    settings = {"lightricks": {"generateAudio": True, "sesame": "canary"}}
    take = adopted_take({**REQUEST, "sesame": "canary", "providerSettings": settings}, RESPONSE, catalog)
    assert take.request["positivePrompt"] == REQUEST["positivePrompt"]
    assert take.request["providerSettings"] == {"lightricks": {"generateAudio": True, "sesame": "[redacted]"}}
    assert take.request["sesame"] == "[redacted]"


@pytest.mark.parametrize("status", ["processing", "error", "queued", "", 7, ["success"]])
@pytest.mark.parametrize("besides", [[], [{**RESPONSE, "videoUUID": "v-2", "status": "success"}]])
def test_a_reply_that_is_not_a_finished_one_is_refused(catalog: Catalog, status: Any, besides: list[Any]) -> None:
    with pytest.raises(CannotAdopt, match="is not finished: its status is") as caught:
        adopted_take(REQUEST, [*besides, {**RESPONSE, "status": status}], catalog)
    assert "when the task has ended" in str(caught.value.hint)


def test_a_result_still_in_the_making_is_waited_for(catalog: Catalog) -> None:
    rest = {"taskUUID": TASK, "status": "processing"}
    with pytest.raises(CannotAdopt, match="`processing`"):
        adopted_take(REQUEST, {"data": [RESPONSE, rest]}, catalog)


@pytest.mark.parametrize("status", ["success", "completed", None])
def test_a_finished_reply_is_taken_with_what_failed_beside_it(catalog: Catalog, status: Any) -> None:
    failed = {"taskUUID": TASK, "status": "error", "code": "providerError"}
    other = {"taskUUID": "other", "status": "processing"}
    take = adopted_take(REQUEST, [{**RESPONSE, "status": status}, failed, other], catalog)
    assert len(take.outputs) == 1
