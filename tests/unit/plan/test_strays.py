"""Takes of a name that is gone, whose shot lives on under another name."""

from builders import lockfile, record, request, take, task
from unit.plan.test_planner import only, plan

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
