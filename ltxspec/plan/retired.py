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
                hint=f"use `{successor}`" if successor else "`ltxspec models` lists the models that are offered",
            )
        )
    return found
