import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.apply.exchanges import Exchanges, Place, documents_in

TASK = "e8147fa8-025b-45f4-a1c3-55020aa1442d"
ORDER = {"taskType": "videoInference", "taskUUID": TASK, "model": "maker:1@0", "positivePrompt": "A cat."}
RESULT = {"taskType": "videoInference", "taskUUID": TASK, "videoUUID": "v", "videoURL": "https://vm.example/v.mp4"}
PLACE = Place("log.jsonl", 3)


def found(*documents: Any) -> Exchanges:
    exchanges = Exchanges()
    for document in documents:
        exchanges.add(document, PLACE, ["videoInference"])
    return exchanges


@pytest.mark.parametrize(
    "document",
    [
        ORDER,
        [{"taskType": "authentication", "apiKey": "hush"}, ORDER],
        {"time": 1, "request": {"body": [ORDER]}},
        {"body": json.dumps([ORDER])},
        {"log": {"entries": [{"request": {"postData": {"text": json.dumps([ORDER])}}}]}},
    ],
    ids=["alone", "as sent", "in a log", "as text", "as a browser records it"],
)
def test_an_order_is_found_wherever_it_was_kept(document: Any) -> None:
    (order,) = found(document).orders
    assert (order.task, order.item, str(order.place)) == (TASK, ORDER, "log.jsonl:3")


def test_a_result_belongs_to_the_order_with_its_id_in_any_letter_case() -> None:
    exchanges = found(ORDER, {"data": [{**RESULT, "taskUUID": TASK.upper()}]})
    (video,) = exchanges.videos(exchanges.orders[0])
    assert (video["videoUUID"], video["taskUUID"]) == ("v", TASK)
    assert exchanges.without_order == {}


def test_a_video_reported_again_is_one_video_with_its_last_address_and_its_cost() -> None:
    again = {**RESULT, "videoURL": "https://vm.example/new.mp4", "status": "success"}
    exchanges = found(ORDER, {"data": [{**RESULT, "cost": 0.48}]}, {"data": [again]})
    (video,) = exchanges.videos(exchanges.orders[0])
    assert (video["videoURL"], video["cost"]) == ("https://vm.example/new.mp4", 0.48)


def test_several_results_of_one_task_are_several_videos() -> None:
    exchanges = found(ORDER, [RESULT, {**RESULT, "videoUUID": "w"}])
    assert [video["videoUUID"] for video in exchanges.videos(exchanges.orders[0])] == ["v", "w"]


def test_states_of_a_task_are_no_videos_and_a_failure_is_given_in_the_words_of_the_service() -> None:
    states = [{"taskUUID": TASK, "taskType": "videoInference"}, {"taskUUID": TASK, "status": "processing"}]
    exchanges = found(ORDER, states)
    assert (exchanges.videos(exchanges.orders[0]), exchanges.failure(exchanges.orders[0])) == ([], None)
    exchanges = found(ORDER, {"data": [], "errors": [{"code": "timeoutProvider", "message": "late", "taskUUID": TASK}]})
    assert exchanges.failure(exchanges.orders[0]) == "timeoutProvider: late"


def test_one_order_seen_twice_is_one_and_two_different_ones_under_one_id_are_none() -> None:
    assert len(found(ORDER, ORDER).sound) == 1
    different = found(ORDER, {**ORDER, "positivePrompt": "A dog."})
    assert (different.sound, list(different.different)) == ([], [TASK])


def test_a_video_without_an_order_and_orders_of_other_kinds_are_named() -> None:
    exchanges = found(RESULT, {**ORDER, "taskType": "imageInference"}, {"taskType": "getResponse", "taskUUID": TASK})
    assert list(exchanges.without_order) == [TASK]
    assert dict(exchanges.others) == {"imageInference": 1}
    assert exchanges.orders == []


@given(
    st.lists(st.dictionaries(st.text("abc", min_size=1), st.integers() | st.text()), min_size=1),
    st.lists(st.text(st.characters(exclude_characters="{[", exclude_categories=["Cs"]))),
)
def test_every_document_in_running_text_is_found_in_order(documents: list[Any], words: list[str]) -> None:
    text = ""
    for number, document in enumerate(documents):
        text += (words[number] if number < len(words) else " ") + json.dumps([document])
    pieces = [(item, text[start:end]) for item, start, end in documents_in(text, 10**6)]
    assert [item for item, _ in pieces] == [[document] for document in documents]
    assert [json.loads(piece) for _, piece in pieces] == [[document] for document in documents]


def test_a_text_of_braces_is_not_searched_without_end() -> None:
    with pytest.raises(OverflowError):
        list(documents_in('{"a":' * 2_000, 1_000))


@pytest.mark.parametrize("is_first", [True, False])
def test_a_video_reported_once_with_its_id_and_once_without_is_one_video_and_costs_once(*, is_first: bool) -> None:
    with_id = {**RESULT, "cost": 0.5}
    without = {"taskUUID": TASK, "videoURL": f"{RESULT['videoURL']}?again", "videoUUID": None, "cost": None}
    reports = [with_id, without] if is_first else [without, with_id]
    exchanges = found(ORDER, *reports)
    (video,) = exchanges.videos(exchanges.orders[0])
    assert (video["videoUUID"], video["cost"]) == ("v", 0.5)


@pytest.mark.parametrize("kind", [["videoInference"], {"a": 1}, 7])
def test_a_task_type_that_is_no_text_is_named_and_makes_no_order(kind: Any) -> None:
    exchanges = found({**ORDER, "taskType": kind})
    assert exchanges.orders == []
    assert list(exchanges.others) == [json.dumps(kind)]


def test_documents_of_any_length_are_read_to_their_end() -> None:
    documents = [
        {"a": "x" * length, "b": [True, -1.5e3, "\\ud83d"]} for length in (*range(4050, 4100), 70_000, 2_000_000)
    ]
    text = " [2026-11-30] ".join(map(json.dumps, documents))
    found = [(document, json.loads(text[start:end])) for document, start, end in documents_in(text, 10**8)]
    assert [one for one, _ in found] == documents == [other for _, other in found]


def test_the_effort_for_brackets_that_are_no_json_does_not_grow_with_the_text_before_them() -> None:
    started = time.process_time()
    assert list(documents_in("{" * 300_000 + "{}", 10**8)) == []
    assert time.process_time() - started < 5  # seconds: otherwise it is more than ten


def test_brackets_that_are_too_deep_count_as_effort() -> None:
    with pytest.raises(OverflowError):
        list(documents_in('{"a":' * 3000, 10**7))
