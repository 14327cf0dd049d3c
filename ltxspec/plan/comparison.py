"""Compares a request with the take it follows: what changed, and why that needs another render."""

from collections.abc import Sequence

from ltxspec.lock.models import Take
from ltxspec.plan.actions import FieldChange, Reason
from ltxspec.plan.differences import field_changes
from ltxspec.redaction import redact_request
from ltxspec.render.models import Request


def why(base: Take | None, request: Request, changes: Sequence[FieldChange]) -> tuple[Reason, ...]:
    """The reasons for a new render; `base` is the take that was current (None: there was none)."""
    if base is None:
        return (Reason.NEW,)
    reasons = []
    if base.model != request.body["model"]:
        reasons.append(Reason.MODEL_CHANGED)
    if any(change.path.startswith("/files/") for change in changes):
        reasons.append(Reason.INPUT_CHANGED)
    if any(not change.path.startswith(("/files/", "/model")) for change in changes):
        reasons.append(Reason.REQUEST_CHANGED)
    return tuple(reasons) or (Reason.REQUEST_CHANGED,)


def request_changes(base: Take | None, request: Request) -> tuple[FieldChange, ...]:
    """What changed since a take was bought."""
    if base is None:
        return ()  # everything is new: `differences.changes_of` lists it on request
    return field_changes(base.request, request.body, base.inputs, request.inputs, request.known)


def recorded_changes(take: Take, request: Request) -> tuple[FieldChange, ...]:
    """Changes of recorded-only values. A written-out default or another YAML style is not a change."""
    changes: tuple[FieldChange, ...] = ()
    names = [name for name in request.recorded if name in take.request or name in request.body]
    if names:
        before = {name: take.request[name] for name in names if name in take.request}
        after = {name: request.body[name] for name in names if name in request.body}
        changes = field_changes(redact_request(before, request.known), redact_request(after, request.known))
    if take.inputs.keys() == request.inputs.keys():
        return changes
    return (*changes, FieldChange("/inputs", sorted(take.inputs), sorted(request.inputs)))
