"""What waits: for an approval, or for a source that failed."""

from dataclasses import replace

from builders import lockfile, record, take
from msgspec import structs
from unit.plan.chains import ALLEY, DOOR, FIRST, OWNED, STREET, actions, follows, plan, remark

from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.verdicts import Verdict
from ltxspec.plan.actions import Action, Reason
from ltxspec.render.expectations import Expectations


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


def test_a_source_that_is_not_as_expected_holds_what_follows_until_it_is_approved() -> None:
    facts = VideoFacts(width=64, height=48, fps=24.0, seconds=8.0, audio=True, black_seconds=0.0, frozen_seconds=0.0)
    measured = structs.replace(FIRST, outputs=tuple(structs.replace(output, facts=facts) for output in FIRST.outputs))
    strict, locked = replace(ALLEY, expect=Expectations(fps=25)), lockfile(alley=record(measured))
    held = plan(strict, STREET, locked=locked)["street"]
    assert held.action is Action.HELD
    assert Reason.NOT_APPROVED in held.reasons
    assert held.note == (
        "the take of `night.alley` is not as expected (`fps`: it has 24 frames per second instead of 25); "
        "`ltxspec approve night.alley` sets this free"
    )
    rejected = plan(strict, STREET, locked=locked, verdicts={FIRST.task_id: remark(Verdict.REJECTED)})
    assert actions(rejected)["street"] is Action.HELD
    approved = plan(strict, STREET, locked=locked, verdicts={FIRST.task_id: remark(Verdict.APPROVED)})
    assert actions(approved)["street"] is Action.CREATE
    met = replace(ALLEY, expect=Expectations(fps=24))
    assert actions(plan(met, STREET, locked=locked))["street"] is Action.CREATE
    assert actions(plan(strict, STREET, locked=lockfile(alley=record(FIRST))))["street"] is Action.CREATE  # no facts
