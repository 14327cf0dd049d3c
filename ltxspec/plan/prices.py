"""What a request costs by the catalog, for showing it and for limits."""

from collections.abc import Mapping

from ltxspec.catalog.models import Catalog
from ltxspec.catalog.pricing import estimate
from ltxspec.values import Json, Usd


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
