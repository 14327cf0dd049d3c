"""Each task counts in one place, whatever the number of its records."""

from builders import record, take, task

from ltxspec.lock.by_task import takes_by_id
from ltxspec.lock.models import Lockfile
from ltxspec.values import ShotAddress


def test_a_name_that_is_still_a_shot_comes_first_and_then_the_first_name() -> None:
    gone = Lockfile("runware", "dawn", {}, {"a": record(take(), take(number=2))})
    used = Lockfile("runware", "night", {"b": record(take()), "c": record(take())}, {"d": record(take(number=2))})
    for lockfiles in ([gone, used], [used, gone]):
        found = {number: address for number, (address, _) in takes_by_id(lockfiles).items()}
        assert found == {task(1): ShotAddress("night", "b"), task(2): ShotAddress("dawn", "a")}


def test_a_cost_that_any_record_knows_is_known() -> None:
    gone = Lockfile("runware", "dawn", {}, {"a": record(take())})
    used = Lockfile("runware", "night", {"b": record(take(cost=None))})
    ((_, found),) = takes_by_id([used, gone]).values()
    assert found.cost == take().cost
