"""One suite for every provider: what apply relies on, asked of the real client and a real server.

The paid service is only looked at, and only with `--live`; what orders anything runs against the sandbox, in process
and over a socket.
"""

import asyncio
import json
import os
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from fakes import FakeClock, MemorySink

from ltxspec.apply.ports import Acceptance, LocalMedia, Provider, RenderOrder, TaskReport, TaskState
from ltxspec.canonical import sha256_hex
from ltxspec.catalog.models import load_catalog
from ltxspec.errors import ProviderRefused, ProviderUnavailable, SubmissionUncertain
from ltxspec.plan.usage import UsageQuestion, UsageReport, UsageRow, UsageSum
from ltxspec.providers.registry import PROVIDERS, ProviderSettings, SandboxParts, open_provider
from ltxspec.providers.runware.client import ApiKey, Connection
from ltxspec.providers.runware.provider import RunwareProvider
from ltxspec.providers.sandbox.app import create_app
from ltxspec.providers.sandbox.serve import serving
from ltxspec.providers.sandbox.settings import Film, SandboxSettings
from ltxspec.providers.sandbox.transport import SandboxTransport
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.packaged import read_model_documents
from ltxspec.values import TaskId

T = TypeVar("T")
CATALOG = load_catalog(read_model_documents(None))
KEY = "contract-test-key"
VIDEO = bytes(range(256)) * 400
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c63000100000500010d0a2db4"
    "0000000049454e44ae426082"
)


def write_video(film: Film, path: Path) -> None:
    del film
    path.write_bytes(VIDEO)


@dataclass(frozen=True)
class Service:
    """A provider under test: how to open it, and what it says it charged."""

    open: Callable[[], Provider]
    clock: FakeClock
    charged: Callable[[], dict[str, int]]

    def run(self, story: Callable[[Provider], Awaitable[T]]) -> T:
        """Open the provider, run a story, close it."""

        async def main() -> T:
            provider = self.open()
            try:
                return await story(provider)
            finally:
                await provider.close()

        return asyncio.run(main())

    async def follow(self, provider: Provider, order: RenderOrder) -> TaskReport:
        """Poll until the end."""
        for _ in range(200):
            report = (await provider.poll([order]))[order.task_id]
            if report.state in {TaskState.SUCCEEDED, TaskState.FAILED}:
                return report
            await self.clock.sleep(1.0)
        raise AssertionError("the task never ended")


def in_process(folder: Path, scenario: str | None = None) -> Service:
    clock = FakeClock()
    parts = SandboxParts(CATALOG, write_video, folder, scenario=scenario)

    def opened() -> Provider:
        return open_provider("sandbox", ProviderSettings(clock, sandbox=parts))

    def charged() -> dict[str, int]:
        app = create_app(SandboxSettings(CATALOG, clock, write_video, folder))
        return dict(Counter(charge.task for charge in app.store.charges()))

    return Service(opened, clock, charged)


def on_a_port(folder: Path, stack: ExitStack) -> Service:
    clock = FakeClock()
    url = stack.enter_context(serving(SandboxSettings(CATALOG, clock, write_video, folder, api_key=KEY)))

    def opened() -> Provider:
        return open_provider("runware", ProviderSettings(clock, base_url=url, key=KEY))

    def charged() -> dict[str, int]:
        headers = {"Authorization": f"Bearer {KEY}"}
        rows = httpx.get(url.replace("/v1", "/sandbox/ledger"), headers=headers, trust_env=False).json()["charges"]
        return {row["taskUUID"]: row["count"] for row in rows}

    return Service(opened, clock, charged)


def paid() -> Service:
    clock = FakeClock()

    def opened() -> Provider:
        return open_provider("runware", ProviderSettings(clock, key=os.environ["RUNWARE_API_KEY"]))

    return Service(opened, clock, dict)


@pytest.fixture(params=["in process", "on a port", pytest.param("paid", marks=pytest.mark.live)])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """Every provider. Tests that order anything take `free_service`."""
    with ExitStack() as stack:
        if request.param == "paid":
            yield paid()
        else:
            yield in_process(tmp_path) if request.param == "in process" else on_a_port(tmp_path, stack)


@pytest.fixture(params=["in process", "on a port"])
def free_service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    with ExitStack() as stack:
        yield in_process(tmp_path) if request.param == "in process" else on_a_port(tmp_path, stack)


def new_order(**more: Any) -> RenderOrder:
    task = TaskId(str(uuid.uuid4()))
    body = {
        "taskType": "videoInference",
        "taskUUID": task,
        "model": "lightricks:2@0",
        "positivePrompt": "Rain over Neo-Kyōto, slow dolly.",
        "width": 1920,
        "height": 1080,
        "duration": 8,
        "fps": 25,
        "deliveryMethod": "async",
        "outputType": "URL",
        "includeCost": True,
        **more,
    }
    return RenderOrder(task, body, results=more.get("numberResults", 1))


def test_every_provider_of_the_registry_is_under_contract() -> None:
    assert set(PROVIDERS) == {"runware", "sandbox"}


# --- looking --------------------------------------------------------------------------------------


def test_a_task_that_was_never_ordered_is_never_said_to_exist(service: Service) -> None:
    orders = [new_order() for _ in range(3)]
    reports = service.run(lambda provider: provider.poll(orders))
    assert list(reports) == [order.task_id for order in orders]
    assert {report.state for report in reports.values()} <= {TaskState.UNKNOWN, TaskState.RUNNING}
    assert not any(report.exists for report in reports.values())


def test_the_archive_holds_nothing_that_was_never_ordered(service: Service) -> None:
    order = new_order()
    assert service.run(lambda provider: provider.look_up(order)) == TaskReport(order.task_id, TaskState.UNKNOWN)


def test_the_balance_is_known(service: Service) -> None:
    async def balance(provider: Provider) -> Decimal | None:
        assert isinstance(provider, RunwareProvider)
        return await provider.account()

    amount = service.run(balance)
    assert amount is not None
    assert amount.is_finite()


def test_the_usage_of_more_than_a_month_can_be_read(service: Service) -> None:
    today = SystemClock().now().date()
    question = UsageQuestion(today - timedelta(40), today)
    report = service.run(lambda provider: provider.usage(question))
    assert report.last <= today
    assert all(report.first <= row.day <= report.last for row in report.rows)


@pytest.mark.parametrize("call", ["poll", "look_up", "submit"])
def test_a_bad_key_stops_the_run_and_buys_nothing(tmp_path: Path, call: str) -> None:
    clock = FakeClock()
    app = create_app(SandboxSettings(CATALOG, clock, write_video, tmp_path, api_key="another"))
    order = new_order()

    async def story() -> None:
        connection = Connection("http://sandbox.invalid/v1", ApiKey(KEY), SandboxTransport(app))
        provider = RunwareProvider(connection, clock)
        try:
            await (provider.poll([order]) if call == "poll" else getattr(provider, call)(order))
        finally:
            await provider.close()

    with pytest.raises(ProviderRefused) as caught:
        asyncio.run(story())
    assert caught.value.whole_run
    assert app.store.charges() == []


# --- buying ---------------------------------------------------------------------------------------


def test_an_order_is_bought_once_seen_through_and_brought_home(free_service: Service) -> None:
    order = new_order()

    async def story(provider: Provider) -> tuple[list[Acceptance], TaskReport, bytes]:
        taken = [await provider.submit(order), await provider.submit(order)]
        report = await free_service.follow(provider, order)
        sink = MemorySink()
        await provider.download(report.outputs[0].video_url or "", sink)
        return [*taken, await provider.submit(order)], report, sink.data

    taken, report, video = free_service.run(story)
    assert taken == [Acceptance.ACCEPTED, Acceptance.ALREADY_KNOWN, Acceptance.ALREADY_KNOWN]
    assert (report.state, report.cost, report.exists) == (TaskState.SUCCEEDED, Decimal("0.48"), True)
    assert video == VIDEO
    assert free_service.charged() == {order.task_id: 1}


def test_several_results_are_one_task_with_one_sum(free_service: Service) -> None:
    order = new_order(numberResults=3)

    async def story(provider: Provider) -> TaskReport:
        await provider.submit(order)
        return await free_service.follow(provider, order)

    report = free_service.run(story)
    assert len({output.video_uuid for output in report.outputs}) == 3
    assert (report.state, report.cost) == (TaskState.SUCCEEDED, Decimal("1.44"))


def test_many_tasks_are_followed_side_by_side(free_service: Service) -> None:
    orders = [new_order() for _ in range(25)]

    async def story(provider: Provider) -> set[TaskState]:
        await asyncio.gather(*(provider.submit(order) for order in orders))
        for order in orders:
            await free_service.follow(provider, order)
        return {report.state for report in (await provider.poll(orders)).values()}

    assert free_service.run(story) == {TaskState.SUCCEEDED}
    assert free_service.charged() == {order.task_id: 1 for order in orders}


def test_what_was_bought_is_in_the_usage_of_the_day(free_service: Service) -> None:
    orders = [new_order(), new_order(numberResults=2), new_order(model="lightricks:2@1")]
    today = free_service.clock.now().date()

    async def story(provider: Provider) -> UsageReport:
        for order in orders:
            await provider.submit(order)
        return await provider.usage(UsageQuestion(today, today, by_day=lambda name: name == "lightricks:2@0"))

    report = free_service.run(story)
    assert report.rows == [UsageRow(today, "lightricks:2@0", 2, Decimal("1.44"))]
    assert report.sums == [UsageSum("lightricks:2@1", 1, Decimal("0.32"))]
    assert (len(report.keys), report.remarks) == (1, [])


def test_the_archive_knows_what_was_bought(free_service: Service) -> None:
    order = new_order()

    async def story(provider: Provider) -> tuple[TaskReport, TaskReport, TaskReport]:
        await provider.submit(order)
        early = await provider.look_up(order)
        polled = await free_service.follow(provider, order)
        return early, polled, await provider.look_up(order)

    early, polled, late = free_service.run(story)
    assert early.exists
    assert late == polled


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"duration": 7}, "unsupportedDuration"),
        ({"model": "nobody:0@0"}, "invalidModel"),
        ({"positivePrompt": "x"}, "invalidPositivePromptLength"),
        ({"unheardOf": 1}, "unsupportedParameter"),
    ],
)
def test_a_wrong_order_is_refused_for_good_and_not_charged(
    free_service: Service, wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(ProviderRefused) as caught:
        free_service.run(lambda provider: provider.submit(new_order(**wrong)))
    assert (caught.value.provider_code, caught.value.whole_run) == (code, False)
    assert free_service.charged() == {}


def test_a_stored_image_can_be_ordered_with(free_service: Service) -> None:
    place = ("inputs", "frameImages", 0, "image")

    async def story(provider: Provider) -> Acceptance:
        media = await provider.upload(LocalMedia(place, sha256_hex(PNG), "assets/alley.png", PNG))
        return await provider.submit(new_order(inputs={"frameImages": [{"image": media, "frame": "first"}]}))

    assert free_service.run(story) is Acceptance.ACCEPTED


def test_a_download_goes_on_where_it_stopped(free_service: Service) -> None:
    order = new_order()

    async def story(provider: Provider) -> bytes:
        await provider.submit(order)
        report = await free_service.follow(provider, order)
        sink = MemorySink()
        sink.write(VIDEO[:1000])
        await provider.download(report.outputs[0].video_url or "", sink)
        return sink.data

    assert free_service.run(story) == VIDEO


# --- when things go wrong -------------------------------------------------------------------------

CALLS: dict[str, dict[str, Any]] = {
    "the reply is lost, the order taken": {"fault": "drop", "accepted": True},
    "the reply is lost, the order too": {"fault": "drop", "accepted": False},
    "the reply is cut": {"fault": "cut"},
    **{
        f"{status}, {'taken' if accepted else 'not taken'}": {"fault": "status", "status": status, "accepted": accepted}
        for status in (408, 429, 500, 503, 504)
        for accepted in (True, False)
    },
    "a page of HTML with 200": {"fault": "status", "status": 200, "body": "html"},
    "garbage with 200": {"fault": "status", "status": 200, "body": "garbage"},
    "nothing with 200": {"fault": "status", "status": 200, "body": "empty"},
}


@pytest.mark.parametrize("fault", CALLS.values(), ids=CALLS)
def test_whatever_spoils_the_reply_to_an_order_it_is_charged_once(tmp_path: Path, fault: dict[str, Any]) -> None:
    service = in_process(tmp_path, json.dumps({"faults": [{"task": "videoInference", **fault}]}))
    order = new_order()

    async def story(provider: Provider) -> tuple[bool, Acceptance, TaskReport]:
        with pytest.raises(SubmissionUncertain):
            await provider.submit(order)
        seen = (await provider.poll([order]))[order.task_id].exists or (await provider.look_up(order)).exists
        again = await provider.submit(order)
        return seen, again, await service.follow(provider, order)

    seen, again, report = service.run(story)
    was_taken = fault.get("accepted", True)
    assert seen is was_taken
    assert again is (Acceptance.ALREADY_KNOWN if was_taken else Acceptance.ACCEPTED)
    assert report.state is TaskState.SUCCEEDED
    assert service.charged() == {order.task_id: 1}


BEHAVIOURS: dict[str, dict[str, Any]] = {
    "an error in the singular": {"error_envelope": "error"},
    "parameters as lists": {"error_parameter": "list"},
    "failures as items": {"failure_form": "item"},
    "failed looks with 400": {"failed_poll_status": 400},
    "failed looks with 500": {"failed_poll_status": 500},
    "mixed replies with 400": {"mixed_status": 400},
    "items in another order, twice": {"item_order": "reversed", "repeat_items": True},
    "items of another type": {"item_type": "getResponse"},
    "another word for running": {"running_status": "queued"},
    "no progress": {"progress": False},
    "unknown tasks run": {"unknown_task": "processing"},
    "unknown tasks are errors": {"unknown_task": "not-found"},
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=BEHAVIOURS)
def test_however_the_service_puts_it_each_task_gets_its_own_verdict(tmp_path: Path, behaviour: dict[str, Any]) -> None:
    faults = [{"fault": "fail", "prompt": "doomed"}, {"fault": "fail", "prompt": "in part", "results": 1}]
    service = in_process(tmp_path, json.dumps({"behaviour": behaviour, "faults": faults}))
    whole, doomed = new_order(numberResults=2), new_order(positivePrompt="A doomed ship.")
    partly, nobody = new_order(positivePrompt="Sun in part.", numberResults=2), new_order()
    orders = [whole, doomed, partly, nobody]

    async def story(provider: Provider) -> list[TaskReport]:
        for order in orders[:3]:
            await provider.submit(order)
        for order in orders[:3]:
            await service.follow(provider, order)
        reports = await provider.poll(orders)
        return [reports[order.task_id] for order in orders]

    done, failed, partial, unknown = service.run(story)
    assert (done.state, done.cost, len(done.outputs)) == (TaskState.SUCCEEDED, Decimal("0.96"), 2)
    assert (failed.state, failed.outputs) == (TaskState.FAILED, ())
    assert failed.failure is not None
    assert failed.failure.code == "timeoutProvider"
    assert (partial.state, len(partial.outputs), partial.cost) == (TaskState.FAILED, 1, None)
    assert unknown.state in {TaskState.UNKNOWN, TaskState.RUNNING}
    assert not unknown.exists


@pytest.mark.parametrize(
    ("cost", "told"), [("missing", None), ("zero", None), ("negative", None), ("higher", Decimal("1.2"))]
)
def test_a_price_is_what_the_service_says_or_unknown(tmp_path: Path, cost: str, told: Decimal | None) -> None:
    service = in_process(tmp_path, json.dumps({"behaviour": {"cost": cost}}))
    order = new_order()

    async def story(provider: Provider) -> TaskReport:
        await provider.submit(order)
        return await service.follow(provider, order)

    assert service.run(story).cost == told


DOWNLOADS: dict[str, dict[str, Any]] = {
    "not ready": {"fault": "video-status", "status": 422},
    "a bad gateway": {"fault": "video-status", "status": 502, "body": "html"},
    "cut": {"fault": "video-cut"},
    "cut again and again": {"fault": "video-cut", "times": 4},
    "no ranges": {"fault": "video-no-range"},
    "a page in its place": {"fault": "video-body", "body": "html"},
    "a picture in its place": {"fault": "video-body", "body": "image"},
}


@pytest.mark.parametrize("fault", DOWNLOADS.values(), ids=DOWNLOADS)
def test_a_download_gets_through_trouble(tmp_path: Path, fault: dict[str, Any]) -> None:
    service = in_process(tmp_path, json.dumps({"faults": [fault]}))
    order = new_order()

    async def story(provider: Provider) -> bytes:
        await provider.submit(order)
        report = await service.follow(provider, order)
        sink = MemorySink()
        sink.write(VIDEO[:10])
        await provider.download(report.outputs[0].video_url or "", sink)
        return sink.data

    assert service.run(story) == VIDEO
    assert service.charged() == {order.task_id: 1}


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "video-body", "body": "html", "times": None},
        {"fault": "video-body", "body": "image", "times": None},
        {"fault": "video-status", "status": 404},
        {"fault": "video-status", "status": 410},
        {"fault": "video-status", "status": 503, "times": None},
    ],
)
def test_what_is_no_video_is_not_brought_home(tmp_path: Path, fault: dict[str, Any]) -> None:
    service = in_process(tmp_path, json.dumps({"faults": [fault]}))
    order = new_order()
    sink = MemorySink()

    async def story(provider: Provider) -> None:
        await provider.submit(order)
        report = await service.follow(provider, order)
        await provider.download(report.outputs[0].video_url or "", sink)

    with pytest.raises(ProviderUnavailable):
        service.run(story)
    assert sink.size == 0
