import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx
import pytest

from ltxspec.apply.ports import RenderOrder, TaskReport, TaskState
from ltxspec.errors import ProviderRefused, ProviderUnavailable
from ltxspec.providers.runware.provider import RunwareProvider
from ltxspec.values import TaskId

OpenProvider = Callable[..., RunwareProvider]
Asked = list[list[str]]  # for each request, the tasks that it asked about
Answer = Callable[[list[str]], httpx.Response]

TASKS = [TaskId(f"00000000-0000-4000-8000-{number:012d}") for number in range(7)]


def orders(count: int) -> list[RenderOrder]:
    return [RenderOrder(task, {"taskUUID": task}, 1) for task in TASKS[:count]]


def running(tasks: Sequence[str]) -> httpx.Response:
    return httpx.Response(200, json={"data": [{"taskUUID": task, "status": "processing"} for task in tasks]})


def recording(asked: Asked, answer: Answer, nobodys: Answer = running) -> Callable[[httpx.Request], httpx.Response]:
    """Answer looks at our tasks, and by `nobodys` the one look at an id that nobody ordered."""

    def handler(request: httpx.Request) -> httpx.Response:
        tasks = json.loads(request.content)
        assert {task["taskType"] for task in tasks} == {"getResponse"}
        ids = [task["taskUUID"] for task in tasks]
        if ids[0] not in TASKS:
            return nobodys(ids)
        asked.append(ids)
        return answer(ids)

    return handler


def silent(_: list[str]) -> httpx.Response:
    return httpx.Response(200, json={"data": []})


def look(provider: RunwareProvider, *counts: int) -> Mapping[TaskId, TaskReport]:
    """Poll the first tasks, once for each count; the last answer counts."""

    async def run() -> Mapping[TaskId, TaskReport]:
        reports: Mapping[TaskId, TaskReport] = {}
        try:
            for count in counts:
                reports = await provider.poll(orders(count))
        finally:
            await provider.close()
        return reports

    return asyncio.run(run())


def states(reports: Mapping[TaskId, TaskReport]) -> list[TaskState]:
    return [report.state for report in reports.values()]


def test_nothing_is_asked_about_nothing(open_provider: OpenProvider) -> None:
    asked: Asked = []
    assert look(open_provider(recording(asked, running)), 0) == {}
    assert asked == []


def test_many_tasks_are_asked_about_in_chunks(open_provider: OpenProvider) -> None:
    asked: Asked = []
    reports = look(open_provider(recording(asked, running), poll_chunk=3), 7)
    assert list(reports) == TASKS
    assert sorted(map(len, asked)) == [1, 3, 3]
    assert states(reports) == [TaskState.RUNNING] * 7


def test_a_task_asked_about_twice_is_looked_at_once(open_provider: OpenProvider) -> None:
    asked: Asked = []
    provider = open_provider(recording(asked, running))
    asyncio.run(provider.poll([*orders(2), *orders(2)]))
    assert asked == [TASKS[:2]]


def refuse_many(tasks: list[str], refusal: httpx.Response) -> httpx.Response:
    return running(tasks) if len(tasks) == 1 else refusal


@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(400, json={"errors": [{"code": "invalidRequest", "message": "One at a time."}]}),
        httpx.Response(413, json={}),
        httpx.Response(400, text="<html>"),
        httpx.Response(200, text="<html>"),
    ],
)
def test_when_chunks_make_no_sense_tasks_are_asked_about_one_by_one_for_good(
    open_provider: OpenProvider, refusal: httpx.Response
) -> None:
    asked: Asked = []
    provider = open_provider(recording(asked, lambda tasks: refuse_many(tasks, refusal)))
    assert states(look(provider, 3, 3)) == [TaskState.RUNNING] * 3
    alone: Asked = [[task] for task in TASKS[:3]]
    first_alone = asked.index(alone[0])
    assert {len(tasks) for tasks in asked[:first_alone]} == {3}
    assert asked[first_alone:] == alone + alone


def test_a_service_that_answers_only_the_first_of_many_is_found_out(open_provider: OpenProvider) -> None:
    asked: Asked = []
    provider = open_provider(recording(asked, lambda tasks: running(tasks[:1])))
    assert states(look(provider, 3)) == [TaskState.RUNNING] * 3
    assert asked[0] == TASKS[:3]


def test_a_service_that_answers_nothing_to_many_is_found_out(open_provider: OpenProvider) -> None:
    asked: Asked = []
    nothing = httpx.Response(200, json={"data": []})
    provider = open_provider(recording(asked, lambda tasks: refuse_many(tasks, nothing)))
    assert states(look(provider, 3)) == [TaskState.RUNNING] * 3


def test_tasks_that_nobody_knows_cost_one_more_request_and_no_more(open_provider: OpenProvider) -> None:
    asked: Asked = []
    provider = open_provider(recording(asked, lambda _: httpx.Response(200, json={"data": []})))
    assert states(look(provider, 5)) == [TaskState.UNKNOWN] * 5
    assert asked == [TASKS[:5], TASKS[:1]]


def test_chunks_that_have_proved_to_work_are_believed_when_they_leave_tasks_out(open_provider: OpenProvider) -> None:
    asked: Asked = []
    provider = open_provider(recording(asked, lambda tasks: running(tasks[:2])))
    assert states(look(provider, 3, 3)) == [TaskState.RUNNING, TaskState.RUNNING, TaskState.UNKNOWN]
    assert asked == [TASKS[:3], TASKS[:3]]


def test_the_silence_of_chunks_that_work_is_believed_at_once(open_provider: OpenProvider) -> None:
    asked: Asked = []

    def answer(tasks: list[str]) -> httpx.Response:
        return running(tasks) if len(asked) == 1 else httpx.Response(200, json={"data": []})

    assert states(look(open_provider(recording(asked, answer)), 3, 3)) == [TaskState.UNKNOWN] * 3
    assert asked == [TASKS[:3], TASKS[:3]]


def test_silence_that_could_not_be_checked_proves_nothing(open_provider: OpenProvider) -> None:
    def answer(tasks: list[str]) -> httpx.Response:
        return httpx.Response(503) if len(tasks) == 1 else httpx.Response(200, json={"data": []})

    with pytest.raises(ProviderUnavailable, match="HTTP 503"):
        look(open_provider(recording([], answer)), 3)


def test_one_bad_answer_does_not_end_chunks_that_work(open_provider: OpenProvider) -> None:
    asked: Asked = []

    def answer(tasks: list[str]) -> httpx.Response:
        return httpx.Response(400, json={}) if len(asked) == 2 else running(tasks)

    assert states(look(open_provider(recording(asked, answer)), 2, 2, 2)) == [TaskState.RUNNING] * 2
    assert list(map(len, asked)) == [2, 2, 1, 1, 2]


def test_a_task_whose_look_failed_is_not_called_unknown(open_provider: OpenProvider) -> None:
    def answer(tasks: list[str]) -> httpx.Response:
        return running(tasks) if tasks != [TASKS[1]] else httpx.Response(400, json={"errors": [{"code": "x"}]})

    reports = look(open_provider(recording([], answer), poll_chunk=1), 3)
    assert reports[TASKS[1]] == TaskReport(TASKS[1], TaskState.RUNNING, heard=False)


@pytest.mark.parametrize("count", [1, 3])
def test_when_no_look_succeeds_nothing_is_said_of_any_task(open_provider: OpenProvider, count: int) -> None:
    provider = open_provider(recording([], lambda _: httpx.Response(400, json={"errors": [{"code": "x"}]})))
    with pytest.raises(ProviderUnavailable, match="HTTP 400"):
        look(provider, count)


@pytest.mark.parametrize("status", [200, 404])
def test_a_service_that_has_not_heard_of_the_one_task_makes_it_unknown(
    open_provider: OpenProvider, status: int
) -> None:
    body = {"errors": [{"code": "taskNotFound", "message": "No such task."}]}
    provider = open_provider(recording([], lambda _: httpx.Response(status, json=body)))
    assert states(look(provider, 1)) == [TaskState.UNKNOWN]


def trouble(*tasks: str, code: str = "serviceUnavailable", **fields: Any) -> list[dict[str, Any]]:
    return [{"code": code, "message": "Try later.", "taskUUID": task, **fields} for task in tasks]


TROUBLE: dict[str, list[dict[str, Any]]] = {
    "the server": trouble(TASKS[0]),
    "a time-out": trouble(TASKS[0], code="timeoutProvider"),
    "an unheard-of code": trouble(TASKS[0], code="gpuOnFire"),
    "too many requests": trouble(TASKS[0], code="rateLimitExceeded"),
    "the question": trouble(TASKS[0], code="invalidParameter", parameter="taskType"),
    "nobody's": [{"code": "serviceUnavailable", "message": "Try later."}],
}


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("errors", TROUBLE.values(), ids=TROUBLE)
def test_an_answer_that_tells_of_trouble_only_is_a_failed_look_and_not_silence(
    open_provider: OpenProvider, errors: list[dict[str, Any]], status: int
) -> None:
    provider = open_provider(recording([], lambda _: httpx.Response(status, json={"errors": errors})))
    with pytest.raises(ProviderUnavailable, match="Try later"):
        look(provider, 1)


def test_trouble_with_one_of_many_tasks_leaves_the_others_as_they_are(open_provider: OpenProvider) -> None:
    def answer(tasks: list[str]) -> httpx.Response:
        data = [{"taskUUID": task, "status": "processing", "progress": 5} for task in tasks[1:]]
        return httpx.Response(200, json={"data": data, "errors": trouble(tasks[0])})

    reports = look(open_provider(recording([], answer)), 3)
    assert reports[TASKS[0]] == TaskReport(TASKS[0], TaskState.RUNNING, heard=False), "no proof"
    assert [(reports[task].exists, reports[task].heard) for task in TASKS[1:3]] == [(True, True)] * 2


def test_trouble_with_all_of_many_tasks_is_a_failed_look(open_provider: OpenProvider) -> None:
    provider = open_provider(recording([], lambda tasks: httpx.Response(200, json={"errors": trouble(*tasks)})))
    with pytest.raises(ProviderUnavailable, match="`serviceUnavailable`: Try later"):
        look(provider, 3)


def test_a_failed_look_hands_on_how_long_to_wait(open_provider: OpenProvider) -> None:
    answer = httpx.Response(200, json={"errors": trouble(TASKS[0])}, headers={"Retry-After": "17"})
    with pytest.raises(ProviderUnavailable) as caught:
        look(open_provider(recording([], lambda _: answer)), 1)
    assert caught.value.retry_after == 17.0


@pytest.mark.parametrize("code", ["promptBlocked", "providerError"])
def test_an_error_that_ends_a_task_is_an_answer(open_provider: OpenProvider, code: str) -> None:
    answer = httpx.Response(200, json={"errors": trouble(TASKS[0], code=code)})
    assert states(look(open_provider(recording([], lambda _: answer)), 1)) == [TaskState.FAILED]


NO_SUCH_TASK = httpx.Response(404, json={"errors": [{"code": "taskNotFound", "message": "No such task."}]})


@pytest.mark.parametrize("nobodys", [silent, lambda _: NO_SUCH_TASK], ids=["silence", "not found"])
def test_running_is_proof_of_a_task_where_an_id_that_nobody_ordered_is_not_running(
    open_provider: OpenProvider, nobodys: Answer
) -> None:
    reports = look(open_provider(recording([], lambda tasks: running(tasks[:2]), nobodys)), 3)
    assert [reports[task].exists for task in TASKS[:3]] == [True, True, False]


@pytest.mark.parametrize("nobodys", [running, lambda _: httpx.Response(503)], ids=["running", "no answer"])
def test_running_proves_nothing_where_it_is_said_of_any_id_or_that_is_not_known(
    open_provider: OpenProvider, nobodys: Answer
) -> None:
    reports = look(open_provider(recording([], running, nobodys)), 2)
    assert [report.exists for report in reports.values()] == [False, False]


def test_an_id_that_nobody_ordered_is_asked_about_once_and_only_where_it_matters(open_provider: OpenProvider) -> None:
    strangers: list[list[str]] = []

    def nobodys(tasks: list[str]) -> httpx.Response:
        strangers.append(tasks)
        return silent(tasks)

    look(open_provider(recording([], silent, nobodys)), 2)
    assert strangers == []
    look(open_provider(recording([], running, nobodys)), 2, 2, 1)
    assert list(map(len, strangers)) == [1]


def test_a_bad_key_ends_the_look(open_provider: OpenProvider) -> None:
    body: dict[str, Any] = {"errors": [{"code": "invalidApiKey", "message": "No."}]}
    with pytest.raises(ProviderRefused) as caught:
        look(open_provider(recording([], lambda _: httpx.Response(401, json=body)), poll_chunk=2), 5)
    assert caught.value.whole_run
