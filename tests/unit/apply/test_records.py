from builders import change, lockfile, record, request, take, task

from ltxspec.apply.records import add_take, record_change
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Action

OLD, NEW = take("a"), take("b", number=2, at="2026-11-22T11:00:00Z")


def paid(locked: Lockfile) -> set[str]:
    return {item.task_id for kept in [*locked.shots.values(), *locked.retired.values()] for item in kept.takes}


def test_a_retired_shot_keeps_its_takes_and_comes_back_with_them() -> None:
    locked = lockfile(alley=record(OLD))
    retired = record_change(locked, change(Action.RETIRE), wanted=())
    assert (retired.shots, retired.retired) == ({}, {"alley": record(OLD)})
    assert record_change(retired, change(Action.RESTORE), wanted={"alley"}) == locked


def test_retiring_a_name_twice_joins_the_takes() -> None:
    locked = lockfile({"alley": record(OLD)}, alley=record(NEW))
    assert paid(record_change(locked, change(Action.RETIRE), wanted=())) == {task(1), task(2)}


def test_restoring_only_changes_what_is_current() -> None:
    locked = lockfile(alley=record(OLD, NEW, current=2))
    restored = record_change(locked, change(Action.RESTORE, number=1), wanted={"alley"})
    assert restored.shots["alley"] == record(OLD, NEW, current=1)


def test_a_move_takes_the_whole_record_from_a_name_that_is_gone() -> None:
    locked = lockfile(alley=record(OLD, NEW, current=1))
    moved = record_change(locked, change(Action.MOVE, request("gate"), origin="alley"), wanted={"gate"})
    assert moved.shots == {"gate": record(OLD, NEW, current=1)}


def test_a_move_from_a_shot_that_is_still_wanted_copies_the_one_take() -> None:
    locked = lockfile(alley=record(OLD, NEW, current=2))
    moved = record_change(locked, change(Action.MOVE, request("gate"), origin="alley"), wanted={"alley", "gate"})
    assert moved.shots == {"alley": record(OLD, NEW, current=2), "gate": record(OLD)}


def test_swapped_names_swap_their_takes() -> None:
    locked = lockfile(alley=record(OLD), gate=record(NEW))
    wanted = {"alley", "gate"}
    once = record_change(locked, change(Action.MOVE, request("alley", "b"), number=2, origin="gate"), wanted)
    both = record_change(once, change(Action.MOVE, request("gate", "a"), number=1, origin="alley"), wanted)
    assert (both.shots["alley"].current, both.shots["gate"].current) == (task(2), task(1))
    assert paid(both) == {task(1), task(2)}


def test_an_update_writes_only_what_is_recorded() -> None:
    wanted = request(safety={"mode": "fast"}, inputs={"b.jpg": "sha256:x"})
    updated = record_change(lockfile(alley=record(OLD)), change(Action.UPDATE, wanted), wanted={"alley"})
    (kept,) = updated.shots["alley"].takes
    assert kept.request == {**OLD.request, "safety": {"mode": "fast"}}
    assert kept.inputs == {"b.jpg": "sha256:x"}
    assert (kept.task_id, kept.fingerprint, kept.cost) == (OLD.task_id, OLD.fingerprint, OLD.cost)


def test_a_wanted_take_becomes_current_and_an_unwanted_one_does_not() -> None:
    locked = lockfile(alley=record(OLD))
    assert add_take(locked, "alley", NEW, wanted=True).shots["alley"].current == task(2)
    assert add_take(locked, "alley", NEW, wanted=False).shots["alley"].current == task(1)


def test_a_failed_take_is_kept_and_never_current() -> None:
    failed = take("b", number=2, status="failed")
    kept = add_take(lockfile(alley=record(OLD)), "alley", failed, wanted=True).shots["alley"]
    assert (kept.current, len(kept.takes)) == (task(1), 2)
    assert add_take(lockfile(), "alley", failed, wanted=True).shots["alley"].current is None


def test_a_take_nobody_wants_of_a_retired_shot_stays_retired() -> None:
    kept = add_take(lockfile({"alley": record(OLD)}), "alley", NEW, wanted=False)
    assert (kept.shots, paid(kept)) == ({}, {task(1), task(2)})


def test_the_same_take_twice_is_one_take() -> None:
    once = add_take(lockfile(), "alley", OLD, wanted=True)
    assert add_take(once, "alley", OLD, wanted=True) == once
