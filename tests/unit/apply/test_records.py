from builders import change, lockfile, output, record, request, take, task
from replacing import replace

from ltxspec.apply.records import add_take, record_changes
from ltxspec.lock.models import Lockfile, Output
from ltxspec.plan.actions import Action, Reason
from ltxspec.plan.recorded import preferred

OLD, NEW = take("a"), take("b", number=2, at="2026-11-22T11:00:00Z")


def paid(locked: Lockfile) -> set[str]:
    return {item.task_id for kept in [*locked.shots.values(), *locked.retired.values()] for item in kept.takes}


def test_a_result_that_comes_late_does_not_undo_a_pick() -> None:
    partial, other = take(number=1), take(number=2, retake=2)
    held = lockfile(alley=record(partial, other, current=2))
    whole = replace(partial, outputs=(*partial.outputs, output(3)))
    recorded = add_take(held, "alley", whole, wanted=True).shots["alley"]
    assert recorded.current == other.task_id
    assert recorded.take(partial.task_id) == whole


def test_a_task_that_was_given_up_too_soon_is_as_good_as_a_new_one() -> None:
    failed = take("b", number=2, status="failed")
    for held in (lockfile(alley=record(OLD, failed)), lockfile({"alley": record(failed)}, alley=record(OLD))):
        recorded = add_take(held, "alley", take("b", number=2), wanted=True).shots["alley"]
        assert recorded == record(OLD, take("b", number=2), current=2)


def test_a_retired_shot_keeps_its_takes_and_comes_back_with_them() -> None:
    locked = lockfile(alley=record(OLD))
    retired = record_changes(locked, [change(Action.RETIRE)], wanted=())
    assert (retired.shots, retired.retired) == ({}, {"alley": record(OLD)})
    assert record_changes(retired, [change(Action.RESTORE)], wanted={"alley"}) == locked


def test_retiring_a_name_twice_joins_the_takes() -> None:
    locked = lockfile({"alley": record(OLD)}, alley=record(NEW))
    assert paid(record_changes(locked, [change(Action.RETIRE)], wanted=())) == {task(1), task(2)}


def test_restoring_only_changes_what_is_current() -> None:
    locked = lockfile(alley=record(OLD, NEW, current=2))
    restored = record_changes(locked, [change(Action.RESTORE, number=1)], wanted={"alley"})
    assert restored.shots["alley"] == record(OLD, NEW, current=1)


def test_a_move_takes_the_whole_record_from_a_name_that_is_gone() -> None:
    locked = lockfile(alley=record(OLD, NEW, current=1))
    moved = record_changes(locked, [change(Action.MOVE, request("gate"), origin="alley")], wanted={"gate"})
    assert moved.shots == {"gate": record(OLD, NEW, current=1)}


def test_a_move_from_a_shot_that_is_still_wanted_copies_the_one_take() -> None:
    locked = lockfile(alley=record(OLD, NEW, current=2))
    moved = record_changes(locked, [change(Action.MOVE, request("gate"), origin="alley")], wanted={"alley", "gate"})
    assert moved.shots == {"alley": record(OLD, NEW, current=2), "gate": record(OLD)}


def test_of_two_moves_from_a_name_that_is_gone_the_first_gets_the_record_without_the_take_of_the_other() -> None:
    locked = lockfile({"alley": record(OLD)}, alley=record(NEW))
    moves = [
        change(Action.MOVE, request("gate", "b"), number=2, origin="alley"),
        change(Action.MOVE, request("lane", "a"), number=1, origin="alley"),
    ]
    moved = record_changes(locked, moves, wanted={"gate", "lane"})
    assert moved.retired == {}
    assert moved.shots == {"gate": record(NEW, current=2), "lane": record(OLD)}
    named = [moves[0], replace(moves[1], reasons=(Reason.MOVED_BY_SPEC,))]
    moved = record_changes(locked, named, wanted={"gate", "lane"})
    assert moved.shots == {"gate": record(NEW), "lane": record(OLD, current=1)}, "`moved:` comes first"


def test_a_name_that_stands_among_shots_and_retired_ones_hands_on_the_takes_of_both() -> None:
    locked = lockfile({"alley": record(OLD)}, alley=record(NEW))
    moved = record_changes(locked, [change(Action.MOVE, request("gate"), number=2, origin="alley")], wanted={"gate"})
    assert moved == lockfile(gate=record(OLD, NEW, current=2))


def test_takes_handed_on_from_name_to_name_each_go_one_step() -> None:
    locked = lockfile(alley=record(OLD), gate=record(NEW))
    steps = [
        change(Action.MOVE, request("lane", "b"), number=2, origin="gate"),
        change(Action.MOVE, request("gate", "a"), number=1, origin="alley"),
    ]
    for order in (steps, steps[::-1]):
        moved = record_changes(locked, order, wanted={"gate", "lane"})
        assert (moved.shots["gate"].current, moved.shots["lane"].current) == (task(1), task(2))
        assert "alley" not in moved.shots


def test_a_change_that_does_not_fit_the_lockfile_is_left_for_the_next_plan() -> None:
    locked = lockfile(alley=record(OLD))
    for action in (Action.MOVE, Action.RESTORE, Action.UPDATE):
        for key in ("gate", "alley"):
            ill = change(action, request(key), number=9, origin="nowhere" if action is Action.MOVE else None)
            assert record_changes(locked, [ill], wanted={"alley", "gate"}) == locked


def test_a_move_writes_what_is_only_recorded_too() -> None:
    renamed = change(Action.MOVE, request("gate", safety={"mode": "fast"}), origin="alley")
    moved = record_changes(lockfile(alley=record(OLD)), [renamed], wanted={"gate"})
    assert moved.shots["gate"].takes[0].request["safety"] == {"mode": "fast"}


def test_what_two_keys_know_of_one_task_is_put_together() -> None:
    locked = lockfile(alley=record(replace(OLD, cost=None)), gate=record(OLD, NEW, current=2))
    moved = record_changes(locked, [change(Action.MOVE, request("gate"), origin="alley")], wanted={"gate"})
    assert moved == lockfile(gate=record(OLD, NEW, current=1))


def test_swapped_names_swap_their_takes() -> None:
    locked = lockfile(alley=record(OLD), gate=record(NEW))
    wanted = {"alley", "gate"}
    moves = [
        change(Action.MOVE, request("alley", "b"), number=2, origin="gate"),
        change(Action.MOVE, request("gate", "a"), number=1, origin="alley"),
    ]
    both = record_changes(locked, moves, wanted)
    assert record_changes(locked, reversed(moves), wanted) == both
    assert (both.shots["alley"].current, both.shots["gate"].current) == (task(2), task(1))
    assert paid(both) == {task(1), task(2)}


def test_an_update_writes_only_what_is_recorded() -> None:
    wanted = request(safety={"mode": "fast"}, inputs={"b.jpg": "sha256:x"})
    updated = record_changes(lockfile(alley=record(OLD)), [change(Action.UPDATE, wanted)], wanted={"alley"})
    (kept,) = updated.shots["alley"].takes
    assert kept.request == {**OLD.request, "safety": {"mode": "fast"}}
    assert kept.inputs == {"b.jpg": "sha256:x"}
    assert (kept.task_id, kept.fingerprint, kept.cost) == (OLD.task_id, OLD.fingerprint, OLD.cost)


def test_an_update_writes_the_new_name_of_a_file_wherever_it_is_recorded() -> None:
    old = replace(take(inputs={"frameImages": ["a.jpg"]}, safety={"mode": "full"}), inputs={"a.jpg": "sha256:x"})
    named = {"frameImages": [{"image": "b.jpg", "frame": "first"}]}
    wanted = replace(request(), body={**request().body, "inputs": named}, inputs={"b.jpg": "sha256:x"})
    updated = record_changes(lockfile(alley=record(old)), [change(Action.UPDATE, wanted)], wanted={"alley"})
    (kept,) = updated.shots["alley"].takes
    assert (kept.request["inputs"], kept.inputs) == (named, {"b.jpg": "sha256:x"})
    assert (kept.task_id, kept.fingerprint, kept.cost) == (old.task_id, old.fingerprint, old.cost)


def test_an_update_writes_no_secret() -> None:
    signed = "https://hooks.example/done?X-Amz-Signature=canary"
    wanted = request(recorded=frozenset({"webhookURL"}), webhookURL=signed)
    updated = record_changes(lockfile(alley=record(OLD)), [change(Action.UPDATE, wanted)], wanted={"alley"})
    assert updated.shots["alley"].takes[0].request["webhookURL"] == "https://hooks.example/done"


def test_a_wanted_take_becomes_current_and_an_unwanted_one_does_not() -> None:
    locked = lockfile(alley=record(OLD))
    assert add_take(locked, "alley", NEW, wanted=True).shots["alley"].current == task(2)
    assert add_take(locked, "alley", NEW, wanted=False).shots["alley"].current == task(1)


def test_a_retake_is_current_although_its_spec_cannot_be_read_now() -> None:
    again = take("a", number=2, retake=2)
    held = lockfile(alley=record(OLD))
    assert add_take(held, "alley", again, wanted=False).shots["alley"] == record(OLD, again, current=2)
    picked = lockfile(alley=record(OLD, again, current=1))  # once it is recorded, a pick counts
    assert add_take(picked, "alley", again, wanted=False) == picked


def test_a_failed_take_is_kept_and_never_current() -> None:
    failed = take("b", number=2, status="failed")
    kept = add_take(lockfile(alley=record(OLD)), "alley", failed, wanted=True).shots["alley"]
    assert (kept.current, len(kept.takes)) == (task(1), 2)
    assert add_take(lockfile(), "alley", failed, wanted=True).shots["alley"].current is None


def test_a_take_nobody_wants_of_a_retired_shot_stays_retired() -> None:
    kept = add_take(lockfile({"alley": record(OLD)}), "alley", NEW, wanted=False)
    assert (kept.shots, paid(kept)) == ({}, {task(1), task(2)})


def test_a_task_whose_shot_was_renamed_meanwhile_is_brought_up_to_date_where_it_stands() -> None:
    away = replace(OLD, cost=None)
    locked = lockfile({"old": record(away)}, gate=record(away))
    kept = add_take(locked, "alley", OLD, wanted=False)
    assert kept == lockfile({"old": record(OLD)}, gate=record(OLD))
    assert add_take(kept, "alley", OLD, wanted=True).shots["alley"] == record(OLD)


def test_a_take_that_is_written_again_keeps_its_pick() -> None:
    picked = record(OLD, NEW).with_pick(task(1))
    assert add_take(lockfile(alley=picked), "alley", OLD, wanted=True) == lockfile(alley=picked)


def test_a_retake_that_succeeds_is_current_and_succeeds_to_the_pick() -> None:
    again = take("a", number=3, retake=2, at="2026-11-22T12:00:00Z")
    shot = add_take(lockfile(alley=record(OLD, NEW).with_pick(task(1))), "alley", again, wanted=True).shots["alley"]
    assert (shot.current, preferred([item for item in shot.takes if item.fingerprint == OLD.fingerprint])) == (
        task(3),
        shot.takes[2],
    )
    failed = replace(again, status="failed", code="a", message="b", permanent=True, outputs=())
    assert add_take(lockfile(alley=record(OLD).with_pick(task(1))), "alley", failed, wanted=True).shots[
        "alley"
    ].current == task(1)


def test_a_take_of_another_request_is_not_picked_by_itself() -> None:
    shot = add_take(lockfile(alley=record(OLD).with_pick(task(1))), "alley", NEW, wanted=True).shots["alley"]
    assert [item.picked for item in shot.takes] == ["video-1", None]


def test_the_same_take_twice_is_one_take() -> None:
    once = add_take(lockfile(), "alley", OLD, wanted=True)
    assert add_take(once, "alley", OLD, wanted=True) == once


def test_earlier_takes_go_along_with_a_task_under_way_and_with_an_order() -> None:
    locked = lockfile(alley=record(OLD).with_pick(task(1)))
    resumed = change(Action.RESUME, request("gate"), number=5, origin="alley")
    assert record_changes(locked, [resumed], wanted={"gate"}) == lockfile(gate=record(OLD).with_pick(task(1)))
    assert record_changes(locked, [resumed], wanted={"alley", "gate"}) == locked  # which is that of another shot now
    locked = lockfile(alley=record(OLD))
    ordered = change(Action.REPLACE, request("gate", "c"), number=3, origin="alley")
    assert record_changes(locked, [ordered], wanted={"gate"}) == lockfile(gate=record(OLD))


def test_retiring_a_name_that_is_not_there_changes_nothing() -> None:
    locked = lockfile(alley=record(OLD))
    assert record_changes(locked, [change(Action.RETIRE, request("gate"))], wanted={"alley"}) == locked


def test_a_take_that_is_not_there_is_not_copied() -> None:
    locked = lockfile(alley=record(OLD))
    ill = change(Action.MOVE, request("gate"), number=9, origin="alley")
    assert record_changes(locked, [ill], wanted={"alley", "gate"}) == locked


def test_where_records_are_joined_the_newer_choice_wins_and_without_one_the_older_stays() -> None:
    failed = take("b", number=2, status="failed")
    joined = record_changes(lockfile({"alley": record(OLD)}, alley=record(failed)), [change(Action.RETIRE)], wanted=())
    assert joined == lockfile({"alley": record(OLD, failed, current=1)})
    both = lockfile({"alley": record(OLD)}, alley=record(NEW))
    assert record_changes(both, [change(Action.RETIRE)], wanted=()).retired["alley"].current == task(2)
    revived = record_changes(both, [change(Action.RESTORE, number=1)], wanted={"alley"})
    assert revived == lockfile(alley=record(OLD, NEW, current=1))


def test_what_an_older_record_knows_of_a_task_is_not_lost_to_a_newer_one() -> None:
    locked = lockfile(alley=record(OLD), gate=record(replace(OLD, cost=None)))
    moved = record_changes(locked, [change(Action.MOVE, request("gate"), origin="alley")], wanted={"gate"})
    assert moved == lockfile(gate=record(OLD))


def test_a_field_that_is_only_recorded_and_no_longer_asked_for_goes() -> None:
    before = replace(OLD, request={**OLD.request, "safety": {"mode": "fast"}})
    updated = record_changes(lockfile(alley=record(before)), [change(Action.UPDATE)], wanted={"alley"})
    assert updated.shots["alley"].takes[0].request == OLD.request


def test_without_a_request_or_a_current_take_nothing_is_updated() -> None:
    failed = lockfile(alley=record(take(status="failed")))
    assert record_changes(failed, [change(Action.UPDATE)], wanted={"alley"}) == failed
    locked = lockfile(alley=record(OLD, NEW, current=2))
    restored = record_changes(locked, [replace(change(Action.RESTORE), request=None)], wanted={"alley"})
    assert restored.shots["alley"] == record(OLD, NEW, current=1)


def test_a_take_that_nobody_wants_is_kept_under_its_name_and_nowhere_else() -> None:
    kept = add_take(lockfile(alley=record(OLD)), "gone", NEW, wanted=False)
    assert kept == lockfile(alley=record(OLD), gone=record(NEW))


def test_a_take_that_nobody_wants_is_current_where_nothing_else_is() -> None:
    locked = lockfile(alley=record(OLD, current=0))
    assert add_take(locked, "alley", OLD, wanted=False) == lockfile(alley=record(OLD))


def test_a_take_that_is_wanted_brings_back_what_was_retired() -> None:
    assert add_take(lockfile({"alley": record(OLD)}), "alley", NEW, wanted=True) == lockfile(
        alley=record(OLD, NEW, current=2)
    )
    both = lockfile({"alley": record(OLD)}, alley=record(take("c", number=3, at="2026-11-22T12:00:00Z")))
    kept = add_take(both, "alley", NEW, wanted=False)
    assert (kept.retired, kept.shots["alley"].current, paid(kept)) == ({}, task(3), {task(1), task(2), task(3)})


def test_a_pick_of_a_later_result_stays_and_goes_with_a_failure() -> None:
    two = replace(OLD, outputs=(*OLD.outputs, output(2)), picked="video-2")
    again = replace(two, picked=None)
    kept = add_take(lockfile(alley=record(two)), "alley", again, wanted=True).shots["alley"]
    assert kept.takes[0].picked == "video-2"
    failed = replace(again, status="failed", code="a", message="b", permanent=True, outputs=())
    assert add_take(lockfile(alley=record(two)), "alley", failed, wanted=True).shots["alley"].takes[0].picked is None


def test_a_retake_succeeds_to_a_pick_only_where_there_is_one() -> None:
    again = take("a", number=3, retake=2, at="2026-11-22T12:00:00Z")
    shot = add_take(lockfile(alley=record(OLD)), "alley", again, wanted=True).shots["alley"]
    assert [item.picked for item in shot.takes] == [None, None]
    nameless = replace(again, outputs=(Output(video_uuid=None, video_url=None),))
    shot = add_take(lockfile(alley=record(OLD).with_pick(task(1))), "alley", nameless, wanted=True).shots["alley"]
    assert shot.takes[1].picked == "1"
