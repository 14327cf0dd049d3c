"""Takes that a plan keeps although their videos are not as expected: one warning, and never a reason to buy. Pure."""

import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from ltxspec.errors import Diagnostic
from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.expectations import unmet_by
from ltxspec.plan.recorded import RecordedState, record_under
from ltxspec.values import ShotAddress, TaskId

UNMET = "unmet"
_KEPT = frozenset({Action.NO_OP, Action.UPDATE, Action.RESTORE, Action.MOVE})  # actions that use a take as it is
_MOST_NAMED = 3


def unmet_warning(
    changes: Iterable[Change], have: Mapping[str, RecordedState], verdicts: Callable[[], Mapping[TaskId, Remark]]
) -> list[Diagnostic]:
    """One warning for all shots that keep such a take; none for takes that someone approved.

    Args:
        changes: the changes of the selected shots.
        have: what each spec has recorded, with what was measured of its videos.
        verdicts: the deciding remark of each take; called only if there is such a take.
    """
    found = {change.address: (change, unmet) for change in changes if (unmet := _unmet(change, have))}
    remarks = verdicts() if found else {}
    left = {
        address: unmet
        for address, (change, unmet) in found.items()
        if change.task_id is None or _verdict(remarks, change.task_id) is not Verdict.APPROVED
    }
    return [_warning(left)] if left else []


def _verdict(remarks: Mapping[TaskId, Remark], task: TaskId) -> Verdict | None:
    remark = remarks.get(task)
    return None if remark is None else remark.verdict


def _unmet(change: Change, have: Mapping[str, RecordedState]) -> Mapping[str, str]:
    request, task = change.request, change.task_id
    if request is None or not request.expect or task is None or change.action not in _KEPT:
        return {}
    lockfile = have[change.address.spec].lockfile
    records = [record_under(lockfile, key) for key in (change.address.instance, change.origin)]
    take = next((take for record in records if record is not None if (take := record.take(task)) is not None), None)
    return {} if take is None else unmet_by(take, request.expect)


def _warning(found: Mapping[ShotAddress, Mapping[str, str]]) -> Diagnostic:
    first, unmet = next(iter(found.items()))
    if len(found) == 1:
        message = f"the video of `{first}` is not as expected: {'; '.join(unmet.values())}"
    else:
        counts = Counter(name for each in found.values() for name in each)
        listed = ", ".join(f"{name} {number:,}" for name, number in counts.items())
        named = ", ".join(f"`{address}`" for address in list(found)[:_MOST_NAMED])
        more = f" and {len(found) - _MOST_NAMED:,} more" if len(found) > _MOST_NAMED else ""
        message = f"{len(found):,} videos are not as expected ({listed}): {named}{more}"
    name = shlex.quote(str(first))
    hint = f"`ltxspec approve {name}` accepts it; `--retake {name}` renders it once more, for its full price"
    return Diagnostic("warning", UNMET, message, hint=hint)
