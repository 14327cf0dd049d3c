import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from builders import change, intent, lockfile, output, request, take, task
from builders import record as record_of
from fakes import FakeClock, FakeProvider, MemoryArchive, MemoryState
from replacing import replace
from unit.apply.stages import stage

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.delivery import names_of
from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import RenderOrder, Sink, TaskReport, TaskState
from ltxspec.apply.recovery import Facts
from ltxspec.apply.task import TaskRun
from ltxspec.apply.task_finish import abandon, archive_and_commit, give_up, held_back, leave, record, take_in
from ltxspec.errors import ProviderUnavailable, StorageError
from ltxspec.lock.models import Failure, Output
from ltxspec.values import TaskId

T = TypeVar("T")

PRICE = Decimal("0.48")
VIDEO = output(home=False)
DONE = TaskReport(task(), TaskState.SUCCEEDED, (VIDEO,), PRICE, exists=True)
REFUSED = Failure("invalidDuration", "too long", permanent=True)


@dataclass
class Server(FakeProvider):
    """Knows some addresses; others have expired."""

    addresses: set[str] = field(default_factory=lambda: {str(VIDEO.video_url)})
    archived: TaskReport | None = None

    async def look_up(self, task: RenderOrder) -> TaskReport:
        self.looked_up.append(task.task_id)
        return self.archived or TaskReport(task.task_id, TaskState.UNKNOWN)

    async def download(self, url: str, sink: Sink) -> None:
        if url not in self.addresses:
            raise ProviderUnavailable("the address expired")
        sink.write(b"video")


@dataclass
class Bench:
    """An order that was sent, with its money set aside."""

    provider: Server = field(default_factory=Server)
    archive: MemoryArchive = field(default_factory=MemoryArchive)
    state: MemoryState = field(default_factory=MemoryState)
    budget: RunBudget = field(default_factory=lambda: RunBudget(None))
    events: list[ApplyEvent] = field(default_factory=list)

    def story(self, *, wanted: bool = True, results: int = 1, **facts: Any) -> TaskRun:
        clock = FakeClock()
        on = stage(self.provider, clock, archive=self.archive, budget=self.budget, emit=self.events.append)
        ledger = Ledger("night", self.state, clock, {"alley"})
        ledger.intend(intent())
        self.budget.reserve(task(), PRICE)
        order = RenderOrder(task(), {"ttl": 60}, results)
        told = Facts(**{"submits": 1, **facts})
        return TaskRun(
            request().address, change() if wanted else None, ledger, on, order, PRICE, told, ordered_here=True
        )

    def tell(self, story: TaskRun, end: Coroutine[Any, Any, T]) -> T:
        async def all_of_it() -> T:
            async with story.context.poller:
                return await end

        return asyncio.run(all_of_it())

    def record(self, **facts: Any) -> ShotOutcome:
        story = self.story(**facts)
        return self.tell(story, record(story))


def test_a_success_is_written_before_and_after_the_download_and_linked() -> None:
    bench = Bench()
    ended = bench.record(poll=DONE)
    assert (ended.outcome, ended.cost, ended.archived) == (Outcome.RENDERED, PRICE, True)
    assert bench.state.writes == ["Intent", "Finished", "lockfile", "Committed"]
    take = bench.state.lockfile.shots["alley"].takes[0]
    assert take.expires_at is not None
    assert bench.archive.links["night", "alley"] == (take.outputs[0].sha256,)
    assert bench.archive.forgotten == names_of(task(), [VIDEO])
    assert [(event.kind, event.message, event.cost) for event in bench.events] == [
        (EventKind.SHOT_RENDERED, "rendered, $0.48", PRICE),
        (EventKind.SHOT_COMMITTED, "archived and recorded", PRICE),
    ]


def test_a_task_counts_as_arriving_only_while_its_videos_are_fetched() -> None:
    bench = Bench()
    story = bench.story(poll=DONE)
    fetching: list[set[TaskId]] = []

    class Notes(Server):
        async def download(self, url: str, sink: Sink) -> None:
            fetching.append(set(story.context.arriving))
            await super().download(url, sink)

    story.context = replace(story.context, provider=Notes())
    bench.tell(story, record(story))
    assert (fetching, story.context.arriving) == ([{task()}], set())


@pytest.mark.parametrize("told", [Failure("providerError", "it broke", permanent=False), None])
def test_a_failure_is_told_with_its_code_and_with_what_it_cost(told: Failure | None) -> None:
    bench = Bench()
    ended = bench.record(poll=TaskReport(task(), TaskState.FAILED, (), PRICE, told, exists=True))
    reason = "providerError: it broke" if told else "unknown: the provider gave no reason"
    assert (ended.outcome, ended.message, ended.cost, ended.billable) == (Outcome.FAILED, reason, PRICE, True)
    (event,) = bench.events
    code = told.code if told else "unknown"
    assert (event.kind, event.message, event.cost, event.code) == (EventKind.SHOT_FAILED, reason, PRICE, code)
    written = bench.state.lockfile.shots["alley"].takes[0]
    assert (written.cost, written.failure) == (PRICE, told or Failure("unknown", "the provider gave no reason", False))  # noqa: FBT003  # may pass
    assert (bench.budget.committed, bench.budget.open_orders[0]) == (PRICE, 0)


@pytest.mark.parametrize(
    ("results", "made", "more"),
    [
        (2, 1, "; only 1 of 2 results were made (providerError: one broke)"),
        (2, 2, ""),
        (1, 1, ""),
        (0, 1, ""),
    ],
)
def test_what_failed_beside_the_results_is_told(results: int, made: int, more: str) -> None:
    broken = Failure("providerError", "one broke", permanent=False)
    bench = Bench()
    outputs = tuple(output(number, home=False) for number in range(1, made + 1))
    bench.provider.addresses = {str(item.video_url) for item in outputs}
    bench.record(poll=TaskReport(task(), TaskState.FAILED, outputs, PRICE, broken, exists=True), results=results)
    assert bench.events[-1].message == f"archived and recorded{more}"


def test_results_that_are_all_there_say_nothing_of_missing_ones() -> None:
    bench = Bench()
    bench.record(poll=DONE, results=2)
    assert bench.events[-1].message == "archived and recorded"


def test_a_cost_that_was_not_told_leaves_the_money_set_aside() -> None:
    bench = Bench()
    ended = bench.record(poll=replace(DONE, cost=None))
    assert (ended.cost, bench.budget.committed) == (None, PRICE)
    assert "rendered, cost unknown" in [event.message for event in bench.events]


def test_a_refusal_of_the_only_copy_frees_the_money() -> None:
    bench = Bench()
    ended = bench.record(refused=REFUSED)
    assert (ended.outcome, ended.billable, ended.message) == (Outcome.FAILED, False, "invalidDuration: too long")
    assert bench.budget.committed == 0
    (refused,) = bench.state.lockfile.shots["alley"].takes
    assert (refused.failure, refused.cost, ended.cost) == (REFUSED, Decimal(0), Decimal(0)), (
        "that it cost nothing is known"
    )


def test_a_refusal_of_a_repeat_keeps_the_money_aside() -> None:
    bench = Bench()
    ended = bench.record(repeat_refused=REFUSED, repeated=True)
    assert (ended.billable, bench.budget.committed) == (True, PRICE)
    assert bench.state.lockfile.shots["alley"].takes[0].cost is None, "the first copy may have been accepted"
    assert bench.budget.open_orders[0] == 0, "it is over"


def test_an_order_that_neither_ended_nor_was_refused_has_no_end_to_record() -> None:
    bench = Bench()
    with pytest.raises(AssertionError, match="RECORD without an end"):
        bench.record()


@pytest.mark.parametrize(("results", "wanted"), [(3, 3), (1, 1), (0, 1)])
def test_a_result_that_is_there_is_kept_at_once_and_told_once(results: int, wanted: int) -> None:
    bench = Bench()
    story = bench.story(results=results, submits=1)
    for _ in range(2):
        bench.tell(story, take_in(story, replace(DONE, state=TaskState.RUNNING)))
    (take,) = bench.state.lockfile.shots["alley"].takes
    assert take.outputs[0].sha256 is not None
    assert bench.state.lockfile.shots["alley"].current == task()
    assert bench.archive.links["night", "alley"] == (take.outputs[0].sha256,)
    assert [event.message for event in bench.events] == [f"1 of {wanted} results delivered"]
    assert "Committed" not in bench.state.writes


@pytest.mark.parametrize("wanted", [True, False])
def test_a_result_that_is_there_is_current_where_a_shot_wants_it(wanted: bool) -> None:
    bench = Bench(state=MemoryState(lockfile(alley=record_of(take("b", number=2)))))
    story = bench.story(wanted=wanted, results=2)
    bench.tell(story, take_in(story, replace(DONE, state=TaskState.RUNNING)))
    assert bench.state.lockfile.shots["alley"].current == task(1 if wanted else 2)


def test_the_link_shows_the_result_that_was_picked() -> None:
    two = (VIDEO, output(2, home=False))
    known = replace(take(), outputs=two, picked=two[1].video_uuid)
    bench = Bench(state=MemoryState(lockfile(alley=record_of(known))))
    bench.provider.addresses = {str(item.video_url) for item in two}
    bench.provider.download = numbered  # type: ignore[method-assign]  # two videos that differ
    bench.record(poll=replace(DONE, outputs=two, cost=Decimal("0.960")), results=2)
    shown = bench.state.lockfile.shots["alley"].takes[0]
    assert bench.archive.links["night", "alley"] == (shown.outputs[1].sha256, shown.outputs[0].sha256)
    assert bench.events[0].message == "rendered, $0.96"


async def numbered(url: str, sink: Sink) -> None:
    sink.write(url.encode())


def test_a_result_that_is_there_and_cannot_be_fetched_is_recorded_and_the_reason_told() -> None:
    bench = Bench(Server(addresses=set()))
    story = bench.story(results=3, wanted=False)
    bench.tell(story, take_in(story, replace(DONE, state=TaskState.RUNNING)))
    assert [event.message for event in bench.events] == [
        "1 of 3 results delivered; not archived yet: the address expired"
    ]
    assert bench.archive.links == {}
    everything = {**bench.state.lockfile.shots, **bench.state.lockfile.retired}
    assert everything["alley"].takes[0].outputs[0].video_url == VIDEO.video_url


def test_a_result_that_came_while_another_was_fetched_is_kept_at_once_as_well() -> None:
    second, third = output(2, home=False), output(3, home=False)
    fresh = replace(VIDEO, video_url="https://videos.example/fresh.mp4")
    bench = Bench(Server(addresses={str(item.video_url) for item in (fresh, second, third)}))
    bench.provider.reports[task()] = replace(DONE, state=TaskState.RUNNING, outputs=(third, fresh, second))
    story = bench.story(results=4)
    bench.tell(story, take_in(story, replace(DONE, state=TaskState.RUNNING)))
    (take,) = bench.state.lockfile.shots["alley"].takes
    assert [item.video_uuid for item in take.outputs if item.sha256] == ["video-1", "video-3", "video-2"]
    assert story.delivered == 3
    assert [event.message for event in bench.events] == ["1 of 4 results delivered", "3 of 4 results delivered"]


def test_an_address_that_expired_is_asked_for_anew() -> None:
    fresh = "https://videos.example/fresh.mp4"
    bench = Bench(Server(addresses={fresh}))
    bench.provider.reports[task()] = replace(DONE, outputs=(replace(VIDEO, video_url=fresh),))
    ended = bench.record(poll=DONE)
    assert (ended.archived, ended.message) == (True, None)
    assert bench.state.lockfile.shots["alley"].takes[0].outputs[0].video_url == fresh


def test_a_partly_fetched_take_is_recorded_so_far_and_its_task_stays_open() -> None:
    bench = Bench()
    ended = bench.record(poll=replace(DONE, outputs=(VIDEO, output(2, home=False))), results=2)
    assert (ended.archived, ended.message) == (False, "the address expired")
    outputs = bench.state.lockfile.shots["alley"].takes[0].outputs
    assert [item.sha256 is not None for item in outputs] == [True, False]
    assert "Committed" not in bench.state.writes
    assert bench.archive.forgotten == []


@pytest.mark.parametrize("poll", [TaskReport(task(), TaskState.UNKNOWN), replace(DONE, outputs=())])
def test_where_polls_show_no_video_any_more_the_archive_is_asked_for_its_address(poll: TaskReport) -> None:
    fresh = "https://videos.example/fresh.mp4"
    bench = Bench(Server(addresses={fresh}, archived=replace(DONE, outputs=(replace(VIDEO, video_url=fresh),))))
    bench.provider.reports[task()] = poll
    ended = bench.record(poll=DONE)
    assert (ended.archived, ended.message, bench.provider.looked_up) == (True, None, [task()])
    assert "Committed" in bench.state.writes


def test_a_take_of_which_one_video_is_missing_is_not_called_archived() -> None:
    fresh, second = "https://videos.example/fresh.mp4", output(2, home=False)
    bench = Bench(Server(addresses={fresh}))
    bench.provider.reports[task()] = replace(DONE, outputs=(replace(VIDEO, video_url=fresh), second))
    ended = bench.record(poll=replace(DONE, outputs=(VIDEO, second)), results=2)
    assert (ended.outcome, ended.archived, ended.message) == (Outcome.RENDERED, False, "the address expired")
    outputs = bench.state.lockfile.shots["alley"].takes[0].outputs
    assert [item.sha256 is not None for item in outputs] == [True, False]
    assert "Committed" not in bench.state.writes
    assert bench.archive.forgotten == []
    last = bench.events[-1]
    assert (last.kind, last.cost) == (EventKind.SHOT_NOT_ARCHIVED, PRICE)
    assert last.message == "recorded, but the video is not archived yet: the address expired"


def test_a_service_that_cannot_be_asked_for_a_new_address_hides_no_video() -> None:
    class Silent(Server):
        async def look_up(self, _: RenderOrder) -> TaskReport:
            raise ProviderUnavailable("no answer")

    bench = Bench(Silent(addresses=set()))
    ended = bench.record(poll=DONE)
    assert (ended.archived, ended.message) == (False, "the address expired")


def test_a_video_that_cannot_be_had_is_recorded_as_paid_and_the_task_stays_open() -> None:
    bench = Bench(Server(addresses=set()))
    bench.provider.reports[task()] = DONE
    ended = bench.record(poll=DONE)
    assert (ended.outcome, ended.archived, ended.message) == (Outcome.RENDERED, False, "the address expired")
    assert bench.state.lockfile.shots["alley"].takes[0].cost == PRICE
    assert "Committed" not in bench.state.writes
    assert bench.events[-1].kind is EventKind.SHOT_NOT_ARCHIVED


def test_videos_are_told_apart_by_their_ids_when_addresses_are_renewed() -> None:
    second = output(2, home=False)
    bench = Bench()
    moved = (
        Output(video_uuid=second.video_uuid, video_url="https://videos.example/fresh.mp4", cost=PRICE),
        Output(video_uuid=VIDEO.video_uuid, video_url=VIDEO.video_url, cost=PRICE),
    )
    bench.provider.addresses.add("https://videos.example/fresh.mp4")
    bench.provider.reports[task()] = replace(DONE, outputs=moved)
    ended = bench.record(poll=replace(DONE, outputs=(VIDEO, second)), results=2)
    assert ended.archived
    assert [item.sha256 is not None for item in bench.state.lockfile.shots["alley"].takes[0].outputs] == [True, True]


def test_a_tree_of_links_that_cannot_be_written_is_no_broken_apply() -> None:
    class ReadOnly(MemoryArchive):
        def link(self, *_: object) -> None:
            raise StorageError("renders/ cannot be written")

    bench = Bench(archive=ReadOnly())
    assert bench.record(poll=DONE).outcome is Outcome.RENDERED
    assert bench.events[-1].message == "archived and recorded, but without its link: renders/ cannot be written"


def test_what_nobody_wants_is_recorded_without_a_link() -> None:
    bench = Bench()
    story = bench.story(wanted=False, poll=DONE)
    assert bench.tell(story, record(story)).outcome is Outcome.RENDERED
    assert bench.archive.links == {}


def test_an_end_of_an_earlier_run_is_only_brought_home() -> None:
    bench = Bench()
    story = bench.story()
    story.ledger.finish(task(), DONE)
    story.ordered_here = False
    assert bench.tell(story, archive_and_commit(story)).outcome is Outcome.COLLECTED


def test_what_is_left_open_is_told_and_keeps_its_money() -> None:
    bench = Bench()
    ended = leave(bench.story(), "it did not finish in time")
    assert (ended.outcome, ended.message) == (Outcome.UNRESOLVED, "it did not finish in time")
    (event,) = bench.events
    assert event.kind is EventKind.SHOT_UNRESOLVED
    assert event.message.startswith(
        "unresolved (it did not finish in time); the next `ltxspec apply` or `ltxspec collect`"
    )
    assert bench.budget.committed == PRICE
    assert bench.state.writes == ["Intent"]


def test_what_was_never_accepted_is_as_if_it_had_not_been_planned() -> None:
    bench = Bench()
    ended = abandon(bench.story(), "no connection", code="not-sent")
    assert (ended.outcome, bench.budget.committed) == (Outcome.HELD_BACK, Decimal(0))
    assert bench.state.writes == ["Intent", "Abandoned"]
    assert bench.events[-1].code == "not-sent"


def test_giving_up_closes_what_was_never_sent_and_what_nobody_wants() -> None:
    bench = Bench()
    assert give_up(bench.story(submits=0)).message == "this run orders nothing"
    stopped = Bench().story(submits=0)
    stopped.context.stop.stop("interrupted")
    assert give_up(stopped).message == "interrupted"
    bench = Bench()
    ended = give_up(bench.story(wanted=False, unwanted=True))
    assert (ended.outcome, bench.budget.committed) == (Outcome.RECORDED, Decimal(0))
    assert bench.state.writes == ["Intent", "Abandoned"]
    (event,) = bench.events
    assert (event.kind, event.message.startswith("given up: ")) == (EventKind.SHOT_RECORDED, True)


def test_what_is_held_back_was_never_begun() -> None:
    bench = Bench()
    on = stage(bench.provider, emit=bench.events.append)
    ended = held_back(change(), on, "the cost limit would be exceeded")
    assert (ended.outcome, ended.estimate) == (Outcome.HELD_BACK, PRICE)
    assert ended.message == "the cost limit would be exceeded"
    assert bench.events[-1].message == "not ordered: the cost limit would be exceeded"
