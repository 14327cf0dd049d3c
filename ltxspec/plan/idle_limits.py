"""Limits of labels that no shot has: they limit nothing, most likely because of a typing error. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ltxspec.plan.budgets import LabelLimit
from ltxspec.suggest import nearest, shown

IDLE = "idle-limit"
_NAMED: Final = 5  # labels named in one message


def idle_limits(limits: Iterable[LabelLimit], labels: Iterable[Mapping[str, str]]) -> list[tuple[LabelLimit, str]]:
    """The limits that no shot counts against, each with the names that may have been meant.

    Args:
        limits: the limits of `[budget.per_label]`.
        labels: the labels of each shot of the project.
    """
    every = dict.fromkeys(item for each in labels for item in each.items())
    values: dict[str, list[str]] = {}
    for key, value in every:
        values.setdefault(key, []).append(value)
    return [
        (limit, _meant(limit, values))
        for limit in limits
        if limit.key not in values or (limit.value is not None and limit.value not in values[limit.key])
    ]


def _meant(limit: LabelLimit, values: Mapping[str, Sequence[str]]) -> str:
    if limit.key not in values:
        near = nearest(limit.key, values)
        known = f"the labels are {_listed(values)}" if values else "no shot has labels"
    else:
        value = nearest(limit.value or "", values[limit.key])
        near = f"{limit.key}={value}" if value is not None else None
        known = f"`{limit.key}` is {_listed(values[limit.key])}"
    return known if near is None else f"did you mean {shown(near)}?"


def _listed(names: Sequence[str] | Mapping[str, object]) -> str:
    parts = [shown(name) for name in list(names)[:_NAMED]]
    return ", ".join(parts) + (" and more" if len(names) > _NAMED else "")
