"""What a request costs by the catalog, for showing it and for limits."""

from collections.abc import Mapping
from decimal import Decimal

from ltxspec.catalog.models import Catalog
from ltxspec.catalog.pricing import estimate
from ltxspec.errors import Diagnostic
from ltxspec.plan.actions import Plan
from ltxspec.values import Json, Usd, format_usd


def listed_price(catalog: Catalog, body: Mapping[str, Json]) -> Usd | None:
    """The listed price of a request as it was recorded; None when the catalog has none for it."""
    model = catalog.find(str(body.get("model")))
    return None if model is None else estimate(model, body)


def limit_price(catalog: Catalog, body: Mapping[str, Json], listed: Usd | None) -> Usd | None:
    """What limits reckon for a request: its listed price, or the packaged one where that is higher.

    A project may describe a packaged model anew, prices included. That must not widen its limits: whoever may edit
    model files is not always who sets the budget.

    Args:
        catalog: the models.
        body: the request.
        listed: its price by the model file in force.
    """
    packaged = catalog.packaged.get(str(body.get("model")))
    known = [price for price in (listed, estimate(packaged, body) if packaged else None) if price is not None]
    return max(known, default=None)


def shadowed_prices(plan: Plan, catalog: Catalog) -> list[Diagnostic]:
    """A warning for each model that a plan orders and that a file of the project prices lower than the packaged one."""
    sums: dict[str, tuple[Usd, Usd]] = {}
    for change in plan.changes:
        if change.request is None or not change.action.spends or change.reckoned == change.estimate:
            continue
        own, packaged = sums.get(air := str(change.request.body["model"]), (Decimal(0), Decimal(0)))
        sums[air] = own + (change.estimate or 0), packaged + (change.reckoned or 0)
    return [
        Diagnostic(
            "warning",
            "shadowed-price",
            f"the project's own `{catalog.by_name[air].file}` prices orders of `{air}` at ${format_usd(own)}, the file "
            f"that comes with ltxspec at ${format_usd(packaged)}",
            hint="limits and policies reckon with the higher price; look at what the provider charges",
        )
        for air, (own, packaged) in sums.items()
    ]
