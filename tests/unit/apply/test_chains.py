"""Runs over graphs: what follows is ordered after its source, once, whatever fails and whenever the run dies."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from builders import change, request
from fakes import FakeClock, FakeProvider, MemoryArchive, MemoryState
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as with_fields
from replacing import replace
from unit.plan.chains import CATALOG, follows

from ltxspec.apply import checkpoints
from ltxspec.apply.budget import RunBudget
from ltxspec.apply.engine import Adapters, Job, RunSettings, run
from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, RunSummary
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import Acceptance, Provider, RenderOrder, TaskReport, TaskState
from ltxspec.apply.recovery import RecoveryLimits
from ltxspec.apply.task import StopSignal
from ltxspec.errors import StorageError
from ltxspec.lock.journal import JournalState, fold
from ltxspec.lock.models import Failure, Lockfile
from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.cases import PlanContext
from ltxspec.plan.graph_selection import sources_first
from ltxspec.plan.in_order import Planned, planned_in_order
from ltxspec.plan.planner import plan_again, plan_spec
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.selection import Selection
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.values import TaskId

CONTEXT = PlanContext("project", "runware", CATALOG, Selection(), 99)
SETTINGS = {"limits": RecoveryLimits(grace=60, task_timeout=600)}


class Killed(Exception):
    """The machine dies."""


class Service(FakeProvider):
    """Renders each task in its own number of looks, and fails the tasks of some prompts, once or for good."""

    def __init__(self, looks: Mapping[str, int], fails: Mapping[str, int]) -> None:
        super().__init__()
        self.needed, self.fails = looks, dict(fails)
        self.prompts: dict[TaskId, str] = {}
        self.failed: set[TaskId] = set()

    def accept(self, order: RenderOrder) -> Acceptance:
        prompt = str(order.body["positivePrompt"])
        if order.task_id not in self.charges and self.fails.get(prompt, 0) > 0:
            self.fails[prompt] -= 1
            self.failed.add(order.task_id)
        self.prompts[order.task_id] = prompt
        return super().accept(order)

    def report(self, order: RenderOrder) -> TaskReport:
        if order.task_id in self.failed:
            failure = Failure("renderFailed", "it broke", permanent=False)
            return TaskReport(order.task_id, TaskState.FAILED, failure=failure, exists=True)
        self.polls_needed = self.needed.get(self.prompts.get(order.task_id, ""), 1)
        return super().report(order)

    async def look_up(self, task: RenderOrder) -> TaskReport:
        return self.report(task) if task.task_id in self.failed else await super().look_up(task)


@dataclass
class World:
    """One spec that is planned and applied again and again."""

    requests: list[Request]
    provider: FakeProvider
    state: MemoryState = field(default_factory=MemoryState)
    archive: MemoryArchive = field(default_factory=MemoryArchive)
    deaths: int = 0  # events until the machine dies; 0: never
    taken: list[tuple[str, tuple[str | None, ...]]] = field(default_factory=list)
    verdicts: dict[TaskId, Remark] = field(default_factory=dict)
    targets: set[str] | None = None  # shots that a run is about; None: all
    moment: EventKind = EventKind.SHOT_COMMITTED  # when somebody decides
    decides: Callable[["World"], None] = lambda _: None  # what somebody decides while shots are rendered

    def plan(self) -> list[Change]:
        have = {"night": RecordedState(self.state.lockfile, JournalState(fold(self.state.journal).open))}

        def plain(specs: list[RenderedSpec]) -> Planned:
            return [change for spec in specs for change in plan_spec(spec, have[spec.name], CONTEXT)], {}

        spec = RenderedSpec("night", "specs/night.yaml", None, self.requests)
        return planned_in_order([spec], have, CONTEXT.selection, lambda: self.verdicts, plain)[0]  # type: ignore[arg-type]  # a list

    def apply(self, **settings: object) -> RunSummary:
        changes, clock = self.plan(), FakeClock()
        ledger = Ledger("night", self.state, clock, {one.address.instance for one in self.requests})
        wanted = [one for one in changes if self.targets is None or one.address.instance in self.targets]
        job = Job(ledger, wanted, requests=self.requests)

        async def source_media(ordered: Change, _: Provider) -> dict[tuple[str | int, ...], str]:
            assert ordered.request is not None
            self.taken.append((ordered.address.instance, ordered.request.sources))
            return {("image",): "media"} if ordered.request.references else {}

        adapters = Adapters(
            self.provider, self.archive, clock, lambda _: [], self.emit, set(), source_media,
            lambda wanted, recorded: plan_again(wanted, recorded, CONTEXT, frozenset()),
            is_approved=lambda task: task in self.verdicts and not self.verdicts[task].is_against,
        )  # fmt: skip
        chosen = RunSettings(**(SETTINGS | settings))  # type: ignore[arg-type]  # by name
        return asyncio.run(run([job], adapters, chosen, RunBudget(None), StopSignal()))

    def emit(self, event: ApplyEvent) -> None:
        if event.kind is self.moment:
            self.decides(self)
        self.deaths -= 1
        if self.deaths == 0:
            raise Killed


def chain(*keys: str) -> list[Request]:
    return [request(keys[0], keys[0]), *(follows(key, source) for source, key in pairwise(keys))]


def outcomes(summary: RunSummary) -> dict[str, Outcome]:
    return {item.address.instance: item.outcome for item in summary.outcomes}


def test_a_chain_is_rendered_in_order_in_one_run() -> None:
    world = World(chain("a", "b", "c")[::-1], Service({"a": 3}, {}))
    summary = world.apply()
    assert outcomes(summary) == dict.fromkeys("abc", Outcome.RENDERED)
    shots = world.state.lockfile.shots
    hashes = {key: shots[key].takes[0].outputs[0].sha256 for key in "abc"}
    assert world.taken == [("a", ()), ("b", (hashes["a"],)), ("c", (hashes["b"],))]
    assert shots["b"].takes[0].inputs == {"shot:night.a#last": f"sha256:{hashes['a']}/frame-1/last"}
    assert {change.action for change in world.plan()} == {Action.NO_OP}


def test_a_short_chain_does_not_wait_for_a_slow_one() -> None:
    class Slow(Service):
        """Finishes one task only after another one was ordered, however busy the machine is."""

        def report(self, order: RenderOrder) -> TaskReport:
            if self.prompts.get(order.task_id) == "slow" and "c" not in self.prompts.values():
                return TaskReport(order.task_id, TaskState.RUNNING, exists=True)
            return super().report(order)

    world = World([*chain("slow", "x"), *chain("a", "b", "c")], Slow({}, {}))
    world.apply(parallelism=2, limits=RecoveryLimits(grace=60, task_timeout=1e12))
    assert [key for key, _ in world.taken] == ["slow", "a", "b", "c", "x"]


def test_what_follows_from_a_failure_is_not_ordered() -> None:
    world = World([*chain("a", "b", "c"), request("d", "d")], Service({}, {"a": 1}))
    summary = world.apply()
    assert outcomes(summary) == {
        "a": Outcome.FAILED, "b": Outcome.HELD_BACK, "c": Outcome.HELD_BACK, "d": Outcome.RENDERED,
    }  # fmt: skip
    assert summary.incomplete
    (held,) = [item for item in summary.outcomes if item.address.instance == "b"]
    assert held.message is not None
    assert "its source `night.a` failed" in held.message
    (further,) = [item for item in summary.outcomes if item.address.instance == "c"]
    assert further.message == "its source `night.b` was not ordered"  # the cause stands in the line of `b`
    assert outcomes(world.apply()) == dict.fromkeys("abc", Outcome.RENDERED)


def test_a_detached_run_orders_only_what_is_known() -> None:
    world = World(chain("a", "b"), Service({"a": 3}, {}))
    summary = world.apply(detach=True, parallelism=1)
    assert outcomes(summary)["b"] is Outcome.HELD_BACK
    assert outcomes(world.apply()) == {"a": Outcome.COLLECTED, "b": Outcome.RENDERED}


def test_what_follows_never_uses_the_earlier_take_of_a_source_that_is_not_finished() -> None:
    world = World(chain("a", "b"), Service({}, {}))
    world.apply()
    world.requests = [request("a", "edited"), follows("b", "a")]
    world.provider = Service({}, {"edited": 9})
    assert outcomes(world.apply()) == {"a": Outcome.FAILED, "b": Outcome.HELD_BACK}
    assert len(world.state.lockfile.shots["b"].takes) == 1


def test_an_order_left_over_from_another_version_of_a_source_is_not_its_take() -> None:
    world = World(chain("a"), Service({"a": 10**6}, {}))
    world.apply(detach=True)
    world.requests = [request("a", "edited"), follows("b", "a")]
    assert {"a": Outcome.RENDERED, "b": Outcome.RENDERED}.items() <= outcomes(world.apply()).items()


@pytest.mark.parametrize("targets", [None, {"b", "c"}])
@pytest.mark.parametrize("decided", [Verdict.APPROVED, Verdict.REJECTED, None])
def test_an_approval_counts_at_the_moment_of_the_order(decided: Verdict | None, targets: set[str] | None) -> None:
    """Of two shots that follow from an approved one, the second waits for the first; the source may be no target."""

    def decide(world: World) -> None:
        if decided is None:
            world.verdicts.clear()
        else:
            world.verdicts[task] = replace(approved, verdict=decided)

    gated = replace(request("a", "a"), gate=True)
    world = World([gated, follows("b", "a"), follows("c", "a")], Service({}, {}))
    assert outcomes(world.apply()) == {"a": Outcome.RENDERED}
    task = world.state.lockfile.shots["a"].takes[0].task_id
    approved = Remark(Verdict.APPROVED, None, None, None, "2026-11-29T12:00:00Z")
    world.verdicts, world.decides, world.targets = {task: approved}, decide, targets
    world.moment = EventKind.SHOT_SUBMITTED  # of `b`: the place of an order is free once its render is done
    last = Outcome.RENDERED if decided is Verdict.APPROVED else Outcome.HELD_BACK
    summary = world.apply(parallelism=1)
    assert outcomes(summary) == {"b": Outcome.RENDERED, "c": last}
    assert len(world.provider.charges) == (3 if last is Outcome.RENDERED else 2)


@pytest.mark.parametrize("is_rejected", [True, False])
def test_a_lost_order_is_not_sent_again_against_a_rejection_given_while_it_is_looked_for(is_rejected: bool) -> None:
    def die(_: World) -> None:
        raise Killed

    def reject(world: World) -> None:
        world.verdicts = {task: replace(approved, verdict=Verdict.REJECTED)}

    world = World([replace(request("a", "a"), gate=True), follows("b", "a")], Service({}, {}))
    world.apply()
    task = world.state.lockfile.shots["a"].takes[0].task_id
    approved = Remark(Verdict.APPROVED, None, None, None, "2026-11-29T12:00:00Z")
    world.verdicts, world.moment, world.decides = {task: approved}, EventKind.SHOT_SUBMITTED, die
    with pytest.raises(Killed):
        world.apply()
    assert len(world.provider.charges) == 1
    world.moment, world.decides = EventKind.SHOT_LOOKED_UP, reject if is_rejected else lambda _: None
    summary = world.apply()
    assert outcomes(summary)["b"] is (Outcome.UNRESOLVED if is_rejected else Outcome.RENDERED)
    assert len(world.provider.charges) == (1 if is_rejected else 2)


def test_the_video_of_a_source_without_a_recorded_hash_is_fetched_first_and_once() -> None:
    world = World([*chain("a", "b"), follows("c", "a")], Service({}, {}))
    world.apply()
    shots = world.state.lockfile.shots
    lost = with_fields(shots["a"].takes[0], outputs=(with_fields(shots["a"].takes[0].outputs[0], sha256=None),))
    world.state.lockfile = with_fields(world.state.lockfile, shots={"a": with_fields(shots["a"], takes=(lost,))})
    world.archive = MemoryArchive()
    assert [change.action for change in world.plan()] == [Action.NO_OP, Action.CREATE, Action.CREATE]
    charged = dict(world.provider.charges)
    assert outcomes(world.apply()) == {"b": Outcome.COLLECTED, "c": Outcome.COLLECTED}  # the same tasks as before
    assert world.state.lockfile.shots["a"].takes == shots["a"].takes
    assert world.provider.charges == charged


def test_a_source_whose_video_cannot_be_fetched_orders_nothing() -> None:
    world = World(chain("a", "b"), Service({}, {}))
    world.provider.downloads_fail = True
    assert outcomes(world.apply()) == {"a": Outcome.RENDERED, "b": Outcome.HELD_BACK}
    assert len(world.provider.charges) == 1


@pytest.mark.parametrize("order", ["abcd", "dcba", "bdac"])
def test_orders_keep_their_place_but_follow_their_sources(order: str) -> None:
    by_key = {one.address.instance: change(Action.CREATE, one) for one in [*chain("a", "b", "c"), request("d", "d")]}
    found = [item.address.instance for item in sources_first([by_key[key] for key in order])]
    assert found.index("a") < found.index("b") < found.index("c")
    assert sorted(found) == list("abcd")


@given(
    parents=st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=1, max_size=7),
    looks=st.lists(st.integers(1, 6), min_size=8, max_size=8),
    fails=st.lists(st.integers(0, 2), min_size=8, max_size=8),
    deaths=st.lists(st.integers(1, 25), max_size=4),
    seed=st.integers(0, 1000),
    parallelism=st.integers(1, 4),
)
def test_no_death_and_no_failure_makes_a_graph_cost_more(  # one for each dimension
    parents: list[int | None],
    looks: list[int],
    fails: list[int],
    deaths: list[int],
    seed: int,
    parallelism: int,
) -> None:
    requests = [request("s0", "s0")]
    for number, parent in enumerate(parents, 1):
        key = f"s{number}"
        requests.append(request(key, key) if parent is None else follows(key, f"s{parent % number}"))
    random.Random(seed).shuffle(requests)
    keys = [one.address.instance for one in requests]
    chances = dict(zip(keys, fails, strict=False))
    world = World(requests, Service(dict(zip(keys, looks, strict=False)), chances))
    for death in [*deaths, *[0] * (sum(fails) + 2)]:
        world.deaths = death
        try:
            world.apply(parallelism=parallelism)
        except Killed:
            continue
    assert {planned.action for planned in world.plan()} == {Action.NO_OP}
    assert set(world.provider.charges.values()) == {1}
    takes = {take.task_id: take for one in world.state.lockfile.shots.values() for take in one.takes}
    assert takes.keys() == world.provider.charges.keys()
    good = [take for take in takes.values() if take.status == "succeeded"]
    assert len(good) == len(requests)
    assert len(takes) - len(good) == sum(chances[key] for key in keys)


def rows(keys: Sequence[str], prompts: Mapping[str, str]) -> list[Request]:
    """A table whose rows follow from each other in this order."""
    first = [request(keys[0], prompts[keys[0]])] if keys else []
    return [*first, *(follows(key, source, prompts[key]) for source, key in pairwise(keys))]


@given(
    prompts=st.fixed_dictionaries(dict.fromkeys("vwxyz", st.sampled_from(["walk", "run"]))),
    edits=st.lists(st.lists(st.sampled_from("vwxyz"), unique=True, max_size=5), max_size=3),
)
def test_an_edit_of_a_chain_that_is_taken_back_costs_nothing(prompts: dict[str, str], edits: list[list[str]]) -> None:
    world = World(rows("vwxyz", prompts), Service({}, {}))
    world.apply()
    for keys in edits:
        world.requests = rows(keys, prompts)
        world.apply()
    world.requests = rows("vwxyz", prompts)
    assert [str(change.address) for change in world.plan() if change.action.spends] == []
    before = dict(world.provider.charges)
    world.apply()
    assert world.provider.charges == before
    assert {change.action for change in world.plan()} == {Action.NO_OP}


def written_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with thousands of takes: the lockfile is written only in the end, and when an order waits for it."""
    monkeypatch.setattr(checkpoints, "_PART", 0)
    monkeypatch.setattr(checkpoints, "_PACE", 0.0)


def test_what_follows_is_ordered_once_the_take_of_its_source_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    written_late(monkeypatch)
    seen: list[set[str]] = []
    world = World([*chain("a", "b"), request("c", "c")], Service({}, {}))
    world.moment, world.decides = EventKind.SHOT_SUBMITTED, lambda now: seen.append(set(now.state.lockfile.shots))
    assert outcomes(world.apply(parallelism=1)) == dict.fromkeys("abc", Outcome.RENDERED)
    assert world.taken[0][0] == "a"
    order = [key for key, _ in world.taken].index("b")
    assert "a" in seen[order]
    assert seen[0] == set()


def test_what_follows_from_a_take_that_cannot_be_written_is_not_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Lockfile) -> None:
        raise StorageError("the disk is full")

    written_late(monkeypatch)
    world = World(chain("a", "b"), Service({}, {}))
    monkeypatch.setattr(world.state, "write_lockfile", full)
    summary = world.apply()
    assert outcomes(summary) == {"a": Outcome.UNRESOLVED, "b": Outcome.HELD_BACK}
    (held,) = [item for item in summary.outcomes if item.address.instance == "b"]
    assert held.message == "the take of its source `night.a` cannot be recorded: the disk is full"
    assert len(world.provider.charges) == 1
