"""A run told in events, for the tests of views."""

from decimal import Decimal

from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, RunSummary, ShotOutcome
from ltxspec.values import ShotAddress, TaskId

ALLEY = ShotAddress("night-scenes", "alley")
RAIN = ShotAddress("night-scenes", "weather[rain,dusk]")
TASK = TaskId("00000000-0000-4000-8000-000000000001")
PRICE = Decimal("0.48")

EVENTS = [
    ApplyEvent(EventKind.SHOT_RECORDED, "move recorded", ShotAddress("night-scenes", "monastery")),
    ApplyEvent(EventKind.SHOT_SUBMITTED, "ordered", ALLEY, TASK, PRICE),
    ApplyEvent(EventKind.SHOT_SUBMITTED, "ordered", RAIN, TASK, PRICE),
    ApplyEvent(
        EventKind.SHOT_UNCLEAR, "no answer within 30 s; looking it up before anything else is sent", RAIN, TASK, PRICE
    ),
    *[
        ApplyEvent(EventKind.SHOT_RUNNING, "rendering", ALLEY, TASK, percent=percent)
        for percent in (0, 10, 20, 30, 60, 90)
    ],
    ApplyEvent(EventKind.SHOT_RENDERED, "rendered, $0.48", ALLEY, TASK, cost=PRICE, elapsed=72.3),
    ApplyEvent(EventKind.SHOT_COMMITTED, "archived and recorded", ALLEY, TASK, cost=PRICE),
    ApplyEvent(EventKind.SHOT_FAILED, "contentFlagged: \x1b[2Jrefused", RAIN, TASK, code="contentFlagged", elapsed=3.0),
    ApplyEvent(EventKind.STOPPING, "stopping: no more orders"),
]

DONE = ShotOutcome(ALLEY, Outcome.RENDERED, TASK, PRICE, PRICE)
FAILED = ShotOutcome(RAIN, Outcome.FAILED, TASK, PRICE, None, "contentFlagged: \x1b[2Jrefused")


def summary(
    *outcomes: ShotOutcome, spent_unknown: int = 0, in_flight: int = 0, interrupted: bool = False
) -> RunSummary:
    """A summary of these outcomes at $0.48 each."""
    spent = sum((item.cost for item in outcomes if item.cost is not None), Decimal(0))
    return RunSummary(outcomes, PRICE * len(outcomes), spent, spent_unknown, PRICE * in_flight, in_flight, interrupted)
