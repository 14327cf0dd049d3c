"""What a request costs by the catalog, for display and for limits."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ltxspec.catalog.models import Catalog
from ltxspec.catalog.pricing import estimate
from ltxspec.errors import Diagnostic
from ltxspec.plan.actions import SPENDING, Plan
from ltxspec.render.models import Request
from ltxspec.values import Json, Usd, dollars, total_usd


def listed_price(catalog: Catalog, body: Mapping[str, Json]) -> Usd | None:
    """The listed price of a recorded request; None if the catalog has none for it."""
    model = catalog.find(str(body.get("model")))
    return None if model is None else estimate(model, body)


def limit_price(catalog: Catalog, body: Mapping[str, Json], listed: Usd | None) -> Usd | None:
    """The price of a request used for limits: its listed price, or the packaged one if that is higher.

    A project may redefine a packaged model, including its prices. That must not widen its limits: the person who edits
    model files is not always the one who sets the budget.

    Args:
        catalog: the models.
        body: the request.
        listed: its price by the model file in force.
    """
    packaged = catalog.packaged.get(str(body.get("model")))
    known = [price for price in (listed, estimate(packaged, body) if packaged else None) if price is not None]
    return max(known, default=None)


def shadowed_prices(plan: Plan, catalog: Catalog) -> list[Diagnostic]:
    """A warning for each ordered model that a file of the project prices lower than the packaged one."""
    orders = [
        (str(change.request.body["model"]), change.estimate, change.reckoned)
        for change in plan.changes
        if change.request is not None and change.action in SPENDING
    ]
    return _shadowed(orders, catalog)


def shadowed_requests(requests: Iterable[Request], catalog: Catalog) -> list[Diagnostic]:
    """The same for requests without a plan."""
    return _shadowed(
        [
            (str(request.body["model"]), request.estimate, limit_price(catalog, request.body, request.estimate))
            for request in requests
        ],
        catalog,
    )


def _shadowed(orders: Iterable[tuple[str, Usd | None, Usd | None]], catalog: Catalog) -> list[Diagnostic]:
    """The warnings; each order is (model, its price by the file in force, its price for limits)."""
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
            f"prices them at {dollars(packaged)}",
            hint="limits and policies use the higher price; check what the provider charges",
        )
        for air, (own, packaged) in sums.items()
    ]


def _priced(estimates: Sequence[Usd | None], air: str) -> str:
    """The total of a file's prices, in words; a missing price is unknown, never 0."""
    known, unknown = total_usd(estimates)
    if unknown == len(estimates):
        return f"has no price for orders of `{air}`"
    more = "" if not unknown else " and 1 unknown price" if unknown == 1 else f" and {unknown:,} unknown prices"
    return f"prices orders of `{air}` at {dollars(known)}{more}"
