"""Shots of other specs that follow from what a plan renders anew."""

import pytest
from builders import lockfile, record
from unit.plan.chains import ALLEY, CATALOG, FIRST, OWNED, bought, follows, plan

from ltxspec.plan.elsewhere import OtherSpec
from ltxspec.plan.followers import follower_warning
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.selection import selection


def other(number: int | None = None, shots: int = 1) -> OtherSpec:
    follower = bought(follows("gate", "alley", number=number), 9, FIRST)
    locked = lockfile(**{f"gate{shot}": record(follower) for shot in range(shots)})
    return OtherSpec("day", RecordedState(locked), dict, CATALOG)


MANY = "`day.gate0`, `day.gate1`, `day.gate2` and 2 more of other specs follow"


@pytest.mark.parametrize(("shots", "told"), [(1, "`day.gate0` of other specs follows"), (5, MANY)])
def test_those_that_follow_are_named(shots: int, told: str) -> None:
    retake = selection(retakes=["night.alley"])
    changes = plan(ALLEY, locked=OWNED, chosen=retake).values()
    (found,) = follower_warning(changes, [other(shots=shots)])
    assert found.message == f"{told} from what is rendered here, and will be planned anew"


def test_pinned_ones_and_plans_that_render_nothing_concern_nobody() -> None:
    changes = plan(ALLEY, locked=OWNED, chosen=selection(retakes=["night.alley"])).values()
    assert follower_warning(changes, [other(number=1)]) == []
    assert follower_warning(plan(ALLEY, locked=OWNED).values(), [other()]) == []
