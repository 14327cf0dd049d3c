"""Determines what a change does to each shot of one spec, and collects what a reviewer compares."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ltxspec.catalog.models import PROMPT
from ltxspec.lock.by_task import TakesById
from ltxspec.lock.models import Lockfile, ShotRecord, Take
from ltxspec.plan.actions import Action, Change, FieldChange
from ltxspec.plan.differences import field_changes
from ltxspec.redaction import redact_request, redact_secrets
from ltxspec.render.models import Request
from ltxspec.review.expected import unmet_of
from ltxspec.review.follows import numbered, uses_of
from ltxspec.review.inherited import is_inherited
from ltxspec.review.models import Cause, ShotKind, ShotReview
from ltxspec.review.sides import ReviewSide
from ltxspec.values import Json, ShotAddress, foreign_address

FindCauses = Callable[[ShotAddress, ShotAddress, Sequence[FieldChange]], Sequence[Cause]]
"""(shot at the base, shot at the head, changes) -> causes; asked for shots that both sides render."""

KINDS: Mapping[Action, ShotKind] = {  # kind of a shot, by its planned action
    Action.CREATE: ShotKind.PENDING,
    Action.REPLACE: ShotKind.PENDING,
    Action.RESUME: ShotKind.RESUMING,
    Action.BLOCKED: ShotKind.BLOCKED,
    Action.HELD: ShotKind.HELD,
    Action.RESTORE: ShotKind.RESTORED,
    Action.MOVE: ShotKind.MOVED,
    Action.UPDATE: ShotKind.UPDATED,
    Action.RETIRE: ShotKind.RETIRED,
}
_NOT_YET = (ShotKind.PENDING, ShotKind.RESUMING, ShotKind.BLOCKED, ShotKind.HELD)


@dataclass(frozen=True, slots=True)
class Pair:
    """One spec on both sides, with everything that determines the kind of its shots."""

    spec: str
    base: ReviewSide
    head: ReviewSide
    had: TakesById  # every take of the base, of all specs
    bought: Mapping[ShotAddress, tuple[Take, ...]]  # new takes at the head, by the address they are recorded under
    changes: Mapping[str, Change]  # of the plan at the head, by instance key
    causes: FindCauses

    @property
    def old(self) -> Lockfile:
        """The lockfile of the base."""
        return self.base.lockfiles.get(self.spec, Lockfile("", self.spec))

    @property
    def new(self) -> Lockfile:
        """The lockfile of the head."""
        return self.head.lockfiles.get(self.spec, Lockfile("", self.spec))


def find_origins(pair: Pair) -> dict[ShotAddress, ShotAddress]:
    """Shots of one spec whose takes have another name at the base, with that name."""
    found = {ShotAddress(pair.spec, key): _origin(key, pair) for key in _keys(pair)}
    return {address: origin for address, origin in found.items() if origin is not None}


def review_spec(pair: Pair, origins: Mapping[ShotAddress, ShotAddress]) -> tuple[list[ShotReview], int]:
    """(the shots of one spec that a change touches, in the spec's order; the number of the others).

    Args:
        pair: the spec on both sides.
        origins: results of `find_origins` for all specs.
    """
    left, wanted = set(origins.values()), pair.head.wanted(pair.spec)
    found, unchanged = [], 0
    for key in _keys(pair):
        address = ShotAddress(pair.spec, key)
        origin = origins.get(address)
        kind = _kind(key, pair, origin, moved_away=address in left)
        if kind is not None:
            found.append(_shot(key, kind, pair, origin))
        else:
            unchanged += key in wanted
    return found, unchanged


def _keys(pair: Pair) -> Iterator[str]:
    """Every shot on either side: first in the order of the head, then removed ones by name."""
    wanted = pair.head.wanted(pair.spec)
    yield from wanted
    rest = {*pair.new.shots, *pair.old.shots, *pair.base.wanted(pair.spec), *pair.changes}
    rest.update(address.instance for address in pair.bought if address.spec == pair.spec)
    yield from sorted(rest - wanted.keys())


def _origin(key: str, pair: Pair) -> ShotAddress | None:
    """The name of this shot's takes at the base, if it is a different one."""
    change = pair.changes.get(key)
    if change is not None and change.origin is not None and change.action is not Action.RESUME:
        return foreign_address(change.origin) or ShotAddress(pair.spec, change.origin)
    record = pair.new.shots.get(key)
    if record is None or record.current is None:
        return None
    known = pair.had.get(record.current)
    place = known[0] if known is not None else _former_place(key, record, pair)
    before = _record(pair.old, key)
    if place is None or place == ShotAddress(pair.spec, key) or (before is not None and before.take(record.current)):
        return None
    return place


def _former_place(key: str, record: ShotRecord, pair: Pair) -> ShotAddress | None:
    """The former address of a shot that was renamed and rendered again: the only old name of its takes, now gone."""
    if _record(pair.old, key) is not None:
        return None
    places = {pair.had[take.task_id][0] for take in record.takes if take.task_id in pair.had}
    place = places.pop() if len(places) == 1 else None
    lockfile = pair.head.lockfiles.get(place.spec) if place else None
    return place if place and lockfile and place.instance not in lockfile.shots else None


def _record(lockfile: Lockfile, key: str) -> ShotRecord | None:
    return lockfile.shots.get(key) or lockfile.retired.get(key)


def _kind(key: str, pair: Pair, origin: ShotAddress | None, *, moved_away: bool) -> ShotKind | None:
    """What the change does to a shot; None if nothing."""
    change = pair.changes.get(key)
    if change is not None and change.action is not Action.NO_OP:
        return KINDS[change.action]
    bought = pair.bought.get(ShotAddress(pair.spec, key), ())
    if key not in pair.head.wanted(pair.spec) and pair.head.knows(pair.spec):
        left_now = key in pair.base.wanted(pair.spec) or (key in pair.old.shots and key not in pair.new.shots)
        return ShotKind.RETIRED if bought or (left_now and not moved_away) else None
    return _recorded(pair.old.shots.get(key), pair.new.shots.get(key), bought, is_moved=origin is not None)


def _recorded(
    old: ShotRecord | None, new: ShotRecord | None, bought: Sequence[Take], *, is_moved: bool
) -> ShotKind | None:
    """The kind of a shot from the two lockfiles, if it is up to date at the head or could not be planned."""
    before, after = (record.current_take if record else None for record in (old, new))
    if any(take.status == "succeeded" for take in bought):
        return ShotKind.RENDERED
    if after is None:
        return ShotKind.UPDATED if bought else None
    if is_moved:
        return ShotKind.MOVED
    if before is None or before.task_id != after.task_id:
        return ShotKind.RESTORED
    is_same = before.request == after.request and before.inputs == after.inputs
    return None if is_same and not bought else ShotKind.UPDATED


def _shot(key: str, kind: ShotKind, pair: Pair, origin: ShotAddress | None) -> ShotReview:
    address = ShotAddress(pair.spec, key)
    change = pair.changes.get(key)
    pending = change if change is not None and change.action is not Action.NO_OP else None
    asked, asked_before = pair.head.wanted(pair.spec).get(key), _asked_before(address, pair, origin)
    before, after = _before(key, pair, origin), _after(key, kind, pair, pending)
    old = redact_secrets(before.request if before else asked_before.body if asked_before else None)
    known = asked.known if asked is not None and after is None else None
    request = _new_request(kind, after, asked)
    new = None if request is None else redact_request(request, known)
    changes = _changes(kind, pending, (old, _inputs(before, asked_before)), (new, _inputs(after, asked)))
    about = asked or asked_before
    return ShotReview(
        address=address,
        kind=kind,
        before=before,
        after=after,
        change=_without_secrets(pending),
        changes=changes,
        prompt_before=_prompt(old),
        prompt_after=_prompt(new),
        causes=_causes(address, origin, pair, changes),
        title=about.title if about else None,
        labels=(about.labels if about else None) or {},
        origin=origin,
        source=(asked.file, asked.line, asked.column) if asked else None,
        bought=pair.bought.get(address, ()),
        inherited=pending is not None and is_inherited(pending, pair.base, pair.head),
        uses_before=numbered(uses_of(before), pair.base.lockfiles),
        uses_after=numbered(uses_of(after or _to_come(kind, pending)), pair.head.lockfiles),
        unmet_before=unmet_of(before, asked_before),
        unmet_after=unmet_of(after, asked),
        earlier=_earlier(key, pair) if before is None and after is None else None,
    )


def _asked_before(address: ShotAddress, pair: Pair, origin: ShotAddress | None) -> Request | None:
    """The base's request for this shot, under its present or its former name."""
    places = (address, origin) if origin is not None else (address,)
    found = (pair.base.wanted(place.spec).get(place.instance) for place in places)
    return next((request for request in found if request is not None), None)


def _before(key: str, pair: Pair, origin: ShotAddress | None) -> Take | None:
    """The shot's take at the base: its own, that of its former name, or the one it was retired with."""
    elsewhere = pair.base.lockfiles.get(origin.spec) if origin is not None else None
    taken_over = _record(elsewhere, origin.instance) if elsewhere is not None and origin is not None else None
    records = (pair.old.shots.get(key), taken_over, pair.old.retired.get(key))
    return next((take for record in records if record and (take := record.current_take) is not None), None)


def _after(key: str, kind: ShotKind, pair: Pair, pending: Change | None) -> Take | None:
    """The take in use at the head, now or once apply has recorded it. Shots that are still to be rendered have none."""
    if kind is ShotKind.RETIRED or kind in _NOT_YET:
        return None
    record = pair.new.shots.get(key)
    if pending is not None and pending.task_id is not None:
        names = (key, pending.origin or key)
        takes = [take for name in names if (place := _record(pair.new, name)) for take in place.takes]
        return next((take for take in takes if take.task_id == pending.task_id), None)
    return record.current_take if record else None


def _earlier(key: str, pair: Pair) -> Take | None:
    """The take in use at the head although it is out of date, else the latest with a video."""
    record = _record(pair.new, key)
    if record is None:
        return None
    return record.current_take or next((take for take in record.takes[::-1] if take.status == "succeeded"), None)


def _new_request(kind: ShotKind, after: Take | None, asked: Request | None) -> Mapping[str, Json] | None:
    if kind is ShotKind.RETIRED:
        return None
    if after is not None:
        return after.request
    return asked.body if asked is not None else None


def _to_come(kind: ShotKind, pending: Change | None) -> Request | None:
    """The request of a shot that has no take at the head."""
    return pending.request if pending is not None and kind is not ShotKind.RETIRED else None


def _inputs(take: Take | None, asked: Request | None) -> Mapping[str, str]:
    if take is not None:
        return take.inputs
    return asked.inputs if asked is not None else {}


_Sent = tuple[Mapping[str, Json] | None, Mapping[str, str]]  # request, and the hashes of its files


def _changes(kind: ShotKind, pending: Change | None, old: _Sent, new: _Sent) -> tuple[FieldChange, ...]:
    if kind is ShotKind.UPDATED and pending is not None:
        return _redacted(pending.changes)
    if old[0] is None or new[0] is None:
        return ()
    return field_changes(old[0], new[0], old[1], new[1])


def _causes(
    address: ShotAddress, origin: ShotAddress | None, pair: Pair, changes: Sequence[FieldChange]
) -> tuple[Cause, ...]:
    if not changes or address.instance not in pair.head.wanted(pair.spec):
        return ()
    for place in (address, origin):
        if place is not None and place.instance in pair.base.wanted(place.spec):
            return tuple(pair.causes(place, address, changes))
    return ()


def _prompt(request: Mapping[str, Json] | None) -> str | None:
    text = request.get(PROMPT) if request is not None else None
    return text if isinstance(text, str) else None


def _without_secrets(change: Change | None) -> Change | None:
    """The change without secrets: reviews go to forges and artefacts, and addresses in a request can be presigned."""
    if change is None or change.request is None:
        return change
    request = replace(change.request, body=redact_request(change.request.body, change.request.known), delivery={})
    return replace(change, request=request, changes=_redacted(change.changes))


def _redacted(changes: Sequence[FieldChange]) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(item.path, redact_secrets(item.before), redact_secrets(item.after)) for item in changes)
