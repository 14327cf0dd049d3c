import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.apply.ports import Acceptance, RenderOrder, TaskReport, TaskState
from ltxspec.lock.models import Failure, Output
from ltxspec.providers.runware.classify import (
    OrderRefusal,
    Unclear,
    answers_poll,
    judge_archive,
    judge_poll,
    judge_submission,
    key_refusal,
    request_refusal,
)
from ltxspec.providers.runware.codes import ErrorKind, kind_of
from ltxspec.providers.runware.wire import WireReply, decode_reply
from ltxspec.values import TaskId

TASK = TaskId("e8147fa8-025b-45f4-a1c3-55020aa1442d")
OTHER = TaskId("2804a65f-6622-4c53-aca4-bd631680ed53")
ACK = {"taskType": "videoInference", "taskUUID": TASK}


def reply_to(body: Any, status: int = 200, retry_after: float | None = None) -> WireReply:
    return decode_reply(status, body if isinstance(body, bytes) else json.dumps(body).encode(), retry_after)


def refusal(code: str, task: str | None = TASK, **more: Any) -> dict[str, Any]:
    return {"code": code, "message": "No.", **({"taskUUID": task} if task else {}), **more}


def order(results: int = 1) -> RenderOrder:
    return RenderOrder(TASK, {"taskUUID": TASK}, results)


def video(name: str = "v1", **more: Any) -> dict[str, Any]:
    return {**ACK, "status": "success", "videoUUID": name, "videoURL": f"https://vm/{name}.mp4", "cost": 0.48, **more}


def output(name: str = "v1", cost: str | None = "0.48") -> Output:
    return Output(video_uuid=name, video_url=f"https://vm/{name}.mp4", cost=Decimal(cost) if cost else None)


def polled(body: Any, results: int = 1, status: int = 200) -> TaskReport:
    return judge_poll(reply_to(body, status), [order(results)])[TASK]


# --- orders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 202, 400, 500, 503])
@pytest.mark.parametrize("errors", [{}, {"errors": []}, {"errors": [refusal("invalidModel")]}])
def test_an_order_is_accepted_when_its_id_stands_in_data(status: int, errors: Mapping[str, Any]) -> None:
    assert judge_submission(reply_to({"data": [ACK], **errors}, status), TASK) is Acceptance.ACCEPTED


def test_the_task_type_of_the_acknowledgement_does_not_matter() -> None:
    body = {"data": [{"taskType": "getResponse", "taskUUID": TASK.upper()}]}
    assert judge_submission(reply_to(body), TASK) is Acceptance.ACCEPTED


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"data": [], "errors": [refusal("conflictTaskUUID")]}, 400),
        ({"errors": [refusal("conflictTaskUUID")]}, 200),
        ({"errors": [refusal("conflictTaskUUID")]}, 503),
        ({"errors": [refusal("conflictTaskUUID", None)]}, 400),
        ({"error": {"code": "conflictTaskUUID"}, "taskUUID": TASK}, 409),
        ({"errors": [refusal("invalidModel"), refusal("conflictTaskUUID")]}, 400),
    ],
)
def test_a_refusal_because_the_id_is_known_means_it_was_accepted_before(body: Any, status: int) -> None:
    assert judge_submission(reply_to(body, status), TASK) is Acceptance.ALREADY_KNOWN


@pytest.mark.parametrize(
    ("code", "status", "task", "kind"),
    [
        ("invalidModel", 400, TASK, ErrorKind.VALIDATION),
        ("invalidModel", 200, TASK, ErrorKind.VALIDATION),
        ("unsupportedDuration", 400, None, ErrorKind.VALIDATION),
        ("promptBlocked", 400, TASK, ErrorKind.SAFETY),
        ("modelNotFound", 404, TASK, ErrorKind.MISSING),
        ("invalidApiKey", 401, None, ErrorKind.AUTH),
        ("organizationSuspended", 403, None, ErrorKind.AUTH),
        ("insufficientCredits", 402, None, ErrorKind.QUOTA),
        ("insufficientCredits", 402, TASK, ErrorKind.QUOTA),
    ],
)
def test_a_definite_no_is_a_refusal(code: str, status: int, task: str | None, kind: ErrorKind) -> None:
    verdict = judge_submission(reply_to({"data": [], "errors": [refusal(code, task)]}, status), TASK)
    assert verdict == OrderRefusal(code, "No.", (), kind)
    assert verdict.whole_run is (kind in {ErrorKind.AUTH, ErrorKind.QUOTA})


def test_a_refusal_told_by_an_item_of_data_is_no_acceptance() -> None:
    failed = {**ACK, "status": "error", "error": {"code": "invalidModel", "message": "No."}}
    assert judge_submission(reply_to({"data": [failed]}), TASK) == OrderRefusal(
        "invalidModel", "No.", (), ErrorKind.VALIDATION
    )


UNCLEAR: dict[str, tuple[Any, int]] = {
    "empty body": (b"", 200),
    "HTML": (b"<html>Bad gateway</html>", 200),
    "HTML with 400": (b"<html>no</html>", 400),
    "HTML with 401": (b"<html>log in</html>", 401),
    "cut in the middle": (b'{"data":[{"taskUUID":"e8147fa8-025b', 200),
    "an array": ([ACK], 200),
    "nothing": ({}, 200),
    "empty data": ({"data": []}, 200),
    "empty data with 400": ({"data": [], "errors": []}, 400),
    "another task's acknowledgement": ({"data": [{**ACK, "taskUUID": OTHER}]}, 200),
    "another task's refusal": ({"errors": [refusal("invalidModel", OTHER)]}, 400),
    "another task's conflict": ({"errors": [refusal("conflictTaskUUID", OTHER)]}, 400),
    "a refusal of nobody with 200": ({"errors": [refusal("invalidModel", None)]}, 200),
    "a refusal of nobody with 404": ({"errors": [refusal("invalidModel", None)]}, 404),
    "a conflict of nobody with 200": ({"errors": [refusal("conflictTaskUUID", None)]}, 200),
    "no such task": ({"errors": [refusal("taskNotFound")]}, 404),
    "failed or not found": ({"errors": [refusal("taskFailedOrNotFound")]}, 400),
    "rate limit": ({"errors": [refusal("rateLimitExceeded")]}, 429),
    "rate limit with 400": ({"errors": [refusal("rateLimitExceeded")]}, 400),
    "time-out": ({"errors": [refusal("timeoutProvider")]}, 400),
    "the renderer failed": ({"errors": [refusal("providerError")]}, 400),
    "an unheard-of code": ({"errors": [refusal("gpuOnFire")]}, 400),
    "no code": ({"errors": [{"message": "No.", "taskUUID": TASK}]}, 400),
    "text for an error": ({"error": "No."}, 400),
    "a definite code beside a doubtful one": ({"errors": [refusal("invalidModel"), refusal("providerError")]}, 400),
    "a definite code with 408": ({"errors": [refusal("invalidModel")]}, 408),
    "a definite code with 429": ({"errors": [refusal("insufficientCredits")]}, 429),
    "a definite code with 500": ({"errors": [refusal("invalidModel")]}, 500),
    "a problem document": ({"type": "about:blank", "title": "Bad Request", "status": 400}, 400),
    "a redirect": (b"", 302),
    **{f"HTTP {status}": ({"data": []}, status) for status in (408, 425, 429, 500, 502, 503, 504)},
}


@pytest.mark.parametrize(("body", "status"), UNCLEAR.values(), ids=UNCLEAR)
def test_everything_else_about_an_order_is_unclear(body: Any, status: int) -> None:
    verdict = judge_submission(reply_to(body, status, retry_after=9.0), TASK)
    assert isinstance(verdict, Unclear)
    assert verdict.retry_after == 9.0


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"errors": [refusal("providerError")]}, "HTTP 502, `providerError`: No."),
        ({"errors": [{"taskUUID": TASK}]}, "HTTP 502, `no code`: no message"),
        (b"<html>", "HTTP 502 with a web page instead of JSON"),
        ({"data": []}, "HTTP 502 without information about this order"),
    ],
)
def test_the_reason_for_doubt_tells_what_came(body: Any, reason: str) -> None:
    assert judge_submission(reply_to(body, 502), TASK) == Unclear(reason)


def test_of_several_refusals_the_one_that_stops_the_run_is_told() -> None:
    errors = [refusal("invalidModel"), refusal("insufficientCredits")]
    assert judge_submission(reply_to({"errors": errors}, 400), TASK) == OrderRefusal(
        "insufficientCredits", "No.", (), ErrorKind.QUOTA
    )


@pytest.mark.parametrize(
    ("body", "status", "refused"),
    [
        ({"errors": [refusal("invalidValue", None)]}, 400, True),
        ({"errors": [refusal("invalidValue", None)]}, 500, False),
        ({"data": [ACK]}, 200, False),
    ],
)
def test_a_free_request_is_refused_as_an_order_is(body: Any, status: int, *, refused: bool) -> None:
    expected = OrderRefusal("invalidValue", "No.", (), ErrorKind.VALIDATION) if refused else None
    assert request_refusal(reply_to(body, status), TASK) == expected


# --- polls ----------------------------------------------------------------------------------------

BLANK = TaskReport(TASK, TaskState.UNKNOWN)
RUNNING = TaskReport(TASK, TaskState.RUNNING)


@pytest.mark.parametrize(
    "body",
    [
        {"data": []},
        {},
        {"data": [{**video(), "taskUUID": OTHER}]},
        {"errors": [refusal("timeoutProvider", None, status="error")]},
        {"errors": [refusal("timeoutProvider", OTHER, status="error")]},
        {"errors": [refusal("taskNotFound")]},
        {"errors": [refusal("taskExpired")]},
        {"errors": [refusal("taskFailedOrNotFound", status="error")]},
        {"errors": [refusal("rateLimitExceeded")]},
        {"errors": [refusal("insufficientCredits")]},
        {"errors": [refusal("invalidApiKey")]},
        {"errors": [refusal("invalidTaskUUID", parameter="taskUUID")]},
        {"errors": [refusal("serviceUnavailable")]},
        {"errors": [refusal("timeoutProvider")]},
        {"errors": [refusal("gpuOnFire")]},
        {"data": [{**ACK, "error": {"code": "serviceUnavailable", "message": "No."}}]},
    ],
)
def test_nothing_said_of_the_task_itself_is_unknown(body: Any) -> None:
    assert polled(body) == BLANK


@pytest.mark.parametrize("status", [408, 429, 500, 504])
def test_an_error_under_a_passing_http_status_does_not_end_a_task(status: int) -> None:
    assert polled({"errors": [refusal("internalServerError")]}, status=status) == BLANK


@pytest.mark.parametrize(
    "word", ["processing", "queued", "pending", "scheduled", "waiting", "polishing", "failed", 7, {}, ["success"]]
)
def test_every_status_but_the_known_ends_is_running_and_no_proof(word: Any) -> None:
    assert polled({"data": [{**ACK, "status": word}]}) == RUNNING


@pytest.mark.parametrize("word", ["processing", "polishing", 7, {}])
def test_an_address_before_the_end_is_not_believed(word: Any) -> None:
    assert polled({"data": [video(status=word)]}) == RUNNING


def test_the_bare_acknowledgement_is_running_and_no_proof() -> None:
    assert polled({"data": [ACK]}) == RUNNING


@pytest.mark.parametrize(
    ("progress", "told", "proof"),
    [(40, 40, True), (40.7, 40, True), (0, 0, False), (100, 100, True), (101, None, False), (-1, None, False)],
)
def test_progress_is_per_cent_and_proof_once_it_moves(progress: Any, *, told: int | None, proof: bool) -> None:
    report = polled({"data": [{**ACK, "status": "processing", "progress": progress}]})
    assert report == TaskReport(TASK, TaskState.RUNNING, progress=told, exists=proof)


def test_the_progress_of_several_results_is_that_of_the_slowest() -> None:
    items = [{**ACK, "status": "processing", "progress": progress} for progress in (40, 10, 70)]
    assert polled({"data": items}, results=3).progress == 10


@pytest.mark.parametrize("progress", ["40", True, None, [40]])
def test_progress_that_is_no_number_is_not_told(progress: Any) -> None:
    assert polled({"data": [{**ACK, "status": "processing", "progress": progress}]}) == RUNNING


def test_a_known_conflict_in_a_poll_proves_that_the_task_exists() -> None:
    assert polled({"errors": [refusal("conflictTaskUUID")]}, status=400) == TaskReport(
        TASK, TaskState.RUNNING, exists=True
    )


SUCCEEDED = TaskReport(TASK, TaskState.SUCCEEDED, (output(),), Decimal("0.48"), exists=True)


@pytest.mark.parametrize(
    "item",
    [
        video(),
        {key: value for key, value in video().items() if key != "status"},
        video(status="completed"),
        video(NSFWContent=True, seed=7, unheardOf={"x": 1}),
        {**ACK, "status": "success", "mediaUUID": "v1", "mediaURL": "https://vm/v1.mp4", "cost": 0.48},
    ],
)
def test_a_delivered_video_ends_the_task(item: Any) -> None:
    assert polled({"data": [item]}) == SUCCEEDED


def test_success_with_an_id_and_no_address_is_still_success() -> None:
    report = polled({"data": [{**ACK, "status": "success", "videoUUID": "v1"}]})
    assert (report.state, report.outputs) == (TaskState.SUCCEEDED, (Output(video_uuid="v1", video_url=None),))


def test_an_id_without_a_status_and_an_address_is_what_is_being_made() -> None:
    item = {**ACK, "videoUUID": "v1", "progress": 40}
    assert polled({"data": [item]}) == TaskReport(TASK, TaskState.RUNNING, progress=40, exists=True)


def test_an_acknowledgement_may_hold_the_result() -> None:
    assert judge_submission(reply_to({"data": [video()]}), TASK) is Acceptance.ACCEPTED


def test_success_with_addresses_and_no_ids_is_a_video_for_each_address() -> None:
    items = [{**ACK, "status": "success", "videoURL": f"https://vm/{name}.mp4"} for name in ("v1", "v2", "v1")]
    report = polled({"data": items}, results=2)
    assert report.state is TaskState.SUCCEEDED
    assert report.outputs == (
        Output(video_uuid=None, video_url="https://vm/v1.mp4"),
        Output(video_uuid=None, video_url="https://vm/v2.mp4"),
    )


def test_success_without_any_video_is_still_running() -> None:
    assert polled({"data": [{**ACK, "status": "success", "cost": 0.48}]}) == RUNNING


@pytest.mark.parametrize("cost", [0, -1, "0.48", None, True, 1e9])
def test_a_cost_that_cannot_be_believed_is_unknown(cost: Any) -> None:
    report = polled({"data": [video(cost=cost)]})
    assert (report.state, report.cost, report.outputs[0].cost) == (TaskState.SUCCEEDED, None, None)


def test_costs_are_added_exactly() -> None:
    report = polled({"data": [video("v1", cost=0.1), video("v2", cost=0.2)]}, results=2)
    assert report.cost == Decimal("0.3")


def test_one_unknown_cost_makes_the_sum_unknown() -> None:
    report = polled({"data": [video("v1"), video("v2", cost=None)]}, results=2)
    assert (report.state, report.cost) == (TaskState.SUCCEEDED, None)
    assert [item.cost for item in report.outputs] == [Decimal("0.48"), None]
    assert polled({"data": [video("v1"), video("v2", cost=None)]}).cost is None, "also where more came than was wanted"


def test_a_repeated_video_counts_once() -> None:
    report = polled({"data": [video("v1"), video("v1"), {**ACK, "status": "processing"}]}, results=2)
    assert (report.state, report.outputs, report.exists) == (TaskState.RUNNING, (output(),), True)


def test_a_repeat_without_an_id_is_known_by_its_address() -> None:
    bare = {**ACK, "status": "success", "videoURL": "https://vm/v1.mp4"}
    report = polled({"data": [bare, video("v1")]}, results=2)
    assert report.outputs == (output(),)


def test_repeats_complete_each_other_and_contradicting_prices_are_unknown() -> None:
    bare = {**ACK, "status": "success", "videoUUID": "v1"}
    for items in ([bare, video("v1")], [video("v1"), bare]):
        assert polled({"data": items}) == SUCCEEDED
    assert polled({"data": [video("v1"), video("v1", cost=0.5)]}).outputs == (output(cost=None),)


def test_results_may_come_in_any_order() -> None:
    items = [video("v2"), {**ACK, "status": "processing", "progress": 10}, video("v1")]
    assert polled({"data": items}, results=3).state is TaskState.RUNNING
    assert polled({"data": [video("v2"), video("v1")]}, results=2).outputs == (output("v2"), output("v1"))


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (refusal("timeoutProvider", status="error"), False),
        (refusal("providerRateLimitExceeded", status="error"), False),
        (refusal("insufficientCredits", status="error"), False),
        (refusal("internalServerError", status="error"), False),
        (refusal("gpuOnFire", status="error"), False),
        (refusal("inferenceError"), False),
        (refusal("uploadFailed"), True),  # it may exist all the same: only the user buys again
        (refusal("promptBlocked"), True),
        (refusal("invalidFrameImage"), True),
        (refusal("mediaNotFound"), True),
        (refusal("providerError", message="Stopped by content moderation"), True),
        (refusal("gpuOnFire", message="Against the content policy", status="error"), True),
        (refusal("timeoutProvider", message="No answer from content moderation", status="error"), False),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_an_error_that_names_the_task_ends_it(error: dict[str, Any], *, permanent: bool, status: int) -> None:
    failure = Failure(error["code"], error["message"], permanent)
    assert polled({"errors": [error]}, status=status) == TaskReport(
        TASK, TaskState.FAILED, failure=failure, exists=True
    )


CODE_OF = {
    ErrorKind.AUTH: "invalidApiKey",
    ErrorKind.QUOTA: "insufficientCredits",
    ErrorKind.SAFETY: "promptBlocked",
    ErrorKind.VALIDATION: "invalidFrameImage",
    ErrorKind.MISSING: "mediaNotFound",
    ErrorKind.DUPLICATE: "conflictTaskUUID",
    ErrorKind.CONFLICT: "conflictingState",
    ErrorKind.CONNECTION: "connectionLost",
    ErrorKind.NO_SUCH_TASK: "taskFailedOrNotFound",
    ErrorKind.RATE_LIMIT: "providerRateLimitExceeded",
    ErrorKind.TIMEOUT: "timeoutProvider",
    ErrorKind.SERVER: "serviceUnavailable",
    ErrorKind.PROVIDER: "providerError",
    ErrorKind.UNKNOWN: "gpuOnFire",
}
ALWAYS_WITH_STATUS = {ErrorKind.QUOTA, ErrorKind.RATE_LIMIT, ErrorKind.TIMEOUT, ErrorKind.SERVER, ErrorKind.UNKNOWN}
ALSO_WITHOUT = {ErrorKind.SAFETY, ErrorKind.VALIDATION, ErrorKind.MISSING, ErrorKind.PROVIDER}
NEVER = {ErrorKind.AUTH, ErrorKind.DUPLICATE, ErrorKind.CONFLICT, ErrorKind.CONNECTION, ErrorKind.NO_SUCH_TASK}
SETTLED, PASSING = (200, 202, 400, 401, 402, 403, 404, 409), (408, 425, 429, 500, 502, 503, 504)


def test_the_table_of_kinds_leaves_none_out() -> None:
    assert set(CODE_OF) == set(ErrorKind) == ALWAYS_WITH_STATUS | ALSO_WITHOUT | NEVER
    assert {kind: kind_of(code) for kind, code in CODE_OF.items()} == {kind: kind for kind in ErrorKind}


@pytest.mark.parametrize("told", [True, False], ids=["status: error", "no status"])
@pytest.mark.parametrize("kind", ErrorKind)
def test_which_errors_end_a_task_in_a_poll(kind: ErrorKind, *, told: bool) -> None:
    error = refusal(CODE_OF[kind], **({"status": "error"} if told else {}))
    item = {**ACK, **({"status": "error"} if told else {}), "error": {"code": CODE_OF[kind], "message": "No."}}
    for status in (*SETTLED, *PASSING):
        ends = kind not in NEVER and (told or (kind in ALSO_WITHOUT and status in SETTLED))
        for body in ({"errors": [error]}, {"data": [item]}):
            report = polled(body, status=status)
            assert (report.state is TaskState.FAILED) == ends, (body, status)
            assert report.exists == (ends or kind is ErrorKind.DUPLICATE), "an error that ends nothing proves nothing"


@pytest.mark.parametrize("told", [True, False], ids=["status: error", "no status"])
@pytest.mark.parametrize("kind", ErrorKind)
def test_which_errors_end_a_task_in_the_archive(kind: ErrorKind, *, told: bool) -> None:
    error = refusal(CODE_OF[kind], **({"status": "error"} if told else {}))
    definite = {ErrorKind.SAFETY, ErrorKind.VALIDATION, ErrorKind.MISSING}
    ends = kind in (
        definite | {ErrorKind.TIMEOUT, ErrorKind.SERVER, ErrorKind.PROVIDER, ErrorKind.UNKNOWN} if told else definite
    )
    report = archived({"errors": [error]})
    assert (report.state is TaskState.FAILED) == ends
    assert report.exists == (ends or kind is ErrorKind.DUPLICATE)


@pytest.mark.parametrize("kind", ErrorKind)
def test_what_may_be_the_answer_to_an_order_is_no_archived_end_unless_it_would_refuse_that_order(
    kind: ErrorKind,
) -> None:
    body = {"errors": [refusal(CODE_OF[kind])]}
    if isinstance(judge_submission(reply_to(body, 400), TASK), Unclear):
        assert archived(body).state is not TaskState.FAILED


@pytest.mark.parametrize("told", [{"status": "error"}, {}], ids=["status: error", "no status"])
@pytest.mark.parametrize(
    "parameter",
    [
        *["taskUUID", "taskType", "TaskUuid", "[0].taskUUID", "tasks.0.taskType", "/0/taskUUID"],
        *[["taskUUID"], ["taskType", "operation"]],
    ],
)
@pytest.mark.parametrize(
    "code", ["invalidParameter", "unknownParameter", "mediaNotFound", "providerError", "gpuOnFire"]
)
def test_an_error_about_the_question_never_ends_a_task(code: str, parameter: Any, told: dict[str, str]) -> None:
    body = {"errors": [refusal(code, parameter=parameter, **told)]}
    assert polled(body, status=400) == BLANK
    assert archived(body) == BLANK


@pytest.mark.parametrize("code", ["unsupportedTaskType", "invalidTaskUUID", "missingTaskType"])
def test_a_code_that_names_the_question_never_ends_a_task(code: str) -> None:
    assert polled({"errors": [refusal(code)]}, status=400) == BLANK
    assert archived({"errors": [refusal(code)]}) == BLANK


@pytest.mark.parametrize("parameter", ["inputs.frameImages", "previousTaskUUID", ["duration"], None, 7])
def test_an_error_about_the_order_ends_its_task(parameter: Any) -> None:
    assert polled({"errors": [refusal("invalidValue", parameter=parameter)]}).state is TaskState.FAILED


def test_an_error_without_status_does_not_end_a_task_that_the_same_answer_calls_alive() -> None:
    alive = {**ACK, "status": "processing", "progress": 40}
    body = {"data": [alive], "errors": [refusal("providerError")]}
    assert polled(body) == TaskReport(TASK, TaskState.RUNNING, progress=40, exists=True)


@pytest.mark.parametrize(
    "code", ["providerUnavailable", "providerBadGateway", "noAvailableServer", "modelUnavailable", "modelNotReady"]
)
def test_something_that_cannot_be_reached_now_ends_a_task_only_with_status_error(code: str) -> None:
    assert polled({"errors": [refusal(code)]}) == BLANK
    assert polled({"errors": [refusal(code, status="error")]}).state is TaskState.FAILED


def test_the_newer_form_of_a_failure_ends_it_too() -> None:
    item = {**ACK, "status": "error", "error": {"code": "providerError", "message": "No."}}
    failure = Failure("providerError", "No.", permanent=False)
    assert polled({"data": [item]}) == TaskReport(TASK, TaskState.FAILED, failure=failure, exists=True)


def test_a_failure_says_so_under_any_http_status() -> None:
    assert polled({"errors": [refusal("timeoutProvider", status="error")]}, status=504).state is TaskState.FAILED


def test_a_failure_without_code_or_message_still_has_words() -> None:
    report = polled({"data": [{**ACK, "status": "error"}]})
    assert report.failure == Failure("unknown", "the service gave no reason", permanent=False)


def test_of_several_errors_the_one_that_only_an_edit_can_help_is_told() -> None:
    errors = [refusal("providerError", status="error"), refusal("promptBlocked", status="error")]
    assert polled({"errors": errors}).failure == Failure("promptBlocked", "No.", permanent=True)


@pytest.mark.parametrize("results", [2, 3])
@pytest.mark.parametrize(
    "failed",
    [
        {"errors": [refusal("providerError", status="error")]},
        {"data": [{**ACK, "status": "error", "error": {"code": "providerError", "message": "No."}}]},
    ],
)
def test_a_partial_failure_keeps_what_was_delivered(results: int, failed: dict[str, Any]) -> None:
    body = {**failed, "data": [*failed.get("data", []), video()]}
    report = polled(body, results)
    assert (report.state, report.outputs) == (TaskState.FAILED, (output(),))


def test_a_failed_result_waits_for_its_siblings() -> None:
    failed = {**ACK, "status": "error", "error": {"code": "providerError"}}
    going_on = {**ACK, "status": "processing"}
    report = polled({"data": [failed, going_on, video()]}, results=3)
    assert (report.state, report.outputs, report.exists) == (TaskState.RUNNING, (output(),), True)
    assert polled({"data": [failed, going_on]}, results=2) == TaskReport(TASK, TaskState.RUNNING, exists=True)


@pytest.mark.parametrize(
    "failed",
    [
        {"errors": [refusal("inferenceError", status="error")]},
        {"data": [{**ACK, "status": "error", "error": {"code": "inferenceError", "message": "No."}}]},
    ],
)
def test_a_task_that_is_also_reported_as_running_has_not_ended(failed: dict[str, Any]) -> None:
    going_on = {**ACK, "status": "processing", "progress": 40}  # the service tries again by itself
    report = polled({**failed, "data": [*failed.get("data", []), going_on]})
    assert (report.state, report.progress, report.failure) == (TaskState.RUNNING, 40, None)
    assert (report.exists, report.remark) == (True, "inferenceError: No.")
    assert polled({"data": [going_on, video()]}) == SUCCEEDED


@pytest.mark.parametrize(
    "code",
    [
        "maxRequestsPerSecond",
        "maxConcurrentTasks",
        "maxPollsExceeded",
        "invalidTaskState",
        "providerBusy",
        "missingSession",
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_a_limit_of_the_moment_ends_no_task(code: str, status: int) -> None:
    body = {"errors": [refusal(code)]}
    assert polled(body, status=status).state is not TaskState.FAILED
    assert not answers_poll(reply_to(body, status), TASK)


def test_a_limit_that_names_a_parameter_of_the_order_is_of_the_order() -> None:
    assert polled({"errors": [refusal("maxPromptLength", parameter="positivePrompt")]}).state is TaskState.FAILED


@pytest.mark.parametrize(
    "code", ["maxConcurrentTasks", "maxRequestsPerMinute", "invalidTaskState", "missingSession", "arrayQueueFull"]
)
def test_a_limit_of_the_moment_is_no_refusal(code: str) -> None:
    assert isinstance(judge_submission(reply_to({"errors": [refusal(code)]}, 400), TASK), Unclear)


def test_an_error_beside_an_acknowledgement_without_an_id_is_no_refusal() -> None:
    body = {"data": [{"taskType": "videoInference", "status": "processing"}], "errors": [refusal("invalidWebhook")]}
    assert isinstance(judge_submission(reply_to(body, 200), TASK), Unclear)


@pytest.mark.parametrize(
    ("error", "every_copy"),
    [
        (refusal("invalidDuration"), True),
        (refusal("maxRequestSize"), True),
        (refusal("maxPromptLength", parameter="positivePrompt"), True),
        (refusal("maxRunsExceeded"), False),  # of what, it does not say
        (refusal("invalidTaskUUID"), False),  # the id may have been used by the first copy
        (refusal("invalidValue", parameter="taskUUID"), False),
        (refusal("promptBlocked"), False),
    ],
)
def test_which_refusals_hold_for_a_copy_sent_before(error: dict[str, Any], *, every_copy: bool) -> None:
    verdict = judge_submission(reply_to({"errors": [error]}, 400), TASK)
    assert isinstance(verdict, OrderRefusal)
    assert verdict.every_copy is every_copy


def test_all_wanted_videos_are_a_success_whatever_else_is_said() -> None:
    assert polled({"data": [video()], "errors": [refusal("uploadFailed")]}).state is TaskState.SUCCEEDED


@pytest.mark.parametrize(
    ("told", "results", "cost"),
    [(0.12, 1, "0.12"), (0.12, 2, "0.60"), (None, 1, None), (None, 2, None), (0, 2, None), (0.12, 3, None)],
)
def test_a_failed_result_that_does_not_tell_its_price_makes_the_sum_unknown(
    told: float | None, results: int, cost: str | None
) -> None:
    body = {
        "data": [video()] if results > 1 else [],
        "errors": [refusal("providerError", status="error", cost=told)],
    }
    assert polled(body, results).cost == (Decimal(cost) if cost else None)


def test_every_task_asked_for_is_judged_by_what_names_it() -> None:
    second = RenderOrder(OTHER, {"taskUUID": OTHER}, 1)
    body = {"data": [video()], "errors": [refusal("timeoutProvider", OTHER, status="error")]}
    reports = judge_poll(reply_to(body), [order(), second])
    assert {task: report.state for task, report in reports.items()} == {
        TASK: TaskState.SUCCEEDED,
        OTHER: TaskState.FAILED,
    }


@pytest.mark.parametrize(
    ("body", "status", "answered"),
    [
        ({"data": [ACK]}, 503, True),
        ({"data": [ACK], "errors": [refusal("rateLimitExceeded")]}, 200, True),
        ({"errors": [refusal("conflictTaskUUID")]}, 400, True),
        ({"errors": [refusal("conflictTaskUUID", None)]}, 400, True),
        ({"errors": [refusal("taskNotFound")]}, 404, True),
        ({"errors": [refusal("taskNotFound", None), refusal("rateLimitExceeded", None)]}, 404, True),
        ({"errors": [refusal("timeoutProvider", status="error")]}, 504, True),
        ({"errors": [refusal("timeoutProvider", None, status="error")]}, 200, False),
        ({"errors": [refusal("rateLimitExceeded")]}, 200, False),
        ({"errors": [refusal("rateLimitExceeded", None)]}, 200, False),
        ({"errors": [refusal("rateLimitExceeded", OTHER)]}, 200, True),
        ({"data": []}, 200, True),
        ({"data": []}, 400, False),
        ({"data": []}, 503, False),
        (b"<html>log in</html>", 200, False),
    ],
)
def test_a_look_whose_only_answer_is_trouble_has_failed(body: Any, status: int, *, answered: bool) -> None:
    assert answers_poll(reply_to(body, status), TASK) is answered


# --- the archive ----------------------------------------------------------------------------------


def archived(response: Any, request: Any = None, results: int = 1) -> TaskReport:
    record = {"taskType": "getTaskDetails", "taskUUID": TASK, "request": request or [], "response": response}
    return judge_archive(reply_to({"data": [record]}), order(results))


def test_the_archive_returns_what_was_delivered() -> None:
    assert archived({"data": [video()]}, [ACK]) == SUCCEEDED


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": [{"taskUUID": OTHER, "response": {"data": [video()]}}]}])
def test_an_archive_without_a_record_knows_nothing(body: Any) -> None:
    assert judge_archive(reply_to(body), order()) == BLANK


@pytest.mark.parametrize("response", [{}, None, [], "x", {"data": []}, {"data": [], "errors": []}])
def test_an_empty_record_is_no_word(response: Any) -> None:
    assert archived(response) == BLANK


KNOWN = TaskReport(TASK, TaskState.RUNNING, exists=True)


def test_what_a_record_says_of_another_task_is_nothing_to_ours() -> None:
    anothers = {**video(), "taskUUID": OTHER}
    assert archived({"data": [anothers]}).outputs == ()
    assert archived({"errors": [refusal("promptBlocked", OTHER)]}) == BLANK
    nameless = {key: value for key, value in video().items() if key != "taskUUID"}
    assert archived({"data": [nameless, anothers]}) == SUCCEEDED


def test_an_id_is_the_same_in_capitals() -> None:
    ours = RenderOrder(TaskId(TASK.upper()), {}, 1)
    for response, state in (
        ({"data": [video()]}, TaskState.SUCCEEDED),
        ({"errors": [refusal("promptBlocked")]}, TaskState.FAILED),
    ):
        body = {"data": [{"taskType": "getTaskDetails", "taskUUID": TASK, "response": response}]}
        assert judge_archive(reply_to(body), ours).state is state


def test_of_two_records_one_is_proof_enough() -> None:
    kept = {"taskType": "getTaskDetails", "taskUUID": TASK, "request": [ACK]}
    assert judge_archive(reply_to({"data": [kept, {**kept, "request": []}]}), order()) == KNOWN


@pytest.mark.parametrize(
    "response",
    [
        {"errors": [refusal("conflictTaskUUID")]},
        {"errors": [refusal("conflictTaskUUID", None)]},
        {"data": [], "errors": [refusal("conflictTaskUUID"), refusal("rateLimitExceeded")]},
        {"data": [ACK]},
    ],
)
def test_a_refused_repeat_in_the_archive_proves_the_task_and_ends_nothing(response: Any) -> None:
    assert archived(response) == KNOWN


def test_a_record_that_kept_the_order_proves_the_task() -> None:
    assert archived({}, [ACK]) == KNOWN


@pytest.mark.parametrize(
    "code",
    [
        "insufficientCredits",
        "invalidApiKey",
        "rateLimitExceeded",
        "internalServerError",
        "requestTimeout",
        "timeoutProvider",
        "providerError",
        "gpuOnFire",
        "taskNotFound",
    ],
)
def test_a_refusal_of_the_moment_in_the_archive_ends_nothing(code: str) -> None:
    assert archived({"errors": [refusal(code)]}, [ACK]) == BLANK


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (refusal("timeoutProvider", status="error"), False),
        (refusal("providerError", None, status="error"), False),
        (refusal("gpuOnFire", status="error"), False),
        (refusal("promptBlocked"), True),
        (refusal("invalidModel", None), True),
    ],
)
def test_a_failure_in_the_archive_ends_the_task(error: dict[str, Any], *, permanent: bool) -> None:
    failure = Failure(error["code"], "No.", permanent)
    assert archived({"errors": [error]}) == TaskReport(TASK, TaskState.FAILED, failure=failure, exists=True)


# --- the key --------------------------------------------------------------------------------------


def test_a_bad_key_is_noticed_in_the_answer_to_a_free_request() -> None:
    refused = key_refusal(reply_to({"errors": [refusal("invalidApiKey", None, parameter="apiKey")]}, 401))
    assert refused == OrderRefusal("invalidApiKey", "No.", ("apiKey",), ErrorKind.AUTH)
    assert key_refusal(reply_to({"errors": [refusal("tokenRevoked", None)]})) is not None
    assert key_refusal(reply_to({"message": "Unauthorized"}, 401)) == OrderRefusal(
        "unauthorized", "", (), ErrorKind.AUTH
    )
    assert key_refusal(reply_to({"error": "No."}, 401)) == OrderRefusal("unauthorized", "No.", (), ErrorKind.AUTH)
    assert key_refusal(reply_to({"errors": [refusal("keyOnFire")]}, 401)) == OrderRefusal(
        "keyOnFire", "No.", (), ErrorKind.AUTH
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>log in</html>", 401),
        ({"data": [ACK], "errors": [refusal("forbidden")]}, 200),
        ({"errors": [refusal("providerAuthenticationFailed")]}, 200),
        ({"errors": [refusal("invalidModel")]}, 403),
    ],
)
def test_the_key_is_not_blamed_without_need(body: Any, status: int) -> None:
    assert key_refusal(reply_to(body, status)) is None


# --- whatever comes -------------------------------------------------------------------------------

CODES = ["conflictTaskUUID", "invalidModel", "invalidApiKey", "timeoutProvider", "taskNotFound", "gpuOnFire", ""]
NAMES = [
    *["data", "errors", "error", "taskUUID", "taskType", "status", "videoUUID", "videoURL", "mediaURL", "cost"],
    *["code", "message", "parameter", "progress", "response", "request"],
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from([TASK, TASK.upper(), OTHER, "success", "error", "processing", "v1", "https://vm/v1.mp4", *CODES]),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=8),
        st.dictionaries(st.text(), inner, max_size=2),
    ),
    max_leaves=40,
)
ITEMS = st.lists(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8), max_size=4)
ENVELOPES = st.one_of(JSON, st.fixed_dictionaries({}, optional={"data": ITEMS, "errors": ITEMS, "error": JSON}))
STATUSES = st.sampled_from([200, 202, 302, 400, 401, 402, 403, 404, 408, 429, 500, 503])


def holds(body: Any, task: TaskId) -> bool:
    """Whether `data` holds an object with this id: written independently of the decoder."""
    data = body.get("data") if isinstance(body, dict) else None
    entries = data if isinstance(data, list) else [data]
    return any(isinstance(e, dict) and str(e.get("taskUUID")).lower() == task for e in entries)


@given(ENVELOPES, STATUSES)
def test_whatever_json_comes_no_order_is_accepted_without_our_id(body: Any, status: int) -> None:
    verdict = judge_submission(reply_to(body, status), TASK)
    if verdict is Acceptance.ACCEPTED:
        assert holds(body, TASK)
    if isinstance(verdict, OrderRefusal):
        assert status not in {408, 429, 500, 503}


@given(ENVELOPES, STATUSES, st.integers(0, 4))
def test_whatever_json_comes_no_task_succeeds_without_its_videos(body: Any, status: int, results: int) -> None:
    reply = reply_to(body, status)
    for report in (polled(body, results, status), judge_archive(reply, order(results))):
        assert all(item.video_uuid or item.video_url for item in report.outputs)
        assert all(item.cost is None or item.cost > 0 for item in report.outputs)
        assert report.cost is None or report.cost > 0
        if report.state is TaskState.SUCCEEDED:
            assert len(report.outputs) >= max(results, 1)
        assert (report.failure is not None) == (report.state is TaskState.FAILED)
        assert not (report.exists and report.state is TaskState.UNKNOWN)


@given(st.binary(), STATUSES)
def test_whatever_bytes_come_nothing_is_concluded(content: bytes, status: int) -> None:
    reply = decode_reply(status, content)
    assert isinstance(judge_submission(reply, TASK), Unclear)
    assert judge_poll(reply, [order()]) == {TASK: BLANK}


def test_what_is_said_about_a_task_without_ending_it_is_a_remark() -> None:
    said = refusal("unheardOf", message="Provider rejected the image")
    report = polled(
        {"data": [{"taskType": "videoInference", "taskUUID": TASK, "status": "processing"}], "errors": [said]}
    )
    assert report.state is TaskState.RUNNING
    assert report.remark == "unheardOf: Provider rejected the image"


@pytest.mark.parametrize("code", ["conflictTaskUUID", "taskNotFound", "invalidTaskUUID"])
def test_a_state_or_a_problem_with_the_question_is_no_remark(code: str) -> None:
    assert polled({"errors": [refusal(code, message="whatever")]}).remark is None
