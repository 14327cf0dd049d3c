from decimal import Decimal
from typing import Any

import pytest
from builders import change, request, task
from fakes import MemoryState
from unit.apply.stages import stage

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import RenderOrder
from ltxspec.apply.recovery import Facts
from ltxspec.apply.task import RunContext, StopSignal, TaskRun


def story(on: RunContext, **facts: Any) -> TaskRun:
    ledger = Ledger("night", MemoryState(), on.clock, {"alley"})
    order = RenderOrder(task(), {}, 1)
    return TaskRun(request().address, change(), ledger, on, order, Decimal("0.48"), Facts(**facts), ordered_here=True)


def test_the_first_reason_to_stop_is_kept_and_a_user_is_remembered() -> None:
    stop = StopSignal()
    assert (stop.asked(), stop.by_user) == (None, False)
    stop.stop("the account is empty")
    assert not stop.by_user
    stop.stop("interrupted", by_user=True)
    stop.stop("something else")
    assert (stop.asked(), stop.by_user) == ("the account is empty", True)


@pytest.mark.parametrize(
    ("submit", "stopped", "may"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_orders_may_be_sent_only_by_a_run_that_orders_and_goes_on(submit: bool, stopped: bool, may: bool) -> None:
    on = stage(submit=submit)
    if stopped:
        on.stop.stop("enough")
    assert on.may_send is may


@pytest.mark.parametrize(
    ("resumed", "approved", "room", "may"),
    [
        (True, True, True, True),
        (True, False, True, False),
        (True, True, False, False),
        (False, False, True, True),
        (False, True, False, True),
    ],
)
def test_only_an_order_of_an_earlier_run_needs_approval_and_room_to_be_sent(
    resumed: bool, approved: bool, room: bool, may: bool
) -> None:
    of = story(stage(approved=approved, budget=RunBudget(None if room else Decimal("0.40"))))
    of.context.budget.count(task(), Decimal("0.48"))
    of.resumed = resumed
    assert of.may_send is may


def test_an_event_knows_its_shot_its_task_its_price_and_the_time_that_passed() -> None:
    told: list[ApplyEvent] = []
    story(stage(emit=told.append), watched=12.34).tell(EventKind.SHOT_RUNNING, "rendering", percent=40)
    assert told == [
        ApplyEvent(
            EventKind.SHOT_RUNNING, "rendering", request().address, task(), Decimal("0.48"), percent=40, elapsed=12.3
        )
    ]


def test_an_outcome_knows_the_same() -> None:
    ended = story(stage()).ends(Outcome.RENDERED, "not archived", cost=Decimal("0.5"), archived=False)
    assert ended == ShotOutcome(
        request().address, Outcome.RENDERED, task(), Decimal("0.48"), Decimal("0.5"), "not archived", archived=False
    )
