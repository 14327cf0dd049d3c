from builders import lockfile, record, take, task
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace

from ltxspec.apply.record_index import RecordIndex
from ltxspec.apply.records import add_take
from ltxspec.lock.models import Lockfile

KEYS = ("alley", "gate", "pier")
KNOWN = lockfile({"pier": record(take("pier", number=9))}, alley=record(take(number=1)), gate=record(take(number=1)))


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.integers(1, 4), st.booleans(), st.booleans()), max_size=8))
def test_takes_are_added_as_the_pure_step_adds_them(story: list[tuple[str, int, bool, bool]]) -> None:
    index, pure = RecordIndex(KNOWN), KNOWN
    for key, number, wanted, failed in story:
        new = take(key, number=number)
        if failed:
            new = replace(new, status="failed", outputs=(), code="broke", message="it broke", permanent=False)
        index.add(key, new, wanted=wanted)
        pure = add_take(pure, key, new, wanted=wanted)
        assert index.lockfile == pure
        assert {one.task_id for one in index.takes(new.task_id)} == {new.task_id}


def test_what_it_began_with_stays_as_it_was() -> None:
    before = lockfile(alley=record(take()))
    index = RecordIndex(before)
    copy = index.copy()
    index.add("gate", take("gate", number=2), wanted=True)
    assert list(before.shots) == list(copy.shots) == ["alley"]
    assert list(index.lockfile.shots) == list(index.copy().shots) == ["alley", "gate"]


def test_a_task_is_found_under_all_its_keys_and_counted_once() -> None:
    index = RecordIndex(KNOWN)
    assert len(index.takes(task(1))) == 2
    assert index.takes(task(5)) == []
    assert len(index) == 2
    index.replace(Lockfile("runware", "night"))
    assert (len(index), index.takes(task(1))) == (0, [])
