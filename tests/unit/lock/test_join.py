from builders import lockfile, record, take, task
from hypothesis import given, settings
from lockfile_strategies import lockfiles
from replacing import replace

from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.join import join_shard
from ltxspec.lock.merge import merge_lockfiles, missing_tasks
from ltxspec.lock.models import Lockfile, ShotRecord

OLD, NEW = take("old", number=1), take("new", number=2)
BASE = Lockfile("runware", "night", {"alley": record(OLD), "pier": record(replace(OLD, task_id=task(3)))})


@settings(max_examples=25)
@given(lockfiles, lockfiles, lockfiles)
def test_a_join_loses_no_task_of_either_side(ours: Lockfile, theirs: Lockfile, base: Lockfile) -> None:
    for joined in (join_shard(ours, theirs, base), join_shard(base, theirs, base)):
        assert not missing_tasks(theirs, joined)
    assert not missing_tasks(ours, join_shard(ours, theirs, base))


@settings(max_examples=25)
@given(lockfiles, lockfiles)
def test_a_shard_that_did_nothing_changes_nothing(ours: Lockfile, base: Lockfile) -> None:
    if not missing_tasks(base, ours):
        joined = join_shard(ours, base, base)
        assert encode_lockfile(joined) == encode_lockfile(merge_lockfiles(ours, Lockfile(ours.provider, ours.spec)))


def test_what_shards_did_to_their_own_shots_is_joined() -> None:
    bought = replace(BASE, shots={**BASE.shots, "alley": ShotRecord(NEW.task_id, (OLD, NEW))})
    retired = replace(BASE, shots={"alley": BASE.shots["alley"]}, retired={"pier": BASE.shots["pier"]})
    expected = replace(retired, shots={"alley": bought.shots["alley"]})
    for first, second in ((bought, retired), (retired, bought)):
        joined = join_shard(join_shard(BASE, first, BASE), second, BASE)
        assert joined == expected
        assert join_shard(joined, first, BASE) == expected, "joining again changes nothing"


def test_takes_that_a_shard_moved_are_not_brought_back_by_another_one() -> None:
    moved = replace(BASE, shots={"harbour": BASE.shots["pier"], "alley": BASE.shots["alley"]})
    for sides in ((moved, BASE), (BASE, moved)):
        joined = BASE
        for side in sides:
            joined = join_shard(joined, side, BASE)
        assert joined == moved


def test_without_a_base_it_is_a_merge() -> None:
    bought = replace(BASE, shots={"alley": ShotRecord(NEW.task_id, (OLD, NEW))})
    assert join_shard(BASE, bought, None) == merge_lockfiles(BASE, bought)
    later = replace(BASE, shots={**BASE.shots, "boat": record(replace(OLD, task_id=task(5)))})
    assert join_shard(BASE, bought, later) == merge_lockfiles(BASE, bought), "it began from another version"


def test_a_take_that_a_shard_restored_is_current() -> None:
    base = replace(BASE, shots={"alley": ShotRecord(NEW.task_id, (OLD, NEW))})
    restored = replace(base, shots={"alley": ShotRecord(OLD.task_id, (OLD, NEW))})
    assert join_shard(base, restored, base).shots["alley"].current == OLD.task_id


def test_a_key_that_both_changed_is_merged_and_nothing_is_lost() -> None:
    one = replace(BASE, shots={"alley": ShotRecord(NEW.task_id, (OLD, NEW))})
    third = replace(NEW, task_id=task(4))
    other = replace(BASE, shots={"alley": ShotRecord(third.task_id, (OLD, third))})
    joined = join_shard(one, other, lockfile())
    assert {item.task_id for item in joined.shots["alley"].takes} == {OLD.task_id, NEW.task_id, third.task_id}


def test_what_two_machines_know_of_one_task_is_kept_in_every_order_and_without_the_version_they_began_from() -> None:
    bought = lockfile(alley=record(replace(NEW, fence=2, submitted_at="2026-11-22T10:00:00Z")))
    found = lockfile(alley=record(replace(NEW, submitted_at="2026-11-22T10:05:00Z", cost=None)))
    joined = merge_lockfiles(bought, found)
    for base in (lockfile(), None):
        assert join_shard(bought, found, base) == join_shard(found, bought, base) == joined
    assert join_shard(bought, found, bought) == joined, "what is on disk is taken for the base without a repository"
