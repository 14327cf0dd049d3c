from typing import Any

import pytest
from builders import change, request, task
from replacing import replace

from ltxspec.apply.orders import as_planned, make_intent, order_body, order_from, results_of
from ltxspec.render.models import Request

NOW = "2026-11-22T10:00:00Z"
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


def test_what_is_sent_again_is_the_planned_request_whatever_the_journal_says() -> None:
    wanted = with_delivery(ttl=3600, webhookURL="https://hooks.example/render")
    body = order_body(wanted, task())
    written = make_intent(change(wanted=wanted), body, NOW)
    forged = {**written.order, "width": 3840, "numberResults": 4, "webhookURL": "https://elsewhere.example/"}
    for intent in (written, replace(written, order=forged)):
        order = order_from(intent, wanted)
        assert (order.body, order.whole, order.results) == (body, True, 1)


def test_an_order_whose_prompt_an_earlier_version_rendered_is_watched_and_never_sent_again() -> None:
    before = make_intent(change(wanted=request("alley", "glued")), order_body(request("alley", "glued"), task()), NOW)
    wanted = replace(request("alley", "apart"), earlier=lambda: (before.fingerprint,))
    assert before.fingerprint in wanted.fingerprints
    assert not order_from(before, wanted).whole


def with_secrets() -> Request:
    """Secrets where they may stand: a presigned upload, a token in a webhook, a presigned image, a password."""
    inputs = {"frameImages": [{"image": "media-1"}, {"image": SECRET}], "audio": "https://me:pw-canary@host.example/a"}
    wanted = with_delivery(uploadEndpoint=SECRET, webhookURL="https://hooks.example/x?token=canary")
    return replace(wanted, body={**wanted.body, "inputs": inputs})


def test_secrets_are_not_journalled_and_come_back_from_the_spec() -> None:
    wanted = with_secrets()
    body = order_body(wanted, task(), {("inputs", "frameImages", 0, "image"): "media-9"})
    intent = make_intent(change(wanted=wanted), body, NOW)
    assert "X-Amz-Signature" not in repr(intent)
    assert "canary" not in repr(intent)
    order = order_from(intent, wanted)
    assert order.body == order_body(wanted, task())


def test_an_order_that_no_request_asks_for_now_is_not_whole_and_so_never_sent_again() -> None:
    wanted = with_secrets()
    intent = make_intent(change(wanted=wanted), order_body(wanted, task()), NOW)
    assert not order_from(intent, None).whole
    other = replace(wanted, fingerprint=request(prompt="another").fingerprint)
    assert not order_from(intent, other).whole, "a request that was changed since has other secrets"


@pytest.mark.parametrize(
    "hidden",
    [
        {"uploadEndpoint": SECRET},
        {"providerSettings": {"maker": {"hooks": {"url": SECRET}}}},
        {"callbacks": ["https://hooks.example/a", SECRET]},
        {"callbacks": [{"url": SECRET}]},
        {"callbacks": [[SECRET]]},
        {"password": "canary"},
        {"providerSettings": {"password": ["canary", "canary"], "pin": {"secret": 1234}}},
    ],
)
def test_a_secret_anywhere_is_withheld_and_comes_back_from_the_spec_alone(hidden: dict[str, Any]) -> None:
    wanted = with_delivery(**hidden)
    body = order_body(wanted, task())
    intent = make_intent(change(wanted=wanted), body, NOW)
    for shown in ("X-Amz-Signature", "canary", "1234}"):
        assert shown not in repr(intent)
    forgotten, known = order_from(intent, None), order_from(intent, wanted)
    assert (forgotten.whole, forgotten.body) == (False, {})
    assert (known.whole, known.body) == (True, body)


def test_what_is_no_secret_is_journalled_as_it_is_sent() -> None:
    wanted = with_delivery(callbacks=["https://hooks.example/a", 3, None], sizes=(1, 2), label="")
    body = order_body(wanted, task())
    assert make_intent(change(wanted=wanted), body, NOW).order == {**body, "sizes": [1, 2]}


def test_a_secret_in_a_tuple_is_withheld_too() -> None:
    wanted = with_delivery(callbacks=("https://hooks.example/a", SECRET))
    order = make_intent(change(wanted=wanted), order_body(wanted, task()), NOW).order
    assert order["callbacks"] == ["https://hooks.example/a", "[redacted]"]


def test_a_secret_that_only_the_request_holds_is_not_journalled_there_either() -> None:
    wanted = replace(request(), body={**request().body, "inputs": [{"image": SECRET}], "password": "canary"})
    intent = make_intent(change(wanted=wanted), order_body(wanted, task()), NOW)
    assert intent.request["inputs"] == [{"image": SECRET.partition("?")[0]}]
    assert "canary" not in repr(intent)


def test_the_number_of_results_says_when_a_task_is_complete() -> None:
    wanted = request(numberResults=3)
    intent = make_intent(change(wanted=wanted), order_body(wanted, task()), NOW)
    assert order_from(intent, None).results == 3
    assert order_from(intent, wanted).results == 3


@pytest.mark.parametrize("number", [None, "4", True, 0, -1, 1.5])
def test_a_number_of_results_that_is_none_counts_as_one(number: object) -> None:
    assert results_of({"numberResults": number}) == 1


def test_a_take_records_the_planned_request_where_the_journal_has_another() -> None:
    wanted = request(safety={"mode": "fast"})
    written = make_intent(change(wanted=wanted), order_body(wanted, task()), NOW)
    assert as_planned(written, wanted) is written
    ordered_with = replace(written, request={**written.request, "safety": {"mode": "full"}})
    assert as_planned(ordered_with, wanted) is ordered_with, "what is only recorded may have changed since"
    for forged in (
        replace(written, request={**written.request, "positivePrompt": "harmless"}),
        replace(written, inputs={"a.png": "sha256:00"}),
    ):
        told = as_planned(forged, wanted)
        assert (told.request, told.inputs, told.estimate) == (written.request, {}, wanted.estimate)
        assert (told.task_id, told.at, told.retake, told.attempt) == (task(), NOW, 1, 1)


def test_a_take_never_records_the_secrets_of_the_planned_request() -> None:
    wanted = with_secrets()
    written = make_intent(change(wanted=wanted), order_body(wanted, task()), NOW)
    assert as_planned(written, wanted) is written
    told = as_planned(replace(written, request={}), wanted)
    assert told.request == written.request
    assert "canary" not in repr(told)


def test_a_change_without_a_request_has_no_intent() -> None:
    with pytest.raises(AssertionError, match="has nothing to order"):
        make_intent(replace(change(), request=None), {}, NOW)


def test_of_fields_that_the_model_does_not_know_no_value_is_written_down() -> None:
    wanted = request(settings={"audio": True, "sesame": "canary"})
    wanted = replace(wanted, known=frozenset({*wanted.body, "audio"}))
    intent = make_intent(change(wanted=wanted), order_body(wanted, task()), NOW)
    assert "canary" not in repr(intent)
    assert intent.request["settings"] == {"audio": True, "sesame": "[redacted]"}
    assert order_body(wanted, task())["settings"]["sesame"] == "canary", "it is sent all the same"


def test_the_number_of_the_lease_stays_with_the_order() -> None:
    wanted = request()
    written = replace(make_intent(change(wanted=wanted), order_body(wanted, task()), NOW), fence=7)
    assert as_planned(replace(written, request={}), wanted).fence == 7
