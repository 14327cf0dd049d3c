"""Takes that move between specs: none is lost, none is used twice, and nothing is bought that is there already."""

import contextlib
from typing import Any

from builders import lockfile, record, request, take
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.catalog.models import Catalog
from ltxspec.lock.merge import recorded_tasks
from ltxspec.lock.models import Lockfile, ShotRecord
from ltxspec.plan.actions import Action, Plan, Reason
from ltxspec.plan.bought_again import bought_again
from ltxspec.plan.cases import PlanContext
from ltxspec.plan.recorded import RecordedState
from ltxspec.project.others import move_takes, planned_across, sources
from ltxspec.render.models import RenderedSpec

SPECS = ("dawn", "day", "night")
KEYS = st.sampled_from(["a", "b", "c"])
PROMPTS = st.sampled_from(["p", "q", "r", "s"])
CONTEXT = PlanContext("project", "runware", Catalog((), {}))


class State:
    """A lockfile in memory, as `storage.state` has it on disk."""

    def __init__(self, held: Lockfile) -> None:
        self.held = held

    def read_lockfile(self) -> Lockfile:
        return self.held

    def write_lockfile(self, new: Lockfile) -> None:
        self.held = new


def lockfiles(shots: dict[str, dict[str, list[str]]]) -> dict[str, Lockfile]:
    """Prompts of takes by spec and key -> lockfiles; each take has a task of its own."""
    number = 0
    found = {}
    for spec, keys in shots.items():
        records: dict[str, ShotRecord] = {}
        for key, prompts in keys.items():
            takes = []
            for prompt in prompts:
                number += 1
                takes.append(take(prompt, number=number))
            records[key] = record(*takes)
        found[spec] = Lockfile("runware", spec, records, {})
    return found


def rendered(shots: dict[str, dict[str, str]]) -> list[RenderedSpec]:
    return [
        RenderedSpec(spec, f"specs/{spec}.yaml", None, [request(key, text, spec=spec) for key, text in keys.items()])
        for spec, keys in shots.items()
    ]


def planned(specs: list[RenderedSpec], have: dict[str, Lockfile]) -> Plan:
    states = {spec.name: RecordedState(have[spec.name]) for spec in specs}
    changes, offered = planned_across(specs, states, CONTEXT, list)
    return Plan("runware", changes, offered=offered)


recorded = st.fixed_dictionaries(
    {spec: st.dictionaries(KEYS, st.lists(PROMPTS, min_size=1, max_size=2)) for spec in SPECS}
)
wanted = st.fixed_dictionaries({spec: st.dictionaries(KEYS, PROMPTS) for spec in SPECS})


@given(recorded, wanted)
def test_moving_loses_nothing_and_uses_no_take_twice(
    before: dict[str, dict[str, list[str]]], shots: dict[str, dict[str, str]]
) -> None:
    have, specs = lockfiles(before), rendered(shots)
    plan = planned(specs, have)
    states: dict[str, Any] = {spec: State(held) for spec, held in have.items()}
    used = [change.task_id for change in plan.changes if change.request is not None and not change.action.spends]
    assert len(used) == len(set(used))
    move_takes(plan, states)
    after = {spec: state.held for spec, state in states.items()}
    tasks = [task for held in after.values() for task in recorded_tasks(held)]
    assert sorted(tasks) == sorted(task for held in have.values() for task in recorded_tasks(held))
    if not bought_again(plan.changes):  # else apply would have refused
        assert sources(planned(specs, after).changes) == set()


@given(recorded, wanted)
def test_an_order_means_that_no_render_is_free_and_says_so_where_one_is_used(
    before: dict[str, dict[str, list[str]]], shots: dict[str, dict[str, str]]
) -> None:
    have, specs = lockfiles(before), rendered(shots)
    plan = planned(specs, have)
    used = {
        change.task_id: change.address.spec for change in plan.changes if change.request and not change.action.spends
    }
    for change in plan.changes:
        if not change.action.spends or change.request is None:
            continue
        others = [
            (spec, item.task_id)
            for spec, held in have.items()
            for shot in held.shots.values()
            for item in shot.takes
            if item.fingerprint == change.fingerprint and change.address.spec not in (spec, used.get(item.task_id))
        ]
        assert (Reason.OWNED_ELSEWHERE in change.reasons) == bool(others), change
        assert not others or any(task in used for _, task in others), change


def test_a_crash_between_the_two_writes_leaves_the_takes_in_both() -> None:
    have = {"day": Lockfile("runware", "day", {"a": record(take())}, {}), "night": lockfile()}
    specs = rendered({"day": {}, "night": {"b": "a"}})
    plan = planned(specs, have)
    states: dict[str, Any] = {spec: State(held) for spec, held in have.items()}

    class Killed(Exception):
        pass

    def die(_: Lockfile) -> None:
        raise Killed

    states["day"].write_lockfile = die
    with contextlib.suppress(Killed):
        move_takes(plan, states)
    after = {spec: state.held for spec, state in states.items()}
    assert (recorded_tasks(after["day"]), recorded_tasks(after["night"])) == ({take().task_id}, {take().task_id})
    assert {change.action for change in planned(specs, after).changes} == {Action.NO_OP, Action.RETIRE}
