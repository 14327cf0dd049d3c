import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NoReturn

import pytest
from builders import change, intent, lockfile, output, record, request, take, task
from fakes import FakeClock, FakeProvider, MemoryArchive, MemoryState

from ltxspec.apply.budget import Budget
from ltxspec.apply.delivery import names_of
from ltxspec.apply.engine import Job, RunSettings, World, run
from ltxspec.apply.events import ApplyEvent, Kind, Outcome, RunSummary
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import Acceptance, LocalMedia, Order, Sink, TaskReport, TaskState
from ltxspec.apply.recovery import Limits
from ltxspec.apply.story import StopSignal
from ltxspec.errors import NotSent, ProviderRefused, ProviderUnavailable, SubmissionUncertain
from ltxspec.lock.journal import Accepted, Event, Finished, Repeated, fold
from ltxspec.lock.models import Failure, Output
from ltxspec.plan.actions import Action, Change

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

    def run(
        self, *changes: Change, limit: str | None = None, retries: Sequence[str] = (), **settings: object
    ) -> RunSummary:
        wanted = {c.address.instance for c in changes if c.request is not None}

        def emit(event: ApplyEvent) -> None:
            self.events.append(event)
            self.on_event(event)

        world = World(self.provider, self.archive, self.clock, lambda _: self.media, emit)
        again = frozenset(change.address for change in changes if str(change.address) in retries)
        job = Job(Ledger("night", self.state, self.clock, wanted), changes, again)
        budget = Budget(None if limit is None else Decimal(limit))
        chosen = RunSettings(**{"limits": Limits(grace=60, task_timeout=600), **settings})  # type: ignore[arg-type]  # by name
        return asyncio.run(run([job], world, chosen, budget, self.stop))

    @property
    def kinds(self) -> list[Kind]:
        return [event.kind for event in self.events]

    @property
    def open(self) -> set[str]:
        return set(fold(self.state.journal).open)

    def charged(self) -> int:
        return sum(self.provider.charges.values())


def uncertain(*, accepts: bool) -> Callable[[FakeProvider, Order], Acceptance]:
    def answer(provider: FakeProvider, order: Order) -> NoReturn:
        if accepts:
            provider.accept(order)
        raise SubmissionUncertain("the reply was lost")

    return answer


def refuses(code: str, *, whole_run: bool = False) -> Callable[[FakeProvider, Order], Acceptance]:
    def answer(_: FakeProvider, __: Order) -> NoReturn:
        raise ProviderRefused("no", provider_code=code, whole_run=whole_run)

    return answer


def not_sent(_: FakeProvider, __: Order) -> NoReturn:
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

    def note(provider: FakeProvider, order: Order) -> Acceptance:
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
    assert Kind.SHOT_ADOPTED in bench.kinds
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

    def reveal(provider: FakeProvider, order: Order) -> Acceptance:
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
    assert (failed.status, failed.cost, failed.outputs) == ("failed", None, ())
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
    outputs = (Output("v1", "https://videos.example/v1.mp4", Decimal("0.48")),)
    bench.provider.reports[task()] = TaskReport(
        task(), TaskState.FAILED, outputs, Decimal("0.48"), Failure("providerError", "one broke", permanent=False),
        exists=True,
    )  # fmt: skip
    bench.run(change(wanted=request(numberResults=2)))
    written = bench.state.lockfile.shots["alley"].takes[0]
    assert (written.status, len(written.outputs), written.failure) == ("succeeded", 1, None)
    assert written.outputs[0].sha256 in bench.archive.home
    told = next(event.message for event in bench.events if event.kind is Kind.SHOT_COMMITTED)
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
    bench.archive.broken = set(names_of(task(), [Output(f"{task()}-0", None)]))
    bench.run(change())
    assert Kind.SHOT_NOT_ARCHIVED in bench.kinds
    assert len(bench.provider.submitted) == 1


def test_two_tasks_whose_videos_bear_one_id_keep_their_own_videos() -> None:
    class OneId(FakeProvider):
        def finished(self, order: Order) -> TaskReport:
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
        order.extend([event.kind] if event.kind in (Kind.SHOT_COMMITTED, Kind.SHOT_SUBMITTED) else [])

    bench.on_event = note
    bench.run(change())
    assert order[:2] == [Kind.SHOT_COMMITTED, Kind.SHOT_SUBMITTED]
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
    assert summary.count(Outcome.COLLECTED) == sends
    assert summary.incomplete is (sends == 0)
    assert bench.open == (set() if sends else {task()})


def test_eight_unclear_orders_are_not_bought_by_a_run_without_room_for_all_of_them() -> None:
    left = [intent(str(number), number=number, instance=f"s{number}") for number in range(1, 9)]
    bench = Bench(state=MemoryState(events=left))
    changes = [change(Action.RESUME, request(f"s{number}", str(number)), number=number) for number in range(1, 9)]
    summary = bench.run(*changes, limit="0.50")
    assert bench.provider.submitted == []
    assert summary.count(Outcome.UNRESOLVED) == 8
    assert "new money" in (summary.outcomes[0].message or "")


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
    first = Output("v0", "https://videos.example/0.mp4", PRICE)
    partial = replace(take(), request=wanted.body, outputs=(first,), cost=None, finished_at=None)
    bench = Bench(state=MemoryState(lockfile(alley=record(partial))))
    second = Output("v1", "https://videos.example/1.mp4", Decimal("0.48"))
    bench.provider.reports[task()] = TaskReport(task(), TaskState.SUCCEEDED, (second, first), PRICE * 2, exists=True)
    assert bench.run(change(Action.RESUME, wanted)).count(Outcome.COLLECTED) == 1
    (whole,) = bench.state.lockfile.shots["alley"].takes
    assert [output.video_uuid for output in whole.outputs] == ["v0", "v1"]
    assert (whole.cost, whole.submitted_at, bench.open) == (PRICE * 2, partial.submitted_at, set())
    assert bench.provider.submitted == []


def test_a_person_may_be_content_with_the_results_that_came() -> None:
    wanted = request(numberResults=4)
    three = tuple(Output(f"v{n}", f"https://videos.example/{n}.mp4", PRICE) for n in range(3))
    bench = Bench(state=MemoryState(events=[replace(intent(), order=dict(wanted.body)), Accepted(task(), START)]))
    bench.provider.reports[task()] = TaskReport(task(), TaskState.RUNNING, three, exists=True)
    assert bench.run(change(Action.RESUME, wanted), retries=["night.alley"]).count(Outcome.COLLECTED) == 1
    (kept,) = bench.state.lockfile.shots["alley"].takes
    assert (kept.status, len(kept.outputs), kept.cost, bench.open) == ("succeeded", 3, None, set())
    assert kept.finished_at is not None


def test_an_unclear_order_under_a_name_that_is_gone_is_looked_for_and_never_sent() -> None:
    left = intent(instance="old")
    moved = replace(change(Action.RESUME), origin="old")
    bench = Bench(state=MemoryState(events=[left]))
    assert bench.run(moved).count(Outcome.UNRESOLVED) == 1
    assert bench.provider.submitted == []
    assert bench.run(moved, retries=["night.alley"]).count(Outcome.RECORDED) == 1
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


def test_prices_are_proved_by_the_next_order_when_the_first_failed() -> None:
    bench = Bench(FakeProvider(script=[refuses("invalidDuration")]))
    at_once: list[int] = []
    bench.on_event = lambda _: at_once.append(len(bench.open))
    bench.run(*[change(wanted=request(f"s{n}", str(n)), number=n) for n in (1, 2)], limit="5.00", parallelism=2)
    assert max(at_once) == 1


def test_a_task_recorded_as_failed_is_looked_at_once_more_before_another_is_bought() -> None:
    failed = take(number=9, status="failed", permanent=False)
    again = replace(change(Action.CREATE, number=2), attempt=2)
    for visible in (True, False):  # in the live state, or in the archive only
        bench = Bench(FakeProvider(visible=visible), state=MemoryState(lockfile(alley=record(failed))))
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
        async def look_up(self, asked: Order) -> TaskReport:
            self.looked_up.append(asked.task_id)
            refused = Failure("contentFlagged", "no", permanent=True)
            return TaskReport(asked.task_id, TaskState.FAILED, failure=refused, exists=True)

        def accept(self, order: Order) -> Acceptance:
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
    three = tuple(Output(f"v{n}", f"https://videos.example/{n}.mp4", Decimal("0.48")) for n in range(3))
    bench = Bench()
    bench.provider.reports[task()] = TaskReport(task(), TaskState.RUNNING, three, exists=True)
    summary = bench.run(change(wanted=wanted))
    (kept,) = bench.state.lockfile.shots["alley"].takes
    assert [output.video_uuid for output in kept.outputs] == ["v0", "v1", "v2"]
    assert all(output.sha256 in bench.archive.home for output in kept.outputs)
    assert (kept.cost, kept.finished_at) == (None, None)
    assert bench.state.lockfile.shots["alley"].current == task()
    assert summary.outcomes[0].outcome is Outcome.UNRESOLVED
    assert "3 of 4 results are recorded, the others are not there" in (summary.outcomes[0].message or "")
    assert bench.open == {task()}
    fourth = Output("v3", "https://videos.example/3.mp4", Decimal("0.48"))
    bench.provider.reports[task()] = TaskReport(
        task(), TaskState.SUCCEEDED, (fourth, *reversed(three)), Decimal("1.92"), exists=True
    )
    assert bench.run(change(Action.RESUME, wanted)).count(Outcome.COLLECTED) == 1
    (whole,) = bench.state.lockfile.shots["alley"].takes
    assert [output.video_uuid for output in whole.outputs] == ["v0", "v1", "v2", "v3"]
    assert whole.cost == Decimal("1.92")
    assert bench.open == set()


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
    bench.on_event = lambda event: bench.stop.stop("interrupted") if event.kind is Kind.SHOT_ACCEPTED else None
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
        async def poll(self, tasks: Sequence[Order]) -> NoReturn:
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
