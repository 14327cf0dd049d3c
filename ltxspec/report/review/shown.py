"""Checks what a review shows about a shot: its kind, prompts and fields must follow from its requests."""

from collections.abc import Mapping, Sequence

from ltxspec.catalog.models import PROMPT
from ltxspec.plan.actions import Action, FieldChange
from ltxspec.plan.differences import field_changes
from ltxspec.redaction import REDACTED, redact_secrets
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.review.shots import KINDS
from ltxspec.values import Json

_Sent = tuple[Mapping[str, Json], Mapping[str, str]]  # request, and the hashes of its files

_UNPLANNED = frozenset(
    {ShotKind.RENDERED, ShotKind.RESTORED, ShotKind.MOVED, ShotKind.UPDATED, ShotKind.RETIRED}
)  # determined by the lockfiles alone


def shown_differently(shot: ShotReview) -> str | None:
    """A JSON Pointer to the part of the shot that does not follow from its requests; None if everything does."""
    before, after = _before(shot), _after(shot)
    if shot.kind not in (_UNPLANNED if shot.change is None else {KINDS.get(shot.change.action)}):
        return "/kind"
    if before is not None and shot.prompt_before != before[0].get(PROMPT):
        return "/prompt/before"
    if after is not None and shot.prompt_after != after[0].get(PROMPT):
        return "/prompt/after"
    return None if _follow(shot, before, after) else "/changes"


def _follow(shot: ShotReview, before: _Sent | None, after: _Sent | None) -> bool:
    """Whether the fields shown as changed are those that did change."""
    if shot.change is not None and shot.change.action is Action.UPDATE:
        return tuple(shot.changes) == tuple(shot.change.changes)
    if after is None:
        return True
    if before is None:
        return _leads_to(shot.changes, after[0])
    return tuple(shot.changes) == field_changes(before[0], after[0], before[1], after[1])


def _before(shot: ShotReview) -> _Sent | None:
    take = shot.before
    return None if take is None else (redact_secrets(take.request), take.inputs)


def _after(shot: ShotReview) -> _Sent | None:
    """The request at the head; None if the document does not contain it."""
    if shot.kind is ShotKind.RETIRED:
        return None
    if shot.after is not None:
        return redact_secrets(shot.after.request), shot.after.inputs
    request = shot.change.request if shot.change is not None else None
    return None if request is None else (redact_secrets(request.body), request.inputs)


def _leads_to(changes: Sequence[FieldChange], request: Mapping[str, Json]) -> bool:
    """Whether every changed field has the request's value. The earlier value is unknown, as it was never rendered."""
    return all(_is_at(change, request) for change in changes if not change.path.startswith("/files/"))


def _is_at(change: FieldChange, request: Mapping[str, Json]) -> bool:
    value: Json = request
    for name in change.path.split("/")[1:]:
        key = name.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(key)] if key.isascii() and key.isdecimal() and int(key) < len(value) else None
        else:
            value = value.get(key) if isinstance(value, Mapping) else None
    hidden = f"{value} {REDACTED}" if isinstance(value, str) else value
    return change.after in (value, hidden) and type(change.after) in (type(value), type(hidden))
