from builders import record, take, task

from ltxspec.lock.models import ShotRecord


def test_takes_are_found_by_their_id() -> None:
    first, second = take(number=1), take(number=2)
    shot = record(first, second, current=2)
    assert shot.take(task(1)) == first
    assert shot.take(task(9)) is None
    assert shot.current_take == second


def test_a_shot_without_a_good_take_has_no_current_one() -> None:
    assert ShotRecord(None, (take(status="failed"),)).current_take is None


def test_takes_stand_in_the_order_of_their_orders_then_of_their_ids() -> None:
    late = take(number=1, at="2026-11-22T12:00:00Z")
    early = take(number=3, at="2026-11-22T10:00:00Z")
    twin = take(number=2, at="2026-11-22T10:00:00Z")
    shot = ShotRecord(task(1), (late,)).with_take(early).with_take(twin)
    assert [item.task_id for item in shot.takes] == [task(2), task(3), task(1)]
    assert shot.current == task(1)


def test_a_take_with_a_known_id_takes_the_place_of_the_older_version() -> None:
    shot = record(take(number=1, cost=None), take(number=2)).with_take(take(number=1, cost="0.48"))
    assert [(item.task_id, item.cost is None) for item in shot.takes] == [(task(1), False), (task(2), False)]


def test_imported_takes_without_a_time_come_first() -> None:
    from dataclasses import replace

    imported = replace(take(number=9), submitted_at=None)
    assert min([take(number=1), imported], key=lambda item: item.sort_key) == imported
