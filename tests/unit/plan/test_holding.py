"""What waits: for an approval, or for a source that failed."""

from dataclasses import replace

import pytest
from builders import lockfile, record, request, take
from msgspec import structs
from unit.plan.chains import ALLEY, DOOR, FIRST, OWNED, STREET, actions, bought, follows, plan, remark

from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Lockfile
from ltxspec.lock.verdicts import Verdict
from ltxspec.plan.actions import Action, Reason
from ltxspec.render.expectations import Expectations
from ltxspec.render.references import Reference


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


def test_the_approval_that_sets_a_shot_free_is_of_the_take_that_it_would_use() -> None:
    gated = replace(ALLEY, gate=True)
    current = plan(gated, STREET, locked=lockfile(alley=record(FIRST)))["street"].note or ""
    assert current.endswith("`ltxspec approve night.alley` sets this free")
    pinned = (
        plan(gated, follows("street", "alley", number=1), locked=lockfile(alley=record(FIRST)))["street"].note or ""
    )
    assert pinned.startswith("take 1 of `night.alley` is not approved yet")
    assert pinned.endswith("`ltxspec approve night.alley --take 1` sets this free")
    first = replace(request("w[x]", "alley"), gate=True)
    taken = bought(first, 1)
    locked = Lockfile("runware", "night", {"w[x]": record(taken)}, {})
    assert "`ltxspec approve 'night.w[x]'`" in (
        plan(first, follows("street", "w[x]"), locked=locked)["street"].note or ""
    )


@pytest.mark.parametrize(
    ("wanted", "note"),
    [
        (Reference(ALLEY.address, "last", 1), "take 1 of `night.alley` failed"),
        (Reference(ALLEY.address, "last", 2, 3), "take 2 of `night.alley` has 1 result, and no result 3"),
        (Reference(ALLEY.address, 50.0, 2), "take 2 of `night.alley` is 8 s long: it has no frame at 50 s"),
    ],
)
def test_what_a_recorded_take_will_never_have_is_no_order(wanted: Reference, note: str) -> None:
    failed = take("alley", status="failed", number=5, at="2026-11-20T10:00:00Z")
    street = replace(STREET, references=(wanted._replace(path=("image",)),))
    change = plan(ALLEY, street, locked=lockfile(alley=record(failed, FIRST, current=1)))["street"]
    assert (change.action, change.note) == (Action.HELD, note)
    assert Reason.SOURCE_LACKING in change.reasons
