"""Sorts earlier orders: by request, with the take of each that was rendered, and what became of the others."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ltxspec.apply.adopt import CannotAdopt, adopted_take, body_of
from ltxspec.apply.exchanges import Exchanges, Order
from ltxspec.canonical import digest
from ltxspec.catalog.models import Catalog, Model
from ltxspec.fingerprint import fingerprint_of, versions_for
from ltxspec.lock.models import Take
from ltxspec.project.migrating.spec import PastRender

_DEEPEST = 32  # levels of a request


@dataclass(slots=True)
class PastOrders:
    """Orders by what becomes of them."""

    renders: dict[str, PastRender] = field(default_factory=dict)  # by what identifies a request
    unknown_models: Counter[str] = field(default_factory=Counter)
    takes: dict[str, list[tuple[Order, Take]]] = field(default_factory=dict)  # by the same as `renders`
    without_id: list[Order] = field(default_factory=list)
    failed: list[tuple[Order, str]] = field(default_factory=list)
    without_video: list[Order] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def sort_orders(found: Exchanges, catalog: Catalog) -> PastOrders:
    """Sort what was found by what becomes of it."""
    past = PastOrders()
    for order in found.sound:
        model = catalog.find(order.item["model"])
        if model is None:
            past.unknown_models[order.item["model"]] += 1
            continue
        if _is_deep(order.item):
            past.refused.append(f"{order.place}: the request has more than {_DEEPEST} levels: left out")
            continue
        try:
            body = body_of(order.item, model)
            key = _identity(model, body)
        except ValueError as error:
            past.refused.append(f"{order.place}: the request cannot be read: {error}: left out")
            continue
        known = past.renders.get(key)
        orders = (*known.orders, order) if known is not None else (order,)
        past.renders[key] = PastRender(model, body if known is None else known.body, orders)
        _sort_order(order, key, found, catalog, past)
    return past


def _is_deep(value: object) -> bool:
    """Whether a value has more levels than any request has, and than programs can write."""
    level = [value]
    for _ in range(_DEEPEST + 1):
        level = [
            inner
            for each in level
            if isinstance(each, Mapping | list)
            for inner in (each.values() if isinstance(each, Mapping) else each)
        ]
    return bool(level)


def _identity(model: Model, body: Mapping[str, object]) -> str:
    """What two orders of the same render have in common."""
    try:
        return fingerprint_of(model, body, {}, max(versions_for(model, body)))
    except ValueError:  # it names a local file, whose content then is unknown
        return digest(body)


def _sort_order(order: Order, key: str, found: Exchanges, catalog: Catalog, past: PastOrders) -> None:
    videos = found.videos(order)
    if order.task is None:
        past.without_id.append(order)
    elif not videos:
        failure = found.failure(order)
        if failure is None:
            past.without_video.append(order)
        else:
            past.failed.append((order, failure))
    else:
        try:
            take = adopted_take(dict(order.item), {"data": [dict(item) for item in videos]}, catalog)
            past.takes.setdefault(key, []).append((order, take))
        except CannotAdopt as error:
            past.refused.append(f"{order.place}: {error.line}")
