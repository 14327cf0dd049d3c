"""Which shot takes over which key's takes through `moved:`. Each key has one heir, whatever the spec says."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

from ltxspec.catalog.models import Catalog
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.recorded import answers, record_under
from ltxspec.render.models import Request
from ltxspec.values import TaskId

_HAVING = frozenset({Action.NO_OP, Action.UPDATE, Action.RESTORE})


def assign_origins(lockfile: Lockfile, wanted: Mapping[str, Request], catalog: Catalog) -> dict[str, str]:
    """Shots that get the takes of another key through `moved:`: instance key -> that key.

    A key qualifies if it has takes and no longer a shot of its own. If several shots name one key (in a matrix, say),
    the heir is the one whose request its takes answer, else the first; the others are treated as ordinary shots.
    """
    movers = {
        key: [name for name in names_of(key, request.moved) if name not in wanted and record_under(lockfile, name)]
        for key, request in wanted.items()
        if request.moved is not None
    }
    if not any(movers.values()):
        return {}
    found: dict[str, str] = {}
    for choice in range(2):  # first the same instance of a shot with several, then the shot as a whole
        for must_answer in (True, False):
            for key, names in movers.items():
                if key in found or choice >= len(names) or names[choice] in found.values():
                    continue
                if not must_answer or has_answer(lockfile, names[choice], wanted[key], catalog):
                    found[key] = names[choice]
    return found


def joined(changes: Sequence[Change], origins: Mapping[str, str], lockfile: Lockfile) -> list[Change]:
    """The changes; a shot that has its take also gets what is left of the key that its `moved:` names.

    That key's takes may have been in progress when the shot was bought.
    """
    if not origins:
        return list(changes)
    given = {change.task_id for change in changes if change.action is not Action.RESUME}
    return [_joining(change, origins.get(change.address.instance), lockfile, given) for change in changes]


def _joining(change: Change, origin: str | None, lockfile: Lockfile, given: Container[TaskId | None]) -> Change:
    record = record_under(lockfile, origin)
    if change.origin is not None or change.action not in _HAVING or record is None:
        return change
    if all(take.task_id in given for take in record.takes):
        return change
    reasons = (Reason.MOVED_BY_SPEC, *change.reasons)
    if change.action is not Action.NO_OP:
        return replace(change, reasons=reasons, origin=origin)
    return replace(change, action=Action.MOVE, reasons=reasons, origin=origin, number=None)


def names_of(key: str, moved: str) -> list[str]:
    """The keys the takes may be recorded under, the one with the same brackets first."""
    if "[" in key and "[" not in moved:
        return [moved + key[key.index("[") :], moved]
    return [moved]


def has_answer(lockfile: Lockfile, name: str | None, request: Request, catalog: Catalog) -> bool:
    """Whether a key has a successful take that was bought for exactly this request."""
    record = record_under(lockfile, name)
    takes = record.takes if record else ()
    return any(take.status == "succeeded" and answers(take, request, catalog) for take in takes)
