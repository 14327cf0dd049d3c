from dataclasses import replace
from typing import Any

from builders import change, request, task

from ltxspec.apply.orders import make_intent, order_body, order_from
from ltxspec.render.models import Request

SECRET = "https://bucket.example/a.mp4?X-Amz-Signature=abcdef0123456789&X-Amz-Expires=3600"


def with_delivery(**delivery: Any) -> Request:
    return replace(request(), delivery=delivery)


def test_the_body_holds_the_request_its_id_and_the_wish_for_the_cost_and_nothing_else() -> None:
    body = order_body(request(), task(3))
    assert body == {**request().body, "taskUUID": task(3), "includeCost": True}
    assert list(body)[:2] == ["taskType", "taskUUID"]


def test_uploads_take_the_place_of_local_files_and_leave_the_request_alone() -> None:
    inputs = {"frameImages": [{"image": "a.jpg", "frame": "first"}]}
    wanted = replace(request(), body={**request().body, "inputs": inputs})
    body = order_body(wanted, task(), {("inputs", "frameImages", 0, "image"): "media-1"})
    assert body["inputs"]["frameImages"][0]["image"] == "media-1"
    assert wanted.body["inputs"]["frameImages"][0]["image"] == "a.jpg"


def test_a_replay_sends_the_same_body() -> None:
    wanted = with_delivery(ttl=3600, webhookURL="https://hooks.example/render")
    body = order_body(wanted, task())
    intent = make_intent(change(wanted=wanted), wanted, body, "2026-11-22T10:00:00Z")
    order = order_from(intent, None)
    assert (order.body, order.whole) == (body, True)


def with_secrets() -> Request:
    """Secrets where they may stand: a presigned upload, a token in a webhook, a presigned image, a password."""
    inputs = {"frameImages": [{"image": "media-1"}, {"image": SECRET}], "audio": "https://me:pw-canary@host.example/a"}
    wanted = with_delivery(uploadEndpoint=SECRET, webhookURL="https://hooks.example/x?token=canary")
    return replace(wanted, body={**wanted.body, "inputs": inputs})


def test_secrets_are_not_journalled_and_come_back_from_the_spec() -> None:
    wanted = with_secrets()
    body = order_body(wanted, task(), {("inputs", "frameImages", 0, "image"): "media-9"})
    intent = make_intent(change(wanted=wanted), wanted, body, "2026-11-22T10:00:00Z")
    assert "X-Amz-Signature" not in repr(intent)
    assert "canary" not in repr(intent)
    order = order_from(intent, wanted)
    assert (order.body, order.whole) == (body, True), "also what only the order knew: the id of an uploaded image"


def test_an_order_whose_secrets_nobody_knows_any_more_is_not_whole_and_so_never_sent_again() -> None:
    wanted = with_secrets()
    intent = make_intent(change(wanted=wanted), wanted, order_body(wanted, task()), "2026-11-22T10:00:00Z")
    assert not order_from(intent, None).whole
    other = replace(wanted, fingerprint=request(prompt="another").fingerprint)
    assert not order_from(intent, other).whole, "a request that was changed since has other secrets"


def test_the_number_of_results_says_when_a_task_is_complete() -> None:
    wanted = request(numberResults=3)
    intent = make_intent(change(wanted=wanted), wanted, order_body(wanted, task()), "2026-11-22T10:00:00Z")
    assert order_from(intent, None).results == 3
