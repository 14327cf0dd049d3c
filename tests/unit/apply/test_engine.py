import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NoReturn

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
from ltxspec.lock.journal import Accepted, Event, Finished, fold
from ltxspec.lock.models import Failure, Output
from ltxspec.plan.actions import Action, Change


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

    def run(self, *changes: Change, limit: str | None = None, **settings: object) -> RunSummary:
        wanted = {c.address.instance for c in changes if c.request is not None}

        def emit(event: ApplyEvent) -> None:
            self.events.append(event)
            self.on_event(event)

        world = World(self.provider, self.archive, self.clock, lambda _: self.media, emit)
        job = Job(Ledger("night", self.state, self.clock, wanted), changes)
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


@pytest.mark.parametrize(("image", "sends"), [("[redacted]", 0), ("media-1", 1)])
def test_an_unclear_order_is_repeated_only_while_all_of_it_is_known(image: str, sends: int) -> None:
    left = replace(intent(), order={**intent().order, "image": image})
    bench = Bench(state=MemoryState(events=[left]))
    bench.run()  # of a shot that this run is not about, so that nothing but the journal knows the order
    assert len(bench.provider.submitted) == sends
    assert (bench.open == {task()}) is (sends == 0)


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
