"""Takes of an earlier name of a shot, which is gone or is that of another shot now."""

from builders import lockfile, record, request, take, task
from replacing import replace
from unit.plan.test_planner import only, plan

from ltxspec.apply.records import record_changes
from ltxspec.plan.actions import Action, Reason
from ltxspec.plan.selection import selection

LATER = "2026-11-22T11:00:00Z"


def test_a_newer_take_under_the_former_name_follows_the_shot() -> None:
    """One branch renamed the shot, another bought a retake under the old name."""
    retake = take(number=2, retake=2, at=LATER)
    for where in ("shots", "retired"):
        old = {"old": record(take(), retake, current=2)}
        locked = lockfile(old if where == "retired" else {}, **(old if where == "shots" else {}), alley=record(take()))
        change = only(plan(request(), locked=locked))
        assert (change.action, change.reasons) == (Action.MOVE, (Reason.SAME_FINGERPRINT_ELSEWHERE,))
        assert (change.task_id, change.origin) == (task(2), "old")


def test_a_picked_take_stays_and_the_history_follows() -> None:
    locked = lockfile(alley=record(take()).with_pick(task(1)), old=record(take(), take(number=2, retake=2, at=LATER)))
    change = only(plan(request(), locked=locked))
    assert (change.action, change.task_id, change.origin) == (Action.MOVE, task(1), "old")


def test_a_name_that_is_only_a_second_record_or_another_render_is_retired() -> None:
    for old in (record(take()), record(take(), take("b", number=2)), record(take(number=3, at=LATER))):
        changes = plan(request(), locked=lockfile(alley=record(take()), old=old))
        assert [change.action for change in changes] == [Action.NO_OP, Action.RETIRE]


def test_a_retake_under_a_name_that_is_that_of_another_shot_now_follows_its_render() -> None:
    """One branch put a new shot before the others, which shifts their names; another one bought a retake."""
    new, retake = take("n", number=3), take(number=2, retake=2, at=LATER)
    locked = lockfile(first=record(take(), new, retake, current=2), second=record(take()))
    changes = plan(request("first", "n"), request("second"), locked=locked)
    assert [(c.action, c.task_id, c.origin) for c in changes] == [
        (Action.RESTORE, task(3), None),
        (Action.MOVE, task(2), "first"),
    ]
    after = record_changes(locked, changes, ("first", "second"))
    assert after.shots["second"].current == task(2)
    assert [c.action for c in plan(request("first", "n"), request("second"), locked=after)] == [Action.NO_OP] * 2
    chosen = replace(locked, shots={**locked.shots, "second": record(take()).with_pick(task(1))})
    assert plan(request("first", "n"), request("second"), locked=chosen)[1].action is Action.NO_OP
    both = plan(request("first"), request("second"), locked=locked)  # which is a retake of the first one
    assert [c.action for c in both] == [Action.NO_OP] * 2


def test_the_heir_that_the_spec_names_comes_first() -> None:
    both = lockfile(alley=record(take()), lane=record(take()), old=record(take(), take(number=2, retake=2, at=LATER)))
    changes = plan(request(), request("lane", moved="old"), locked=both)
    assert [(change.action, change.origin) for change in changes] == [(Action.NO_OP, None), (Action.MOVE, "old")]


def test_one_shot_takes_it_over_and_a_retake_counts_it() -> None:
    both = lockfile(alley=record(take()), lane=record(take()), old=record(take(), take(number=2, retake=2, at=LATER)))
    changes = plan(request(), request("lane"), locked=both)
    assert [change.origin for change in changes] == ["old", None]
    locked = lockfile(alley=record(take()), old=record(take(), take(number=2, retake=2, at=LATER)))
    change = only(plan(request(), locked=locked, chosen=selection(retakes=["night.alley"])))
    assert (change.action, change.reasons) == (Action.REPLACE, (Reason.RETAKE_REQUESTED,))
    assert (change.origin, change.retake) == ("old", 3)
