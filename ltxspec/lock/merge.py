"""Merges two lockfiles of one spec: a union of takes, so that nothing paid for is ever lost.

Without a base the merge is commutative, associative and idempotent: git may merge branches in any order. A base, the
last version both sides share, only decides which side changed a value on which they differ.

A merge restores some things: a shot retired on one side and kept on the other stays a shot (the next apply retires it
again, at no cost), and a task removed on one side with `lock rm` returns if the other side still has it. A task may be
recorded under two keys after one side renamed a shot; sums of money count it once, by its id.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from msgspec.structs import replace

from ltxspec.errors import LockfileError
from ltxspec.lock.models import Age, Failure, Lockfile, Output, ShotRecord, Take
from ltxspec.lock.times import earliest
from ltxspec.redaction import redact_url
from ltxspec.values import TaskId, Usd, money_text

T = TypeVar("T")

_EMPTY = ShotRecord(None, ())


@dataclass(frozen=True, slots=True)
class MissingTask:
    """A recorded task that is missing: its former instance key and its take."""

    instance: str
    take: Take

    def __str__(self) -> str:
        cost = money_text(self.take.cost)
        return f"task {self.take.task_id} of `{self.instance}` ({cost}) is missing"


def merge_lockfiles(ours: Lockfile, theirs: Lockfile, base: Lockfile | None = None) -> Lockfile:
    """Merge two lockfiles of the same spec and provider.

    - Takes: the union by task id; a task known to both sides is joined by `join_takes`.
    - `current`: the side that changed it since `base` wins; if both did, or there is no base, the newer take.
    - A key that is a shot on either side stays a shot; it stays retired only if no side has it as a shot.

    Raises:
        LockfileError: the two differ in spec or provider.
    """
    for what, one, other in (("spec", ours.spec, theirs.spec), ("provider", ours.provider, theirs.provider)):
        if one != other:
            raise LockfileError(f"lockfiles of two {what}s cannot be merged: `{one}` and `{other}`")
    mine, others, shared = (_all_records(side) for side in (ours, theirs, base))
    merged = _agreed(
        {key: _join_records(mine.get(key), others.get(key), shared.get(key)) for key in {**mine, **others}}
    )
    live = {*ours.shots, *theirs.shots}
    return Lockfile(
        provider=ours.provider,
        spec=ours.spec,
        shots={key: merged[key] for key in sorted(merged) if key in live},
        retired={key: merged[key] for key in sorted(merged) if key not in live},
    )


def recorded_tasks(lockfile: Lockfile) -> set[TaskId]:
    """The ids of all tasks in a lockfile, among its shots and retired shots."""
    return {take.task_id for record in _all_records(lockfile).values() for take in record.takes}


def recorded_videos(lockfile: Lockfile) -> set[str]:
    """The SHA-256 of every video in a lockfile, among its shots and retired shots."""
    takes = [take for record in _all_records(lockfile).values() for take in record.takes]
    return {output.sha256 for take in takes for output in take.outputs if output.sha256}


def missing_tasks(base: Lockfile, now: Lockfile) -> list[MissingTask]:
    """Tasks recorded in `base` that are missing from `now`, by instance key and age; empty if nothing was lost."""
    kept = recorded_tasks(now)
    records = sorted(_all_records(base).items())
    return [MissingTask(key, take) for key, record in records for take in record.takes if take.task_id not in kept]


def join_takes(ours: Take, theirs: Take, base: Take | None = None) -> Take:
    """Join two records of one task, keeping everything that either side knows.

    What was ordered (fingerprint, request, inputs, numbers) is taken entirely from one side: the one that changed it
    since `base`, else the longer. The results are combined: succeeded beats failed (a video that exists was made), a
    known cost, hash, size, address or time beats an unknown one, the higher of two costs counts, and the earlier of two
    times (see `times.py`). A pick stays, unless one side has removed it since `base`.
    """
    order = _pick(_order(ours), _order(theirs), _order(base) if base else None, _weight)
    ordered = ours if order == _order(ours) else theirs
    succeeded = "succeeded" in (ours.status, theirs.status)
    failure = None if succeeded else _known(ours.failure, theirs.failure, _failure_order)
    reason = failure.recorded if failure is not None else {}
    return Take(
        task_id=ours.task_id,
        fingerprint=ordered.fingerprint,
        model=ordered.model,
        request=ordered.request,
        status="succeeded" if succeeded else "failed",
        cost=_known(_cost(ours, theirs), _cost(theirs, ours)),
        outputs=_join_outputs(ours.outputs, theirs.outputs),
        inputs=ordered.inputs,
        submitted_at=earliest(ours.submitted_at, theirs.submitted_at),
        finished_at=earliest(ours.finished_at, theirs.finished_at),
        expires_at=earliest(ours.expires_at, theirs.expires_at),
        retake=ordered.retake,
        attempt=ordered.attempt,
        fence=_known(ours.fence, theirs.fence),
        picked=_join_picks(ours, theirs, base),
        **reason,
    )


def _cost(take: Take, other: Take) -> Usd | None:
    """What a record says of the cost; that its copy of the order was refused is no price of a copy that succeeded."""
    return None if take.status == "failed" and other.status == "succeeded" and not take.cost else take.cost


def append_takes(first: ShotRecord, second: ShotRecord) -> ShotRecord:
    """The takes of two records in the order they were bought; the current take of the first one wins."""
    joined = first
    for take in second.takes:
        known = first.take(take.task_id)
        joined = joined.with_take(take if known is None else join_takes(known, take))
    return replace(joined, current=first.current or second.current)


def _all_records(lockfile: Lockfile | None) -> dict[str, ShotRecord]:
    """Every record by key; a key that is both a shot and retired is joined."""
    if lockfile is None:
        return {}
    records = dict(lockfile.retired)
    for key, record in lockfile.shots.items():
        records[key] = _join_records(records.get(key), record, None)
    return records


def _join_records(ours: ShotRecord | None, theirs: ShotRecord | None, base: ShotRecord | None) -> ShotRecord:
    if ours is None or theirs is None:
        return ours or theirs or _EMPTY
    takes = {take.task_id: take for take in ours.takes}
    for take in theirs.takes:
        known = takes.get(take.task_id)
        takes[take.task_id] = take if known is None else join_takes(known, take, (base or _EMPTY).take(take.task_id))
    ordered = tuple(sorted(takes.values(), key=lambda take: take.sort_key))
    ages = {take.task_id: take.sort_key for take in ordered}

    def age(current: TaskId) -> Age:
        return ages[current]

    return ShotRecord(_pick(ours.current, theirs.current, base.current if base else None, age), ordered)


def _agreed(records: Mapping[str, ShotRecord]) -> Mapping[str, ShotRecord]:
    """The records, in which a task recorded under two keys has the same take under both, except for its pick.

    One side may have renamed the shot while the other recorded the task's cost.
    """
    copies: dict[TaskId, Take] = {}
    differ = False
    for take in (take for record in records.values() for take in record.takes):
        known = copies.setdefault(take.task_id, take)
        if known != take:
            copies[take.task_id], differ = join_takes(known, take), True
    if not differ:
        return records
    return {
        key: ShotRecord(
            record.current,
            tuple(
                sorted(
                    (replace(copies[take.task_id], picked=take.picked) for take in record.takes),
                    key=lambda take: take.sort_key,
                )
            ),
        )
        for key, record in records.items()
    }


def _join_outputs(ours: Sequence[Output], theirs: Sequence[Output]) -> tuple[Output, ...]:
    """The union of a task's videos, in the provider's order if both sides agree on it, else by id."""
    mine, others = _by_name(ours), _by_name(theirs)
    names = list(mine) if list(mine) == list(others) else sorted({**mine, **others})
    return tuple(_join_output(mine.get(name), others.get(name)) for name in names)


def _by_name(outputs: Sequence[Output]) -> dict[tuple[str, int], Output]:
    """Outputs by id (or address, if there is none) and by the number of earlier outputs with the same id."""
    found: dict[tuple[str, int], Output] = {}
    for output in outputs:
        name = output.video_uuid or redact_url(output.video_url or "")
        found[name, sum(1 for other, _ in found if other == name)] = output
    return found


def _join_output(ours: Output | None, theirs: Output | None) -> Output:
    if ours is None or theirs is None:
        return ours or theirs or Output(video_uuid=None, video_url=None)
    archived = _known(_archived(ours), _archived(theirs), lambda pair: (pair[0], -1 if pair[1] is None else pair[1]))
    # facts are those of the bytes that are kept
    mine, others = (side if archived is None or side.sha256 == archived[0] else Output() for side in (ours, theirs))
    return Output(
        video_uuid=_known(ours.video_uuid, theirs.video_uuid),
        video_url=_known(ours.video_url, theirs.video_url),
        cost=_known(ours.cost, theirs.cost),
        facts=_known(mine.facts, others.facts, repr),
        unmet=_known(mine.unmet, others.unmet),
        sha256=archived[0] if archived else None,
        bytes=archived[1] if archived else _known(ours.bytes, theirs.bytes),
    )


def _archived(output: Output) -> tuple[str, int | None] | None:
    """Hash and size of an archived video; they belong together."""
    return None if output.sha256 is None else (output.sha256, output.bytes)


def _join_picks(ours: Take, theirs: Take, base: Take | None) -> str | None:
    """The pick: the side that changed it since `base` wins, even if it removed the pick."""
    if base is not None and base.picked in (ours.picked, theirs.picked):
        return theirs.picked if ours.picked == base.picked else ours.picked
    return _known(ours.picked, theirs.picked)


def _order(take: Take) -> bytes:
    """What was ordered, as bytes: numbers that are equal but written differently stay distinct."""
    parts = (take.fingerprint, take.model, dict(take.request), dict(take.inputs), take.retake, take.attempt)
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)


def _weight(order: bytes) -> tuple[int, bytes]:
    return len(order), order


def _failure_order(failure: Failure) -> tuple[bool, str, str]:
    return failure.permanent, failure.code, failure.message


def _itself(value: Any) -> Any:
    return value


def _known(ours: T | None, theirs: T | None, key: Callable[[T], Any] = _itself) -> T | None:
    """The known value; the greater one if both are known and differ."""
    return _pick(ours, theirs, None, key)


def _pick(ours: T | None, theirs: T | None, base: T | None, key: Callable[[T], Any]) -> T | None:
    """Known beats unknown, changed beats unchanged since `base`, greater beats smaller."""
    if theirs is None or ours == theirs:
        return ours
    if ours is None:
        return theirs
    if base is not None and base in (ours, theirs):
        return theirs if ours == base else ours
    return max(ours, theirs, key=key)


def split_conflict(text: str) -> tuple[str, str, str | None]:
    """Split a file with git conflict markers into its sides.

    Returns:
        Our side, their side, and the base; the base is None unless every conflict has it (`merge.conflictStyle` diff3).

    Raises:
        LockfileError: markers are missing or out of order.
    """
    sides: dict[str, list[str]] = {"ours": [], "theirs": [], "base": []}
    inside: str | None = None  # the side whose lines are being read; None outside of conflicts
    complete = True
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        marker = line[:7] if line[7:8] in ("", " ", "\r", "\n") else ""
        if (inside, marker) in _STEPS:
            complete = complete and (inside, marker) != ("ours", "=======")
            inside = _STEPS[inside, marker]
        elif marker in _MARKERS:
            raise LockfileError(f"conflict marker `{marker}` at line {number} is out of order", hint=_BY_HAND)
        else:
            for side in (inside,) if inside else sides:
                sides[side].append(line)
    if inside is not None:
        raise LockfileError("a conflict has no closing `>>>>>>>` marker", hint=_BY_HAND)
    base = "".join(sides["base"]) if complete else None
    return "".join(sides["ours"]), "".join(sides["theirs"]), base


_MARKERS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
_STEPS: Mapping[tuple[str | None, str], str | None] = {
    (None, "<<<<<<<"): "ours",
    ("ours", "|||||||"): "base",
    ("ours", "======="): "theirs",
    ("base", "======="): "theirs",
    ("theirs", ">>>>>>>"): None,
}
_BY_HAND = "restore the markers with `git checkout --merge -- FILE` and run `ltxspec lock merge` again"
