from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any, Literal

import pytest
from builders import MODEL, fingerprint, intent, journal, lockfile, output, record, request, take, task
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace

from ltxspec.apply.records import record_changes
from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.fingerprint import TaskIdentity, task_id
from ltxspec.lock.codec import decode_lockfile, encode_lockfile
from ltxspec.lock.journal import JournalState, OpenTask
from ltxspec.lock.merge import recorded_tasks
from ltxspec.lock.models import Lockfile, ShotRecord, Take
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.cases import PlanContext
from ltxspec.plan.differences import changes_of
from ltxspec.plan.planner import plan_spec
from ltxspec.plan.recorded import RecordedState, record_under
from ltxspec.plan.selection import Selection, selection
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.storage.packaged import read_model_documents
from ltxspec.values import ShotAddress, TaskId

NOTHING = Catalog((), {})


def plan(
    *requests: Request,
    locked: Lockfile | None = None,
    under_way: JournalState | None = None,
    chosen: Selection | None = None,
    catalog: Catalog = NOTHING,
) -> list[Change]:
    rendered = RenderedSpec("night", "specs/night.yaml", None, requests)
    context = PlanContext("project", "runware", catalog, chosen or Selection())
    return plan_spec(rendered, RecordedState(locked or lockfile(), under_way or JournalState()), context)


def only(changes: list[Change]) -> Change:
    assert len(changes) == 1, changes
    return changes[0]


def derived(wanted: Request, retake: int = 1, attempt: int = 1) -> TaskId:
    assert wanted.fingerprint is not None
    identity = TaskIdentity("project", "runware", "night", wanted.address.instance, wanted.fingerprint, retake, attempt)
    return task_id(identity)


def about(wanted: Request, action: Action, *reasons: Reason, **more: Any) -> Change:
    """A change of this request that stands where the request does."""
    place = (wanted.file, wanted.line, wanted.column)
    return Change(wanted.address, action, reasons, fingerprint=wanted.fingerprint, request=wanted, source=place, **more)


PRICE = {"estimate": Decimal("0.48"), "limit_price": Decimal("0.48")}


def test_a_shot_without_takes_is_created_under_its_derived_id() -> None:
    change = only(plan(request()))
    assert change == about(request(), Action.CREATE, Reason.NEW, task_id=derived(request()), **PRICE)
    assert {item.path: item.after for item in changes_of(change)}["/positivePrompt"] == "a"
    assert all(item.before is None for item in changes_of(change))


def test_a_shot_with_its_take_is_up_to_date_and_costs_nothing() -> None:
    change = only(plan(request(), locked=lockfile(alley=record(take()))))
    assert change == about(request(), Action.NO_OP, task_id=task(1))


def test_a_failed_take_is_nothing_to_be_up_to_date_with_also_where_a_lockfile_calls_it_current() -> None:
    locked = lockfile(alley=record(take(status="failed"), current=1))
    assert only(plan(request(), locked=locked)).action is Action.BLOCKED


def test_a_changed_prompt_replaces_and_tells_both_texts() -> None:
    change = only(plan(request(prompt="b"), locked=lockfile(alley=record(take("a")))))
    assert (change.action, change.reasons) == (Action.REPLACE, (Reason.REQUEST_CHANGED,))
    assert [(item.path, item.before, item.after) for item in change.changes] == [("/positivePrompt", "a", "b")]


def test_reverting_a_prompt_restores_the_earlier_take_for_nothing() -> None:
    locked = lockfile(alley=record(take("a"), take("b", number=2, at="2026-11-22T11:00:00Z"), current=2))
    change = only(plan(request(prompt="a"), locked=locked))
    assert (change.action, change.reasons) == (Action.RESTORE, (Reason.EARLIER_TAKE_MATCHES,))
    assert (change.task_id, change.estimate) == (task(1), None)
    assert [(item.path, item.before, item.after) for item in change.changes] == [("/positivePrompt", "b", "a")]


def test_a_recorded_field_is_updated_without_rendering() -> None:
    change = only(plan(request(safety={"mode": "fast"}), locked=lockfile(alley=record(take()))))
    assert (change.action, change.reasons) == (Action.UPDATE, (Reason.RECORDED_FIELDS_CHANGED,))
    assert [(item.path, item.after) for item in change.changes] == [("/safety/mode", "fast")]


def test_a_shot_gone_from_the_spec_is_retired() -> None:
    shots = {"tower": record(take("t", number=2)), "wall": record(take("w", number=3, status="failed"))}
    changes = plan(request(), locked=lockfile(alley=record(take()), **shots))
    reason = (Reason.NOT_IN_SPEC,)
    assert changes[1:] == [
        Change(ShotAddress("night", "tower"), Action.RETIRE, reason, fingerprint=fingerprint("t"), task_id=task(2)),
        Change(ShotAddress("night", "wall"), Action.RETIRE, reason),
    ]


def test_a_renamed_shot_is_moved_without_being_told() -> None:
    change = only(plan(request("gate"), locked=lockfile(alley=record(take()))))
    assert (change.action, change.origin, change.estimate) == (Action.MOVE, "alley", None)
    assert change.reasons == (Reason.SAME_FINGERPRINT_ELSEWHERE,)


def test_a_renamed_and_edited_shot_takes_its_history_along_and_renders() -> None:
    change = only(plan(request("gate", "b", moved="alley"), locked=lockfile(alley=record(take("a")))))
    assert (change.action, change.origin) == (Action.REPLACE, "alley")
    assert change.reasons == (Reason.MOVED_BY_SPEC, Reason.REQUEST_CHANGED)
    assert [(item.before, item.after) for item in change.changes] == [("a", "b")]


def test_a_renamed_shot_named_by_moved_keeps_its_take() -> None:
    change = only(plan(request("gate", moved="alley"), locked=lockfile(alley=record(take()))))
    assert (change.action, change.reasons) == (Action.MOVE, (Reason.MOVED_BY_SPEC,))


def test_a_take_that_moves_tells_what_is_recorded_anew() -> None:
    for moved in (None, "alley"):
        wanted = request("gate", moved=moved, safety={"mode": "fast"})
        change = only(plan(wanted, locked=lockfile(alley=record(take()))))
        assert change.action is Action.MOVE
        assert [(item.path, item.after) for item in change.changes] == [("/safety/mode", "fast")]


def test_a_shot_that_failed_gets_the_take_that_moved_hands_to_it() -> None:
    locked = lockfile(alley=record(take()), gate=record(take(number=2, status="failed")))
    change = only(plan(request("gate", moved="alley"), locked=locked))
    assert (change.action, change.origin, change.task_id) == (Action.MOVE, "alley", task(1))


def test_a_take_of_the_shots_own_comes_before_a_newer_one_that_moved_hands_to_it() -> None:
    newer = take(number=2, at="2026-11-22T12:00:00Z")
    locked = lockfile(alley=record(newer), gate=record(take(), take("b", number=3), current=3))
    changes = plan(request("gate", moved="alley"), locked=locked)
    assert [(c.action, c.origin, c.task_id) for c in changes] == [(Action.RESTORE, "alley", task(1))]


def test_what_moved_names_joins_a_shot_that_has_its_take_once() -> None:
    locked = lockfile({"old": record(take("b", number=2), take("c", number=3, status="failed"))}, alley=record(take()))
    (change,) = plan(request(moved="old"), locked=locked)
    assert (change.action, change.reasons, change.origin) == (Action.MOVE, (Reason.MOVED_BY_SPEC,), "old")
    after = record_changes(locked, [change], {"alley"})
    assert (after.shots["alley"].current, len(after.shots["alley"].takes), after.retired) == (task(1), 3, {})
    assert only(plan(request(moved="old"), locked=after)).action is Action.NO_OP


def test_moved_finds_the_same_instance_of_a_renamed_shot() -> None:
    locked = lockfile(**{"old[rain]": record(take("r")), "old[fog]": record(take("f", number=2))})
    changes = plan(request("new[rain]", "r2", moved="old"), request("new[fog]", "f", moved="old"), locked=locked)
    assert [(c.action, c.origin) for c in changes] == [(Action.REPLACE, "old[rain]"), (Action.MOVE, "old[fog]")]


def test_two_shots_that_swap_their_names_cost_nothing() -> None:
    locked = lockfile(alley=record(take("a")), tower=record(take("t", number=2)))
    changes = plan(request("alley", "t"), request("tower", "a"), locked=locked)
    assert [(c.action, c.origin, c.task_id) for c in changes] == [
        (Action.MOVE, "tower", task(2)),
        (Action.MOVE, "alley", task(1)),
    ]


def test_a_take_moves_to_one_of_the_shots_that_replace_its_own_and_the_others_are_bought() -> None:
    locked = lockfile(alley=record(take()))
    for keys in (("alley[rain]", "alley[fog]"), ("gate", "lane")):
        changes = plan(*(request(key) for key in keys), locked=locked)
        assert [(c.action, c.origin) for c in changes] == [(Action.MOVE, "alley"), (Action.CREATE, None)]
        assert (changes[0].task_id, changes[1].task_id) == (task(1), derived(request(keys[1])))


def test_moved_with_a_matrix_hands_the_record_to_the_instance_it_answers_else_to_the_first() -> None:
    locked = lockfile(alley=record(take()))
    rain, fog = request("weather[rain]", "r", moved="alley"), request("weather[fog]", "a", moved="alley")
    assert [(c.action, c.origin) for c in plan(rain, fog, locked=locked)] == [
        (Action.CREATE, None),
        (Action.MOVE, "alley"),
    ]
    neither = plan(rain, request("weather[fog]", "f", moved="alley"), locked=locked)
    assert [(c.action, c.origin) for c in neither] == [(Action.REPLACE, "alley"), (Action.CREATE, None)]


def test_a_take_that_moved_hands_to_its_shot_is_not_moved_to_another_with_the_same_text() -> None:
    changes = plan(request("lane"), request("gate", moved="alley"), locked=lockfile(alley=record(take())))
    assert [(c.action, c.origin) for c in changes] == [(Action.CREATE, None), (Action.MOVE, "alley")]


def test_a_take_of_a_key_whose_heir_has_its_own_serves_another_shot() -> None:
    locked = lockfile({"old": record(take(number=2))}, alley=record(take()))
    changes = plan(request(moved="old"), request("gate"), locked=locked)
    assert [(c.action, c.task_id) for c in changes] == [(Action.NO_OP, task(1)), (Action.MOVE, task(2))]


def test_two_takes_of_a_shot_that_is_gone_serve_two_shots() -> None:
    locked = lockfile(alley=record(take("a"), take("b", number=2)))
    changes = plan(request("gate", "a"), request("lane", "b"), locked=locked)
    assert [(c.action, c.task_id) for c in changes] == [(Action.MOVE, task(1)), (Action.MOVE, task(2))]


def test_two_takes_of_one_text_serve_two_shots() -> None:
    locked = lockfile({"old": record(take())}, older=record(take(number=2)))
    changes = plan(request("gate"), request("lane"), locked=locked)
    assert [(c.action, c.task_id) for c in changes] == [(Action.MOVE, task(2)), (Action.MOVE, task(1))]


def test_a_take_copied_from_a_shot_that_was_edited_is_not_copied_twice() -> None:
    locked = lockfile(alley=record(take("a"), take("b", number=2), current=2), gate=record(take("a")))
    changes = plan(request("alley", "b"), request("gate"), request("lane"), locked=locked)
    assert [c.action for c in changes] == [Action.NO_OP, Action.NO_OP, Action.CREATE]


def test_a_task_under_way_is_resumed_by_one_of_the_shots_that_replace_its_own() -> None:
    under_way = journal(OpenTask(intent(instance="alley"), "accepted"))
    changes = plan(request("gate"), request("lane"), under_way=under_way)
    assert [c.action for c in changes] == [Action.RESUME, Action.CREATE]


def test_a_task_under_way_goes_with_its_render_where_names_are_given_anew() -> None:
    under_way = journal(
        OpenTask(intent("a", instance="alley"), "accepted"), OpenTask(intent("b", number=2, instance="gate"), "intent")
    )
    shifted = plan(request("alley", "n"), request("gate"), request("lane", "b"), under_way=under_way)
    assert [(c.action, c.task_id, c.origin) for c in shifted[1:]] == [
        (Action.RESUME, task(1), "alley"),
        (Action.RESUME, task(2), "gate"),
    ]
    assert shifted[0].action is Action.CREATE
    swapped = plan(request("alley", "b"), request("gate"), under_way=under_way)
    assert [(c.action, c.task_id) for c in swapped] == [(Action.RESUME, task(2)), (Action.RESUME, task(1))]
    shared = plan(request("lane"), request("alley"), under_way=under_way)  # whose own name still asks for it
    assert [(c.address.instance, c.action) for c in shared[:2]] == [("lane", Action.CREATE), ("alley", Action.RESUME)]


def test_a_shot_prefers_its_own_task_to_that_of_a_name_that_is_gone() -> None:
    under_way = journal(
        OpenTask(intent(instance="gone"), "accepted"), OpenTask(intent(number=2, instance="alley"), "accepted")
    )
    assert [(c.address.instance, c.task_id) for c in plan(request(), under_way=under_way)] == [
        ("alley", task(2)),
        ("gone", task(1)),
    ]


def test_a_task_of_a_shot_whose_render_is_not_known_yet_is_left_to_it_unless_its_prompt_is_another() -> None:
    under_way = journal(OpenTask(intent(instance="alley"), "accepted"))
    unknown = replace(request("alley"), fingerprint=None)
    assert next(c.action for c in plan(request("gate"), unknown, under_way=under_way)) is Action.CREATE
    other = replace(request("alley", "n"), fingerprint=None)
    assert [c.action for c in plan(request("gate"), other, under_way=under_way)] == [Action.RESUME, Action.CREATE]


def test_a_shot_that_has_its_take_does_not_adopt_the_task_of_a_twin_that_is_gone() -> None:
    under_way = journal(OpenTask(intent(number=5, instance="lane"), "accepted"))
    changes = plan(request(), locked=lockfile(alley=record(take())), under_way=under_way)
    assert [(c.address.instance, c.action) for c in changes] == [("alley", Action.NO_OP), ("lane", Action.RESUME)]


def test_a_take_that_a_shot_has_and_does_not_show_serves_another_where_a_name_that_is_gone_offers_it() -> None:
    older, newer = take(number=1), take(number=2, retake=2)
    locked = lockfile({"gone": record(older)}, alley=record(older, newer, current=2))
    assert [(c.action, c.task_id) for c in plan(request(), request("lane"), locked=locked)] == [
        (Action.NO_OP, task(2)),
        (Action.MOVE, task(1)),
    ]
    shown = lockfile({"gone": record(older)}, alley=record(older, newer, current=1))
    assert [c.action for c in plan(request(), request("lane"), locked=shown)] == [Action.NO_OP, Action.CREATE]


def test_a_failed_take_does_not_keep_a_shot_from_one_that_is_spare() -> None:
    locked = lockfile({"old": record(take(number=2))}, alley=record(take(status="failed")))
    change = only(plan(request(), locked=locked))
    assert (change.action, change.task_id) == (Action.MOVE, task(2))


def test_a_move_never_chooses_a_take_that_failed() -> None:
    failed = take(number=2, status="failed", retake=2, at="2026-11-22T11:00:00Z")
    for wanted in (request("gate"), request("gate", moved="alley")):
        assert only(plan(wanted, locked=lockfile(alley=record(take(), failed)))).task_id == task(1)


def test_a_target_is_decided_on_as_in_the_whole_plan() -> None:
    locked = lockfile(alley=record(take()))
    whole = plan(request("gate"), request("lane"), locked=locked)
    assert plan(request("gate"), request("lane"), locked=locked, chosen=selection(["night.lane"])) == whole[1:]


PICKED = record(take("a"), take("a", number=2, retake=2), take("b", number=3, retake=3)).with_pick(task(1))


def test_a_picked_take_comes_back_when_an_edit_is_taken_back() -> None:
    change = only(plan(request(), locked=lockfile(alley=replace(PICKED, current=task(3)))))
    assert (change.action, change.task_id) == (Action.RESTORE, task(1))


def test_a_picked_take_comes_back_with_its_shot_and_goes_with_its_name() -> None:
    away = replace(PICKED, current=task(3))
    for wanted in (request(), request("gate"), request("gate", moved="alley")):
        assert only(plan(wanted, locked=lockfile({"alley": away}))).task_id == task(1)
        assert plan(wanted, locked=lockfile(alley=away))[0].task_id == task(1)


def test_a_retake_of_one_shot_leaves_the_pick_of_another() -> None:
    older = record(take("t", number=4), take("t", number=5, retake=2)).with_pick(task(4))
    locked = lockfile(alley=PICKED, tower=older)
    changes = plan(request(), request("tower", "t"), locked=locked, chosen=selection(retakes=["night.alley"]))
    assert [(c.action, c.task_id) for c in changes][1] == (Action.NO_OP, task(4))


def test_a_shot_that_was_moved_and_edited_is_compared_with_the_take_that_was_in_use() -> None:
    used = record(take("a"), take("b", number=2, retake=2), current=1)
    for locked in (lockfile(alley=used), lockfile({"alley": used})):
        change = only(plan(request("gate", "c", moved="alley"), locked=locked))
        assert [(item.before, item.after) for item in change.changes] == [("a", "c")]
    back = only(plan(request("alley", "c"), locked=lockfile({"alley": used})))
    assert [(item.before, item.after) for item in back.changes] == [("a", "c")]


def test_a_shot_whose_twin_still_uses_the_take_is_bought() -> None:
    changes = plan(request("alley"), request("twin"), locked=lockfile(alley=record(take())))
    assert [c.action for c in changes] == [Action.NO_OP, Action.CREATE]
    assert changes[1].task_id == derived(request("twin"))


def test_a_retired_shot_that_comes_back_is_restored() -> None:
    change = only(plan(request(), locked=lockfile({"alley": record(take())})))
    assert (change.action, change.reasons) == (Action.RESTORE, (Reason.BACK_IN_SPEC,))


def test_a_retired_take_serves_another_name_too() -> None:
    change = only(plan(request("gate"), locked=lockfile({"alley": record(take())})))
    assert (change.action, change.origin) == (Action.MOVE, "alley")


def test_an_open_task_is_resumed_and_never_ordered_again() -> None:
    wanted, ordered = request(), replace(intent(), retake=2, attempt=3)
    change = only(plan(wanted, under_way=journal(OpenTask(ordered, "accepted"))))
    resumed = {"task_id": task(1), "retake": 2, "attempt": 3, **PRICE}
    assert change == about(wanted, Action.RESUME, Reason.UNDER_WAY, **resumed)


def test_what_the_provider_said_of_an_open_task_is_noted() -> None:
    change = only(plan(request(), under_way=journal(OpenTask(intent(), "accepted", remark="rejected the image"))))
    assert (change.action, change.note) == (Action.RESUME, "the provider says: rejected the image")


def test_a_task_that_ended_and_is_not_recorded_yet_is_resumed_and_never_ordered_again() -> None:
    change = only(plan(request(), under_way=journal(OpenTask(intent(), "finished"))))
    assert (change.action, change.task_id) == (Action.RESUME, task(1))


def partial(**more: Any) -> Take:
    """A take of which one result is recorded, while the other is still being made."""
    return replace(take(numberResults=2, **more), finished_at=None)


def test_a_take_of_which_results_are_still_to_come_is_resumed_where_no_journal_knows_of_it() -> None:
    resumed = {"task_id": task(1), **PRICE}
    for recorded, order in (((2, 3), (2, 3)), ((None, None), (1, 1))):
        held = partial(retake=recorded[0], attempt=recorded[1])
        change = only(plan(request(), locked=lockfile(alley=record(held))))
        assert change == about(request(), Action.RESUME, Reason.UNDER_WAY, retake=order[0], attempt=order[1], **resumed)


def test_a_take_that_was_picked_while_results_of_a_retake_are_still_to_come_stays_in_use() -> None:
    locked = lockfile(alley=record(take(), partial(number=5, retake=2), current=1).with_pick(task(1)))
    order = OpenTask(replace(intent(number=5), retake=2), "accepted")
    kept, rest = plan(request(), locked=locked, under_way=journal(order))
    assert (kept.action, kept.task_id) == (Action.NO_OP, task(1))
    assert (rest.action, rest.task_id, rest.request) == (Action.RESUME, task(5), None)
    assert rest.note == "some of its results are recorded; it is collected and kept as a take"


def test_a_retake_of_which_results_are_still_to_come_is_not_bought_again() -> None:
    locked = lockfile(alley=record(take(), partial(number=5, retake=2)))
    under_way = journal(OpenTask(replace(intent(number=5), retake=2), "accepted", (output(5),)))
    change = only(plan(request(), locked=locked, under_way=under_way, chosen=selection(retakes=["night.alley"])))
    assert (change.action, change.task_id, change.retake) == (Action.RESUME, task(5), 2)


def test_an_order_without_an_answer_is_an_unknown_outcome() -> None:
    change = only(plan(request(), under_way=journal(OpenTask(intent()))))
    assert (change.action, change.reasons) == (Action.RESUME, (Reason.OUTCOME_UNKNOWN,))


def test_an_order_that_another_machine_had_claimed_says_so_until_it_is_known_to_be_there() -> None:
    order = OpenTask(intent(), claimed_by="`ltxspec apply` (process 2 on there, clone b)")
    change = only(plan(request(), under_way=journal(order)))
    assert (change.action, change.reasons) == (Action.RESUME, (Reason.CLAIMED_ELSEWHERE, Reason.OUTCOME_UNKNOWN))
    assert change.note is not None
    assert change.note.startswith("`ltxspec apply` (process 2 on there, clone b) claimed this task")
    assert "`ltxspec apply --retry night.alley` here" in change.note


def test_an_order_without_an_answer_is_not_repeated_where_a_take_of_it_is_spare() -> None:
    locked = lockfile({"old": record(take(number=2))})
    for name in ("alley", "gone"):
        changes = plan(request(), locked=locked, under_way=journal(OpenTask(intent(instance=name))))
        assert [(c.action, c.task_id, c.request is None) for c in changes] == [
            (Action.MOVE, task(2), False),
            (Action.RESUME, task(1), True),
        ]


def test_an_order_that_was_accepted_is_resumed_although_a_take_of_it_is_spare() -> None:
    under_way = journal(OpenTask(intent(), "accepted"))
    change = only(plan(request(), locked=lockfile({"old": record(take(number=2))}), under_way=under_way))
    assert (change.action, change.task_id) == (Action.RESUME, task(1))


def test_a_retake_without_an_answer_is_looked_for_although_another_take_of_the_text_is_spare() -> None:
    locked = lockfile({"old": record(take(number=2))}, alley=record(take()))
    change = only(plan(request(), locked=locked, under_way=journal(OpenTask(replace(intent(number=5), retake=2)))))
    assert (change.action, change.task_id, change.request is None) == (Action.RESUME, task(5), False)


def test_a_task_ordered_under_a_name_that_is_gone_is_resumed_under_the_new_one() -> None:
    under_way = journal(OpenTask(intent(instance="alley"), "accepted"))
    change = only(plan(request("gate"), under_way=under_way))
    assert (change.action, change.origin) == (Action.RESUME, "alley")
    older = plan(request("gate"), locked=lockfile(alley=record(take("b", number=2))), under_way=under_way)
    assert [(c.address.instance, c.action) for c in older] == [("gate", Action.RESUME)]  # takes of `alley` go along


def test_a_task_of_an_earlier_version_is_collected_beside_the_new_order() -> None:
    changes = plan(request(prompt="b"), under_way=journal(OpenTask(intent("a"), "accepted")))
    assert [(c.action, c.request is not None) for c in changes] == [(Action.CREATE, True), (Action.RESUME, False)]


def listed(seconds: int = 8, *, model: str = "lightricks:2@0") -> dict[str, Any]:
    return {"model": model, "width": 1920, "height": 1080, "duration": seconds, "fps": 25}


def test_what_a_task_costs_that_no_shot_wants_stands_in_the_catalog_and_not_in_the_journal() -> None:
    catalog = load_catalog(read_model_documents(None))
    forged = replace(intent("old"), request=listed(), estimate=Decimal("0.01"))
    gone = replace(intent("old", number=2), request=listed(model="gone:1@0"), estimate=Decimal("0.01"))
    rendered = RenderedSpec("night", "specs/night.yaml", None, ())
    under_way = journal(OpenTask(forged, "accepted"), OpenTask(gone, "accepted"))
    changes = plan_spec(rendered, RecordedState(lockfile(), under_way), PlanContext("", "runware", catalog))
    assert [(c.action, c.estimate, c.reckoned) for c in changes] == [
        (Action.RESUME, Decimal("0.48"), Decimal("0.48")),
        (Action.RESUME, None, None),
    ]


PACKAGED = load_catalog(read_model_documents(None)).find("lightricks:2@0")
assert PACKAGED is not None
REPLACED = Catalog((), {}, {MODEL: PACKAGED})  # the project has a file of its own for a model whose price is known


def test_limits_reckon_a_shot_at_the_packaged_price_where_the_projects_own_is_lower() -> None:
    wanted = request(estimate="0.01", width=1920, height=1080, fps=25)
    change = only(plan(wanted, catalog=REPLACED))
    assert (change.estimate, change.limit_price) == (Decimal("0.01"), Decimal("0.48"))


def test_what_no_shot_wants_any_more_is_collected_as_it_was_ordered_and_reckoned_at_the_packaged_price() -> None:
    ordered = replace(intent("old"), request=listed(model=MODEL), retake=2, attempt=3)
    for stage in ("accepted", "finished"):
        change = only(plan(under_way=journal(OpenTask(ordered, stage)), catalog=REPLACED))
        assert change == Change(
            ShotAddress("night", "alley"),
            Action.RESUME,
            (Reason.UNDER_WAY,),
            fingerprint=fingerprint("old"),
            task_id=task(1),
            limit_price=Decimal("0.48"),
            retake=2,
            attempt=3,
            note=change.note,
        )
        assert change.note is not None


def test_a_task_under_way_is_collected_also_where_its_take_is_recorded_and_in_use_under_another_name() -> None:
    under_way = journal(OpenTask(intent(instance="alley"), "accepted"))
    changes = plan(request("gate"), request("alley", "b"), locked=lockfile(gate=record(take())), under_way=under_way)
    assert [(c.address.instance, c.action) for c in changes] == [
        ("gate", Action.NO_OP),
        ("alley", Action.CREATE),
        ("alley", Action.RESUME),
    ]


def test_a_resumed_shot_costs_what_its_own_request_does() -> None:
    forged = replace(intent(), estimate=Decimal("0.01"))
    assert only(plan(request(), under_way=journal(OpenTask(forged, "accepted")))).estimate == Decimal("0.48")


def test_a_task_that_is_recorded_under_its_new_name_is_no_left_over() -> None:
    under_way = journal(OpenTask(intent(instance="alley"), "finished"))
    assert only(plan(request("gate"), locked=lockfile(gate=record(take())), under_way=under_way)).action is Action.NO_OP


def test_a_recorded_take_whose_video_is_not_home_is_up_to_date() -> None:
    locked = lockfile(alley=record(take()))
    assert (
        only(plan(request(), locked=locked, under_way=journal(OpenTask(intent(), "finished")))).action is Action.NO_OP
    )


def test_a_shot_whose_attempts_are_used_up_is_not_said_to_be_wrong() -> None:
    """An edit does not help against an overloaded service."""
    tries = [
        take(
            status="failed",
            cost=None,
            permanent=False,
            number=number,
            attempt=number,
            at=f"2026-11-22T10:0{number}:00Z",
        )
        for number in (1, 2, 3)
    ]
    blocked = only(plan(request(), locked=lockfile(alley=record(*tries))))
    assert (blocked.action, blocked.reasons) == (Action.BLOCKED, (Reason.ATTEMPTS_USED_UP,))


def test_a_failure_for_good_blocks_until_retry() -> None:
    locked = lockfile(alley=record(take(status="failed", cost=None)))
    blocked = only(plan(request(), locked=locked))
    assert (blocked.action, blocked.reasons) == (Action.BLOCKED, (Reason.FAILED_FOR_GOOD,))
    assert blocked.note == "providerError: it broke"
    retried = only(plan(request(), locked=locked, chosen=selection(retries=["night.alley"])))
    assert (retried.action, retried.reasons) == (Action.CREATE, (Reason.RETRY_REQUESTED,))
    assert (retried.attempt, retried.task_id) == (2, derived(request(), 1, 2))


def test_a_failed_take_that_does_not_say_how_long_blocks_and_so_does_one_that_was_imported() -> None:
    silent, imported = replace(take(status="failed"), permanent=None), take(status="failed", retake=None, attempt=None)
    for failed in (silent, imported):
        change = only(plan(request(), locked=lockfile(alley=record(failed))))
        assert (change.action, change.task_id, change.note) == (Action.BLOCKED, task(1), "providerError: it broke")


def test_what_the_latest_retake_came_to_decides_and_not_what_an_earlier_one_came_to_later() -> None:
    late = take(status="failed", at="2026-11-22T12:00:00Z")
    for permanent, action in ((True, Action.BLOCKED), (False, Action.CREATE)):
        second = take(status="failed", permanent=permanent, number=2, retake=2)
        change = only(plan(request(), locked=lockfile(alley=record(late, second))))
        assert (change.action, change.task_id) == (action, task(2) if permanent else derived(request(), 2, 2))


def test_a_block_goes_with_the_history_that_moved_hands_over_and_its_reasons_stay_told() -> None:
    locked, heir = lockfile(alley=record(take(status="failed"))), request("gate", moved="alley")
    blocked = only(plan(heir, locked=locked))
    assert (blocked.action, blocked.origin, blocked.task_id) == (Action.BLOCKED, "alley", task(1))
    again = only(plan(heir, locked=locked, chosen=selection(retries=["night.gate"])))
    assert (again.reasons, again.attempt) == ((Reason.MOVED_BY_SPEC, Reason.RETRY_REQUESTED), 2)
    another = only(plan(heir, locked=locked, chosen=selection(retakes=["night.gate"])))
    assert another.reasons == (Reason.MOVED_BY_SPEC, Reason.RETAKE_REQUESTED)


def test_a_failure_counts_on_under_another_name() -> None:
    locked = lockfile(alley=record(take(status="failed", permanent=False, attempt=2)))
    tried, gone = plan(request("gate"), locked=locked)
    assert (tried.action, tried.reasons, tried.attempt) == (Action.CREATE, (Reason.LAST_ATTEMPT_FAILED,), 3)
    assert (tried.origin, gone.action) == (None, Action.RETIRE)
    used_up = lockfile({"alley": record(take(status="failed", permanent=False, attempt=3))})
    assert only(plan(request("gate"), locked=used_up)).reasons == (Reason.ATTEMPTS_USED_UP,)


def test_an_edit_ends_the_block() -> None:
    locked = lockfile(alley=record(take("a", status="failed", cost=None)))
    assert only(plan(request(prompt="b"), locked=locked)).action is Action.CREATE


def test_a_passing_failure_is_tried_again_a_limited_number_of_times() -> None:
    tries = [take(status="failed", permanent=False, attempt=number, number=number) for number in (1, 2, 3)]
    third = only(plan(request(), locked=lockfile(alley=record(*tries[:2]))))
    assert (third.action, third.attempt, third.reasons) == (Action.CREATE, 3, (Reason.LAST_ATTEMPT_FAILED,))
    assert only(plan(request(), locked=lockfile(alley=record(*tries)))).action is Action.BLOCKED


def test_a_shot_whose_last_edit_failed_is_compared_with_its_last_take_that_succeeded() -> None:
    failed = take("c", number=2, status="failed", at="2026-11-22T11:00:00Z")
    change = only(plan(request(), locked=lockfile(alley=record(take("b"), failed, current=0))))
    assert (change.action, change.reasons) == (Action.REPLACE, (Reason.REQUEST_CHANGED,))
    assert [(item.before, item.after) for item in change.changes] == [("b", "a")]


def test_a_retake_counts_the_renders_of_this_fingerprint() -> None:
    locked = lockfile(alley=record(take("b", number=9), take("a", at="2026-11-22T11:00:00Z"), current=1))
    change = only(plan(request(), locked=locked, chosen=selection(retakes=["night.alley"])))
    assert (change.action, change.reasons, change.retake) == (Action.REPLACE, (Reason.RETAKE_REQUESTED,), 2)
    assert change.task_id == derived(request(), 2)


def test_a_retake_of_an_imported_take_is_the_second() -> None:
    locked = lockfile(alley=record(take(retake=None, attempt=None)))
    assert only(plan(request(), locked=locked, chosen=selection(retakes=["night.*"]))).retake == 2


def test_a_retake_asked_for_twice_while_one_is_under_way_is_not_bought_twice() -> None:
    open_task = OpenTask(replace(intent(number=5), retake=2), "accepted")
    change = only(
        plan(
            request(),
            locked=lockfile(alley=record(take())),
            under_way=journal(open_task),
            chosen=selection(retakes=["night.alley"]),
        )
    )
    assert (change.action, change.task_id) == (Action.RESUME, task(5))


def test_a_failed_retake_leaves_the_shot_as_it_was() -> None:
    for permanent in (False, True):
        failed = take(status="failed", retake=2, number=2, at="2026-11-22T11:00:00Z", permanent=permanent)
        locked = lockfile(alley=record(take(), failed))
        assert only(plan(request(), locked=locked)).action is Action.NO_OP
        again = only(plan(request(), locked=locked, chosen=selection(retakes=["night.alley"])))
        assert (again.action, again.retake, again.attempt) == (Action.REPLACE, 2, 2)


def test_a_retake_is_bought_although_a_take_of_the_text_is_spare() -> None:
    locked = lockfile({"old": record(take(number=2))})
    change = only(plan(request(), locked=locked, chosen=selection(retakes=["night.alley"])))
    assert (change.action, change.reasons) == (Action.CREATE, (Reason.RETAKE_REQUESTED,))


def test_targets_limit_the_plan_also_for_shots_that_are_gone() -> None:
    locked = lockfile(gone=record(take("g", number=3)))
    changes = plan(request("alley"), request("tower", "t"), locked=locked, chosen=selection(targets=["night.tower"]))
    assert [c.address.instance for c in changes] == ["tower"]


def test_an_unknown_price_stays_unknown() -> None:
    assert only(plan(request(estimate=None))).estimate is None


PROMPTS = st.sampled_from(["a", "b", "c"])
KEYS = st.sampled_from(["alley", "tower", "gate"])
TAKES = st.builds(
    lambda prompt, status, safety: take(prompt, status=status, permanent=False, **safety),
    PROMPTS,
    st.sampled_from(["succeeded", "succeeded", "failed"]),
    st.sampled_from([{}, {"safety": "high"}]),
)
RECORDS = st.lists(TAKES, min_size=1, max_size=3).map(
    lambda found: record(*(replace(item, task_id=task(number)) for number, item in enumerate(found, 1)))
)


MOVED = st.none() | st.sampled_from(["alley", "tower", "old", "gate"])
WANTED = st.dictionaries(
    st.sampled_from(["alley", "tower", "gate", "fork[x]", "fork[y]"]), st.tuples(PROMPTS, MOVED, st.booleans())
)
OLD_KEYS = st.sampled_from(["alley", "tower", "gate", "old", "fork[x]"])


@st.composite
def lockfiles(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Lockfile:
    """A lockfile in which every task stands once, some of them picked."""
    numbers = count(1)
    sections: list[dict[str, ShotRecord]] = []
    for most in (4, 2):
        found = {}
        for key, held in draw(st.dictionaries(OLD_KEYS, RECORDS, max_size=most)).items():
            takes = [
                replace(item, task_id=task(next(numbers)), retake=place) for place, item in enumerate(held.takes, 1)
            ]
            good = [item.task_id for item in takes if item.status == "succeeded"]
            found[key] = ShotRecord(draw(st.sampled_from(good)) if good else None, tuple(takes))
            if good and draw(st.booleans()):
                found[key] = found[key].with_pick(draw(st.sampled_from(good)))
        sections.append(found)
    return lockfile(sections[1], **sections[0])


FREE = (Action.UPDATE, Action.RESTORE, Action.MOVE, Action.RETIRE)


@given(st.permutations(("alley", "gate", "lane", "pier")), st.sets(st.sampled_from("abcd")), st.booleans())
def test_what_is_in_progress_is_never_ordered_again_whatever_the_shots_are_called_now(
    names: list[str], ordered: set[str], is_accepted: bool
) -> None:
    before = zip("abcd", ("alley", "gate", "lane", "quay"), strict=True)
    stage: Literal["accepted", "intent"] = "accepted" if is_accepted else "intent"
    tasks = [
        OpenTask(intent(prompt, number=number, instance=name), stage)
        for number, (prompt, name) in enumerate(before, 1)
        if prompt in ordered
    ]
    wanted = [request(name, prompt) for name, prompt in zip(names, "abcn", strict=True)]
    changes = plan(*wanted, under_way=journal(*tasks))
    orders = {c.fingerprint for c in changes if c.action.spends}
    assert orders == {fingerprint(prompt) for prompt in {*"abcn"} - ordered}


def renders(locked: Lockfile, key: str, prompt: str) -> int:
    """How many renders of a prompt a key has."""
    held = record_under(locked, key)
    same = [one.retake or 1 for one in (held.takes if held else ()) if one.fingerprint == fingerprint(prompt)]
    return max(same, default=0)


@given(WANTED, lockfiles(), st.lists(st.tuples(OLD_KEYS, PROMPTS), max_size=2))
def test_no_take_serves_two_shots_and_what_is_free_is_carried_out_once_and_for_all(
    wanted: dict[str, tuple[str, str | None, bool]], locked: Lockfile, ordered: list[tuple[str, str]]
) -> None:
    requests = [
        request(key, prompt, moved=moved, safety="high") if safe else request(key, prompt, moved=moved)
        for key, (prompt, moved, safe) in wanted.items()
    ]
    open_tasks = [
        OpenTask(
            replace(intent(prompt, number=90 + number, instance=key), retake=1 + renders(locked, key, prompt)),
            "accepted",
        )
        for number, (key, prompt) in enumerate(ordered)
    ]
    under_way = journal(*open_tasks)
    changes = plan(*requests, locked=locked, under_way=under_way)
    got = [c.task_id for c in changes if c.action not in (Action.RETIRE, Action.BLOCKED)]
    assert len(got) == len(set(got))
    heirs = [c.origin for c in changes if c.action.spends and c.origin is not None]
    assert len(heirs) == len(set(heirs))
    assert [c.address for c in changes if c.action is Action.MOVE and c.origin is None] == []
    after = record_changes(
        locked,
        [c for c in changes if (c.action.spends or c.action is Action.BLOCKED) and c.origin]
        + [c for c in changes if c.action in FREE],
        wanted,
    )
    assert [c for c in changes if c.action is Action.NO_OP and c.origin is not None] == []
    assert recorded_tasks(after) == recorded_tasks(locked)
    assert decode_lockfile(encode_lockfile(after), "after") == after
    again = plan(*requests, locked=after, under_way=under_way)
    came = {c.address: c.origin for c in changes if c.origin is not None}
    joining = [c for c in again if c.action in FREE]  # a shot that came from one name also gets what its `moved:` names
    assert [c for c in joining if c.origin == came.get(c.address) or Reason.MOVED_BY_SPEC not in c.reasons] == []
    assert {c.address for c in joining} <= came.keys()
    if joining:
        after = record_changes(after, joining, wanted)
        again = plan(*requests, locked=after, under_way=under_way)
    assert [c for c in again if c.action in FREE] == []
    spending = {c.address: (c.task_id, c.estimate) for c in changes if c.action.spends}
    if any(c.action is Action.RESUME for c in changes):  # whose shot passes by its `moved:` until that has ended
        spending = {
            c.address: (still.task_id, c.estimate) for c, still in zip(changes, again, strict=False) if c.action.spends
        }
    assert {c.address: (c.task_id, c.estimate) for c in again if c.action.spends} == spending
    current = {key: shot.current for key, shot in after.shots.items()}
    for change in changes:
        if change.action in (Action.MOVE, Action.RESTORE):
            assert current[change.address.instance] == change.task_id


@given(
    st.dictionaries(KEYS, PROMPTS, min_size=1),
    st.dictionaries(KEYS, RECORDS),
    st.dictionaries(KEYS, RECORDS, max_size=1),
    st.lists(PROMPTS, max_size=1),
)
def test_common_shots_are_decided_quickly_but_not_otherwise(
    wanted: dict[str, str], shots: dict[str, ShotRecord], retired: dict[str, ShotRecord], ordered: list[str]
) -> None:
    """A retake of a shot that is not there changes nothing, and lets nothing be decided quickly."""
    requests = [request(key, prompt) for key, prompt in wanted.items()]
    locked = lockfile(retired, **shots)
    under_way = journal(*(OpenTask(intent(prompt, number=9), "accepted") for prompt in ordered))
    slowly = plan(*requests, locked=locked, under_way=under_way, chosen=selection(retakes=["night.nowhere"]))
    assert plan(*requests, locked=locked, under_way=under_way) == slowly


@pytest.mark.parametrize("recorded", ["https://h.example/a.png?id=7&code=4711", "https://h.example/a.png"])
def test_what_a_version_kept_of_an_address_never_decides_about_an_order(recorded: str) -> None:
    wanted = request(image="https://h.example/a.png?id=7&code=4711", note="https://h.example/?code=4711")
    wanted = replace(wanted, recorded=frozenset({"note"}))
    have = record(take(image=recorded, note="https://h.example/"))
    assert only(plan(wanted, locked=lockfile(alley=have))) == about(wanted, Action.NO_OP, task_id=task(1))


def test_an_order_that_perhaps_never_arrived_is_not_repeated_when_its_render_is_there() -> None:
    """The shot got its take from another name meanwhile; the order is only looked for."""
    unclear = journal(OpenTask(intent(number=1)))
    kept, left = plan(request(), locked=lockfile(alley=record(take(number=2))), under_way=unclear)
    assert (kept.action, kept.task_id) == (Action.NO_OP, task(2))
    assert (left.action, left.task_id, left.request) == (Action.RESUME, task(1), None)


def test_a_retake_that_perhaps_never_arrived_is_still_wanted() -> None:
    unclear = journal(OpenTask(replace(intent(number=2), retake=2)))
    change = only(plan(request(), locked=lockfile(alley=record(take())), under_way=unclear))
    assert (change.action, change.reasons) == (Action.RESUME, (Reason.OUTCOME_UNKNOWN,))
    assert change.request is not None


def test_an_order_never_has_the_id_of_a_take_that_another_shot_has() -> None:
    """Its own first render moved to another name; the provider may have forgotten it and would charge for it again."""
    own = derived(request())
    locked = lockfile(lane=record(replace(take(), task_id=own)))
    lane = request("lane")
    create, kept = plan(request(), lane, locked=locked)
    assert (kept.action, kept.task_id) == (Action.NO_OP, own)
    assert (create.action, create.task_id, create.retake) == (Action.CREATE, derived(request(), retake=2), 2)


def test_what_the_fingerprint_leaves_out_of_an_order_counts_by_a_digest() -> None:
    assert PACKAGED is not None
    catalog = Catalog((), {MODEL: PACKAGED})
    plain, checked, unchecked = request(), request(safety={"mode": "fast"}), request(safety={})
    digests = [only(plan(wanted, catalog=catalog)).recorded for wanted in (plain, checked, unchecked)]
    assert digests[0] is None
    assert len({*digests}) == 3
    under_way = journal(OpenTask(intent("a"), "accepted"))
    assert only(plan(checked, under_way=under_way, catalog=catalog)).recorded == digests[1]
    recorded = lockfile(alley=record(take()))
    assert only(plan(checked, locked=recorded, catalog=catalog)).recorded is None
