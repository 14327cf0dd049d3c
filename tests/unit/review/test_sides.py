from builders import lockfile, record, request, take, task
from replacing import replace
from unit.review.changes import BASE, HEAD, side

from ltxspec.lock.by_task import takes_by_id
from ltxspec.lock.models import Lockfile
from ltxspec.review.sides import ReviewSide, comparable, lost_takes
from ltxspec.values import ShotAddress

OWNED = lockfile(alley=record(take("rain", number=1)))


def test_a_side_knows_what_a_spec_asks_for_unless_the_spec_is_broken() -> None:
    known = side(BASE, request("alley", "rain"))
    assert known.knows("night")
    assert known.knows("nosuch")
    assert not replace(known, unrendered=frozenset({"day"})).knows("day")
    assert not replace(known, complete=False).knows("nosuch")
    assert replace(known, complete=False).knows("night")


def test_a_side_is_whole_when_everything_could_be_read() -> None:
    whole = side(BASE)
    assert whole.is_whole
    assert not replace(whole, complete=False).is_whole
    assert not replace(whole, unrendered=frozenset({"a"})).is_whole
    assert not replace(whole, unreadable=frozenset({"a"})).is_whole


def test_every_take_is_held_once_and_found_where_it_is_in_use() -> None:
    both = lockfile(
        {"old": record(take("rain", number=1))}, alley=record(take("rain", number=1), take("fog", number=2))
    )
    held = takes_by_id([both])
    assert {key: str(address) for key, (address, _) in held.items()} == {task(1): "night.alley", task(2): "night.alley"}


def test_lost_takes_are_listed_by_address_and_age() -> None:
    late = take("fog", number=3, at="2026-11-22T12:00:00Z")
    base = takes_by_id([lockfile(pier=record(late, take("x", number=2)), alley=record(take("rain", number=1)))])
    assert [(str(item.address), item.take.task_id) for item in lost_takes(base, {})] == [
        ("night.alley", task(1)),
        ("night.pier", task(2)),
        ("night.pier", task(3)),
    ]
    assert list(lost_takes(base, base)) == []


def test_an_unreadable_lockfile_is_taken_for_unchanged_on_either_side() -> None:
    readable = side(HEAD, lock=OWNED)
    broken = ReviewSide(BASE, unreadable=frozenset({"night"}))
    assert comparable(broken, readable)[0].lockfiles == {"night": OWNED}
    assert comparable(readable, broken)[1].lockfiles == {"night": OWNED}
    assert comparable(broken, replace(broken, name=HEAD))[0].lockfiles == {}


def test_an_unreadable_lockfile_of_the_paid_provider_is_taken_for_unchanged_beside_another_one_s() -> None:
    paid = {"night": [lockfile(alley=record(take()))]}
    base, head = comparable(ReviewSide(BASE, paid=paid), ReviewSide(HEAD, unreadable=frozenset({"night"})))
    assert head.paid == base.paid == paid
    assert list(head.records) == paid["night"]
    assert lost_takes(takes_by_id(base.records), takes_by_id(head.records)) == []


def test_sides_that_can_be_read_stay_as_they_are() -> None:
    base, head = side(BASE), side(HEAD, lock=OWNED)
    assert comparable(base, head) == (base, head)


def test_addresses_are_those_of_the_lockfile_s_spec() -> None:
    day = Lockfile("runware", "day", {"alley": record(take("rain", number=1))})
    assert takes_by_id([day])[task(1)][0] == ShotAddress("day", "alley")
