from collections.abc import Callable
from typing import Any

import pytest
from sandboxes import Sandbox, details, order, poll

from ltxspec.providers.sandbox.scenario import ScenarioFault


def states(reply: dict[str, Any]) -> list[str]:
    return [item["status"] for item in reply.get("data", [])]


def test_a_task_runs_with_growing_progress_and_then_succeeds(sandbox: Sandbox) -> None:
    sandbox.call(order())
    seen = []
    for _ in range(4):
        (item,) = sandbox.call(poll())["data"]
        seen.append((item["status"], item.get("progress")))
        sandbox.clock.pass_seconds(9)
    assert [status for status, _ in seen] == ["processing", "processing", "processing", "success"]
    assert [progress for _, progress in seen] == [0, 36, 73, None]


def test_speed_shortens_the_wait(open_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = open_sandbox(speed=100.0)
    sandbox.call(order())
    sandbox.clock.pass_seconds(0.3)
    assert states(sandbox.call(poll())) == ["success"]


def test_a_finished_item_has_what_the_model_page_shows(sandbox: Sandbox) -> None:
    sandbox.call(order())
    sandbox.finish()
    (item,) = sandbox.call(poll())["data"]
    assert item["videoURL"] == f"http://sandbox/video/{item['videoUUID']}.mp4"
    assert set(item) == {"taskType", "taskUUID", "status", "videoUUID", "videoURL", "seed", "cost"}


def test_results_arrive_one_after_another_and_stay(sandbox: Sandbox) -> None:
    sandbox.call(order(numberResults=3))
    sandbox.clock.pass_seconds(25)
    first = sandbox.call(poll())["data"]
    assert [item["status"] for item in first] == ["success", "processing", "processing"]
    sandbox.finish()
    last = sandbox.call(poll())["data"]
    assert [item["status"] for item in last] == ["success"] * 3
    assert last[0] == first[0]
    assert len({item["videoUUID"] for item in last}) == len({item["seed"] for item in last}) == 3


def test_many_tasks_are_looked_at_in_one_call(sandbox: Sandbox) -> None:
    sandbox.call(order(1), order(2))
    assert [item["taskUUID"] for item in sandbox.call(poll(1), poll(2), poll(3))["data"]] == [
        order(1)["taskUUID"],
        order(2)["taskUUID"],
    ]


@pytest.mark.parametrize(("form", "where"), [("errors", "errors"), ("item", "data")])
def test_a_failure_is_told_in_either_form(sandbox: Sandbox, form: Any, where: str) -> None:
    sandbox.play(ScenarioFault("fail", message="Too slow"), failure_form=form)
    sandbox.call(order())
    assert states(sandbox.call(poll())) == ["processing"]
    sandbox.finish()
    (found,) = sandbox.call(poll())[where]
    error = found.get("error", found)
    assert (found["status"], found["taskUUID"]) == ("error", order()["taskUUID"])
    assert (error["code"], error["message"]) == ("timeoutProvider", "Too slow")


@pytest.mark.parametrize("form", ["errors", "item"])
def test_a_partial_failure_stands_beside_the_successes(sandbox: Sandbox, form: Any) -> None:
    sandbox.play(ScenarioFault("fail", results=1, form=form))
    sandbox.call(order(numberResults=3))
    sandbox.finish()
    response = sandbox.post([poll()])
    assert response.status_code == 200
    assert states(response.json()).count("success") == 2
    assert states(response.json()).count("error") + len(response.json().get("errors", [])) == 1


@pytest.mark.parametrize("status", [200, 400])
def test_the_status_of_a_look_at_a_failed_task_can_be_chosen(sandbox: Sandbox, status: int) -> None:
    sandbox.play(ScenarioFault("fail"), failed_poll_status=status)
    sandbox.call(order())
    sandbox.finish()
    assert sandbox.post([poll()]).status_code == status


@pytest.mark.parametrize(
    ("safety", "ends"),
    [
        ({"checkContent": True}, "contentPolicyViolation"),
        ({"mode": "full"}, "contentPolicyViolation"),
        ({"checkContent": True, "mode": "none"}, None),
        ({"checkContent": False}, None),
        (None, None),
    ],
)
def test_an_unsafe_prompt_fails_only_when_content_is_checked(
    sandbox: Sandbox, safety: dict[str, Any] | None, ends: str | None
) -> None:
    sandbox.call(order(positivePrompt="A [[unsafe]] thing", safety=safety))
    sandbox.finish()
    reply = sandbox.call(poll())
    assert [error["code"] for error in reply.get("errors", [])] == ([ends] if ends else [])
    assert ("NSFWContent" in str(reply)) is False


def test_a_checked_result_says_whether_something_was_found(sandbox: Sandbox) -> None:
    sandbox.play(ScenarioFault("nsfw", prompt="second"))
    sandbox.call(order(1, safety={"mode": "fast"}), order(2, positivePrompt="The second"))
    sandbox.finish()
    assert [item["NSFWContent"] for item in sandbox.call(poll(1), poll(2))["data"]] == [False, True]


@pytest.mark.parametrize(
    ("how", "data", "errors"),
    [("empty", [], []), ("processing", ["processing"], []), ("not-found", [], ["taskNotFound"])],
)
def test_an_id_nobody_ordered_looks_as_the_scenario_says(
    sandbox: Sandbox, how: Any, data: list[str], errors: list[str]
) -> None:
    sandbox.play(unknown_task=how)
    reply = sandbox.call(poll())
    assert (states(reply), [error["code"] for error in reply.get("errors", [])]) == (data, errors)


def test_accepted_tasks_can_be_visible_late(sandbox: Sandbox) -> None:
    sandbox.play(visible_after=30.0)
    sandbox.call(order())
    assert sandbox.call(poll())["data"] == []
    assert [error["code"] for error in sandbox.call(details())["errors"]] == ["taskNotFound"]
    sandbox.clock.pass_seconds(31)
    assert states(sandbox.call(poll())) == ["success"]


def test_items_can_change_their_order_and_come_twice(sandbox: Sandbox) -> None:
    sandbox.play(item_order="reversed", repeat_items=True)
    sandbox.call(order(numberResults=2))
    sandbox.finish()
    one, two = ([item["videoUUID"] for item in sandbox.call(poll())["data"]] for _ in range(2))
    assert one == two[::-1]
    assert one[0] == one[1]
    assert len(one) == 4


def test_a_running_item_can_call_itself_something_else(sandbox: Sandbox) -> None:
    sandbox.play(running_status="queued", item_type="getResponse")
    sandbox.call(order())
    (item,) = sandbox.post([poll()]).json()["data"]
    assert item == {"taskType": "getResponse", "taskUUID": order()["taskUUID"], "status": "queued"}


@pytest.mark.parametrize(
    ("how", "cost", "charged"),
    [("listed", 0.48, "0.48"), ("missing", None, "0.48"), ("zero", 0.0, "0.48"), ("negative", -0.48, "0.48")],
)
def test_cost_can_be_told_wrong(sandbox: Sandbox, how: Any, cost: float | None, charged: str) -> None:
    sandbox.play(ScenarioFault("cost", cost=how))
    sandbox.call(order())
    sandbox.finish()
    assert sandbox.post([poll()]).json()["data"][0].get("cost") == cost
    assert sandbox.ledger()["total"] == charged


def test_a_higher_cost_is_also_charged(sandbox: Sandbox) -> None:
    sandbox.play(ScenarioFault("cost", cost="higher"))
    sandbox.call(order())
    sandbox.finish()
    assert sandbox.call(poll())["data"][0]["cost"] == 1.2
    assert sandbox.ledger()["total"] == "1.20"


@pytest.mark.parametrize(("fault", "done"), [(ScenarioFault("hang"), False), (ScenarioFault("slow", factor=4), True)])
def test_tasks_can_take_long_or_for_ever(sandbox: Sandbox, fault: ScenarioFault, done: bool) -> None:  # a table
    sandbox.play(fault)
    sandbox.call(order())
    sandbox.clock.pass_seconds(60)
    assert states(sandbox.call(poll())) == ["processing"]
    sandbox.finish()
    assert (states(sandbox.call(poll())) == ["success"]) is done


def test_the_archive_shows_request_and_result(sandbox: Sandbox) -> None:
    sandbox.call(order())
    acknowledged = sandbox.call(details())["data"][0]
    assert acknowledged["request"] == [order()]
    assert acknowledged["response"] == {"data": [{"taskType": "videoInference", "taskUUID": order()["taskUUID"]}]}
    sandbox.finish()
    assert sandbox.call(details())["data"][0]["response"] == sandbox.call(poll())


def test_the_archive_shows_a_failure(sandbox: Sandbox) -> None:
    sandbox.play(ScenarioFault("fail"))
    sandbox.call(order())
    sandbox.finish()
    response = sandbox.call(details())["data"][0]["response"]
    assert [error["code"] for error in response["errors"]] == ["timeoutProvider"]


def test_a_refused_repeat_hides_the_result_in_the_archive(sandbox: Sandbox) -> None:
    sandbox.call(order())
    sandbox.finish()
    sandbox.call(order())
    archived = sandbox.call(details())["data"][0]
    assert [error["code"] for error in archived["response"]["errors"]] == ["conflictTaskUUID"]
    assert archived["request"] == [order()]
    assert states(sandbox.call(poll())) == ["success"]
    sandbox.play(archive="useful")
    assert states(sandbox.call(details())["data"][0]["response"]) == ["success"]


def test_a_result_hides_the_repeat_refused_before_it(sandbox: Sandbox) -> None:
    sandbox.call(order())
    sandbox.call(order())
    assert "errors" in sandbox.call(details())["data"][0]["response"]
    sandbox.finish()
    assert states(sandbox.call(details())["data"][0]["response"]) == ["success"]


def test_the_archive_knows_refused_orders(sandbox: Sandbox) -> None:
    sandbox.call(order(duration=7))
    archived = sandbox.call(details())["data"][0]
    assert archived["request"] == [order(duration=7)]
    assert [error["code"] for error in archived["response"]["errors"]] == ["unsupportedDuration"]


def test_the_archive_can_be_empty_until_the_end(sandbox: Sandbox) -> None:
    sandbox.play(archive_running="not-found")
    sandbox.call(order())
    assert [error["code"] for error in sandbox.call(details())["errors"]] == ["taskNotFound"]
    sandbox.finish()
    assert states(sandbox.call(details())["data"][0]["response"]) == ["success"]
