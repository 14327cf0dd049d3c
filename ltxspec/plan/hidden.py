"""Values that are recorded without their secrets: whether they changed, only the fingerprint of the take can say."""

from collections.abc import Mapping, Sequence

from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import Path, parse_pointer, replaced_at, value_at
from ltxspec.fingerprint import fingerprint_of, version_of
from ltxspec.lock.models import Take
from ltxspec.plan.actions import FieldChange
from ltxspec.redaction import REDACTED
from ltxspec.values import Json


def without_unchanged(
    changes: Sequence[FieldChange], base: Take, body: Mapping[str, Json], model: Model
) -> Sequence[FieldChange]:
    """The changes without those of values that are only recorded in part, if these did not change.

    They did not if the take's request with the present values in their places has the take's own fingerprint.

    Args:
        changes: all differences between the recorded request and the present one.
        base: the take.
        body: the present request.
        model: the model of both.
    """
    hidden = [change for change in changes if _hides(change)]
    if not hidden or len(hidden) == len(changes):
        return changes
    before: Json = base.request
    for change in hidden:
        path = _path(change.path, body)
        before = replaced_at(before, path, value_at(body, path))
    try:
        is_same = fingerprint_of(model, before, base.inputs, version_of(base.fingerprint)) == base.fingerprint
    except ValueError:
        return changes
    return [change for change in changes if change not in hidden] if is_same else changes


def _hides(change: FieldChange) -> bool:
    """Whether a value is recorded without a part of it, which may be all that differs."""
    if change.before is None or change.after is None:
        return False
    is_marked = isinstance(change.after, str) and change.after == f"{change.before} {REDACTED}"
    return is_marked or change.before in (change.after, REDACTED)


def _path(pointer: str, body: Json) -> Path:
    """A pointer as a path: its numbers are indexes where the body has lists."""
    path: list[str | int] = []
    for name in parse_pointer(pointer):
        is_item = isinstance(value_at(body, path), list)
        path.append(int(name) if is_item else name)
    return tuple(path)
