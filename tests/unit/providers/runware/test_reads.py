import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest

from ltxspec.apply.ports import Clock
from ltxspec.errors import ProviderRefused, ProviderUnavailable
from ltxspec.providers.runware.client import Client, Connection
from ltxspec.providers.runware.patience import Patience
from ltxspec.providers.runware.reads import Reads, unanswered
from ltxspec.providers.runware.wire import WireReply, decode_reply
from ltxspec.values import TaskId

TASK = TaskId("e8147fa8-025b-45f4-a1c3-55020aa1442d")
FOUND = httpx.Response(200, json={"data": [{"taskUUID": TASK}]})
NOTHING = httpx.Response(200, json={"data": []})

Ask = Callable[[Sequence[httpx.Response | Exception]], WireReply]


@pytest.fixture
def ask(connect: Callable[..., Connection], clock: Clock) -> Ask:
    """Ask about one task; the far side plays these answers one after the other."""

    def run(answers: Sequence[httpx.Response | Exception], jitter: float = 1.0) -> WireReply:
        script: Iterator[httpx.Response | Exception] = iter(answers)

        def handler(_: httpx.Request) -> httpx.Response:
            answer = next(script)
            if isinstance(answer, Exception):
                raise answer
            return answer

        async def once() -> WireReply:
            async with Client(connect(handler)) as client:
                return await Reads(client, clock, lambda: jitter, Patience()).ask(b"[]", [TASK])

        reply = asyncio.run(once())
        assert next(script, None) is None, "not every answer was asked for"
        return reply

    return run


@pytest.mark.parametrize("answer", [FOUND, NOTHING, httpx.Response(400, json={"errors": [{"code": "x"}]})])
def test_an_answer_is_asked_for_once(ask: Ask, slept: list[float], answer: httpx.Response) -> None:
    assert ask([answer]).readable
    assert slept == []


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
        httpx.Response(429, json={"errors": [{"code": "rateLimitExceeded"}]}),
        httpx.Response(503, text="<html>"),
        httpx.Response(500, json={}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, text=""),
    ],
)
def test_trouble_is_asked_about_again_with_growing_waits(
    ask: Ask, slept: list[float], trouble: httpx.Response | Exception
) -> None:
    assert ask([trouble, trouble, trouble, FOUND]).mentioned([TASK])
    assert slept == [1.0, 2.0, 4.0]


def test_what_an_answer_says_of_a_task_counts_under_any_status(ask: Ask) -> None:
    assert ask([httpx.Response(503, json={"data": [{"taskUUID": TASK}]})]).mentioned([TASK])


def test_after_four_attempts_the_look_has_failed(ask: Ask) -> None:
    with pytest.raises(ProviderUnavailable, match="no answer in time"):
        ask([httpx.ReadTimeout("slow")] * 4)


def test_the_last_answer_tells_why_the_look_failed(ask: Ask) -> None:
    body = {"errors": [{"code": "serviceUnavailable", "message": "Try later"}]}
    with pytest.raises(ProviderUnavailable, match=r"answered HTTP 503 .*Try later"):
        ask([httpx.Response(503, json=body)] * 4)


def test_an_unreadable_answer_with_a_settled_status_is_handed_on(ask: Ask) -> None:
    assert not ask([httpx.Response(200, text="<html>")] * 4).readable


def test_the_service_may_ask_for_a_longer_wait(ask: Ask, slept: list[float]) -> None:
    ask([httpx.Response(429, json={}, headers={"Retry-After": "12"}), FOUND])
    assert slept == [12.0]


def test_a_very_long_wait_is_left_to_the_caller(ask: Ask, slept: list[float]) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        ask([httpx.Response(429, json={}, headers={"Retry-After": "3600"})])
    assert (caught.value.retry_after, slept) == (120.0, [])


@pytest.mark.parametrize(("jitter", "wait"), [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)])
def test_waits_are_spread(ask: Any, slept: list[float], jitter: float, wait: float) -> None:
    ask([httpx.ReadTimeout("slow"), FOUND], jitter)
    assert slept == [wait]


def test_a_bad_key_stops_the_run_at_once(ask: Ask, slept: list[float], key: str) -> None:
    body = {"errors": [{"code": "invalidApiKey", "message": f"Key {key} is not valid.", "parameter": "apiKey"}]}
    with pytest.raises(ProviderRefused) as caught:
        ask([httpx.Response(401, json=body)])
    assert caught.value.whole_run
    assert str(caught.value) == (
        "the service refused the key (`invalidApiKey`, about `apiKey`): Key (hidden) is not valid"
    )
    assert caught.value.hint == "check `RUNWARE_API_KEY`, and that the account is active"
    assert slept == []


def test_what_refused_the_key_is_named_where_it_is_not_the_usual_service(
    connect: Callable[..., Connection], clock: Clock
) -> None:
    answer = httpx.Response(401, json={"errors": [{"code": "invalidApiKey", "message": "No"}]})
    connection = replace(connect(lambda _: answer), named_by="`RUNWARE_BASE_URL`")

    async def once() -> None:
        async with Client(connection) as client:
            await Reads(client, clock, lambda: 1.0, Patience()).ask(b"[]", [TASK])

    with pytest.raises(ProviderRefused) as caught:
        asyncio.run(once())
    assert caught.value.summary == (
        "the service at `https://api.example.test/v1` (from `RUNWARE_BASE_URL`) refused the key (`invalidApiKey`): No"
    )


def test_only_a_few_requests_are_under_way_at_once(connect: Callable[..., Connection], clock: Clock) -> None:
    under_way, most = 0, 0

    async def handler(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        under_way -= 1
        return httpx.Response(200, json={"data": json.loads(request.content)})

    async def run() -> None:
        async with Client(connect(handler)) as client:
            reads = Reads(client, clock, lambda: 1.0, Patience())
            await asyncio.gather(*(reads.ask(b"[]", [TASK]) for _ in range(20)))

    asyncio.run(run())
    assert most == 4


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            httpx.Response(200, text="<!doctype html><title>Log in</title>"),
            "HTTP 200 with a web page instead of JSON",
        ),
        (httpx.Response(302, headers={"Location": "https://login.test/"}), "HTTP 302, a redirect"),
        (httpx.Response(200, text="ok"), "HTTP 200 with a body that is not the service's JSON"),
    ],
)
def test_who_else_may_have_answered_is_told(ask: Ask, answer: httpx.Response, words: str) -> None:
    reply = ask([answer] * 4)
    told = f"{reply.summary}; {reply.cure}"
    assert told.startswith(words)
    assert ("login page" in told and "HTTPS_PROXY" in told) is (answer.text != "ok")


def test_a_service_that_does_not_answer_is_named(ask: Ask) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        ask([httpx.ConnectError("refused")] * 4)
    assert caught.value.summary == "the service could not be reached: no connection to `https://api.example.test/v1`"
    assert "HTTPS_PROXY" in (caught.value.hint or "")
    with pytest.raises(ProviderUnavailable) as caught:
        ask([httpx.ReadTimeout("slow")] * 4)
    assert caught.value.summary == "the service at `https://api.example.test/v1` did not answer: no answer in time"


@pytest.mark.parametrize(
    ("status", "cure"),
    [(404, "check the path in `RUNWARE_BASE_URL`"), (500, "the service has a problem: try again later"),
     (429, "too many requests: try again later")],
)  # fmt: skip
def test_a_status_that_is_no_answer_names_the_address_and_a_cure(status: int, cure: str) -> None:
    for body in ("", "{}"):
        reply = decode_reply(status, body.encode())
        error = unanswered("asked for a task", "https://gate.test/v1", reply)
        assert error.summary.startswith(
            f"asked for a task, the service at `https://gate.test/v1` answered HTTP {status}"
        )
        assert error.hint == cure
