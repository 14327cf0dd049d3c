"""The cause of a planned change, as a phrase that is the same for all shots with this cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ltxspec.plan.actions import Action, Change, FieldChange, Plan, Reason
from ltxspec.redaction import redact_secrets
from ltxspec.report import reasons
from ltxspec.report import wording as phrases
from ltxspec.report.terminal import clean, fit
from ltxspec.values import Json

_LONGEST_VALUE = 40
_MOST_FIELDS = 2  # fields named in one cause


@dataclass(frozen=True, slots=True)
class Group:
    """Shots of one spec with the same action and the same cause."""

    action: Action
    cause: str
    changes: Sequence[Change]


def grouped(changes: Sequence[Change], plan: Plan) -> list[Group]:
    """The changes of a spec by action and cause, in the order of their first shots."""
    found: dict[tuple[Action, str], list[Change]] = {}
    for spec, members in groupby(changes, key=lambda change: change.address.spec):
        variables = plan.variables.get(spec, {})
        for change in members:
            found.setdefault((change.action, cause(change, variables)), []).append(change)
    return [Group(action, text, together) for (action, text), together in found.items()]


def cause(change: Change, variables: Mapping[str, Json]) -> str:
    """Why an action was chosen: `variable hero changed: a fox → a wolf`, `fps: 24 → 25`, `new`.

    Args:
        change: the change.
        variables: the variables of its spec.
    """
    if change.action is Action.BLOCKED and change.note:
        return f"{reasons.reason(change)} ({clean(change.note.partition(':')[0])})"
    if Reason.REQUEST_CHANGED not in change.reasons:
        return ", ".join(reasons.REASONS[reason] for reason in reasons.shown(change))
    others = [reasons.REASONS[reason] for reason in reasons.shown(change) if reason is not Reason.REQUEST_CHANGED]
    fields = [item for item in change.changes if not item.path.startswith(("/files/", "/model"))]
    named = list(dict.fromkeys(_field_cause(item, variables) for item in fields))
    if not named or len(named) > _MOST_FIELDS:
        return reasons.reason(change)
    return " and ".join([*others, *named])


def _field_cause(field: FieldChange, variables: Mapping[str, Json]) -> str:
    name = phrases.field_name(field.path)
    if isinstance(field.before, str) and isinstance(field.after, str):
        replaced = _replaced_variable(field.before, field.after, variables)
        if replaced is not None:
            variable, old, new = replaced
            return f"variable `{clean(variable)}` changed: {_shown(old)} → {_shown(new)}"
        return f"{name} changed"
    before, after = phrases.values(field.before, field.after, _LONGEST_VALUE)
    return f"{name}: {before} → {after}"


def _shown(value: str) -> str:
    return fit(clean(str(redact_secrets(value))), _LONGEST_VALUE) or "(empty)"


def _replaced_variable(before: str, after: str, variables: Mapping[str, Json]) -> tuple[str, str, str] | None:
    """The variable whose new value explains the whole difference of two texts, with its old and its new value.

    The longest value is tried first: a short one may be a part of it.
    """
    values = {name: str(value) for name, value in variables.items() if isinstance(value, str | int | float)}
    for name, value in sorted(values.items(), key=lambda item: -len(item[1])):
        parts = after.split(value) if value else []
        if len(parts) < 2:  # noqa: PLR2004  # the text does not contain the value
            continue
        length, rest = divmod(len(before) - sum(map(len, parts)), len(parts) - 1)
        old = before[len(parts[0]) :][: max(length, 0)]
        if rest == 0 and length >= 0 and old.join(parts) == before:
            return name, old, value
    return None
