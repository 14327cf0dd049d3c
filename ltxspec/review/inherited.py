"""Whether applying the base would do the same with a shot as applying the head: then the change does not cause it."""

from ltxspec.lock.models import Lockfile, ShotRecord
from ltxspec.lock.verdicts import Verdict
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.sources import nth_take
from ltxspec.render.expectations import NONE, Expectations
from ltxspec.render.models import Request
from ltxspec.render.references import Reference
from ltxspec.review.sides import ReviewSide
from ltxspec.values import Json, ShotAddress, foreign_address


def is_inherited(change: Change, base: ReviewSide, head: ReviewSide) -> bool:
    """Whether a shot, and every shot that it follows from, has the same request and records on both sides."""
    if change.action is Action.RESUME:
        return False
    left, seen = [change.address], set()
    while left:
        address = left.pop()
        if address in seen:
            continue
        seen.add(address)
        if not base.knows(address.spec):
            return False
        before, asked = (side.wanted(address.spec).get(address.instance) for side in (base, head))
        if _essence(before) != _essence(asked) or _recorded(base, address) != _recorded(head, address):
            return False
        references = asked.references if asked is not None else ()
        if any(_held_by(base, reference) != _held_by(head, reference) for reference in references):
            return False
        left += asked.after if asked is not None else ()
    origin = change.origin
    if origin is None:
        return True
    former = foreign_address(origin) or ShotAddress(change.address.spec, origin)
    return _recorded(base, former) == _recorded(head, former)


def _held_by(side: ReviewSide, reference: Reference) -> tuple[bool, Expectations]:
    """What keeps a shot from following from the take that a reference means: a gate, and what the take must be like."""
    source = side.wanted(reference.source.spec).get(reference.source.instance)
    if source is None:
        return False, NONE
    record = _recorded(side, reference.source)
    take = nth_take(record, reference.take) if reference.take is not None else record.current_take if record else None
    if take is not None and side.verdict(take.task_id) is Verdict.APPROVED:
        return False, NONE
    return source.gate, source.expect


def _recorded(side: ReviewSide, address: ShotAddress) -> ShotRecord | None:
    lockfile = side.lockfiles.get(address.spec, Lockfile("", address.spec))
    return lockfile.shots.get(address.instance) or lockfile.retired.get(address.instance)


def _essence(request: Request | None) -> tuple[Json, ...] | None:
    """The content of a request, including fields that are recorded only."""
    if request is None:
        return None
    return request.fingerprint, request.body, request.inputs, request.moved
