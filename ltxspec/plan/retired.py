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
        found.append(
            Diagnostic(
                "warning",
                "retired-model",
                f"`{air}` is retired{since}, and {count:,} {'shot orders' if count == 1 else 'shots order'} it",
                hint=_successor(model.settings.replaced_by, catalog),
            )
        )
    return found


def _successor(name: str | None, catalog: Catalog) -> str:
    """What to use instead; a name that is no model here is not offered as one."""
    listed = "`ltxspec models` lists the models that are offered"
    if name is None:
        return listed
    model = catalog.find(name)
    if model is None:
        return f"its successor `{name}` is not in the catalog: `ltxspec models import` adds models"
    if model.settings.status == "retired":
        return f"its successor `{name}` is retired, too; {listed}"
    return f"use `{name}`"
