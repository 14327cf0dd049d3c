import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

import pytest
from builders import change, intent, lockfile, record, request, take, task
from fakes import FakeClock, FakeProvider, MemoryState
from replacing import replace
from unit.apply.stages import UNKNOWN, Shows, stage
from unit.apply.test_claiming import FakeLeases

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.claiming import Claiming
from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import LocalMedia, RenderOrder, TaskReport, TaskState
from ltxspec.apply.task import StopSignal
from ltxspec.apply.task_start import failed_attempts, order_shot, resume_shot
from ltxspec.errors import ProviderRefused, ProviderUnavailable, StorageError, SubmissionUncertain
from ltxspec.lock.journal import Accepted, Event, Failed, Finished, Intent, Repeated
from ltxspec.lock.models import Failure, Output, Take
from ltxspec.plan.actions import Action, Change
from ltxspec.values import TaskId

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
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.budget = RunBudget(None if self.limit is None else Decimal(self.limit))
        self.ledger = Ledger("night", self.state, self.clock, {"alley"})
        self.stage = stage(
            self.provider,
            self.clock,
            budget=self.budget,
            stop=self.stop,
            emit=self.events.append,
            load_media=lambda _: self.media,
            **self.settings,
        )

    def tell(self, story: Coroutine[Any, Any, ShotOutcome]) -> ShotOutcome:
        async def all_of_it() -> ShotOutcome:
            async with self.stage.poller:
                return await story

        return asyncio.run(all_of_it())

    def order(
        self, wanted: Change | None = None, seen: TaskReport | None = None, *, consent: bool = False
    ) -> ShotOutcome:
        told = {} if seen is None else {seen.task_id: seen}
        return self.tell(order_shot(wanted or change(), self.ledger, self.stage, told, consent=consent))

    def resume(self, *events: Event, wanted: Change | None = None, **more: Any) -> ShotOutcome:
        for event in (*(() if any(isinstance(event, Intent) for event in events) else (intent(),)), *events):
            self.state.append(event)
        self.ledger = Ledger("night", self.state, self.clock, {"alley"})
        return self.tell(
            resume_shot(self.ledger.open[task()], request().address, wanted, self.ledger, self.stage, **more)
        )

    @property
    def kinds(self) -> list[EventKind]:
        return [event.kind for event in self.events]

    @property
    def steps(self) -> list[str]:
        return [name for name in self.state.writes if name != "lockfile"]


NO = Failure("contentFlagged", "no", permanent=True)
REFUSED = TaskReport(task(), TaskState.FAILED, failure=NO, exists=True)
VIDEO = Output(video_uuid="v", video_url="https://videos.example/v.mp4", cost=PRICE)
DELIVERED = TaskReport(task(), TaskState.SUCCEEDED, (VIDEO,), PRICE, exists=True)


def lost(_: FakeProvider, __: RenderOrder) -> NoReturn:
    raise SubmissionUncertain("the reply was lost")


def moderated(_: FakeProvider, __: RenderOrder) -> NoReturn:
    raise ProviderRefused("not allowed", provider_code="contentFlagged")


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
    assert EventKind.SHOT_ADOPTED in bench.kinds
    assert bench.budget.committed == PRICE
    assert bench.steps == ["Intent", "Accepted", "Finished", "Committed"]


def test_for_a_shot_that_is_adopted_nothing_is_uploaded() -> None:
    class Stores(FakeProvider):
        async def upload(self, media: LocalMedia) -> NoReturn:
            raise AssertionError(media)

    bench = Bench(Stores(), media=[IMAGE])
    bench.provider.charges[task()] = 1
    assert bench.order(WITH_IMAGE, seen=SEEN).outcome is Outcome.COLLECTED


def test_what_was_seen_before_the_order_is_believed_and_not_asked_for_again() -> None:
    provider = Shows()
    ended = Bench(provider).order(seen=DELIVERED)
    assert (ended.outcome, ended.cost, provider.polls) == (Outcome.COLLECTED, PRICE, 0)


def test_what_only_the_archive_has_is_adopted_as_it_stands_there() -> None:
    provider = Shows(archived=[DELIVERED])
    bench = Bench(provider)
    assert bench.order().outcome is Outcome.COLLECTED
    assert (provider.polls, provider.looked_up, provider.submitted) == (0, [task()], [])
    assert bench.steps == ["Intent", "Accepted", "Finished", "Committed"]


def test_what_the_archive_shows_running_was_accepted_and_is_waited_for() -> None:
    bench = Bench(Shows(archived=[SEEN], live=[UNKNOWN, UNKNOWN, DELIVERED]))
    assert bench.order().outcome is Outcome.COLLECTED
    assert bench.steps == ["Intent", "Accepted", "Finished", "Committed"]


def test_a_service_that_keeps_no_archive_for_us_has_spoken_by_its_live_state() -> None:
    class NoArchive(FakeProvider):
        async def look_up(self, task: RenderOrder) -> TaskReport:
            self.looked_up.append(task.task_id)
            raise ProviderUnavailable("it keeps none", settled=True)

    bench = Bench(NoArchive(), MemoryState(lockfile(alley=record(take(number=9, status="failed", permanent=False)))))
    assert bench.order(replace(change(), attempt=2)).outcome is Outcome.RENDERED
    assert bench.provider.looked_up == [task(9), task()]


def test_the_archive_is_told_how_many_results_make_the_task_complete() -> None:
    class Asked(FakeProvider):
        async def look_up(self, task: RenderOrder) -> TaskReport:
            asked.append(task.results)
            return await super().look_up(task)

    asked: list[int] = []
    Bench(Asked()).order(change(wanted=request(numberResults=3)))
    assert asked == [3]


def test_a_refusal_that_only_the_archive_shows_may_be_that_of_a_repeat_so_the_first_copy_is_looked_for() -> None:
    provider = Shows(archived=[REFUSED])
    bench = Bench(provider)
    bench.provider.script = [lost] * 9
    assert bench.order().outcome is Outcome.UNRESOLVED
    assert len(provider.submitted) == 3, "the first order is not ours, and counts"
    assert "Accepted" not in bench.steps
    assert bench.budget.open_orders == (1, PRICE)


@pytest.mark.parametrize(("settings", "sends"), [({"approved": False}, 0), ({}, 1)])
def test_what_another_machine_left_unclear_is_new_money_when_it_is_ordered_again(
    settings: dict[str, Any], sends: int
) -> None:
    provider = Shows(archived=[REFUSED], live=[UNKNOWN])
    provider.script = [moderated]
    bench = Bench(provider, settings=settings)
    assert bench.order().outcome is Outcome.UNRESOLVED
    assert len(provider.submitted) == sends
    assert provider.looked_up == [task()], "its answer stands"


def test_with_a_persons_consent_a_refused_repeat_is_the_end() -> None:
    bench = Bench(Shows(archived=[REFUSED], script=[moderated]))
    assert bench.order(consent=True).outcome is Outcome.FAILED


FAILED_BEFORE = [take(number=number, status="failed", permanent=False, attempt=number) for number in (8, 9)]


def with_failures(*more: Take) -> MemoryState:
    return MemoryState(lockfile(alley=record(*FAILED_BEFORE, *more)))


def test_earlier_attempts_are_the_failed_orders_of_the_same_request_and_retake() -> None:
    others = (
        take(number=2, attempt=3),
        take("b", number=3, status="failed"),
        take(number=4, status="failed", retake=2),
    )
    ledger = Bench(state=with_failures(*others)).ledger
    assert [found.task_id for found in failed_attempts(replace(change(), attempt=4), ledger)] == [task(8), task(9)]
    assert failed_attempts(change(), ledger) == [], "a first attempt has none"
    retired = Bench(state=MemoryState(lockfile({"alley": record(*FAILED_BEFORE)}))).ledger
    assert len(failed_attempts(replace(change(), attempt=4), retired)) == 2


@dataclass
class Knows(FakeProvider):
    """Knows some tasks, live or in its archive, whatever was ordered here."""

    live: dict[TaskId, TaskReport] = field(default_factory=dict)
    archived: dict[TaskId, TaskReport] = field(default_factory=dict)

    def report(self, order: RenderOrder) -> TaskReport:
        return self.live.get(order.task_id) or super().report(order)

    async def look_up(self, task: RenderOrder) -> TaskReport:
        self.looked_up.append(task.task_id)
        return self.archived.get(task.task_id) or TaskReport(task.task_id, TaskState.UNKNOWN)


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize(("number", "attempt"), [(8, 8), (9, 9), (7, 1)])
def test_an_earlier_attempt_that_delivered_after_all_is_taken_over(live: bool, number: int, attempt: int) -> None:
    found = replace(DELIVERED, task_id=task(number))
    known = {task(number): found}
    provider = Knows() if live else Knows(archived=known)
    imported = take(number=7, status="failed", permanent=False, attempt=None)
    bench = Bench(provider, with_failures(imported))
    ended = bench.order(replace(change(), attempt=10), seen=found if live else None)
    assert (ended.outcome, ended.task_id, provider.submitted) == (Outcome.COLLECTED, task(number), [])
    (written,) = [event for event in bench.state.journal if isinstance(event, Intent)]
    assert (written.task_id, written.attempt) == (task(number), attempt)
    assert "Accepted" in bench.steps
    assert provider.looks == {}, "what was seen is not asked for again"


def test_an_earlier_attempt_that_is_alive_is_waited_for_without_asking_the_archive() -> None:
    provider = Knows(live={task(8): replace(DELIVERED, task_id=task(8))})
    bench = Bench(provider, with_failures())
    ended = bench.order(replace(change(), attempt=10), seen=replace(SEEN, task_id=task(8)))
    assert (ended.outcome, provider.looked_up) == (Outcome.COLLECTED, [])
    assert bench.steps == ["Intent", "Accepted", "Finished", "Committed"]


def test_attempts_that_stay_failed_do_not_hide_that_the_new_one_was_bought_elsewhere() -> None:
    provider = Knows(archived={task(): DELIVERED, task(8): replace(REFUSED, task_id=task(8))})
    bench = Bench(provider, with_failures())
    ended = bench.order(replace(change(), attempt=10), seen=replace(REFUSED, task_id=task(9)))
    assert (ended.outcome, ended.task_id, provider.submitted) == (Outcome.COLLECTED, task(), [])
    assert provider.looked_up == [task(8), task(9), task()]


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
    assert (ended.outcome, ended.message) == (Outcome.HELD_BACK, "the cost limit would be exceeded")
    assert (bench.provider.submitted, bench.state.writes) == ([], [])


def test_an_order_that_another_spec_has_made_meanwhile_is_taken_back_before_it_is_sent() -> None:
    told: list[int] = []

    def rival(_: Change) -> str:
        told.append(len(bench.ledger.open))
        return "`day` has it"

    bench = Bench(limit="0.48", settings={"rival": rival})
    outcome = bench.order()
    assert (outcome.outcome, outcome.message) == (Outcome.HELD_BACK, "`day` has it")
    assert told == [1]  # asked once the own order is journalled, so that two runs cannot both miss the other's
    assert (bench.provider.submitted, dict(bench.ledger.open)) == ([], {})
    assert bench.budget.reserve(task(2), PRICE, "night")


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
    assert (bench.provider.submitted, bench.steps) == ([], [])


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
    (event,) = bench.events
    failed = outcome is Outcome.FAILED
    assert (event.kind, event.message.removeprefix("not ordered: ")) == (
        EventKind.SHOT_FAILED if failed else EventKind.SHOT_HELD_BACK, str(error),
    )  # fmt: skip
    assert event.code == (ProviderRefused.code if failed else None)
    assert (bench.state.writes, bench.provider.submitted) == ([], [])
    assert bench.budget.committed == 0


def test_an_archive_that_does_not_answer_stands_in_the_way_of_an_order() -> None:
    class Silent(FakeProvider):
        async def look_up(self, _: RenderOrder) -> TaskReport:
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
    for nothing in (
        Change(request().address, Action.RETIRE),
        replace(change(), request=None),
        replace(change(), task_id=None),
    ):
        with pytest.raises(AssertionError, match="has nothing to order"):
            Bench().order(nothing)


def test_an_unclear_order_is_taken_up_under_its_own_id() -> None:
    bench = Bench()
    bench.provider.charges[task()] = 1
    assert bench.resume(wanted=change()).outcome is Outcome.COLLECTED
    assert bench.kinds[0] is EventKind.SHOT_LOOKED_UP
    assert bench.provider.submitted == []
    assert bench.budget.committed == PRICE


AGO = "2026-11-22T09:00:00Z"  # an hour
NOW = "2026-11-22T10:00:00Z"


def test_an_order_that_an_earlier_run_sent_once_ends_by_a_failure_in_the_archive_and_a_repeated_one_does_not() -> None:
    once, twice = (Bench(Shows(archived=[REFUSED], script=[moderated])) for _ in range(2))
    assert once.resume(intent(at=AGO), wanted=change()).outcome is Outcome.FAILED
    assert twice.resume(intent(at=AGO), Repeated(task(), AGO), wanted=change()).outcome is Outcome.UNRESOLVED


def test_an_order_that_an_earlier_run_knew_to_be_accepted_is_never_sent_again() -> None:
    bench = Bench(Shows())
    ended = bench.resume(intent(at=AGO), Accepted(task(), AGO), wanted=change())
    assert (ended.message, bench.provider.submitted) == ("it did not finish in time", [])
    assert bench.provider.looked_up == []


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        (AGO, 2),  # the grace time was over before: one look, the order, another look
        ("2026-11-22T09:59:57Z", 3),  # two of five seconds are left
        (NOW, 6),
        ("2026-11-22T11:00:00Z", 6),  # the clock was set back
    ],
)
def test_the_wait_for_an_order_goes_on_where_the_earlier_run_left_it(at: str, seconds: float) -> None:
    bench = Bench()
    assert bench.resume(intent(at=at), wanted=change()).outcome is Outcome.RENDERED
    assert (len(bench.provider.submitted), bench.clock.seconds) == (1, seconds)


def test_an_order_of_an_earlier_run_counts_among_those_that_may_be_sent() -> None:
    bench = Bench(FakeProvider(script=[lost] * 9))
    assert bench.resume(intent(at=AGO), wanted=change()).outcome is Outcome.UNRESOLVED
    assert len(bench.provider.submitted) == 3


@pytest.mark.parametrize("consent", [True, False])
def test_an_order_that_is_older_than_a_day_is_sent_again_only_with_consent(consent: bool) -> None:
    bench = Bench()
    ended = bench.resume(intent(at="2026-11-21T09:59:59Z"), wanted=change(), consent=consent)
    assert len(bench.provider.submitted) == int(consent)
    assert consent or "too old to be ordered again" in (ended.message or "")


def test_a_journal_of_another_request_is_recorded_as_it_is() -> None:
    bench = Bench()
    done = Finished(task(), DELIVERED.outputs, PRICE, NOW)
    assert bench.resume(done, wanted=change(wanted=request(prompt="b"))).outcome is Outcome.COLLECTED
    assert bench.state.lockfile.shots["alley"].takes[0].request == intent().request


def test_an_end_that_was_journalled_is_only_brought_home() -> None:
    bench = Bench()
    done = Finished(
        task(),
        (Output(video_uuid="v", video_url="https://videos.example/v.mp4", cost=PRICE),),
        PRICE,
        "2026-11-22T10:01:00Z",
    )
    ended = bench.resume(Accepted(task(), "2026-11-22T10:00:01Z"), done, wanted=change())
    assert (ended.outcome, ended.cost) == (Outcome.COLLECTED, PRICE)
    assert (bench.budget.committed, bench.budget.open_orders[0]) == (PRICE, 0)
    assert bench.provider.looks == {}
    assert bench.state.lockfile.shots["alley"].current == task()


def test_a_failure_that_was_journalled_is_written_down() -> None:
    bench = Bench()
    failed = Failed(
        task(), **Failure("contentFlagged", "no", permanent=True).recorded, cost=None, at="2026-11-22T10:01:00Z"
    )
    assert bench.resume(failed, wanted=change()).outcome is Outcome.FAILED
    assert bench.state.lockfile.shots["alley"].takes[0].failure == failed.failure


def test_a_task_that_nobody_wants_is_not_bought_now() -> None:
    bench = Bench()
    ended = bench.resume(unwanted=True)
    assert ended.outcome is Outcome.UNRESOLVED
    assert "no shot needs it under this name any more" in (ended.message or "")
    assert bench.provider.submitted == []


@pytest.mark.parametrize("status", ["succeeded", "failed"])
@pytest.mark.parametrize("events", [(), (Accepted(task(), AGO),)])
def test_a_journal_older_than_the_lockfile_buys_nothing_again_and_is_closed(status: str, events: tuple[Event]) -> None:
    bench = Bench(Shows(), state=MemoryState(lockfile(alley=record(take(status=status)))))
    ended = bench.resume(intent(at=AGO), *events, wanted=change())
    assert (ended.outcome, bench.provider.submitted) == (Outcome.RECORDED, [])
    assert not bench.ledger.open
    assert "its end is recorded already" in bench.events[-1].message
    (kept,) = bench.state.read_lockfile().shots["alley"].takes
    assert kept.status == status


def test_what_still_comes_of_a_recorded_task_is_waited_for() -> None:
    partly = replace(take(), request={**take().request, "numberResults": 2})
    bench = Bench(Shows(), state=MemoryState(lockfile(alley=record(partly))))
    ended = bench.resume(intent(at=AGO), Accepted(task(), AGO), wanted=change())
    assert ended.outcome is Outcome.UNRESOLVED
    assert task() in bench.ledger.open


def test_a_task_that_is_left_over_keeps_what_it_is_reckoned_to_cost() -> None:
    bench = Bench()
    ended = bench.resume(unwanted=True, estimate=PRICE)
    assert (ended.estimate, bench.budget.open_orders) == (PRICE, (1, PRICE))
    assert {event.estimate for event in bench.events} == {PRICE}


def test_an_order_and_its_take_have_the_number_of_the_lease() -> None:
    bench = Bench()
    bench.stage = replace(bench.stage, claiming=Claiming(leases=FakeLeases()))
    assert bench.order().outcome is Outcome.RENDERED
    (written,) = [event for event in bench.state.journal if isinstance(event, Intent)]
    assert written.fence == 7
    assert [one.fence for one in bench.state.read_lockfile().shots["alley"].takes] == [7]
