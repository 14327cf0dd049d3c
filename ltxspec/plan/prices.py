"""What a request costs by the catalog, for showing it and for limits."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ltxspec.catalog.models import Catalog
from ltxspec.catalog.pricing import estimate
from ltxspec.errors import Diagnostic
from ltxspec.plan.actions import Plan
from ltxspec.render.models import Request
from ltxspec.values import Json, Usd, format_usd, total_usd


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
    orders = [
        (str(change.request.body["model"]), change.estimate, change.reckoned)
        for change in plan.changes
        if change.request is not None and change.action.spends
    ]
    return _shadowed(orders, catalog)


def shadowed_requests(requests: Iterable[Request], catalog: Catalog) -> list[Diagnostic]:
    """The same for requests of which nothing is planned."""
    return _shadowed(
        [
            (str(request.body["model"]), request.estimate, limit_price(catalog, request.body, request.estimate))
            for request in requests
        ],
        catalog,
    )


def _shadowed(orders: Iterable[tuple[str, Usd | None, Usd | None]], catalog: Catalog) -> list[Diagnostic]:
    """The warnings; each order is (model, its price by the file in force, what limits reckon)."""
    sums: dict[str, tuple[list[Usd | None], Usd]] = {}
    for air, price, limit in orders:
        if limit != price:
            own, packaged = sums.get(air, ([], Decimal(0)))
            sums[air] = [*own, price], packaged + (limit or 0)
    return [
        Diagnostic(
            "warning",
            "shadowed-price",
            f"the project's own `{catalog.by_name[air].file}` {_priced(own, air)}, the file that comes with ltxspec "
            f"prices them at ${format_usd(packaged)}",
            hint="limits and policies use the higher price; look at what the provider charges",
        )
        for air, (own, packaged) in sums.items()
    ]


def _priced(estimates: Sequence[Usd | None], air: str) -> str:
    """What a file's prices come to; a price that it does not have is unknown, never 0."""
    known, unknown = total_usd(estimates)
    if unknown == len(estimates):
        return f"has no price for orders of `{air}`"
    more = "" if not unknown else " and 1 unknown price" if unknown == 1 else f" and {unknown:,} unknown prices"
    return f"prices orders of `{air}` at ${format_usd(known)}{more}"
