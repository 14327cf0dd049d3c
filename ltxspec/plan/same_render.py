"""Finds renders that a plan would buy more than once because several shots request exactly the same."""

from collections.abc import Iterable, Sequence

from ltxspec.errors import Diagnostic, Location
from ltxspec.plan.actions import SPENDING, Action, Change, Reason
from ltxspec.values import Fingerprint

_HAVE = frozenset({Action.NO_OP, Action.UPDATE, Action.RESTORE, Action.MOVE, Action.RESUME})
_NAMED = 3  # shots that one warning names
_CURE = "keep one of the shots and use its video in every place; or go on if each is to get a video of its own"


def same_renders(changes: Iterable[Change], chosen: Iterable[Change]) -> list[Diagnostic]:
    """A warning for each render that would be bought more than once without a retake that asks for it.

    Renders that another spec has already are left out: see `bought_again.owned_elsewhere_warnings`.

    Args:
        changes: the changes of the whole plan.
        chosen: those of the selected shots.
    """
    buying: dict[Fingerprint, list[Change]] = {}
    for change in chosen:
        if (
            change.action in SPENDING
            and change.fingerprint is not None
            and Reason.OWNED_ELSEWHERE not in change.reasons
        ):
            buying.setdefault(change.fingerprint, []).append(change)
    having: dict[Fingerprint, Change] = {}
    for change in changes if buying else ():
        if change.action in _HAVE and change.fingerprint in buying:
            having.setdefault(change.fingerprint, change)
    found = (_warning(having.get(fingerprint), orders) for fingerprint, orders in buying.items())
    return [diagnostic for diagnostic in found if diagnostic is not None]


def _warning(owner: Change | None, orders: Sequence[Change]) -> Diagnostic | None:
    """The warning about the orders of one render; None if a retake asks for all but the first."""
    retakes = [change for change in orders if Reason.RETAKE_REQUESTED in change.reasons]
    extra = [change for change in orders if Reason.RETAKE_REQUESTED not in change.reasons]
    first = owner or (retakes[0] if retakes else None)
    if not extra or (first is None and len(extra) == 1):
        return None
    if first is None:
        _, *others = extra
        number = "twice" if len(others) == 1 else f"{len(extra):,} times"
        message = f"{_names(extra)} request the same render: it would be bought {number}"
    else:
        verb = "requests" if len(extra) == 1 else "request"
        has = "has" if owner is not None and owner.action is not Action.RESUME else "already orders"
        message = (
            f"{_names(extra)} {verb} the same render as `{first.address}`, which {has} it: it would be bought again"
        )
    source = extra[1 if first is None else 0].source
    return Diagnostic("warning", "same-render-twice", message, Location(*source) if source is not None else None, _CURE)


def _names(changes: Sequence[Change]) -> str:
    names = [f"`{change.address}`" for change in changes[:_NAMED]]
    if len(changes) > _NAMED:
        names.append(f"{len(changes) - _NAMED:,} more")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
