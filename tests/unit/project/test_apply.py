"""Applying without a terminal: what is checked and asked before money moves, and what a program gets."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec

from ltxspec.apply.events import ApplyEvent, EventKind, Outcome
from ltxspec.errors import LockHeld, ProviderError, Refused
from ltxspec.plan.actions import Action, Reason
from ltxspec.plan.document import PlanOptions
from ltxspec.project.api import Project, open_project
from ltxspec.project.apply import ApplyOptions, Approval, apply_events, prepare_apply
from ltxspec.project.locks import locked
from ltxspec.project.plan import ProjectPlan

SPEC = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720}\nshots:\n"
TOWER, ALLEY = "  tower: {prompt: A tower.}\n", "  alley: {prompt: Rain.}\n"


@pytest.fixture
def free(tmp_path: Path) -> Project:
    (tmp_path / "ltxspec.toml").write_text(
        '[project]\nid = "x"\n[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n'
    )
    write_spec(tmp_path, SPEC + TOWER)
    return open_project(tmp_path)


@pytest.fixture
def paid(tmp_path: Path) -> Project:
    write_spec(tmp_path, SPEC + TOWER)
    return open_project(tmp_path, environ={"RUNWARE_API_KEY": "key"})


def test_a_plan_is_applied_and_its_events_are_handed_over(free: Project) -> None:
    events: list[ApplyEvent] = []
    summary = free.apply(free.plan(), events.append)
    assert (summary.count(Outcome.RENDERED), summary.provider) == (1, "sandbox")
    assert [events[0].kind, events[-1].kind] == [EventKind.SHOT_SUBMITTED, EventKind.RUN_FINISHED]
    assert events[-1].summary == summary
    assert free.plan().pending == []
    assert free.apply(free.plan()).outcomes == ()


def test_what_the_plan_does_not_say_is_not_ordered(free: Project, tmp_path: Path) -> None:
    plan = free.plan()
    write_spec(tmp_path, SPEC + TOWER + ALLEY)
    with pytest.raises(Refused, match="out of date"):
        free.apply(plan)
    assert free.shots() == []


def test_a_limit_holds_for_programs_too(paid: Project) -> None:
    with pytest.raises(Refused) as refused:
        paid.apply(paid.plan(), max_cost="0.10")
    assert refused.value.code == "over-budget"


def test_without_a_key_nothing_is_ordered(tmp_path: Path) -> None:
    write_spec(tmp_path, SPEC + TOWER)
    project = open_project(tmp_path, environ={})
    with pytest.raises(ProviderError, match="no API key"):
        project.apply(project.plan())


def test_a_spec_that_another_process_works_on_is_left_alone(free: Project) -> None:
    plan = free.plan()
    with locked(free, ["night"], command="apply"), pytest.raises(LockHeld):
        free.apply(plan)


def test_events_come_one_by_one_and_the_last_has_the_summary(free: Project) -> None:
    async def kinds() -> list[EventKind]:
        return [event.kind async for event in free.apply_events(free.plan())]

    found = asyncio.run(kinds())
    assert found.index(EventKind.SHOT_SUBMITTED) < found.index(EventKind.SHOT_COMMITTED) < len(found) - 1
    assert found[-1] is EventKind.RUN_FINISHED


def test_leaving_the_loop_early_collects_what_was_ordered(free: Project) -> None:
    async def leave() -> None:
        async with aclosing(apply_events(free.plan(), ApplyOptions())) as events:
            async for event in events:
                if event.kind is EventKind.SHOT_SUBMITTED:
                    break

    asyncio.run(leave())
    (shot,) = free.shots()
    assert len(shot.takes) == 1
    assert free.collect() is None


def test_a_cancelled_apply_leaves_its_orders_to_collect(free: Project) -> None:
    async def cancelled() -> None:
        ordered = asyncio.Event()

        async def run() -> None:
            async for event in apply_events(free.plan(), ApplyOptions()):
                if event.kind is EventKind.SHOT_ACCEPTED:
                    ordered.set()

        task = asyncio.create_task(run())
        await ordered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    summary = free.collect()
    assert summary is not None
    assert summary.count(Outcome.COLLECTED) == 1
    assert len(free.shots("night.tower")[0].takes) == 1


def test_somebody_is_asked_with_the_money_in_the_question(paid: Project) -> None:
    asked: list[str] = []

    def no(approval: Approval) -> bool:
        asked.append(approval.question)
        return False

    with pytest.raises(Refused, match="nothing was ordered"), prepare_apply(paid, ApplyOptions(), no):
        pass
    assert asked == ["Spend $0.54?"]


def test_with_nobody_to_ask_money_is_not_spent(paid: Project) -> None:
    with (
        pytest.raises(Refused, match=r"would spend \$0\.54, and there is no terminal to ask for approval"),
        prepare_apply(paid, ApplyOptions()),
    ):
        pass


def test_the_tighter_of_two_limits_holds(tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text("[budget]\nper_apply = 1.00\n")
    write_spec(tmp_path, SPEC + TOWER)
    project = open_project(tmp_path, environ={"RUNWARE_API_KEY": "key"})
    for typed, limit in ((Decimal(5), "1.00"), (Decimal("0.60"), "0.60")):
        with prepare_apply(project, ApplyOptions(max_cost=typed, auto_approve=True)) as prepared:
            assert prepared is not None
            assert prepared.budget.limit == Decimal(limit)


@pytest.mark.parametrize("detach", [False, True])
def test_what_another_run_ordered_for_another_spec_since_the_plan_is_not_ordered_again(
    free: Project, *, detach: bool
) -> None:
    folder = free.root
    write_spec(folder, SPEC + TOWER, "day")

    def meanwhile(_: ProjectPlan) -> None:
        ltxspec("apply", "specs/day.yaml", *(["--detach"] if detach else []), cwd=folder, check=None)

    options = ApplyOptions(plan_options=PlanOptions(("specs/night.yaml",)))
    with prepare_apply(free, options, show=meanwhile) as prepared:
        assert prepared is not None
        summary = asyncio.run(prepared.carry_out(lambda _: None))
    (outcome,) = summary.outcomes
    assert (outcome.outcome, outcome.message) == (
        Outcome.HELD_BACK, "`day` has ordered the same render meanwhile; plan again"
    )  # fmt: skip
    (change,) = free.plan(paths=["specs/night.yaml"]).changes
    assert (change.action, change.reasons[-1]) == (Action.CREATE, Reason.OWNED_ELSEWHERE)
    with prepare_apply(free, replace(options, buy_again=True)) as prepared:
        assert prepared is not None
        assert asyncio.run(prepared.carry_out(lambda _: None)).count(Outcome.RENDERED) == 1
