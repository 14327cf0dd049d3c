"""The cause of a change is the same phrase for all shots that have it."""

import pytest
from unit.plan.chains import follows
from unit.report.plans import change

from ltxspec.plan.actions import Action, FieldChange, Plan, Reason
from ltxspec.report.plan.causes import cause, grouped
from ltxspec.values import Json


def edited(*fields: FieldChange) -> str:
    shot = change("a", Action.REPLACE, Reason.REQUEST_CHANGED, changes=fields)
    return cause(shot, {"hero": "a wolf", "city": "Porto", "fps": 50, "empty": ""})


def prompt(before: Json, after: Json) -> FieldChange:
    return FieldChange("/positivePrompt", before, after)


@pytest.mark.parametrize(
    ("field", "phrase"),
    [
        (prompt("a fox runs", "a wolf runs"), "variable `hero` changed: a fox → a wolf"),
        (prompt("a fox, then a fox", "a wolf, then a wolf"), "variable `hero` changed: a fox → a wolf"),
        (prompt(" runs", "a wolf runs"), "variable `hero` changed: (empty) → a wolf"),
        (prompt("a fox sits", "a wolf runs"), "prompt changed"),
        (prompt("a fox runs", "a bear runs"), "prompt changed"),
        (FieldChange("/fps", 24, 25), "fps: 24 → 25"),
        (FieldChange("/safety/mode", None, "fast"), "safety.mode: unset → fast"),
    ],
)
def test_a_change_has_a_cause(field: FieldChange, phrase: str) -> None:
    assert edited(field) == phrase


def test_two_causes_are_both_named_and_more_are_counted() -> None:
    two = FieldChange("/fps", 24, 25), FieldChange("/duration", 6, 8)
    assert edited(*two) == "fps: 24 → 25 and duration: 6 → 8"
    assert edited(*two, FieldChange("/width", 1, 2)) == "fps and 2 more changed"


def test_the_same_failure_is_one_cause() -> None:
    failed = change("a", Action.BLOCKED, Reason.FAILED_FOR_GOOD, note="contentFlagged: refused")
    assert cause(failed, {}) == "failed permanently (contentFlagged)"


def test_shots_are_grouped_by_action_and_cause_in_the_order_of_the_plan() -> None:
    new = [change(name, Action.CREATE, Reason.NEW) for name in ("a", "c")]
    moved = [change(name, Action.MOVE, Reason.MOVED_BY_SPEC, origin=f"old-{name}") for name in ("b", "d")]
    shots = [new[0], moved[0], new[1], moved[1]]
    groups = grouped(shots, Plan("runware", shots))
    assert [(group.cause, len(group.changes)) for group in groups] == [("new", 2), ("moved", 2)]


def test_what_follows_from_different_shots_for_the_same_cause_is_one_group() -> None:
    reasons = (Reason.NEW, Reason.SOURCE_NEW)
    orders = [change(name, Action.CREATE, *reasons, request=follows(name, f"{name}-before")) for name in "ab"]
    held = change("c", Action.HELD, *reasons, Reason.NOT_APPROVED, request=follows("c", "c-before"))
    assert [(group.cause, len(group.changes)) for group in grouped([*orders, held], Plan("runware", []))] == [
        ("new, after a new shot", 2),
        ("new, waits for an approval", 1),
    ]
