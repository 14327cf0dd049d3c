"""What a request costs by its model's price table: decimal throughout, and unknown rather than guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ltxspec.catalog.defaults import value_or_default
from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import MISSING, Names, parse_pointer, value_at
from ltxspec.catalog.settings import Confidence
from ltxspec.values import Json, Usd


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """The price table of one model; `inputs` are the paths of seconds, number of results and the table's columns."""

    inputs: Sequence[Names]
    rates: Mapping[tuple[Any, ...], Decimal]


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One line of a price table, for display. `at` has the parameters and their values, in the table's order."""

    at: Mapping[str, Json]
    usd_per_second: Usd
    confidence: Confidence
    source: str
    date: str


def price_rows(model: Model) -> list[PriceRow]:
    """The rows of a model's price table, in the order of its file."""
    price = model.settings.price
    names = [".".join(parse_pointer(text)) for text in price.by]
    return [
        PriceRow(
            dict(zip(names, row.at, strict=True)), Decimal(row.usd_per_second), row.confidence, row.source, row.date
        )
        for row in price.rows
    ]


def lowered_rows(own: Model, packaged: Model) -> list[tuple[PriceRow, Usd | None]]:
    """The rows of a packaged price table that the project's own file prices lower or not at all, with its price."""
    ours = {frozenset(row.at.items()): row.usd_per_second for row in price_rows(own)}
    found = [(row, ours.get(frozenset(row.at.items()))) for row in price_rows(packaged)]
    return [(row, price) for row, price in found if price is None or price < row.usd_per_second]


def estimate(model: Model, params: Mapping[str, Json]) -> Usd | None:
    """USD for all results of a request: seconds x rate x number of results.

    None if anything it depends on is unknown: a length left to the model, a size without a row in the table.
    """
    table = _table(model)
    values = []
    for path in table.inputs:
        value = params.get(path[0], MISSING) if len(path) == 1 else value_at(params, path)
        values.append(value_or_default(model, params, path) if value is MISSING else value)
    try:
        return _price(table, *values)
    except TypeError:  # a list or mapping instead of a number: not in any table
        return None


@lru_cache(maxsize=4096, typed=True)  # typed: `true` is not 1
def _price(table: _Table, seconds: object, results: object, *columns: object) -> Usd | None:
    length, count, rate = _amount(seconds), _amount(results), table.rates.get(columns)
    return None if length is None or count is None or rate is None else length * rate * count


def _amount(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    amount = Decimal(str(value))
    return amount if amount.is_finite() and amount > 0 else None


@lru_cache(maxsize=256)
def _table(model: Model) -> _Table:
    price = model.settings.price
    return _Table(
        inputs=tuple(map(parse_pointer, (price.seconds, price.results, *price.by))),
        rates={row.at: Decimal(row.usd_per_second) for row in price.rows},
    )
