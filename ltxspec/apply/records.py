"""Records changes as pure steps from one lockfile to the next. No paid take is ever removed."""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence

from msgspec.structs import replace

from ltxspec.lock.merge import join_takes
from ltxspec.lock.models import Lockfile, ShotRecord, Take
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.recorded import record_under
from ltxspec.redaction import redact_request
from ltxspec.values import Json, ShotAddress, TaskId

_EMPTY = ShotRecord(None, ())


def record_changes(lockfile: Lockfile, changes: Iterable[Change], wanted: Collection[str]) -> Lockfile:
    """Record changes that cost nothing, and the moves that precede orders, all at once.

    A change takes over what was recorded before any of them: names may be swapped and passed on in any order. Each take
    goes to one shot: the heir of a name gets all of them, except those that other shots take over. A change that does
    not fit the lockfile (it has no such take) is left to the next plan.

    Args:
        lockfile: the current lockfile.
        changes: update, restore, move or retire; for any other change, what was recorded for its `origin` is moved.
        wanted: instance keys that the spec has now; an origin among them keeps its own takes.
    """
    before, listed = lockfile, list(changes)
    heirs = _heirs(listed, wanted)
    for change in listed:
        origin = change.origin
        if origin is not None:
            is_heir = heirs.get(origin) == change.address
            given = {c.task_id for c in listed if c.origin == origin and c.address != change.address}
            lockfile = _take_over(lockfile, before, change, given, is_heir=is_heir)
        lockfile = _record(lockfile, change)
    return lockfile


def _heirs(changes: Sequence[Change], wanted: Collection[str]) -> dict[str, ShotAddress]:
    """The shot that inherits all takes of a removed name: the one whose `moved:` names it, else the first."""
    by_wish = sorted(changes, key=lambda change: Reason.MOVED_BY_SPEC not in change.reasons)
    heirs: dict[str, ShotAddress] = {}
    for change in by_wish:
        if change.origin is not None and change.origin not in wanted:
            heirs.setdefault(change.origin, change.address)
    return heirs


def _record(lockfile: Lockfile, change: Change) -> Lockfile:
    key = change.address.instance
    match change.action:
        case Action.RETIRE:
            return _retire(lockfile, key)
        case Action.UPDATE:
            return _update(lockfile, change)
        case Action.RESTORE | Action.MOVE:
            lockfile = _revive(lockfile, key)
            record = lockfile.shots.get(key)
            if record is None or change.task_id is None or record.take(change.task_id) is None:
                return lockfile
            return _update(_with_shot(lockfile, key, replace(record, current=change.task_id)), change)
        case _:
            return lockfile


def add_take(lockfile: Lockfile, instance: str, take: Take, *, wanted: bool) -> Lockfile:
    """Add a finished task; it becomes current if it succeeded and the spec wants it, or no other take is current.

    So does a retake whose spec cannot be read now: the take in use has the same fingerprint.

    A task already recorded under other keys (its shot was renamed meanwhile) is updated there, and is also filed under
    `instance` only if that shot wants it.
    """
    places = [
        key for records in (lockfile.shots, lockfile.retired) for key in records if records[key].take(take.task_id)
    ]
    known = (record_under(lockfile, instance) or _EMPTY).take(take.task_id)
    lockfile = replace(lockfile, shots=_known_anew(lockfile.shots, take), retired=_known_anew(lockfile.retired, take))
    if places and instance not in places and not wanted:
        return lockfile
    lockfile = _revive(lockfile, instance) if wanted or instance in lockfile.shots else lockfile
    retired = instance in lockfile.retired and not wanted
    before = (lockfile.retired if retired else lockfile.shots).get(instance, _EMPTY)
    record = before.with_take(_with_pick(before, take))
    is_new = known is None or known.status == "failed"  # else further results arrived: a pick made meanwhile stays
    is_retake = before.current_take is not None and before.current_take.fingerprint == take.fingerprint
    if take.status == "succeeded" and (((wanted or is_retake) and is_new) or record.current is None):
        record = replace(record, current=take.task_id)
    if retired:
        return replace(lockfile, retired={**lockfile.retired, instance: record})
    return _with_shot(lockfile, instance, record)


def _known_anew(records: Mapping[str, ShotRecord], take: Take) -> Mapping[str, ShotRecord]:
    """The records, with the task updated wherever it is recorded."""
    found = {key: record for key, record in records.items() if record.take(take.task_id) is not None}
    return {**records, **{key: record.with_take(_with_pick(record, take)) for key, record in found.items()}}


def _with_pick(record: ShotRecord, take: Take) -> Take:
    """The take with its pick mark kept; a new take of a request with a picked take inherits the pick.

    It was requested after the pick: a retake is the more recent wish.
    """
    known = record.take(take.task_id)
    if known is not None:
        return replace(take, picked=known.picked if take.status == "succeeded" else None)
    is_next = take.status == "succeeded" and any(
        other.picked is not None and other.fingerprint == take.fingerprint for other in record.takes
    )
    return replace(take, picked=take.outputs[0].name(1)) if is_next and take.outputs else take


def _with_shot(lockfile: Lockfile, key: str, record: ShotRecord) -> Lockfile:
    return replace(lockfile, shots={**lockfile.shots, key: record})


def _retire(lockfile: Lockfile, key: str) -> Lockfile:
    record = lockfile.shots.get(key)
    if record is None:
        return lockfile
    merged = _merge(lockfile.retired.get(key), record)
    return replace(lockfile, shots=_without(lockfile.shots, key), retired={**lockfile.retired, key: merged})


def _revive(lockfile: Lockfile, key: str) -> Lockfile:
    """Restore a retired record under its key, merged with the record already there."""
    retired = lockfile.retired.get(key)
    if retired is None:
        return lockfile
    merged = _merge(retired, lockfile.shots.get(key))
    return replace(lockfile, shots={**lockfile.shots, key: merged}, retired=_without(lockfile.retired, key))


def _take_over(
    lockfile: Lockfile, before: Lockfile, change: Change, given: Container[TaskId | None], *, is_heir: bool
) -> Lockfile:
    """Move takes of the change's origin to its key: for the heir all but those given to others, else its own take."""
    key, origin = change.address.instance, str(change.origin)
    source = _merge(before.retired.get(origin), before.shots.get(origin))
    takes = tuple(take for take in source.takes if take.task_id not in given)
    if is_heir:
        lockfile = replace(lockfile, shots=_without(lockfile.shots, origin), retired=_without(lockfile.retired, origin))
        current = source.current if any(take.task_id == source.current for take in takes) else None
        rest = ShotRecord(current, takes)
        return _with_shot(lockfile, key, _merge(rest, lockfile.shots.get(key))) if takes else lockfile
    own = tuple(take for take in takes if take.task_id == change.task_id)
    return _with_shot(lockfile, key, _merge(lockfile.shots.get(key), ShotRecord(None, own))) if own else lockfile


def _update(lockfile: Lockfile, change: Change) -> Lockfile:
    """Copy the recorded-only fields of the current request, and its names of files, into the current take."""
    record, request = lockfile.shots.get(change.address.instance), change.request
    current = record.current_take if record else None
    if record is None or current is None or request is None:
        return lockfile
    kept = {name: value for name, value in current.request.items() if name not in request.recorded}
    recorded = {name: request.body[name] for name in request.recorded if name in request.body}
    recorded = redact_request(recorded, request.known)
    files = {name: value for name, value in request.body.items() if _names_one(value, request.inputs)}
    files = redact_request(files, request.known) if current.inputs.keys() != request.inputs.keys() else {}
    take = replace(current, request={**kept, **recorded, **files}, inputs=dict(request.inputs))
    return _with_shot(lockfile, change.address.instance, record.with_take(take))


def _names_one(value: Json, files: Container[str]) -> bool:
    """Whether a parameter names one of these files, at any depth."""
    if isinstance(value, Mapping):
        return any(_names_one(item, files) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_names_one(item, files) for item in value)
    return isinstance(value, str) and value in files


def _merge(older: ShotRecord | None, newer: ShotRecord | None) -> ShotRecord:
    """The takes of both records; the newer record's current take wins."""
    merged = older or _EMPTY
    for take in newer.takes if newer else ():
        known = merged.take(take.task_id)
        merged = merged.with_take(take if known is None else join_takes(known, take))
    return replace(merged, current=(newer.current if newer else None) or merged.current)


def _without(records: Mapping[str, ShotRecord], key: str) -> dict[str, ShotRecord]:
    return {name: record for name, record in records.items() if name != key}
