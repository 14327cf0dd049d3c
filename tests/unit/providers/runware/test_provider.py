import asyncio
import hashlib
import json
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import httpx
import pytest
from far_sides import STALLING, Talk, answering, heard, never_answer, never_read
from replacing import replace

from ltxspec.apply.ports import Acceptance, Clock, LocalMedia, Provider, RenderOrder, TaskReport, TaskState
from ltxspec.errors import LtxspecError, NotSent, ProviderRefused, ProviderUnavailable, SubmissionUncertain
from ltxspec.lock.models import Output
from ltxspec.providers.runware.client import ApiKey, Connection
from ltxspec.providers.runware.patience import Patience
from ltxspec.providers.runware.provider import RunwareProvider, Tuning
from ltxspec.values import TaskId

T = TypeVar("T")
OpenProvider = Callable[..., RunwareProvider]

TASK = TaskId("e8147fa8-025b-45f4-a1c3-55020aa1442d")
BODY = {
    "taskType": "videoInference",
    "taskUUID": TASK,
    "model": "lightricks:2@0",
    "positivePrompt": "Regen über Neo-Kyōto",
    "duration": 8,
    "includeCost": True,
}
ORDER = RenderOrder(TASK, BODY, 1)
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100
FRAME = ("inputs", "frameImages", 0, "image")
IMAGE = LocalMedia(path=FRAME, sha256=hashlib.sha256(PNG).hexdigest(), name="assets/alley.png", content=PNG)


def run(provider: RunwareProvider, call: Callable[[RunwareProvider], Awaitable[T]]) -> T:
    async def main() -> T:
        try:
            return await call(provider)
        finally:
            await provider.close()

    return asyncio.run(main())


def counting(
    seen: list[httpx.Request], answer: httpx.Response | Exception
) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handler


def test_it_is_a_provider(open_provider: OpenProvider) -> None:
    provider: Provider = open_provider(lambda _: httpx.Response(200))
    assert provider.name == "runware"


# --- orders ---------------------------------------------------------------------------------------


def test_an_order_is_one_post_of_exactly_its_body(open_provider: OpenProvider) -> None:
    seen: list[httpx.Request] = []
    provider = open_provider(counting(seen, httpx.Response(200, json={"data": [{"taskUUID": TASK}]})))
    assert run(provider, lambda p: p.submit(ORDER)) is Acceptance.ACCEPTED
    assert [json.loads(request.content) for request in seen] == [[BODY]]


def test_an_order_is_completed_when_it_is_sent_and_what_it_has_itself_counts(open_provider: OpenProvider) -> None:
    seen: list[httpx.Request] = []

    async def fill(order: RenderOrder) -> dict[str, str]:
        return {"webhookURL": f"https://calls.example/{order.task_id}", "uploadEndpoint": "https://filled.example"}

    provider = open_provider(counting(seen, httpx.Response(200, json={"data": [{"taskUUID": TASK}]})), fill=fill)
    own = RenderOrder(TASK, {**BODY, "uploadEndpoint": "https://own.example"}, 1)
    assert run(provider, lambda p: p.submit(own)) is Acceptance.ACCEPTED
    sent = {**own.body, "webhookURL": f"https://calls.example/{TASK}"}
    assert [json.loads(request.content) for request in seen] == [[sent]]
    assert "webhookURL" not in own.body, "only what is sent has it"


def test_a_repeated_order_has_the_same_bytes(open_provider: OpenProvider) -> None:
    seen: list[httpx.Request] = []
    body = {"data": [], "errors": [{"code": "conflictTaskUUID", "message": "Used.", "taskUUID": TASK}]}
    provider = open_provider(counting(seen, httpx.Response(400, json=body)))
    again = RenderOrder(TASK, dict(reversed(BODY.items())), 1)

    async def twice(p: RunwareProvider) -> list[Acceptance]:
        return [await p.submit(ORDER), await p.submit(again)]

    assert run(provider, twice) == [Acceptance.ALREADY_KNOWN] * 2
    assert seen[0].content == seen[1].content


FAULTS: dict[str, httpx.Response | Exception] = {
    "no answer in time": httpx.ReadTimeout("slow"),
    "could not be sent in time": httpx.WriteTimeout("slow"),
    "the connection broke while writing": httpx.WriteError("reset"),
    "the connection broke while reading": httpx.ReadError("reset"),
    "the server closed the connection": httpx.RemoteProtocolError("closed the connection"),
    "gibberish": httpx.DecodingError("gzip"),
    "no word of it": httpx.Response(200, json={"data": []}),
    "HTML": httpx.Response(200, text="<html>"),
    "cut": httpx.Response(200, text='{"data":[{"taskUUID":"e8147fa8'),
    "another task": httpx.Response(200, json={"data": [{"taskUUID": "2804a65f-6622-4c53-aca4-bd631680ed53"}]}),
    "a redirect": httpx.Response(308, headers={"Location": "https://elsewhere.test/v1"}),
    **{f"HTTP {status}": httpx.Response(status, text="") for status in (408, 425, 429, 500, 502, 503, 504)},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_an_unclear_order_is_never_repeated_by_the_adapter(
    open_provider: OpenProvider, slept: list[float], fault: httpx.Response | Exception
) -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(SubmissionUncertain) as caught:
        run(open_provider(counting(seen, fault)), lambda p: p.submit(ORDER))
    assert not isinstance(caught.value, NotSent)
    assert (len(seen), slept) == (1, [])


@pytest.mark.parametrize("error", [httpx.ConnectError("no"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("busy")])
def test_an_order_that_never_left_is_told_apart(open_provider: OpenProvider, error: Exception) -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(NotSent, match="the service could not be reached"):
        run(open_provider(counting(seen, error)), lambda p: p.submit(ORDER))
    assert len(seen) == 1


@pytest.mark.parametrize(("status", "busy"), [(429, True), (503, True), (500, False), (408, False)])
def test_a_service_that_has_too_many_orders_says_so(open_provider: OpenProvider, status: int, busy: bool) -> None:
    with pytest.raises(SubmissionUncertain) as caught:
        run(open_provider(lambda _: httpx.Response(status, text="")), lambda p: p.submit(ORDER))
    assert caught.value.busy is busy


def test_an_unclear_answer_may_ask_for_a_wait(open_provider: OpenProvider) -> None:
    answer = httpx.Response(503, headers={"Retry-After": "17"}, json={"data": []})
    with pytest.raises(SubmissionUncertain, match="HTTP 503 without information about this order") as caught:
        run(open_provider(lambda _: answer), lambda p: p.submit(ORDER))
    assert caught.value.retry_after == 17.0


@pytest.mark.parametrize(
    ("status", "error", "message", "hint", "whole_run"),
    [
        (
            400,
            {"code": "unsupportedDuration", "message": "Use 6, 8 or 10.", "parameter": "duration", "taskUUID": TASK},
            "the service refused the order (`unsupportedDuration`, about `duration`): Use 6, 8 or 10",
            "correct the shot: the same request will be refused again",
            False,
        ),
        (
            400,
            {"code": "promptBlocked", "message": "Blocked.", "taskUUID": TASK},
            "the service refused the order (`promptBlocked`): Blocked",
            "change the prompt or the images: the same request will be refused again",
            False,
        ),
        (
            402,
            {"code": "insufficientCredits", "message": ""},
            "the service refused the order (`insufficientCredits`): no reason given",
            "add credits to the account, then run the same command again",
            True,
        ),
    ],
)
def test_a_refusal_says_what_and_how_to_mend_it(
    open_provider: OpenProvider, *, status: int, error: dict[str, str], message: str, hint: str, whole_run: bool
) -> None:
    with pytest.raises(ProviderRefused) as caught:
        run(open_provider(lambda _: httpx.Response(status, json={"errors": [error]})), lambda p: p.submit(ORDER))
    refusal = caught.value
    assert (str(refusal), refusal.hint) == (message, hint)
    assert (refusal.provider_code, refusal.whole_run) == (error["code"], whole_run)


@pytest.mark.parametrize("body", [{"taskType": "videoInference"}, {**BODY, "taskUUID": "another"}])
def test_an_order_under_another_id_is_a_mistake_and_is_not_sent(open_provider: OpenProvider, body: Any) -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(ValueError, match="own task id"):
        run(open_provider(counting(seen, httpx.Response(200))), lambda p: p.submit(RenderOrder(TASK, body, 1)))
    assert seen == []


def test_an_order_that_is_no_json_is_not_sent(open_provider: OpenProvider) -> None:
    seen: list[httpx.Request] = []
    order = RenderOrder(TASK, {**BODY, "CFGScale": float("inf")}, 1)
    with pytest.raises(ProviderRefused, match="was not sent"):
        run(open_provider(counting(seen, httpx.Response(200))), lambda p: p.submit(order))
    assert seen == []


# --- the archive ----------------------------------------------------------------------------------


def archive(*records: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json={"data": [{"taskType": "getTaskDetails", "taskUUID": TASK, **r} for r in records]})


def look_up(provider: RunwareProvider) -> TaskReport:
    return run(provider, lambda p: p.look_up(ORDER))


def test_the_archive_is_asked_by_the_tasks_own_id(open_provider: OpenProvider) -> None:
    seen: list[httpx.Request] = []
    video = {"taskUUID": TASK, "videoUUID": "v1", "videoURL": "https://vm/v1.mp4", "cost": 0.48}
    found = archive({"request": [BODY], "response": {"data": [video]}})
    report = look_up(open_provider(counting(seen, found)))
    output = Output(video_uuid="v1", video_url="https://vm/v1.mp4", cost=Decimal("0.48"))
    assert report == TaskReport(TASK, TaskState.SUCCEEDED, (output,), Decimal("0.48"), exists=True)
    assert json.loads(seen[0].content) == [{"taskType": "getTaskDetails", "taskUUID": TASK}]


@pytest.mark.parametrize(
    "answer",
    [
        archive(),
        archive({"request": [], "response": {}}),
        httpx.Response(404, json={"errors": [{"code": "taskNotFound", "message": "No.", "taskUUID": TASK}]}),
        httpx.Response(404, json={"errors": [{"code": "taskNotFound", "message": "No."}]}),
    ],
)
def test_an_archive_that_holds_nothing_knows_nothing(open_provider: OpenProvider, answer: httpx.Response) -> None:
    assert look_up(open_provider(lambda _: answer)) == TaskReport(TASK, TaskState.UNKNOWN)


@pytest.mark.parametrize(
    ("answer", "settled"),
    [
        (httpx.Response(400, json={"errors": [{"code": "unsupportedTaskType", "taskUUID": TASK}]}), True),
        (httpx.Response(200, json={"errors": [{"code": "providerError", "taskUUID": TASK}]}), False),
        (httpx.Response(404, json={}), True),
        (httpx.Response(404, text="<html>"), False),
        (httpx.Response(200, text="<html>"), False),
        (httpx.Response(500, text="<html>"), False),
    ],
)
def test_an_archive_that_does_not_answer_is_not_one_that_holds_nothing(
    open_provider: OpenProvider, answer: httpx.Response, *, settled: bool
) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        look_up(open_provider(lambda _: answer))
    assert caught.value.settled is settled


# --- images ---------------------------------------------------------------------------------------


def media_server(stored: list[dict[str, Any]], **fields: Any) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        (task,) = json.loads(request.content)
        stored.append(task)
        item = {
            "taskType": "mediaStorage",
            "taskUUID": task["taskUUID"],
            **(fields or {"mediaUUID": f"m{len(stored)}"}),
        }
        return httpx.Response(200, json={"data": [item]})

    return handler


def test_an_image_is_stored_once_however_often_it_is_needed(open_provider: OpenProvider) -> None:
    stored: list[dict[str, Any]] = []

    async def store(p: RunwareProvider) -> Sequence[str]:
        copy = replace(IMAGE, path=("inputs", "referenceImages", 0), name="elsewhere/copy.png")
        at_once = await asyncio.gather(p.upload(IMAGE), p.upload(copy))
        return [*at_once, await p.upload(IMAGE)]

    assert run(open_provider(media_server(stored)), store) == ["m1"] * 3
    assert stored[0]["media"].startswith("data:image/png;base64,")


def test_the_older_answer_to_an_upload_is_understood(open_provider: OpenProvider) -> None:
    assert run(open_provider(media_server([], imageUUID="i1")), lambda p: p.upload(IMAGE)) == "i1"


def test_an_upload_that_failed_is_tried_again_when_asked_again(open_provider: OpenProvider) -> None:
    stored: list[dict[str, Any]] = []
    working = media_server(stored)
    script = iter([httpx.Response(400, json={"errors": [{"code": "uploadFailed", "message": "Disk full."}]})])

    async def store(p: RunwareProvider) -> str:
        with pytest.raises(
            ProviderUnavailable,
            match=r"sent the image `assets/alley\.png`, the service at .* answered HTTP 400 .*: Disk full",
        ):
            await p.upload(IMAGE)
        return await p.upload(IMAGE)

    assert run(open_provider(lambda request: next(script, None) or working(request)), store) == "m1"


def test_an_upload_is_repeated_after_trouble_because_it_is_free(
    open_provider: OpenProvider, slept: list[float]
) -> None:
    working = media_server([])
    script = iter([httpx.Response(503), httpx.Response(502)])
    assert run(open_provider(lambda r: next(script, None) or working(r)), lambda p: p.upload(IMAGE)) == "m1"
    assert slept == [1.0, 2.0]


def test_an_image_that_is_refused_is_named(open_provider: OpenProvider) -> None:
    body = {"errors": [{"code": "invalidMedia", "message": "Not an image.", "parameter": "media"}]}
    with pytest.raises(ProviderRefused) as caught:
        run(open_provider(lambda _: httpx.Response(400, json=body)), lambda p: p.upload(IMAGE))
    assert str(caught.value) == (
        "the service refused the image `assets/alley.png` (`invalidMedia`, about `media`): Not an image"
    )


def test_an_upload_without_a_usable_name_is_no_upload(open_provider: OpenProvider) -> None:
    with pytest.raises(ProviderUnavailable, match="did not name it"):
        run(open_provider(media_server([], mediaUUID="../x")), lambda p: p.upload(IMAGE))


# --- the account ----------------------------------------------------------------------------------


def test_the_balance_is_exact(open_provider: OpenProvider) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        (task,) = json.loads(request.content)
        assert (task["taskType"], task["operation"]) == ("accountManagement", "getDetails")
        item = {"taskUUID": task["taskUUID"], "balance": {"amount": 12.1, "currency": "USD"}}
        return httpx.Response(200, json={"data": [item]})

    assert run(open_provider(handler), lambda p: p.account()) == Decimal("12.1")


# --- the key --------------------------------------------------------------------------------------

CALLS: dict[str, Callable[[RunwareProvider], Awaitable[Any]]] = {
    "submit": lambda p: p.submit(ORDER),
    "poll": lambda p: p.poll([ORDER]),
    "look_up": lambda p: p.look_up(ORDER),
    "upload": lambda p: p.upload(IMAGE),
    "account": lambda p: p.account(),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    "fault",
    [
        *[(401, "invalidApiKey"), (400, "invalidModel"), (500, "internalServerError"), (402, "insufficientCredits")],
        *[httpx.ReadTimeout("slow"), httpx.ConnectError("no")],
    ],
)
def test_no_error_ever_shows_the_key(
    open_provider: OpenProvider,
    key: str,
    call: Callable[[RunwareProvider], Awaitable[Any]],
    fault: tuple[int, str] | Exception,
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if isinstance(fault, Exception):
            fault.request = request  # type: ignore[attr-defined]  # httpx sets it on its own errors
            raise fault
        status, code = fault
        return httpx.Response(status, json={"errors": [{"code": code, "message": f"The key {key} did it."}]})

    provider = open_provider(handler)
    with pytest.raises(LtxspecError) as caught:
        run(provider, call)
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=False).format())
    assert key not in f"{shown} {caught.value!r} {caught.value.hint} {provider!r}"


@pytest.mark.parametrize("call", [CALLS["poll"], CALLS["look_up"], CALLS["upload"], CALLS["account"]])
def test_a_bad_key_stops_the_whole_run(
    open_provider: OpenProvider, call: Callable[[RunwareProvider], Awaitable[Any]]
) -> None:
    body = {"errors": [{"code": "invalidApiKey", "message": "No.", "parameter": "apiKey"}]}
    with pytest.raises(ProviderRefused) as caught:
        run(open_provider(lambda _: httpx.Response(401, json=body)), call)
    assert caught.value.whole_run


# --- far sides that hang or drip, on a real socket ------------------------------------------------

HASTY = Patience(request=0.05, question=0.15, order=0.05, sending=10**12)
LARGE = LocalMedia(FRAME, "0" * 64, "assets/large.png", PNG + bytes(2_000_000))


def on_a_port(
    talk: Talk, clock: Clock, call: Callable[[RunwareProvider], Awaitable[T]], patience: Patience = HASTY, **tuning: Any
) -> T:
    """What a call gives against a server of this machine. Waits between attempts take no time."""

    async def main() -> T:
        async with answering(talk) as address:
            connection = Connection(f"{address}/v1", ApiKey("canary-key"))
            tuned = Tuning(jitter=lambda: 1.0, patience=patience, **tuning)
            provider = RunwareProvider(connection, clock, tuning=tuned)
            try:
                return await call(provider)
            finally:
                await provider.close()

    return asyncio.run(main())


@pytest.mark.parametrize("talk", STALLING)
@pytest.mark.parametrize("call", [CALLS["poll"], CALLS["look_up"], CALLS["upload"], CALLS["account"]])
def test_a_question_that_gets_no_answer_is_given_up(
    clock: Clock, slept: list[float], talk: Talk, call: Callable[[RunwareProvider], Awaitable[Any]]
) -> None:
    with pytest.raises(ProviderUnavailable, match="no answer in time"):
        on_a_port(talk, clock, call, replace(HASTY, question=30.0))
    assert slept == [1.0, 2.0, 4.0], "four attempts"
    with pytest.raises(ProviderUnavailable, match=r"the service at `http://127\.0\.0\.1:\d+/v1` did not answer within"):
        on_a_port(talk, clock, call, replace(HASTY, request=30.0))


@pytest.mark.parametrize("talk", STALLING)
def test_an_order_that_gets_no_answer_is_unclear_and_sent_once(clock: Clock, talk: Talk) -> None:
    with pytest.raises(SubmissionUncertain, match="no answer in time") as caught:
        on_a_port(talk, clock, CALLS["submit"])
    assert not isinstance(caught.value, NotSent)


def test_an_upload_that_the_far_side_does_not_read_is_given_up(clock: Clock) -> None:
    with pytest.raises(ProviderUnavailable):
        on_a_port(never_read, clock, lambda p: p.upload(LARGE))


def test_a_look_at_many_tasks_takes_no_longer_than_one_question(clock: Clock) -> None:
    async def story(provider: RunwareProvider) -> float:
        started = time.monotonic()
        with pytest.raises(ProviderUnavailable):
            await provider.poll([RenderOrder(TaskId(f"00000000-0000-4000-8000-{n:012d}"), {}, 1) for n in range(100)])
        return time.monotonic() - started

    patience = replace(HASTY, request=0.25, question=0.3)  # one after another the looks would take 25 s
    assert on_a_port(never_answer, clock, story, patience, poll_chunk=1) < 10


def test_uploads_that_hang_do_not_hold_up_a_look(clock: Clock) -> None:
    async def answer_small_ones(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, body = await heard(reader)
        if len(body) > 10_000:
            await asyncio.Event().wait()
        reply = json.dumps({"data": [{"taskUUID": TASK, "status": "processing", "progress": 9}]}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(reply) + reply)
        await writer.drain()

    async def story(provider: RunwareProvider) -> TaskReport:
        images = [replace(LARGE, sha256=f"{number:064d}") for number in range(6)]
        uploads = [asyncio.create_task(provider.upload(image)) for image in images]
        await asyncio.sleep(0.1)
        report = (await provider.poll([ORDER]))[TASK]
        assert not any(upload.done() for upload in uploads)
        for upload in uploads:
            upload.cancel()
        await asyncio.gather(*uploads, return_exceptions=True)
        return report

    report = on_a_port(answer_small_ones, clock, story, Patience())
    assert (report.progress, report.exists) == (9, True)


def test_orders_wait_for_their_turn_and_leave_room_for_looks(open_provider: OpenProvider) -> None:
    under_way, most = 0, 0

    async def handler(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        under_way -= 1
        return httpx.Response(200, json={"data": json.loads(request.content)})

    async def story(provider: RunwareProvider) -> list[Acceptance]:
        tasks = [TaskId(f"00000000-0000-4000-8000-{number:012d}") for number in range(30)]
        return await asyncio.gather(
            *(provider.submit(RenderOrder(task, {**BODY, "taskUUID": task}, 1)) for task in tasks)
        )

    assert run(open_provider(handler), story) == [Acceptance.ACCEPTED] * 30
    assert most == 8
