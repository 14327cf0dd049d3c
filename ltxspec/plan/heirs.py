"""Which shots have the takes that a plan moves, once it is applied. Pure.

Limits count them there at once: a rename and new orders may be applied together, or the rename later.
"""

from collections.abc import Callable, Collection, Mapping

from msgspec.structs import replace

from ltxspec.lock.models import ShotRecord
from ltxspec.plan.actions import Change
from ltxspec.plan.moves import heirs_of, origin_of
from ltxspec.plan.recorded import RecordedState, record_under
from ltxspec.values import ShotAddress, TaskId

Offered = Mapping[str, Mapping[str, ShotRecord]]  # spec -> address in another spec -> the takes there
Heirs = Mapping[TaskId, ShotAddress]


def heirs_of_takes(changes: Collection[Change], recorded: Mapping[str, RecordedState], offered: Offered) -> Heirs:
    """The shot that each take goes to, of those that change hands.

    Args:
        changes: those of all shots, also of those that a run leaves out.
        recorded: the state of each spec of the plan.
        offered: what each spec may take over from others.
    """
    moves = [change for change in changes if change.origin is not None]
    if not moves:
        return {}
    wanted = {change.address for change in changes if change.request is not None}
    first = heirs_of(moves)
    own: dict[TaskId, ShotAddress] = {}
    rest: dict[TaskId, ShotAddress] = {}
    for change in moves:
        record, origin = _given(change, recorded, offered), origin_of(change)
        if origin not in wanted and first[str(origin)] == change.address:
            rest |= dict.fromkeys((take.task_id for take in record.takes), change.address)
        if change.task_id is not None and record.take(change.task_id) is not None:
            own[change.task_id] = change.address
    return rest | own


def with_heirs(recorded: Mapping[str, RecordedState], heirs: Heirs, offered: Offered) -> Mapping[str, RecordedState]:
    """What each spec has recorded once takes have changed hands; for sums only."""
    return (
        {name: _after(state, heirs, offered.get(name, {})) for name, state in recorded.items()} if heirs else recorded
    )


def _after(state: RecordedState, heirs: Heirs, offered: Mapping[str, ShotRecord]) -> RecordedState:
    spec, lockfile = state.lockfile.spec, state.lockfile
    taken = {task for task, heir in heirs.items() if heir.spec == spec}
    given = heirs.keys() - taken
    foreign = {key: _only(record, lambda task: task in taken) for key, record in offered.items()}
    shots, retired = (
        {key: _only(record, lambda task: task not in given) for key, record in records.items()}
        for records in (lockfile.shots, {**lockfile.retired, **foreign})
    )
    return RecordedState(replace(lockfile, shots=shots, retired=retired), state.journal, state.failed)


def _given(change: Change, recorded: Mapping[str, RecordedState], offered: Offered) -> ShotRecord:
    """What is recorded for the origin of a change."""
    spec, origin = change.address.spec, str(change.origin)
    found = offered.get(spec, {}).get(origin)
    if found is None and spec in recorded:
        found = record_under(recorded[spec].lockfile, origin)
    return found or ShotRecord(None, ())


def _only(record: ShotRecord, counts: Callable[[TaskId], bool]) -> ShotRecord:
    return ShotRecord(None, tuple(take for take in record.takes if counts(take.task_id)))
