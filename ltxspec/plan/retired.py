"""Warns of orders of models that the provider has retired; takes that are owned need no order."""

from collections import Counter

from ltxspec.catalog.models import Catalog
from ltxspec.errors import Diagnostic
from ltxspec.plan.actions import SPENDING, Plan


def retired_models(plan: Plan, catalog: Catalog) -> list[Diagnostic]:
    """A warning for each retired model of which the plan orders something."""
    ordered = Counter(
        str(change.request.body["model"])
        for change in plan.changes
        if change.request is not None and change.action in SPENDING
    )
    found = []
    for air, count in ordered.items():
        model = catalog.find(air)
        if model is None or model.settings.status != "retired":
            continue
        since = f" since {model.settings.status_date}" if model.settings.status_date else ""
        successor = model.settings.replaced_by
        found.append(
            Diagnostic(
                "warning",
                "retired-model",
                f"`{air}` is retired{since}, and {count:,} {'shot orders' if count == 1 else 'shots order'} it",
                hint=_cure(successor, catalog),
            )
        )
    return found


def _cure(successor: str | None, catalog: Catalog) -> str:
    """What to use instead: the successor, as far as it is one that can be ordered."""
    other = "`ltxspec models` lists the models that are offered"
    if successor is None:
        return other
    found = catalog.find(successor)
    if found is None:
        return f"use `{successor}`, which has no model file here yet: `ltxspec models import` writes it"
    return other if found.settings.status == "retired" else f"use `{successor}`"
