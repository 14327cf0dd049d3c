"""How two versions of a file of verdicts are merged. Pure."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from ltxspec.lock.verdicts import VerdictError, VerdictFile
from ltxspec.values import TaskId

_Said = TypeVar("_Said")


def merge_verdicts(ours: VerdictFile, theirs: VerdictFile, base: VerdictFile | None = None) -> VerdictFile:
    """Every remark and note of both sides, but those of the base that a side has no more: `git revert` takes one out.

    Raises VerdictError if they belong to different specs.
    """
    if (ours.provider, ours.spec) != (theirs.provider, theirs.spec):
        raise VerdictError(f"verdicts of `{ours.spec}` and of `{theirs.spec}` cannot be merged")
    merged = ours.merged(theirs)
    if base is None:
        return merged
    verdicts, noted = merged.verdicts, merged.noted
    for side in (ours, theirs):
        verdicts = _without(verdicts, base.verdicts, side.verdicts)
        noted = _without(noted, base.noted, side.noted)
    return msgspec.structs.replace(merged, verdicts=verdicts, notes=noted or None)


def _without(
    said: Mapping[TaskId, tuple[_Said, ...]],
    base: Mapping[TaskId, tuple[_Said, ...]],
    side: Mapping[TaskId, tuple[_Said, ...]],
) -> Mapping[TaskId, tuple[_Said, ...]]:
    """What was said, without what the base has and the side has not."""
    found = {}
    for task, remarks in said.items():
        gone = set(base.get(task, ())) - set(side.get(task, ()))
        if kept := tuple(one for one in remarks if one not in gone):
            found[task] = kept
    return found
