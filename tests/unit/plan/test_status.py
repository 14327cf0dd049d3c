from decimal import Decimal

from builders import change, request

from ltxspec.plan.actions import Action, Plan
from ltxspec.plan.status import ProjectStatus, ShotState, ShotStatus
from ltxspec.plan.terms import SpendingLimits


def test_a_status_counts_its_shots_and_their_money() -> None:
    new, ordered = change(Action.CREATE, request("a")), change(Action.RESUME, request("b"))
    shots = [
        ShotStatus(new.address, ShotState.TO_BUY, new),
        ShotStatus(ordered.address, ShotState.IN_PROGRESS, ordered),
    ]
    status = ProjectStatus(Plan("runware", [new, ordered]), shots, SpendingLimits(), {})
    assert [status.count(state) for state in ShotState] == [0, 1, 0, 1, 0, 0]
    assert status.to_buy == status.in_progress == (Decimal("0.48"), 0)
