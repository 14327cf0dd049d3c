"""The number of a take: its place among all takes of its shot in the order they were bought, as `show` counts."""

from collections.abc import Sequence
from dataclasses import replace

from ltxspec.lock.models import ShotRecord
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.recorded import RecordedState


def numbered(change: Change, records: Sequence[ShotRecord], recorded: RecordedState) -> Change:
    """The change with the number of its take, if that is known.

    Args:
        change: what is decided about the shot.
        records: what the shot has after it, in the order in which commands look for a take.
        recorded: the lockfile and the journal.
    """
    for record in records:
        for number, take in enumerate(record.takes, 1):
            if take.task_id == change.task_id:
                return replace(change, number=number) if change.action is not Action.MOVE else change
    if not (change.action.spends or change.action is Action.RESUME):
        return change
    known = {take.task_id for record in records for take in record.takes}
    own = recorded.journal.open.get(change.task_id) if change.task_id is not None else None
    ahead = [
        task
        for task_id, task in recorded.journal.open.items()
        if task.intent.instance == change.address.instance and task_id not in known and task is not own
        if own is None or task.intent.at < own.intent.at
    ]
    return replace(change, number=len(known) + len(ahead) + 1)
