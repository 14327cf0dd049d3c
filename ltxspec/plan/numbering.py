"""The number of a take: its place among all takes of its shot in the order they were bought, as `show` counts."""

from collections.abc import Iterable

from ltxspec.lock.models import ShotRecord
from ltxspec.plan.actions import SPENDING, Action
from ltxspec.plan.recorded import RecordedState
from ltxspec.values import TaskId


def number_of(
    action: Action, task: TaskId | None, instance: str, records: Iterable[ShotRecord | None], recorded: RecordedState
) -> int | None:
    """The number that the take of a change has, or gets; None if that is not known.

    Args:
        action: what is decided about the shot.
        task: the task of its take or order; None: not known yet.
        instance: the shot.
        records: what the shot has after it, in the order in which commands look for a take.
        recorded: the lockfile and the journal.
    """
    known: set[TaskId] = set()
    for record in records:
        for number, take in enumerate(record.takes if record is not None else (), 1):
            if take.task_id == task:
                return number if action is not Action.MOVE else None
            known.add(take.task_id)
    if action not in SPENDING and action is not Action.RESUME:
        return None
    own = recorded.journal.open.get(task) if task is not None else None
    ahead = [
        other
        for task_id, other in recorded.journal.open.items()
        if other.intent.instance == instance and task_id not in known and other is not own
        if own is None or other.intent.at < own.intent.at
    ]
    return len(known) + len(ahead) + 1
