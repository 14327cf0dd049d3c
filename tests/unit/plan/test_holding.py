"""What waits: for an approval, or for a source that failed."""

from dataclasses import replace

from builders import lockfile, record, take
from unit.plan.chains import ALLEY, DOOR, FIRST, OWNED, STREET, actions, follows, plan, remark

from ltxspec.lock.verdicts import Verdict
from ltxspec.plan.actions import Action, Reason


def test_a_source_that_is_blocked_holds_what_follows() -> None:
    changes = plan(ALLEY, STREET, DOOR, locked=lockfile(alley=record(take("alley", status="failed"))))
    assert actions(changes) == {"alley": Action.BLOCKED, "street": Action.HELD, "door": Action.HELD}
    assert Reason.SOURCE_FAILED in changes["street"].reasons
    assert Reason.SOURCE_HELD in changes["door"].reasons


def test_a_gate_holds_what_follows_until_the_take_is_approved() -> None:
    gated = replace(ALLEY, gate=True)
    held = plan(gated, STREET, DOOR)
    assert actions(held) == {"alley": Action.CREATE, "street": Action.HELD, "door": Action.HELD}
    assert held["street"].estimate is not None
    locked = lockfile(alley=record(FIRST))
    assert actions(plan(gated, STREET, locked=locked))["street"] is Action.HELD
    for verdict in (Verdict.REJECTED, Verdict.NEEDS_WORK):
        rejected = plan(gated, STREET, locked=locked, verdicts={FIRST.task_id: remark(verdict)})
        assert actions(rejected)["street"] is Action.HELD
    approved = plan(gated, STREET, DOOR, locked=locked, verdicts={FIRST.task_id: remark(Verdict.APPROVED)})
    assert actions(approved) == {"alley": Action.NO_OP, "street": Action.CREATE, "door": Action.CREATE}


def test_a_gate_takes_nothing_away_that_is_bought() -> None:
    assert actions(plan(replace(ALLEY, gate=True), STREET, DOOR, locked=OWNED))["street"] is Action.NO_OP


def test_a_pinned_take_that_does_not_exist_holds_what_follows() -> None:
    change = plan(ALLEY, follows("street", "alley", number=4), locked=OWNED)["street"]
    assert change.action is Action.HELD
    assert change.note == "`night.alley` has no take 4"
