"""Which fields of a request changed, as JSON Pointers (RFC 6901) with both values, without secrets."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from ltxspec.catalog.defaulted import Defaulted
from ltxspec.catalog.defaults import full_defaults
from ltxspec.catalog.media import media_values
from ltxspec.catalog.models import Model
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action, Change, FieldChange, Reason
from ltxspec.plan.hidden import without_unchanged
from ltxspec.redaction import REDACTED, redact_field, redact_request
from ltxspec.render.models import Request
from ltxspec.render.references import is_reference_name
from ltxspec.values import Json

_MISSING = object()


def field_changes(
    before: Mapping[str, Json],
    after: Mapping[str, Json],
    inputs_before: Mapping[str, str] | None = None,
    inputs_after: Mapping[str, str] | None = None,
    known: Collection[str] | None = None,
) -> tuple[FieldChange, ...]:
    """Compare two requests leaf by leaf; local files with the same name but different content count as changed.

    A file's change is listed under `/files/<its path>` with both content hashes. `known` are the names of all fields of
    the present model: new values of other fields are not shown. Recorded requests are already without them.
    """
    changes = [_field_change(*leaf, known) for leaf in _walk("", before, after)]
    old, new = inputs_before or {}, inputs_after or {}
    changes += [
        FieldChange(_pointer("/files", path), old[path], new[path])
        for path in sorted(old.keys() & new.keys())
        if old[path] != new[path]
    ]
    return tuple(changes)


def changes_of(change: Change) -> tuple[FieldChange, ...]:
    """A change's fields; for a new shot, every leaf of its request as a change from nothing."""
    if change.action is Action.CREATE and change.request is not None:
        return tuple(_field_change(*leaf, change.request.known) for leaf in _walk("", {}, change.request.body))
    return change.changes


def _walk(path: str, before: Json, after: Json) -> Iterator[tuple[str, Json, Json]]:
    """Every leaf that differs: its path and both values."""
    if isinstance(after, dict) and (isinstance(before, dict) or before is _MISSING) and (after or before):
        old = before if isinstance(before, dict) else {}
        for key in [*after, *(key for key in old if key not in after)]:
            yield from _walk(_pointer(path, key), old.get(key, _MISSING), after.get(key, _MISSING))
    elif isinstance(after, list) and isinstance(before, list) and len(after) == len(before):
        for index, (left, right) in enumerate(zip(before, after, strict=True)):
            yield from _walk(f"{path}/{index}", left, right)
    elif _differ(before, after):
        yield path, None if before is _MISSING else before, None if after is _MISSING else after


def _field_change(path: str, before: Json, after: Json, known: Collection[str] | None) -> FieldChange:
    """The change as it may be shown. If only a secret (a signature) differs, the new value is marked as redacted."""
    old, new = redact_field(path, before), redact_field(path, after, known)
    hides_change = old == new and isinstance(new, str) and before != after
    return FieldChange(path, old, f"{new} {REDACTED}" if hides_change else new)


def _differ(before: Json, after: Json) -> bool:
    """Whether two leaves differ; 8 and 8.0 do not, true and 1 do."""
    return bool(before != after) or isinstance(before, bool) is not isinstance(after, bool)


def _pointer(path: str, key: str) -> str:
    return f"{path}/{key.replace('~', '~0').replace('/', '~1')}"


def why(base: Take | None, request: Request, changes: Sequence[FieldChange]) -> tuple[Reason, ...]:
    """The reasons for a new render; `base` is the take that was current (None: there was none)."""
    is_open = request.fingerprint is None
    if base is None:
        return (Reason.NEW, Reason.SOURCE_NEW) if is_open else (Reason.NEW,)
    reasons = []
    if base.model != request.body["model"]:
        reasons.append(Reason.MODEL_CHANGED)
    files = [change.path.removeprefix("/files/") for change in changes if change.path.startswith("/files/")]
    if any(not is_reference_name(name) for name in files):
        reasons.append(Reason.INPUT_CHANGED)
    if any(map(is_reference_name, files)):
        reasons.append(Reason.SOURCE_CHANGED)
    elif is_open:
        is_known = any(reference.name in base.inputs for reference in request.references)
        reasons.append(Reason.SOURCE_CHANGED if is_known else Reason.SOURCE_NEW)
    if any(not change.path.startswith(("/files/", "/model")) for change in changes):
        reasons.append(Reason.REQUEST_CHANGED)
    return tuple(reasons) or (Reason.REQUEST_CHANGED,)


def request_changes(base: Take | None, request: Request, model: Model | None = None) -> tuple[FieldChange, ...]:
    """What changed since a take was bought; with a model, without defaults that one side has written out."""
    if base is None:
        return ()  # everything is new: `differences.changes_of` lists it on request
    changes = field_changes(base.request, request.body, base.inputs, request.inputs, request.known)
    if model is None or base.model != request.body["model"]:
        return changes
    both = Defaulted(model, base.request, request.body)
    real = [change for change in changes if change.path.startswith("/files/") or both.differ_at(change.path)]
    return tuple(without_unchanged(real or changes, base, request.body, model))


def update_reasons(changes: Sequence[FieldChange]) -> tuple[Reason, ...]:
    """The reasons for recording changes of a take that stays; none if there are no changes."""
    moved = [change for change in changes if _names_source(change.after)]
    reasons = [Reason.SOURCE_MOVED] if moved else []
    if len(moved) < len(changes):
        reasons.append(Reason.RECORDED_FIELDS_CHANGED)
    return tuple(reasons)


def _names_source(value: Json) -> bool:
    return (
        is_reference_name(value)
        if isinstance(value, str)
        else isinstance(value, list) and any(map(_names_source, value))
    )


def recorded_changes(take: Take, request: Request, model: Model | None = None) -> tuple[FieldChange, ...]:
    """Changes of recorded-only values and of names of files, whose content is the same.

    A written-out default or another YAML style is not a change.
    """
    changes: tuple[FieldChange, ...] = ()
    names = [name for name in request.recorded if name in take.request or name in request.body]
    if names:
        before = {name: take.request[name] for name in names if name in take.request}
        after = {name: request.body[name] for name in names if name in request.body}
        changes = field_changes(redact_request(before, request.known), redact_request(after, request.known))
    if take.inputs.keys() == request.inputs.keys():
        return changes
    renamed = () if model is None else _renamed(take, request, model)
    return (*changes, *(renamed or [FieldChange("/inputs", sorted(take.inputs), sorted(request.inputs))]))


def _renamed(take: Take, request: Request, model: Model) -> list[FieldChange]:
    """The files of a request that had other names in the take, each in its place."""
    old, new = (dict(media_values(model, body)) for body in (take.request, request.body))
    if old.keys() != new.keys():  # one of them has a short form
        old, new = (dict(media_values(model, full_defaults(model, body))) for body in (take.request, request.body))
    return [
        FieldChange("".join(_pointer("", str(key)) for key in path), old[path], name)
        for path, name in new.items()
        if path in old and old[path] != name and name in request.inputs
    ]
