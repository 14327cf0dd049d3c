"""Whether applying the base would do the same with a shot as applying the head: then the change does not cause it."""

from ltxspec.lock.models import Lockfile, ShotRecord
from ltxspec.plan.actions import Action, Change
from ltxspec.render.models import Request
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
        if address != change.address and _release(base, address, before) != _release(head, address, asked):
            return False
        left += asked.after if asked is not None else ()
    origin = change.origin
    if origin is None:
        return True
    former = foreign_address(origin) or ShotAddress(change.address.spec, origin)
    return _recorded(base, former) == _recorded(head, former)


def _release(side: ReviewSide, address: ShotAddress, asked: Request | None) -> tuple[Json, ...]:
    """What decides whether other shots may follow from the takes of a shot."""
    record = _recorded(side, address)
    verdicts = [side.verdict(take.task_id) for take in record.takes] if record is not None else []
    return verdicts, None if asked is None else (asked.gate, asked.expect)


def _recorded(side: ReviewSide, address: ShotAddress) -> ShotRecord | None:
    lockfile = side.lockfiles.get(address.spec, Lockfile("", address.spec))
    return lockfile.shots.get(address.instance) or lockfile.retired.get(address.instance)


def _essence(request: Request | None) -> tuple[Json, ...] | None:
    """The content of a request, including fields that are recorded only."""
    if request is None:
        return None
    return request.fingerprint, request.body, request.inputs, request.moved
