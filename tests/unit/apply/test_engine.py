import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

import pytest
from builders import change, intent, lockfile, output, record, request, take, task
from fakes import FakeClock, FakeProvider, MemoryArchive, MemoryState
from replacing import replace

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.delivery import names_of
from ltxspec.apply.engine import Adapters, Job, RunSettings, run, summary_of
from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, RunSummary, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import Acceptance, LocalMedia, RenderOrder, Sink, TaskReport, TaskState
from ltxspec.apply.recovery import RecoveryLimits
from ltxspec.apply.task import StopSignal
from ltxspec.errors import NotSent, ProviderRefused, ProviderUnavailable, StorageError, SubmissionUncertain
from ltxspec.lock.journal import Accepted, Delivered, Event, Failed, Finished, Repeated, fold
from ltxspec.lock.models import Failure, Lockfile, Output, Take
from ltxspec.plan.actions import Action, Change
from ltxspec.values import ShotAddress, TaskId

PRICE = Decimal("0.48")
START = "2026-11-22T10:00:00Z"


@dataclass
class Bench:
    """One spec's run against fakes."""

    provider: FakeProvider = field(default_factory=FakeProvider)
    archive: MemoryArchive = field(default_factory=MemoryArchive)
    state: MemoryState = field(default_factory=MemoryState)
    clock: FakeClock = field(default_factory=FakeClock)
    stop: StopSignal = field(default_factory=StopSignal)
    events: list[ApplyEvent] = field(default_factory=list)
    media: list[LocalMedia] = field(default_factory=list)
    on_event: Callable[[ApplyEvent], None] = lambda _: None
    retries: frozenset[ShotAddress] = frozenset()
    outside: Sequence[Change] = ()
    is_context: bool = False

    def run(self, *changes: Change, limit: str | None = None, **settings: object) -> RunSummary:
        wanted = {c.address.instance for c in changes if c.request is not None}

        def emit(event: ApplyEvent) -> None:
            self.events.append(event)
            self.on_event(event)

        world = Adapters(self.provider, self.archive, self.clock, lambda _: self.media, emit)
        job = Job(Ledger("night", self.state, self.clock, wanted), changes, self.retries, self.outside, self.is_context)
        budget = RunBudget(None if limit is None else Decimal(limit))
        chosen = RunSettings(**{"limits": RecoveryLimits(grace=60, task_timeout=600), **settings})  # type: ignore[arg-type]  # by name
        return asyncio.run(run([job], world, chosen, budget, self.stop))

    @property
    def kinds(self) -> list[EventKind]:
        return [event.kind for event in self.events]

    @property
    def open(self) -> set[str]:
        return set(fold(self.state.journal).open)

    def charged(self) -> int:
        return sum(self.provider.charges.values())


def uncertain(*, accepts: bool) -> Callable[[FakeProvider, RenderOrder], Acceptance]:
    def answer(provider: FakeProvider, order: RenderOrder) -> NoReturn:
        if accepts:
            provider.accept(order)
        raise SubmissionUncertain("the reply was lost")

    return answer


def refuses(code: str, *, whole_run: bool = False) -> Callable[[FakeProvider, RenderOrder], Acceptance]:
    def answer(_: FakeProvider, __: RenderOrder) -> NoReturn:
        raise ProviderRefused("no", provider_code=code, whole_run=whole_run)

    return answer


def not_sent(_: FakeProvider, __: RenderOrder) -> NoReturn:
    raise NotSent("no connection")


def test_a_shot_is_ordered_watched_brought_home_and_recorded() -> None:
    bench = Bench(FakeProvider(polls_needed=3))
    summary = bench.run(change())
    written = bench.state.lockfile.shots["alley"]
    assert written.current == task()
    assert written.takes[0].cost == Decimal("0.48")
    assert written.takes[0].outputs[0].sha256 in bench.archive.home
    assert bench.archive.links["night", "alley"] == (written.takes[0].outputs[0].sha256,)
    assert (summary.count(Outcome.RENDERED), summary.spent, summary.spent_unknown) == (1, Decimal("0.48"), 0)
    assert bench.charged() == 1
    assert bench.open == set()


def test_the_intent_is_on_disk_before_the_order_and_the_lockfile_before_the_task_is_closed() -> None:
    bench = Bench()
    seen: list[list[str]] = []

    def note(provider: FakeProvider, order: RenderOrder) -> Acceptance:
        seen.append(list(bench.state.writes))
        return provider.accept(order)

    bench.provider.script = [note]
    bench.run(change())
    assert seen == [["Intent"]]
    assert bench.state.writes == ["Intent", "Accepted", "Finished", "lockfile", "Committed"]


def test_a_task_the_provider_already_has_is_adopted_and_not_ordered() -> None:
    bench = Bench()
    bench.provider.charges[task()] = 1  # another machine bought it and died
    summary = bench.run(change())
    assert bench.provider.submitted == []
    assert EventKind.SHOT_ADOPTED in bench.kinds
    assert summary.count(Outcome.COLLECTED) == 1
    assert bench.charged() == 1


def test_a_lost_reply_is_looked_for_and_never_ordered_twice() -> None:
    bench = Bench(FakeProvider(script=[uncertain(accepts=True)]))
    summary = bench.run(change())
    assert len(bench.provider.submitted) == 1
    assert summary.count(Outcome.RENDERED) == 1
    assert bench.charged() == 1


def test_a_lost_order_is_repeated_with_the_same_body_after_the_grace_time() -> None:
    bench = Bench(FakeProvider(script=[uncertain(accepts=False)]))
    bench.run(change())
    first, second = bench.provider.submitted
    assert first == second
    assert bench.provider.looked_up == [task(), task()]  # before anything was sent, and before it was sent again
    assert bench.clock.seconds >= 60
    assert bench.charged() == 1


def test_an_accepted_order_that_stays_invisible_is_repeated_and_the_conflict_adopted() -> None:
    bench = Bench(FakeProvider(script=[uncertain(accepts=True)], visible=False, in_archive=False))

    def reveal(provider: FakeProvider, order: RenderOrder) -> Acceptance:
        provider.visible = True
        return provider.accept(order)

    bench.provider.script.append(reveal)
    summary = bench.run(change())
    assert summary.count(Outcome.RENDERED) == 1
    assert bench.charged() == 1


def test_an_order_that_stays_unclear_is_left_open_and_told() -> None:
    bench = Bench(FakeProvider(script=[uncertain(accepts=False)] * 9))
    summary = bench.run(change())
    assert summary.count(Outcome.UNRESOLVED) == 1
    assert summary.in_flight == Decimal("0.48")
    assert summary.incomplete
    assert bench.open == {task()}
    assert len(bench.provider.submitted) == 4


def test_a_refused_order_becomes_a_failed_take_and_hides_no_other_result() -> None:
    bench = Bench(FakeProvider(script=[refuses("invalidDuration")]))
    summary = bench.run(change(), change(wanted=request("tower", "b"), number=2), parallelism=1)
    failed = bench.state.lockfile.shots["alley"].takes[0]
    assert (failed.status, failed.cost, failed.outputs) == ("failed", Decimal(0), ()), "that it cost nothing is certain"
    assert failed.failure == Failure("invalidDuration", "no", permanent=True)
    assert bench.state.lockfile.shots["alley"].current is None
    assert summary.count(Outcome.RENDERED) == 1
    assert summary.spent_unknown == 0  # a refused order was never accepted
    assert bench.open == set()


def test_an_empty_account_stops_further_orders_and_leaves_no_trace_of_this_one() -> None:
    bench = Bench(FakeProvider(script=[refuses("insufficientCredits", whole_run=True)]))
    summary = bench.run(change(), change(wanted=request("tower", "b"), number=2), parallelism=1)
    assert summary.count(Outcome.HELD_BACK) == 2
    assert bench.state.lockfile.shots == {}
    assert bench.open == set()
    assert len(bench.provider.submitted) == 1


def test_an_empty_account_at_a_repeated_order_proves_nothing_about_the_first() -> None:
    script = [uncertain(accepts=False), refuses("insufficientCredits", whole_run=True)]
    bench = Bench(FakeProvider(script=script))
    summary = bench.run(change())
    assert summary.count(Outcome.UNRESOLVED) == 1
    assert bench.open == {task()}


def test_an_order_that_never_left_is_tried_again_at_once_and_then_given_up_for_free() -> None:
    bench = Bench(FakeProvider(script=[not_sent] * 9))
    summary = bench.run(change())
    assert summary.count(Outcome.HELD_BACK) == 1
    assert bench.open == set()
    assert summary.in_flight == 0
    assert bench.clock.seconds < 60


def test_a_failed_task_is_recorded_with_its_reason_and_its_cost_stays_unknown() -> None:
    bench = Bench()
    bench.provider.reports[task()] = TaskReport(
        task(), TaskState.FAILED, failure=Failure("timeoutProvider", "too slow", permanent=False), exists=True
    )
    bench.provider.script = [lambda provider, order: provider.accept(order)]
    bench.provider.looks.clear()
    summary = bench.run(change())
    written = bench.state.lockfile.shots["alley"].takes[0]
    assert written.failure == Failure("timeoutProvider", "too slow", permanent=False)
    assert summary.spent_unknown == 1


def test_videos_of_a_task_that_failed_in_part_are_kept() -> None:
    bench = Bench()
    outputs = (Output(video_uuid="v1", video_url="https://videos.example/v1.mp4", cost=Decimal("0.48")),)
    bench.provider.reports[task()] = TaskReport(
        task(), TaskState.FAILED, outputs, Decimal("0.48"), Failure("providerError", "one broke", permanent=False),
        exists=True,
    )  # fmt: skip
    bench.run(change(wanted=request(numberResults=2)))
    written = bench.state.lockfile.shots["alley"].takes[0]
    assert (written.status, len(written.outputs), written.failure) == ("succeeded", 1, None)
    assert written.outputs[0].sha256 in bench.archive.home
    told = next(event.message for event in bench.events if event.kind is EventKind.SHOT_COMMITTED)
    assert told == "archived and recorded; only 1 of 2 results were made (providerError: one broke)"


def test_a_video_that_cannot_be_had_is_recorded_as_paid_and_fetched_by_the_next_run() -> None:
    bench = Bench(FakeProvider(downloads_fail=True))
    summary = bench.run(change())
    assert summary.incomplete
    (recorded,) = bench.state.lockfile.shots["alley"].takes
    assert recorded.outputs[0].sha256 is None
    assert bench.open == {task()}
    bench.provider.downloads_fail = False  # the address works again
    again = bench.run(replace(change(), action=Action.NO_OP), submit=False)
    assert not again.incomplete
    assert bench.state.lockfile.shots["alley"].takes[0].outputs[0].sha256 in bench.archive.home
    assert bench.open == set()
    assert len(bench.provider.submitted) == 1


def test_a_broken_video_is_fetched_again_and_never_ordered_again() -> None:
    bench = Bench()
    bench.archive.broken = set(names_of(task(), [Output(video_uuid=f"{task()}-0", video_url=None)]))
    bench.run(change())
    assert EventKind.SHOT_NOT_ARCHIVED in bench.kinds
    assert len(bench.provider.submitted) == 1


def test_two_tasks_whose_videos_bear_one_id_keep_their_own_videos() -> None:
    class OneId(FakeProvider):
        def finished(self, order: RenderOrder) -> TaskReport:
            done = super().finished(order)
            return replace(done, outputs=tuple(replace(item, video_uuid="video") for item in done.outputs))

        async def download(self, url: str, sink: Sink) -> None:
            for part in ("video", " of ", url):
                sink.write(part.encode())
                await asyncio.sleep(0)

    bench = Bench(provider=OneId())
    bench.run(change(number=1), change(wanted=request("tower", "b"), number=2))
    takes = [record.takes[0] for record in bench.state.lockfile.shots.values()]
    assert [take.task_id for take in takes] == [task(1), task(2)]
    videos = [bench.archive.home.get(take.outputs[0].sha256 or "") for take in takes]
    assert videos == [f"video of {take.outputs[0].video_url}".encode() for take in takes]


def test_an_unfinished_task_is_collected_before_anything_is_bought() -> None:
    bench = Bench(state=MemoryState(events=[intent("old", number=7), Accepted(task(7), "2026-11-22T10:00:05Z")]))
    bench.provider.charges[task(7)] = 1
    order: list[str] = []

    def note(event: ApplyEvent) -> None:
        order.extend([event.kind] if event.kind in (EventKind.SHOT_COMMITTED, EventKind.SHOT_SUBMITTED) else [])

    bench.on_event = note
    bench.run(change())
    assert order[:2] == [EventKind.SHOT_COMMITTED, EventKind.SHOT_SUBMITTED]
    assert {item.task_id for item in bench.state.lockfile.shots["alley"].takes} == {task(1), task(7)}
    assert bench.state.lockfile.shots["alley"].current == task(1)


def test_an_unclear_order_of_a_shot_that_this_run_is_not_about_is_only_looked_for() -> None:
    bench = Bench(state=MemoryState(events=[intent()]))
    bench.run()  # nothing but the journal knows the order
    assert bench.provider.submitted == []
    assert bench.open == {task()}


@pytest.mark.parametrize(
    ("settings", "sends"),
    [({}, 1), ({"limit": "0.48"}, 1), ({"limit": "0.47"}, 0), ({"approved": False}, 0), ({"submit": False}, 0)],
)
def test_an_order_of_an_earlier_run_is_new_money_when_it_is_sent_again(settings: dict[str, Any], sends: int) -> None:
    bench = Bench(state=MemoryState(events=[intent()]))
    summary = bench.run(change(Action.RESUME), **settings)
    assert len(bench.provider.submitted) == sends
    assert summary.count(Outcome.RENDERED) == sends  # not what an earlier run had paid already
    assert summary.incomplete is (sends == 0)
    assert bench.open == (set() if sends else {task()})


def test_eight_unclear_orders_are_not_bought_by_a_run_without_room_for_all_of_them() -> None:
    left = [intent(str(number), number=number, instance=f"s{number}") for number in range(1, 9)]
    bench = Bench(state=MemoryState(events=left))
    changes = [change(Action.RESUME, request(f"s{number}", str(number)), number=number) for number in range(1, 9)]
    summary = bench.run(*changes, limit="0.50")
    assert bench.provider.submitted == []
    assert summary.count(Outcome.UNRESOLVED) == 8
    assert "costs money" in (summary.outcomes[0].message or "")


def test_a_journal_that_came_from_elsewhere_decides_neither_what_is_sent_nor_what_is_recorded() -> None:
    forged = replace(
        intent(),
        order={**intent().order, "width": 3840, "numberResults": 4, "webhookURL": "https://elsewhere.example/"},
        request={**intent().request, "positivePrompt": "harmless"},
        estimate=Decimal("0.01"),
    )
    bench = Bench(state=MemoryState(events=[forged]))
    assert bench.run(change(Action.RESUME), limit="0.47").count(Outcome.UNRESOLVED) == 1, "the catalog knows the price"
    bench.run(change(Action.RESUME), limit="0.50")
    (order,) = bench.provider.submitted
    assert order.body == {**request().body, "taskUUID": task(), "includeCost": True}
    assert bench.state.lockfile.shots["alley"].takes[0].request == request().body
    repeated = next(event for event in bench.state.journal if isinstance(event, Repeated))
    assert repeated.order == order.body, "what is sent is on disk before it is sent"


def test_local_images_of_an_order_that_is_sent_again_are_stored_anew() -> None:
    wanted = replace(request(), body={**request().body, "inputs": {"image": "a.png"}})
    forged = replace(intent(), order={**intent().order, "inputs": {"image": "media-of-somebody"}})
    bench = Bench(state=MemoryState(events=[forged]))
    bench.media = [LocalMedia(("inputs", "image"), "sha256:0011223344556677", "a.png", b"png")]
    bench.run(change(Action.RESUME, wanted))
    assert [order.body["inputs"] for order in bench.provider.submitted] == [{"image": "media-44556677"}]


def test_a_result_that_is_still_to_come_is_waited_for_where_the_journal_is_not() -> None:
    wanted = request(numberResults=2)
    first = Output(video_uuid="v0", video_url="https://videos.example/0.mp4", cost=PRICE)
    partial = replace(take(), request=wanted.body, outputs=(first,), cost=None, finished_at=None)
    bench = Bench(state=MemoryState(lockfile(alley=record(partial))))
    second = Output(video_uuid="v1", video_url="https://videos.example/1.mp4", cost=Decimal("0.48"))
    bench.provider.reports[task()] = TaskReport(task(), TaskState.SUCCEEDED, (second, first), PRICE * 2, exists=True)
    assert bench.run(change(Action.RESUME, wanted)).count(Outcome.COLLECTED) == 1
    (whole,) = bench.state.lockfile.shots["alley"].takes
    assert [output.video_uuid for output in whole.outputs] == ["v0", "v1"]
    assert (whole.cost, whole.submitted_at, bench.open) == (PRICE * 2, partial.submitted_at, set())
    assert bench.provider.submitted == []


@pytest.mark.parametrize("in_archive_only", [False, True])
def test_an_end_that_only_a_journal_tells_is_recorded_as_the_provider_has_it(in_archive_only: bool) -> None:
    forged = Finished(
        task(), (Output(video_uuid="evil", video_url="https://elsewhere.example/evil.mp4"),), Decimal("0.01"), START
    )
    events: list[Event] = [intent(), Accepted(task(), START), forged]
    bench = Bench(FakeProvider(visible=not in_archive_only), state=MemoryState(events=events))
    bench.provider.charges[task()] = 1
    assert bench.run(change(Action.RESUME)).spent == PRICE
    (kept,) = bench.state.lockfile.shots["alley"].takes
    assert [output.video_uuid for output in kept.outputs] == [f"{task()}-0"]
    assert (kept.cost, bench.open) == (PRICE, set())


def test_a_failure_that_only_a_journal_tells_does_not_lose_a_video() -> None:
    forged = Failed(task(), **Failure("contentFlagged", "no", permanent=True).recorded, cost=Decimal("9.99"), at=START)
    bench = Bench(state=MemoryState(events=[intent(), forged]))
    bench.provider.charges[task()] = 1
    assert bench.run(change(Action.RESUME)).spent == PRICE
    assert bench.state.lockfile.shots["alley"].takes[0].status == "succeeded"


def test_results_that_a_journal_invented_do_not_stand_beside_the_real_ones() -> None:
    forged = Delivered(task(), (Output(video_uuid="evil", video_url="https://elsewhere.example/evil.mp4"),), START)
    bench = Bench(state=MemoryState(events=[intent(), forged]))
    bench.provider.charges[task()] = 1
    bench.run(change(Action.RESUME))
    (kept,) = bench.state.lockfile.shots["alley"].takes
    assert [output.video_uuid for output in kept.outputs] == [f"{task()}-0"]


def test_money_under_way_outside_of_the_targets_counts_at_its_price() -> None:
    other = intent("b", number=2, instance="tower")
    bench = Bench(state=MemoryState(events=[other, Accepted(task(2), START)]))
    bench.provider.reports[task(2)] = TaskReport(task(2), TaskState.RUNNING, exists=True)
    recorded = change(Action.RESUME, request("gate", "c", estimate="9.99"), number=3)  # by now, so it is not under way
    bench.outside = [recorded, change(Action.RESUME, request("tower", "b"), number=2)]
    assert bench.run(change(), limit="0.95").count(Outcome.HELD_BACK) == 1
    summary = bench.run(change(), limit="0.96")
    assert (summary.count(Outcome.RENDERED), summary.in_flight) == (1, PRICE)


def test_of_a_spec_that_is_only_referred_to_nothing_but_the_plan_is_touched() -> None:
    other = intent("b", number=2, instance="tower")
    bench = Bench(state=MemoryState(events=[other, Accepted(task(2), START)]))
    bench.provider.reports[task(2)] = TaskReport(task(2), TaskState.RUNNING, exists=True)
    bench.is_context = True
    summary = bench.run(change())
    assert [(item.address.instance, item.outcome) for item in summary.outcomes] == [("alley", Outcome.RENDERED)]
    assert "tower" not in bench.state.lockfile.shots
    assert bench.open == {task(2)}


def test_a_person_may_be_content_with_the_results_that_came() -> None:
    wanted = request(numberResults=4)
    three = tuple(Output(video_uuid=f"v{n}", video_url=f"https://videos.example/{n}.mp4", cost=PRICE) for n in range(3))
    bench = Bench(state=MemoryState(events=[replace(intent(), order=dict(wanted.body)), Accepted(task(), START)]))
    bench.provider.reports[task()] = TaskReport(task(), TaskState.RUNNING, three, exists=True)
    bench.clock.seconds += 3600  # longer than any render takes
    bench.retries = frozenset({wanted.address})
    assert bench.run(change(Action.RESUME, wanted)).count(Outcome.COLLECTED) == 1
    (kept,) = bench.state.lockfile.shots["alley"].takes
    assert (kept.status, len(kept.outputs), kept.cost, bench.open) == ("succeeded", 3, None, set())
    assert kept.finished_at is not None


def test_an_unclear_order_under_a_name_that_is_gone_is_looked_for_and_never_sent() -> None:
    left = intent(instance="old")
    moved = replace(change(Action.RESUME), origin="old")
    bench = Bench(state=MemoryState(events=[left]))
    assert bench.run(moved).count(Outcome.UNRESOLVED) == 1
    assert bench.provider.submitted == []
    bench.retries = frozenset({moved.address})
    assert bench.run(moved).count(Outcome.RECORDED) == 1
    assert (bench.provider.submitted, bench.open) == ([], set())


def test_an_unclear_order_that_nobody_wants_is_given_up_after_a_day() -> None:
    bench = Bench(state=MemoryState(events=[intent()]))
    bench.clock.seconds += 2 * 86400
    unwanted = replace(change(Action.RESUME), request=None)
    assert bench.run(unwanted).count(Outcome.RECORDED) == 1
    assert (bench.provider.submitted, bench.open) == ([], set())


def test_a_wrong_price_list_is_noticed_before_orders_fan_out() -> None:
    bench = Bench(FakeProvider(cost=Decimal("2.40")))
    changes = [change(wanted=request(f"s{number}", str(number)), number=number) for number in range(1, 11)]
    summary = bench.run(*changes, limit="5.00", parallelism=10)
    assert bench.charged() == 2, "the second was reckoned at $2.40"
    assert summary.count(Outcome.HELD_BACK) == 8
    assert (summary.limit, summary.overspent, summary.incomplete) == (Decimal("5.00"), Decimal(0), True)


def test_a_run_that_spent_more_than_it_was_allowed_is_no_success_and_says_by_how_much() -> None:
    bench = Bench(FakeProvider(cost=Decimal("2.40")))
    summary = bench.run(change(), limit="1.00")
    assert summary.count(Outcome.RENDERED) == 1
    assert (summary.overspent, summary.incomplete) == (Decimal("1.40"), True)


def test_an_order_of_an_earlier_run_that_is_sent_again_is_spent_by_this_one() -> None:
    bench = Bench(FakeProvider(cost=Decimal("2.40")), state=MemoryState(events=[intent(number=1)]))
    summary = bench.run(change(Action.RESUME), limit="1.00")
    assert bench.charged() == 1
    assert (summary.overspent, summary.incomplete) == (Decimal("1.40"), True)


def test_prices_are_proved_by_the_next_order_when_the_first_failed() -> None:
    bench = Bench(FakeProvider(script=[refuses("invalidDuration")]))
    at_once: list[int] = []
    bench.on_event = lambda _: at_once.append(len(bench.open))
    bench.run(*[change(wanted=request(f"s{n}", str(n)), number=n) for n in (1, 2)], limit="5.00", parallelism=2)
    assert max(at_once) == 1


def test_a_task_recorded_as_failed_is_looked_at_once_more_before_another_is_bought() -> None:
    failed = take(number=9, status="failed", permanent=False)
    again = replace(change(Action.CREATE, number=2), attempt=2)
    for live in (True, False):  # in the live state only, or in the archive only
        provider = FakeProvider(visible=live, in_archive=not live)
        bench = Bench(provider, state=MemoryState(lockfile(alley=record(failed))))
        bench.provider.charges[failed.task_id] = 1
        summary = bench.run(again)
        assert bench.provider.submitted == []
        assert summary.count(Outcome.COLLECTED) == 1
        (kept,) = bench.state.lockfile.shots["alley"].takes
        assert (kept.task_id, kept.status, kept.failure) == (failed.task_id, "succeeded", None)
        assert bench.state.lockfile.shots["alley"].current == failed.task_id


def test_a_task_that_stays_failed_is_followed_by_another() -> None:
    failed = take(number=9, status="failed", permanent=False)
    bench = Bench(state=MemoryState(lockfile(alley=record(failed))))
    reason = Failure("providerError", "it broke", permanent=False)
    bench.provider.reports[failed.task_id] = TaskReport(failed.task_id, TaskState.FAILED, failure=reason, exists=True)
    assert bench.run(replace(change(number=2), attempt=2)).count(Outcome.RENDERED) == 1
    assert failed.task_id in bench.provider.looked_up
    assert list(bench.provider.charges) == [task(2)]


def test_a_failure_that_only_the_archive_shows_to_a_clone_is_not_taken_for_the_end() -> None:
    class Overwritten(FakeProvider):
        async def look_up(self, asked: RenderOrder) -> TaskReport:
            self.looked_up.append(asked.task_id)
            refused = Failure("contentFlagged", "no", permanent=True)
            return TaskReport(asked.task_id, TaskState.FAILED, failure=refused, exists=True)

        def accept(self, order: RenderOrder) -> Acceptance:
            self.visible = True
            return super().accept(order)

    bench = Bench(Overwritten(visible=False))  # another machine ordered it, and its repeat was refused
    bench.provider.charges[task()] = 1
    assert bench.run(change(), submit=False).outcomes == ()
    summary = bench.run(change())
    assert summary.count(Outcome.COLLECTED) == 1
    assert bench.charged() == 1
    assert bench.clock.seconds >= 60, "it was looked for as long as any order without an answer"
    assert bench.state.lockfile.shots["alley"].takes[0].status == "succeeded"


def test_results_that_are_there_are_kept_while_another_never_comes() -> None:
    wanted = request(numberResults=4)
    three = tuple(
        Output(video_uuid=f"v{n}", video_url=f"https://videos.example/{n}.mp4", cost=Decimal("0.48")) for n in range(3)
    )
    bench = Bench()
    bench.provider.reports[task()] = TaskReport(task(), TaskState.RUNNING, three, exists=True)
    summary = bench.run(change(wanted=wanted))
    (kept,) = bench.state.lockfile.shots["alley"].takes
    assert [output.video_uuid for output in kept.outputs] == ["v0", "v1", "v2"]
    assert all(output.sha256 in bench.archive.home for output in kept.outputs)
    assert (kept.cost, kept.finished_at) == (None, None)
    assert bench.state.lockfile.shots["alley"].current == task()
    assert summary.outcomes[0].outcome is Outcome.UNRESOLVED
    assert "3 of 4 results are recorded, the others are not available" in (summary.outcomes[0].message or "")
    assert bench.open == {task()}
    fourth = Output(video_uuid="v3", video_url="https://videos.example/3.mp4", cost=Decimal("0.48"))
    bench.provider.reports[task()] = TaskReport(
        task(), TaskState.SUCCEEDED, (fourth, *reversed(three)), Decimal("1.92"), exists=True
    )
    assert bench.run(change(Action.RESUME, wanted)).count(Outcome.COLLECTED) == 1
    (whole,) = bench.state.lockfile.shots["alley"].takes
    assert [output.video_uuid for output in whole.outputs] == ["v0", "v1", "v2", "v3"]
    assert whole.cost == Decimal("1.92")
    assert bench.open == set()


def test_a_result_that_comes_while_another_is_being_fetched_is_kept() -> None:
    first, second = (
        Output(video_uuid=f"v{n}", video_url=f"https://videos.example/{n}.mp4", cost=Decimal("0.48")) for n in range(2)
    )

    class Slow(FakeProvider):
        async def download(self, url: str, sink: Sink) -> None:
            self.reports[task()] = TaskReport(task(), TaskState.RUNNING, (first, second), exists=True)
            raise ProviderUnavailable(f"{url} drips into {sink}")

    bench = Bench(Slow())
    bench.provider.reports[task()] = TaskReport(task(), TaskState.RUNNING, (first,), exists=True)
    told: list[str] = []
    bench.on_event = lambda event: told.append(event.message) if event.kind is EventKind.SHOT_DELIVERED else None
    bench.run(change(wanted=request(numberResults=3)))
    (partial,) = bench.state.lockfile.shots["alley"].takes
    assert [output.video_uuid for output in partial.outputs] == ["v0", "v1"]
    assert [line[:25] for line in told] == ["1 of 3 results delivered;", "2 of 3 results delivered;"]


def test_what_a_first_look_showed_is_kept_although_the_next_look_shows_a_failure() -> None:
    wanted = request(numberResults=2)
    first = Output(video_uuid="v0", video_url="https://videos.example/0.mp4", cost=Decimal("0.48"))
    gone = Failure("mediaNotFound", "gone", permanent=True)

    class Fickle(FakeProvider):
        async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
            seen = await super().poll(tasks)
            self.reports[task()] = TaskReport(task(), TaskState.FAILED, failure=gone, exists=True)
            return seen

    bench = Bench(Fickle())
    bench.provider.reports[task()] = TaskReport(task(), TaskState.RUNNING, (first,), exists=True)
    bench.run(change(wanted=wanted))
    (kept,) = bench.state.lockfile.shots["alley"].takes
    assert [output.video_uuid for output in kept.outputs] == ["v0"]
    assert bench.provider.submitted == []


def test_collect_orders_nothing() -> None:
    bench = Bench(state=MemoryState(events=[intent(number=1)]))
    bench.provider.charges[task(1)] = 1
    summary = bench.run(change(Action.RESUME), change(wanted=request("tower", "b"), number=2), submit=False)
    assert bench.provider.submitted == []
    assert summary.count(Outcome.COLLECTED) == 1


def test_a_crash_after_the_video_was_ready_downloads_and_records_it() -> None:
    events: list[Event] = [
        intent(), Accepted(task(), "2026-11-22T10:00:05Z"),
        Finished(task(), (output(home=False),), Decimal("0.48"), "2026-11-22T10:01:00Z"),
    ]  # fmt: skip
    bench = Bench(state=MemoryState(events=events))
    bench.run(change(Action.RESUME))
    assert bench.provider.submitted == []
    assert bench.state.lockfile.shots["alley"].takes[0].finished_at == "2026-11-22T10:01:00Z"
    assert bench.open == set()


def test_the_limit_holds_when_reality_is_dearer() -> None:
    bench = Bench(FakeProvider(cost=Decimal("0.90")))
    shots = [change(wanted=request(f"s{n}", f"p{n}"), number=n) for n in range(1, 4)]
    summary = bench.run(*shots, limit="1.00", parallelism=1)
    assert bench.charged() == 1
    assert summary.count(Outcome.HELD_BACK) == 2
    assert summary.spent == Decimal("0.90")


def test_after_a_stop_nothing_more_is_ordered_and_what_is_under_way_is_collected() -> None:
    bench = Bench(FakeProvider(polls_needed=3))
    bench.on_event = lambda event: (
        bench.stop.stop("interrupted", by_user=True) if event.kind is EventKind.SHOT_ACCEPTED else None
    )
    shots = [change(wanted=request(f"s{n}", f"p{n}"), number=n) for n in range(1, 5)]
    summary = bench.run(*shots, parallelism=1)
    assert bench.charged() == 1
    assert (summary.count(Outcome.RENDERED), summary.count(Outcome.HELD_BACK)) == (1, 3)
    assert summary.interrupted


def test_detach_orders_and_leaves() -> None:
    bench = Bench(FakeProvider(polls_needed=99))
    summary = bench.run(change(), detach=True)
    assert summary.count(Outcome.DETACHED) == 1
    assert not summary.incomplete
    assert bench.open == {task()}


def test_a_look_that_fails_buys_nothing() -> None:
    class Deaf(FakeProvider):
        async def poll(self, tasks: Sequence[RenderOrder]) -> NoReturn:
            assert tasks
            raise ProviderUnavailable("no answer")

    bench = Bench(Deaf())
    with pytest.raises(ProviderUnavailable):
        bench.run(change())
    assert bench.provider.submitted == []


def test_free_changes_are_recorded_without_asking_the_provider() -> None:
    old = take("a", number=1)
    new = take("b", number=2, at="2026-11-22T11:00:00Z")
    bench = Bench(state=MemoryState(lockfile(alley=record(old, new, current=2))))
    summary = bench.run(change(Action.RESTORE, number=1))
    assert bench.state.lockfile.shots["alley"].current == task(1)
    assert summary.count(Outcome.RECORDED) == 1
    assert bench.provider.looks == {}


def test_local_images_are_uploaded_and_stand_in_the_order_as_media_ids() -> None:
    place = ("inputs", "frameImages", 0, "image")
    bench = Bench(media=[LocalMedia(place, "sha256:" + "ab" * 32, "a.jpg", b"x")])
    wanted = request(inputs={"a.jpg": "sha256:" + "ab" * 32}, x=1)
    wanted = replace(wanted, body={**wanted.body, "inputs": {"frameImages": [{"image": "a.jpg", "frame": "first"}]}})
    bench.run(change(wanted=wanted))
    sent = bench.provider.submitted[0].body["inputs"]
    assert sent == {"frameImages": [{"image": "media-abababab", "frame": "first"}]}
    assert bench.state.lockfile.shots["alley"].takes[0].request["inputs"] == wanted.body["inputs"]


def test_a_run_behaves_as_documented_unless_it_is_told_otherwise() -> None:
    assert RunSettings() == RunSettings(4, 2.0, 15.0, RecoveryLimits(), detach=False, submit=True, approved=True)


def test_a_journal_is_tidied_at_the_end_and_one_that_cannot_be_does_no_harm() -> None:
    class Locked(MemoryState):
        def compact(self) -> None:
            super().compact()
            raise StorageError("the journal cannot be removed")

    for state in (MemoryState(), Locked()):
        bench = Bench(state=state)
        assert bench.run(change()).count(Outcome.RENDERED) == 1
        assert state.compacted


OLD, NEW = take("a", number=1), take("b", number=2, at="2026-11-22T11:00:00Z")


@dataclass
class Links(MemoryArchive):
    """Remembers every link that was asked for; they can be refused."""

    asked: list[tuple[str, tuple[str | None, ...]]] = field(default_factory=list)
    refuses: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def link(self, spec: str, instance: str, outputs: Sequence[Output]) -> None:
        super().link(spec, instance, outputs)
        self.asked.append((instance, tuple(output.sha256 for output in outputs)))
        if self.refuses:
            raise StorageError("renders/ cannot be written")


@pytest.mark.parametrize("refuses", [False, True])
@pytest.mark.parametrize(
    ("planned", "links"),
    [
        (change(Action.RESTORE, number=1), [("alley", OLD)]),
        (change(Action.UPDATE, request(prompt="b"), number=2), [("alley", NEW)]),
        (Change(request().address, Action.RETIRE), [("alley", None)]),
        (change(Action.MOVE, request("gate", "b"), number=2, origin="alley"), [("gate", NEW), ("alley", None)]),
        (change(Action.NO_OP, request(prompt="b"), number=2), []),
    ],
)
def test_links_follow_what_is_recorded_and_are_no_condition_for_it(
    planned: Change, links: list[tuple[str, Take | None]], refuses: bool
) -> None:
    archive = Links(refuses=refuses)
    bench = Bench(archive=archive, state=MemoryState(lockfile(alley=record(OLD, NEW, current=2))))
    summary = bench.run(planned)
    wanted = [(key, () if shown is None else (shown.outputs[0].sha256,)) for key, shown in links]
    assert archive.asked == wanted
    assert summary.count(Outcome.RECORDED) == (1 if links else 0)
    told = [(event.kind, event.message) for event in bench.events]
    assert told == ([(EventKind.SHOT_RECORDED, f"{planned.action.value} recorded")] if links else [])


def test_a_shot_that_is_moved_and_bought_anew_takes_its_takes_with_it_before_the_order() -> None:
    archive = Links()
    bench = Bench(archive=archive, state=MemoryState(lockfile(alley=record(OLD))))
    before: list[Lockfile] = []

    def note(provider: FakeProvider, order: RenderOrder) -> Acceptance:
        before.append(bench.state.lockfile)
        return provider.accept(order)

    bench.provider.script = [note]
    bench.run(change(Action.REPLACE, request("gate", "c"), number=3, origin="alley"))
    assert before[0].shots == {"gate": record(OLD)}
    assert [task.task_id for task in bench.state.lockfile.shots["gate"].takes] == [OLD.task_id, task(3)]
    assert [key for key, _ in archive.asked] == ["gate", "alley", "gate"]


def test_the_takes_of_a_renamed_shot_go_along_once_its_order_has_ended() -> None:
    first = take("c", number=1)
    had = lockfile(alley=record(first).with_pick(task(1)))
    ordered = replace(intent("c", number=3), retake=2)
    resumed = change(Action.RESUME, request("gate", "c"), number=3, origin="alley", retake=2)
    bench = Bench(state=MemoryState(had, events=[ordered, Accepted(task(3), START)]))
    bench.provider.charges[task(3)] = 1
    bench.run(resumed)
    (shot,) = bench.state.lockfile.shots.items()
    assert (shot[0], [one.task_id for one in shot[1].takes], shot[1].current) == ("gate", [task(1), task(3)], task(3))
    waiting = Bench(state=MemoryState(had, events=[ordered]))  # it may never have arrived
    waiting.run(resumed)
    assert waiting.state.lockfile == had


def test_a_shot_that_is_only_bought_is_linked_once() -> None:
    archive = Links()
    Bench(archive=archive).run(change())
    assert [key for key, _ in archive.asked] == ["alley"]


DONE = Finished(task(), (output(home=False),), Decimal("0.48"), "2026-11-22T10:01:00Z")


def test_a_finished_task_whose_shot_is_unchanged_is_filed_under_the_shot_and_keeps_its_price() -> None:
    bench = Bench(state=MemoryState(events=[intent(), DONE]))
    others = change(Action.NO_OP, request("lane", "b"), number=2)
    (ended,) = bench.run(others, change(Action.NO_OP, request("gate"))).outcomes
    assert (ended.address, ended.estimate) == (request("gate").address, Decimal("0.48"))
    assert set(bench.state.lockfile.shots) == {"gate"}
    assert set(bench.archive.links) == {("night", "gate")}


def test_a_finished_task_that_no_shot_wants_is_recorded_and_not_linked() -> None:
    for changes in ([replace(change(Action.RESUME), request=None, estimate=None)], []):
        bench = Bench(state=MemoryState(events=[intent(), DONE]))
        (ended,) = bench.run(*changes).outcomes
        assert (ended.outcome, ended.estimate, bench.archive.links) == (Outcome.COLLECTED, None, {})


def test_an_order_that_no_shot_wants_any_more_says_so_and_one_of_another_run_does_not() -> None:
    bench = Bench(state=MemoryState(events=[intent()]))
    unwanted = replace(change(Action.RESUME), request=None, estimate=None)
    assert "no shot needs it under this name any more" in (bench.run(unwanted).outcomes[0].message or "")
    assert "no shot wants it" not in (bench.run().outcomes[0].message or "")


def test_an_order_of_an_earlier_run_keeps_the_price_that_the_plan_gives_it() -> None:
    bench = Bench(FakeProvider(polls_needed=10_000), state=MemoryState(events=[intent()]))
    bench.provider.charges[task()] = 1
    summary = bench.run(change(Action.RESUME, request(estimate="0.72")))
    assert (summary.in_flight, summary.in_flight_count) == (Decimal("0.72"), 1)
    dearer = replace(change(Action.RESUME), limit_price=Decimal("0.90"))
    assert bench.run(dearer).in_flight == Decimal("0.90"), "limits reckon with the higher price"


@pytest.mark.parametrize("retry", [True, False])
def test_only_a_person_lets_an_old_order_be_sent_again(retry: bool) -> None:
    bench = Bench(state=MemoryState(events=[intent(at="2026-11-20T10:00:00Z")]))
    bench.retries = frozenset({request().address}) if retry else frozenset({request("gate").address})
    bench.run(change(Action.RESUME))
    assert len(bench.provider.submitted) == int(retry)


@pytest.mark.parametrize("retry", [True, False])
def test_only_a_person_lets_the_refusal_of_a_repeat_be_the_end_of_a_new_order(retry: bool) -> None:
    class Overwritten(FakeProvider):
        async def look_up(self, asked: RenderOrder) -> TaskReport:
            refused = Failure("contentFlagged", "no", permanent=True)
            return TaskReport(asked.task_id, TaskState.FAILED, failure=refused, exists=True)

    bench = Bench(Overwritten(visible=False, script=[refuses("contentFlagged")]))
    bench.retries = frozenset({request().address}) if retry else frozenset()
    assert bench.run(change()).count(Outcome.FAILED if retry else Outcome.UNRESOLVED) == 1


@pytest.mark.parametrize("resumed", [True, False])
def test_trouble_of_one_shot_stops_further_orders_and_hides_no_other_result(resumed: bool) -> None:
    class Full(MemoryState):
        def append(self, event: Event) -> None:
            if isinstance(event, Finished) and event.task_id == task(1):
                raise StorageError("the disk is full")
            super().append(event)

    left = [intent(), intent("b", number=2, instance="gate")] if resumed else []
    bench = Bench(state=Full(events=left))
    bench.provider.charges = dict.fromkeys((task(1), task(2)), 1) if resumed else {}
    action = Action.RESUME if resumed else Action.CREATE
    summary = bench.run(change(action), change(action, request("gate", "b"), number=2))
    by_address = {item.address.instance: item for item in summary.outcomes}
    broken = by_address["alley"]
    assert (broken.outcome, broken.message, broken.estimate) == (
        Outcome.UNRESOLVED, "the disk is full", Decimal("0.48"),
    )  # fmt: skip
    assert by_address["gate"].outcome is (Outcome.COLLECTED if resumed else Outcome.RENDERED)
    assert bench.stop.asked() == "the disk is full"
    (event,) = [event for event in bench.events if event.kind is EventKind.SHOT_UNRESOLVED]
    assert (event.code, event.estimate) == (StorageError.code, Decimal("0.48"))
    assert event.message.startswith("unresolved (the disk is full); the next `ltxspec apply`")


def test_a_bug_in_one_story_is_raised_when_the_others_are_over() -> None:
    def bug(_: FakeProvider, __: RenderOrder) -> NoReturn:
        raise ZeroDivisionError

    bench = Bench(FakeProvider(script=[bug], polls_needed=5))
    with pytest.raises(ZeroDivisionError):
        bench.run(change(), change(wanted=request("gate", "b"), number=2))
    assert set(bench.state.lockfile.shots) == {"gate"}


@dataclass
class Polled(FakeProvider):
    """Remembers what it was asked for, and does not answer where it is told so."""

    asked: list[list[RenderOrder]] = field(default_factory=list)
    deaf: bool = False

    async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
        self.asked.append(list(tasks))
        if self.deaf:
            raise ProviderUnavailable("no answer")
        return await super().poll(tasks)


def test_where_nothing_is_to_be_bought_nothing_is_asked() -> None:
    provider = Polled()
    Bench(provider, state=MemoryState(lockfile(alley=record(OLD, NEW, current=2)))).run(change(Action.RESTORE))
    assert provider.asked == []


def test_a_look_that_fails_after_something_was_recorded_holds_back_what_would_be_bought() -> None:
    bench = Bench(Polled(deaf=True), state=MemoryState(lockfile(alley=record(OLD, NEW, current=2))))
    summary = bench.run(change(Action.RESTORE), change(wanted=request("gate", "c"), number=3))
    assert [(item.outcome, item.message) for item in summary.outcomes] == [
        (Outcome.RECORDED, None),
        (Outcome.HELD_BACK, "no answer"),
    ]


def test_the_first_look_asks_for_all_of_the_tasks_and_their_results_at_once() -> None:
    provider = Polled()
    shots = [change(wanted=request("gate", "b", numberResults=3), number=2), change()]
    nothing = [replace(change(wanted=request("a1")), request=None), replace(change(wanted=request("a2")), task_id=None)]
    with pytest.raises(AssertionError, match="has nothing to order"):
        Bench(provider).run(*nothing, *shots)
    assert [(order.task_id, order.results) for order in provider.asked[0]] == [(task(2), 3), (task(1), 1)]
    assert [] not in provider.asked


def at_most_at_once(provider: FakeProvider, count: int, *, events: Sequence[Event] = (), **more: Any) -> int:
    """How many orders were open at the same time in a run of some shots."""
    bench = Bench(provider, state=MemoryState(events=events))
    at_once: list[int] = []
    bench.on_event = lambda _: at_once.append(len(bench.open))
    shots = [change(wanted=request(f"s{n}", str(n)), number=n) for n in range(2, count + 2)]
    resumed = [change(Action.RESUME)] if events else []
    bench.run(*resumed, *shots, parallelism=3, **more)
    return max(at_once)


def test_prices_are_proved_only_where_there_is_a_limit_and_only_until_one_is_known() -> None:
    assert at_most_at_once(FakeProvider(polls_needed=3), 2) == 2
    assert at_most_at_once(FakeProvider(polls_needed=3), 2, limit="50") == 1
    assert at_most_at_once(FakeProvider(polls_needed=3), 4, limit="50") == 3
    known = FakeProvider(polls_needed=3)
    known.charges[task()] = 1
    assert at_most_at_once(known, 2, events=[intent()], limit="50") == 2, "a task that was resumed told its price"


def test_a_detached_run_with_a_limit_waits_for_one_price_and_for_no_single_order() -> None:
    shots = [change(wanted=request(f"s{n}", str(n)), number=n) for n in (1, 2)]
    both = Bench(FakeProvider(polls_needed=5)).run(*shots, limit="50", detach=True)
    assert [item.outcome for item in both.outcomes] == [Outcome.RENDERED, Outcome.DETACHED]
    single = Bench(FakeProvider(polls_needed=5)).run(shots[0], limit="50", detach=True)
    assert [item.outcome for item in single.outcomes] == [Outcome.DETACHED]


def test_prices_stay_unproved_when_every_order_fails_or_the_run_stops() -> None:
    shots = [change(wanted=request(f"s{n}", str(n)), number=n) for n in (1, 2)]
    refused = Bench(FakeProvider(script=[refuses("invalidDuration")] * 2))
    assert refused.run(*shots, limit="50").count(Outcome.FAILED) == 2
    poor = Bench(FakeProvider(script=[refuses("insufficientCredits", whole_run=True)]))
    assert poor.run(*shots, limit="50").count(Outcome.HELD_BACK) == 2
    assert len(poor.provider.submitted) == 1


def test_a_summary_adds_up_what_was_spent_and_what_is_open() -> None:
    def ended(outcome: Outcome, cost: str | None = None, estimate: str | None = "0.50", **more: Any) -> ShotOutcome:
        paid, price = (None if usd is None else Decimal(usd) for usd in (cost, estimate))
        return ShotOutcome(request().address, outcome, task(), price, paid, **more)

    outcomes = [
        ended(Outcome.RENDERED, "0.40"),
        ended(Outcome.COLLECTED, "0.30"),
        ended(Outcome.FAILED),
        ended(Outcome.FAILED, "7", billable=False),
        ended(Outcome.RECORDED, "7"),
        ended(Outcome.HELD_BACK, "7"),
        ended(Outcome.UNRESOLVED, "7"),
        ended(Outcome.DETACHED, estimate=None),
    ]
    summary = summary_of(outcomes, RunBudget(Decimal(9)), interrupted=True)
    assert summary == RunSummary(
        outcomes=tuple(outcomes),
        estimated=Decimal("2.00"),
        spent=Decimal("0.70"),
        spent_unknown=1,
        spent_before=Decimal("0.30"),
        in_flight=Decimal("0.50"),
        in_flight_unknown=1,
        in_flight_count=2,
        interrupted=True,
        overspent=Decimal(0),
        limit=Decimal(9),
    )
    assert summary_of([], RunBudget(None), interrupted=False).spent == 0


def test_a_summary_names_the_limit_that_was_passed() -> None:
    budget = RunBudget(Decimal(9), per_spec={"night": Decimal("0.40")})
    budget.reserve(task(), Decimal("0.40"), "night")
    budget.settle(task(), Decimal("0.48"))
    summary = summary_of([], budget, interrupted=False)
    assert (summary.overspent, summary.limit) == (Decimal("0.08"), Decimal("0.40"))


@pytest.mark.parametrize("look", ["poll", "look_up"])
def test_a_service_that_cannot_be_asked_about_an_open_task_is_told_while_it_is_tried_again(look: str) -> None:
    bench = Bench(FakeProvider(script=[uncertain(accepts=False)]))
    failing = iter([ProviderUnavailable("nothing answers at `http://127.0.0.1:9`")] * 3)
    answer = getattr(bench.provider, look)

    async def silent(asked: object) -> object:
        if EventKind.SHOT_UNCLEAR in bench.kinds and (error := next(failing, None)) is not None:
            raise error
        return await answer(asked)

    setattr(bench.provider, look, silent)
    bench.run(change(), poll_interval=1.0, poll_max=1.0)
    assert [event.message for event in bench.events if event.kind is EventKind.SERVICE_SILENT] == [
        "nothing answers at `http://127.0.0.1:9`; trying again"
    ]


def test_a_run_that_a_bad_key_stops_was_not_interrupted_and_says_how_to_go_on() -> None:
    bench = Bench(FakeProvider(script=[uncertain(accepts=True)]))
    error = ProviderRefused("the key was refused", provider_code="invalidApiKey", whole_run=True)
    error.hint = "check `RUNWARE_API_KEY`"

    async def refuse(_: object) -> NoReturn:
        raise error

    bench.on_event = lambda event: (
        setattr(bench.provider, "poll", refuse) if event.kind is EventKind.SHOT_UNCLEAR else None
    )
    summary = bench.run(change())
    assert not summary.interrupted
    assert "check `RUNWARE_API_KEY`" in (summary.outcomes[0].message or "")


def two() -> list[Change]:
    return [change(wanted=request(key, key), number=number) for number, key in enumerate(("alley", "gate"), 1)]


def test_the_next_shot_is_ordered_once_a_render_is_done_while_its_video_is_still_fetched() -> None:
    second = asyncio.Event()  # has been ordered

    class SlowDownloads(FakeProvider):
        async def submit(self, order: RenderOrder) -> Acceptance:
            if self.submitted:
                second.set()
            return await super().submit(order)

        async def download(self, url: str, sink: Sink) -> None:
            await second.wait()
            await super().download(url, sink)

    bench = Bench(SlowDownloads())
    summary = bench.run(*two(), parallelism=1)
    assert summary.count(Outcome.RENDERED) == 2
    rendered = bench.kinds.index(EventKind.SHOT_RENDERED)
    assert bench.kinds.count(EventKind.SHOT_SUBMITTED) == 2
    assert EventKind.SHOT_SUBMITTED in bench.kinds[rendered : bench.kinds.index(EventKind.SHOT_COMMITTED)]
    assert EventKind.SHOT_SUBMITTED not in bench.kinds[1:rendered]


def test_a_service_that_is_too_busy_gets_fewer_orders_at_a_time_which_is_said() -> None:
    def busy(_provider: FakeProvider, _order: RenderOrder) -> Acceptance:
        raise SubmissionUncertain("it answers 429", busy=True)

    bench = Bench(FakeProvider(script=[busy]))
    summary = bench.run(*two(), parallelism=2)
    assert summary.count(Outcome.RENDERED) == 2
    assert bench.charged() == 2
    said = [event.message for event in bench.events if event.kind is EventKind.SERVICE_BUSY]
    assert said[0] == "the service is too busy: at most 1 of 2 orders at a time for now"
    assert said[-1] == "the service takes orders again: 2 at a time"


def test_a_take_that_could_not_be_written_in_the_end_makes_the_run_incomplete() -> None:
    class FullLater(MemoryState):
        def write_lockfile(self, lockfile: Lockfile) -> None:
            del lockfile
            raise StorageError("the disk is full")

    state = FullLater(lockfile(**{f"shot-{number}": record(take(number=number)) for number in range(10, 50)}))
    bench = Bench(state=state)
    summary = bench.run(change())
    assert (summary.count(Outcome.UNRESOLVED), summary.incomplete) == (1, True)
    assert bench.open == {task()}
    assert bench.archive.forgotten == []


def test_a_run_that_is_broken_off_has_written_what_it_recorded() -> None:
    class Broken(FakeProvider):
        async def submit(self, order: RenderOrder) -> Acceptance:
            if order.task_id == task(2):
                raise ZeroDivisionError
            return await super().submit(order)

    bench = Bench(Broken(), state=MemoryState(lockfile(**{f"s{n}": record(take(number=n)) for n in range(10, 50)})))
    with pytest.raises(ZeroDivisionError):
        bench.run(*two())
    assert bench.state.lockfile.shots["alley"].current == task()
