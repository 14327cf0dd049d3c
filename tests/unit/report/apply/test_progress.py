from decimal import Decimal

from builders import change, request
from unit.report.runs import ALLEY, PRICE, RAIN, TASK

from ltxspec.apply.events import ApplyEvent, EventKind
from ltxspec.plan.actions import Action
from ltxspec.report.apply.progress import Expected, RunProgress


def test_a_run_waits_for_what_it_orders_and_resumes() -> None:
    changes = [change(Action.CREATE), change(Action.RESUME), change(Action.RETIRE), change(Action.NO_OP)]
    assert Expected.of(changes) == Expected(2, Decimal("0.96"), 0)
    assert Expected.of([change(Action.CREATE, request(estimate=None))]) == Expected(1, Decimal(0), 1)


def test_progress_counts_each_shot_once() -> None:
    run = RunProgress(Expected(3, PRICE * 3))
    for kind in (EventKind.SHOT_SUBMITTED, EventKind.SHOT_RUNNING, EventKind.SHOT_RENDERED):
        run.count(ApplyEvent(kind, "", ALLEY, TASK))
    assert run.line() == "0/3 done, $0.00 of $1.44, 1 in progress"
    run.count(ApplyEvent(EventKind.SHOT_COMMITTED, "", ALLEY, TASK, cost=PRICE))
    run.count(ApplyEvent(EventKind.SHOT_FAILED, "", RAIN, TASK))
    assert run.line() == "2/3 done, $0.48 of $1.44, 0 in progress, 1 failed"


def test_what_was_not_ordered_is_not_done() -> None:
    run = RunProgress(Expected(2, PRICE * 2))
    run.count(ApplyEvent(EventKind.SHOT_COMMITTED, "", ALLEY, TASK, cost=PRICE))
    run.count(ApplyEvent(EventKind.SHOT_HELD_BACK, "", RAIN, TASK))
    assert run.line() == "1/2 done, $0.48 of $0.96, 0 in progress, 1 not ordered"
    assert run.ended == 2


def test_a_task_that_was_not_planned_makes_no_more_done_than_there_are() -> None:
    run = RunProgress(Expected())
    run.count(ApplyEvent(EventKind.SHOT_COMMITTED, "", ALLEY, TASK, cost=PRICE))
    assert run.line().startswith("1/1 done")
