"""Joins the lockfile of a shard: what it changed since the version that all shards began from, and nothing else. Pure.

A merge of two branches brings back what one of them retired or moved and the other left alone. Shards begin from one
version and each changes its own shots, so what a shard left alone says nothing.
"""

from collections.abc import Collection, Mapping
from typing import Any

from msgspec.structs import replace

from ltxspec.lock.merge import merge_lockfiles, missing_tasks
from ltxspec.lock.models import Lockfile, ShotRecord
from ltxspec.values import TaskId

_Place = tuple[str, ShotRecord] | None


def join_shard(
    ours: Lockfile,
    theirs: Lockfile,
    base: Lockfile | None,
    elsewhere: Collection[TaskId] = (),
    moved: Collection[TaskId] = (),
) -> Lockfile:
    """The lockfile with everything that a shard did.

    Args:
        ours: the lockfile so far, with what other shards did.
        theirs: the shard's.
        base: the version that the shard began from; None if it is unknown: then both are merged as two branches are.
        elsewhere: the tasks in the shard's other lockfiles: it may have moved takes there.
        moved: the tasks in the lockfiles of other specs, also of other shards: one of them may have moved takes there
            that this shard left alone.

    Raises:
        LockfileError: the two differ in spec or provider.
    """
    if base is None or _lost(base, theirs, elsewhere):  # a shard never loses a task: it began from another version
        return merge_lockfiles(ours, theirs)
    before, mine, others = _places(base), _places(ours), _places(theirs)
    changed = {key for key in {*before, *others} if others.get(key) != before.get(key)}
    mine_too = {key for key in changed if mine.get(key) != before.get(key) or _adds(mine.get(key), others.get(key))}
    merged = merge_lockfiles(
        _with(ours, {key for key in mine if key not in changed or key in mine_too}),
        _with(theirs, {key for key in others if key in changed}),
        base,
    )
    is_whole = not _lost(ours, merged, elsewhere) and not _lost(theirs, merged, moved)
    return merged if is_whole else merge_lockfiles(ours, theirs, base)


def _lost(before: Lockfile, after: Lockfile, elsewhere: Collection[TaskId]) -> bool:
    return any(found.take.task_id not in elsewhere for found in missing_tasks(before, after))


def _places(lockfile: Lockfile) -> dict[str, _Place]:
    """Where each key is, and what is recorded there; a key that is in both sections is a shot."""
    return {
        **{key: ("retired", record) for key, record in lockfile.retired.items()},
        **{key: ("shots", record) for key, record in lockfile.shots.items()},
    }


def _adds(mine: _Place, theirs: _Place) -> bool:
    """Whether a shard's record has all takes of ours, in the same place: then what both know of them counts."""
    if mine is None or theirs is None or mine[0] != theirs[0]:
        return False
    return {take.task_id for take in mine[1].takes} <= {take.task_id for take in theirs[1].takes}


def _with(lockfile: Lockfile, keys: set[str]) -> Lockfile:
    sections: dict[str, Mapping[str, Any]] = {
        name: {key: record for key, record in records.items() if key in keys}
        for name, records in (("shots", lockfile.shots), ("retired", lockfile.retired))
    }
    return replace(lockfile, **sections)
