import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
from builders import change, intent, request, task
from fakes import FakeClock, FakeProvider, MemoryState
from unit.apply.stages import stage

from ltxspec.apply.budget import Budget
from ltxspec.apply.events import ApplyEvent, Kind, Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import LocalMedia, Order, TaskReport, TaskState
from ltxspec.apply.shots import order_shot, resume_shot
from ltxspec.apply.story import StopSignal
from ltxspec.errors import ProviderRefused, ProviderUnavailable, StorageError
from ltxspec.lock.journal import Accepted, Event, Failed, Finished
from ltxspec.lock.models import Failure, Output
from ltxspec.plan.actions import Action, Change

PRICE = Decimal("0.48")
SEEN = TaskReport(task(), TaskState.RUNNING, exists=True)
IMAGE = LocalMedia(("inputs", "image"), "sha256:0011223344556677", "a.png", b"png")
WITH_IMAGE = change(wanted=replace(request(), body={**request().body, "inputs": {"image": "a.png"}}))


@dataclass
class Bench:
    """One shot's stage, with fakes around it."""

    provider: FakeProvider = field(default_factory=FakeProvider)
    state: MemoryState = field(default_factory=MemoryState)
    media: list[LocalMedia] = field(default_factory=list)
    limit: str | None = None
    events: list[ApplyEvent] = field(default_factory=list)
    stop: StopSignal = field(default_factory=StopSignal)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.budget = Budget(None if self.limit is None else Decimal(self.limit))
        self.ledger = Ledger("night", self.state, self.clock, {"alley"})
        self.stage = stage(
            self.provider,
            self.clock,
            budget=self.budget,
            stop=self.stop,
            emit=self.events.append,
            load_media=lambda _: self.media,
        )

    def tell(self, story: Coroutine[Any, Any, ShotOutcome]) -> ShotOutcome:
        async def all_of_it() -> ShotOutcome:
            async with self.stage.poller:
                return await story

        return asyncio.run(all_of_it())

    def order(self, wanted: Change | None = None, seen: TaskReport | None = None) -> ShotOutcome:
        told = {} if seen is None else {seen.task_id: seen}
        return self.tell(order_shot(wanted or change(), self.ledger, self.stage, told))

    def resume(self, *events: Event, wanted: Change | None = None, **more: Any) -> ShotOutcome:
        for event in (intent(), *events):
            self.state.append(event)
        self.ledger = Ledger("night", self.state, self.clock, {"alley"})
        return self.tell(
            resume_shot(self.ledger.open[task()], request().address, wanted, self.ledger, self.stage, **more)
        )

    @property
    def kinds(self) -> list[Kind]:
        return [event.kind for event in self.events]


def test_a_shot_is_bought_once_nobody_has_it() -> None:
    bench = Bench()
    assert bench.order().outcome is Outcome.RENDERED
    assert bench.provider.looked_up == [task()]
    assert bench.provider.charges == {task(): 1}
    assert bench.budget.committed == PRICE


def test_a_shot_that_the_provider_shows_is_adopted_without_a_further_look() -> None:
    bench = Bench()
    bench.provider.charges[task()] = 1
    assert bench.order(seen=SEEN).outcome is Outcome.COLLECTED
    assert (bench.provider.submitted, bench.provider.looked_up) == ([], [])
    assert Kind.SHOT_ADOPTED in bench.kinds
    assert bench.budget.committed == PRICE


def test_a_look_that_failed_for_this_task_alone_is_no_look() -> None:
    bench = Bench()
    ended = bench.order(seen=TaskReport(task(), TaskState.RUNNING, heard=False))
    assert ended.outcome is Outcome.HELD_BACK
    assert bench.provider.submitted == []


def test_an_adopted_shot_needs_no_room_in_the_budget() -> None:
    bench = Bench(limit="0.10")
    bench.provider.charges[task()] = 1
    assert bench.order().outcome is Outcome.COLLECTED


def test_what_would_pass_the_limit_is_not_ordered() -> None:
    bench = Bench(limit="0.10")
    ended = bench.order()
    assert (ended.outcome, ended.message) == (Outcome.HELD_BACK, "the cost limit would be passed")
    assert (bench.provider.submitted, bench.state.writes) == ([], [])


def test_a_run_that_stops_orders_nothing_and_asks_nothing() -> None:
    bench = Bench()
    bench.stop.stop("interrupted", by_user=True)
    assert bench.order().message == "interrupted"
    assert (bench.provider.looked_up, bench.provider.submitted) == ([], [])


def test_a_stop_during_the_upload_is_heeded() -> None:
    class Stopping(FakeProvider):
        async def upload(self, media: LocalMedia) -> str:
            bench.stop.stop("interrupted", by_user=True)
            return await super().upload(media)

    bench = Bench(Stopping(), media=[IMAGE])
    assert bench.order(WITH_IMAGE).outcome is Outcome.HELD_BACK
    assert bench.provider.submitted == []


def test_local_images_are_uploaded_before_the_order_and_replaced_in_it() -> None:
    bench = Bench(media=[IMAGE])
    bench.order(WITH_IMAGE)
    (order,) = bench.provider.submitted
    assert order.body["inputs"] == {"image": "media-44556677"}


@pytest.mark.parametrize(
    ("error", "outcome", "stops"),
    [
        (ProviderUnavailable("no answer"), Outcome.HELD_BACK, False),
        (ProviderRefused("the image is too large", provider_code="invalidImage"), Outcome.FAILED, False),
        (ProviderRefused("the key is bad", provider_code="invalidApiKey", whole_run=True), Outcome.HELD_BACK, True),
    ],
)
def test_what_goes_wrong_before_the_order_costs_nothing(error: Exception, outcome: Outcome, stops: bool) -> None:
    class Failing(FakeProvider):
        async def upload(self, _: LocalMedia) -> str:
            raise error

    bench = Bench(Failing(), media=[IMAGE])
    ended = bench.order()
    assert (ended.outcome, ended.message) == (outcome, str(error))
    assert ended.billable is (outcome is not Outcome.FAILED)
    assert (bench.stop.asked() is not None) is stops
    assert (bench.state.writes, bench.provider.submitted) == ([], [])
    assert bench.budget.committed == 0


def test_an_archive_that_does_not_answer_stands_in_the_way_of_an_order() -> None:
    class Silent(FakeProvider):
        async def look_up(self, _: Order) -> TaskReport:
            raise ProviderUnavailable("no answer")

    bench = Bench(Silent())
    assert bench.order().outcome is Outcome.HELD_BACK
    assert bench.provider.submitted == []


def test_a_disk_that_cannot_take_the_intent_stops_the_run() -> None:
    class Full(MemoryState):
        def append(self, _: Event) -> None:
            raise StorageError("the disk is full")

    bench = Bench(state=Full())
    assert bench.order().message == "the disk is full"
    assert bench.stop.asked() == "the disk is full"
    assert bench.provider.submitted == []
    assert bench.budget.committed == 0


def test_a_change_without_a_request_is_never_ordered() -> None:
    with pytest.raises(AssertionError, match="has nothing to order"):
        Bench().order(Change(request().address, Action.RETIRE))


def test_an_unclear_order_is_taken_up_under_its_own_id() -> None:
    bench = Bench()
    bench.provider.charges[task()] = 1
    assert bench.resume(wanted=change()).outcome is Outcome.COLLECTED
    assert bench.kinds[0] is Kind.SHOT_LOOKED_UP
    assert bench.provider.submitted == []
    assert bench.budget.committed == PRICE


def test_an_end_that_was_journalled_is_only_brought_home() -> None:
    bench = Bench()
    done = Finished(task(), (Output("v", "https://videos.example/v.mp4", PRICE),), PRICE, "2026-11-22T10:01:00Z")
    ended = bench.resume(Accepted(task(), "2026-11-22T10:00:01Z"), done, wanted=change())
    assert (ended.outcome, ended.cost) == (Outcome.COLLECTED, PRICE)
    assert bench.provider.looks == {}
    assert bench.state.lockfile.shots["alley"].current == task()


def test_a_failure_that_was_journalled_is_written_down() -> None:
    bench = Bench()
    failed = Failed(task(), Failure("contentFlagged", "no", permanent=True), None, "2026-11-22T10:01:00Z")
    assert bench.resume(failed, wanted=change()).outcome is Outcome.FAILED
    assert bench.state.lockfile.shots["alley"].takes[0].failure == failed.failure


def test_a_task_that_nobody_wants_is_not_bought_now() -> None:
    bench = Bench()
    ended = bench.resume(unwanted=True)
    assert ended.outcome is Outcome.UNRESOLVED
    assert bench.provider.submitted == []


def test_a_task_that_is_left_over_keeps_what_it_is_reckoned_to_cost() -> None:
    bench = Bench()
    ended = bench.resume(unwanted=True, estimate=PRICE)
    assert (ended.estimate, bench.budget.open_orders) == (PRICE, (1, PRICE))
    assert {event.estimate for event in bench.events} == {PRICE}
