"""How a change is written down: pure steps from one lockfile to the next. Nothing paid ever leaves it here."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from ltxspec.lock.models import Lockfile, ShotRecord, Take
from ltxspec.plan.actions import Action, Change

_EMPTY = ShotRecord(None, ())


def record_change(lockfile: Lockfile, change: Change, wanted: Collection[str]) -> Lockfile:
    """Write down a change that spends nothing, or the move that comes before an order.

    Args:
        lockfile: as it is.
        change: update, restore, move or retire; for any other action only its `origin` is moved.
        wanted: instance keys that the spec has now; a holder among them keeps its own takes.
    """
    key = change.address.instance
    if change.action is Action.RETIRE:
        return _retire(lockfile, key)
    if change.origin is not None and change.action is not Action.RESUME:
        lockfile = _take_over(lockfile, change, wanted)
    if change.action is Action.UPDATE:
        return _update(lockfile, change)
    if change.action in (Action.RESTORE, Action.MOVE):
        lockfile = _revive(lockfile, key)
        return _with_shot(lockfile, key, replace(lockfile.shots[key], current=change.task_id))
    return lockfile


def add_take(lockfile: Lockfile, instance: str, take: Take, *, wanted: bool) -> Lockfile:
    """Add a finished task; it becomes current when it succeeded and is what the spec wants (or nothing else is)."""
    lockfile = _revive(lockfile, instance) if wanted or instance in lockfile.shots else lockfile
    retired = instance in lockfile.retired and not wanted
    record = (lockfile.retired if retired else lockfile.shots).get(instance, _EMPTY).with_take(take)
    if take.status == "succeeded" and (wanted or record.current is None):
        record = replace(record, current=take.task_id)
    if retired:
        return replace(lockfile, retired={**lockfile.retired, instance: record})
    return _with_shot(lockfile, instance, record)


def _with_shot(lockfile: Lockfile, key: str, record: ShotRecord) -> Lockfile:
    return replace(lockfile, shots={**lockfile.shots, key: record})


def _retire(lockfile: Lockfile, key: str) -> Lockfile:
    record = lockfile.shots.get(key)
    if record is None:
        return lockfile
    merged = _merge(lockfile.retired.get(key), record)
    return replace(lockfile, shots=_without(lockfile.shots, key), retired={**lockfile.retired, key: merged})


def _revive(lockfile: Lockfile, key: str) -> Lockfile:
    """Bring a retired record back under its key, joined with what stands there."""
    retired = lockfile.retired.get(key)
    if retired is None:
        return lockfile
    merged = _merge(retired, lockfile.shots.get(key))
    return replace(lockfile, shots={**lockfile.shots, key: merged}, retired=_without(lockfile.retired, key))


def _take_over(lockfile: Lockfile, change: Change, wanted: Collection[str]) -> Lockfile:
    """Move the origin's takes to the new key; from a shot that is still wanted only the one take is copied."""
    key, origin = change.address.instance, change.origin or ""
    source = lockfile.shots.get(origin) or lockfile.retired.get(origin)
    if source is None:
        return lockfile
    if origin in wanted and origin in lockfile.shots:
        take = source.take(change.task_id) if change.task_id else None
        here = lockfile.shots.get(key, _EMPTY)
        return _with_shot(lockfile, key, here.with_take(take)) if take else lockfile
    lockfile = replace(lockfile, shots=_without(lockfile.shots, origin), retired=_without(lockfile.retired, origin))
    return _with_shot(lockfile, key, _merge(source, lockfile.shots.get(key)))


def _update(lockfile: Lockfile, change: Change) -> Lockfile:
    """Write the recorded-only fields of the present request into the current take."""
    record, request = lockfile.shots[change.address.instance], change.request
    current = record.current_take
    if current is None or request is None:
        return lockfile
    kept = {name: value for name, value in current.request.items() if name not in request.recorded}
    recorded = {name: request.body[name] for name in request.recorded if name in request.body}
    take = replace(current, request={**kept, **recorded}, inputs=dict(request.inputs))
    return _with_shot(lockfile, change.address.instance, record.with_take(take))


def _merge(older: ShotRecord | None, newer: ShotRecord | None) -> ShotRecord:
    """Both records' takes; the newer one's choice of current wins."""
    merged = older or _EMPTY
    for take in newer.takes if newer else ():
        merged = merged.with_take(take)
    return replace(merged, current=(newer.current if newer else None) or merged.current)


def _without(records: Mapping[str, ShotRecord], key: str) -> dict[str, ShotRecord]:
    return {name: record for name, record in records.items() if name != key}
