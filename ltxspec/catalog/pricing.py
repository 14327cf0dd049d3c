"""What a request costs by its model's price table: decimal throughout, and unknown rather than guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import MISSING, Names, parse_pointer, value_at
from ltxspec.catalog.price_choices import Choice, chosen
from ltxspec.catalog.price_parts import ONE, positive, reckoned, sum_of_parts
from ltxspec.catalog.settings import Confidence
from ltxspec.values import Json, Usd

_NO_LENGTHS: Mapping[str, Decimal] = {}


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """The price table of one model; `inputs` are the paths of seconds, number of results and the table's columns.

    `seen` has the rates that are known for some values of `choices` only.
    """

    inputs: Sequence[Names]
    rates: Mapping[tuple[Any, ...], Decimal]
    choices: Sequence[str]
    seen: Mapping[tuple[Any, ...], Decimal]


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


def price_lines(model: Model) -> Mapping[str, Usd]:
    """Every rate of a price that is the sum of parts, by what it is for: `a second`, `each of /inputs/video`."""
    found: dict[str, Usd] = {}
    for part in model.settings.price.parts or ():
        free = f" after the first {part.included}" if Decimal(part.included) else ""
        what = {"second": "a second", "result": "a result", "image": f"an image of {part.of}"}
        said = what.get(part.per, f"a second of {part.of}") + free
        for row in part.rows:
            named = ", ".join(f"{name.strip('/')} {value}" for name, value in zip(part.by, row.at, strict=True))
            found[f"{said} at {named}" if named else said] = Decimal(row.usd)
    return found


def lowered_rows(own: Model, packaged: Model) -> list[tuple[PriceRow, Usd | None]]:
    """The rows of a packaged price table that the project's own file prices lower or not at all, with its price."""
    ours = {frozenset(row.at.items()): row.usd_per_second for row in price_rows(own)}
    found = [(row, ours.get(frozenset(row.at.items()))) for row in price_rows(packaged)]
    return [(row, price) for row, price in found if price is None or price < row.usd_per_second]


def estimate(model: Model, params: Mapping[str, Json], lengths: Mapping[str, Decimal] = _NO_LENGTHS) -> Usd | None:
    """USD for all results of a request: seconds x rate x number of results, or the sum of the parts of the price.

    None if anything it depends on is unknown: a length left to the model, a size without a row in the table.

    Args:
        model: its model.
        params: the request.
        lengths: sound or video as given in the request -> its seconds; of others, the length is not known.
    """
    try:
        if model.settings.price.parts is not None:
            return sum_of_parts(model, params, lengths)
        table = _table(model)
        values = []
        for path in table.inputs:
            value = params.get(path[0], MISSING) if len(path) == 1 else value_at(params, path)
            values.append(reckoned(model, params, path) if value is MISSING else value)
        return _price(table, chosen(model, params, table.choices) if table.seen else (), *values)
    except TypeError:  # a list or mapping instead of a number: not in any table
        return None


@lru_cache(maxsize=4096, typed=True)  # typed: `true` is not 1
def _price(
    table: _Table, choices: tuple[Choice, ...], seconds: object, results: object, *columns: object
) -> Usd | None:
    length, count = positive(seconds), positive(results)
    rate = table.rates.get(columns, table.seen.get((*columns, *choices)))
    return None if length is None or count is None or rate is None else length * rate * count


@lru_cache(maxsize=256)
def _table(model: Model) -> _Table:
    price = model.settings.price
    results = ONE if price.results is None else parse_pointer(price.results)
    return _Table(
        inputs=(parse_pointer(price.seconds or "/"), results, *map(parse_pointer, price.by)),
        rates={row.at: Decimal(row.usd_per_second) for row in price.rows if row.seen is None},
        choices=price.choices or (),
        seen={(*row.at, *some): Decimal(row.usd_per_second) for row in price.rows for some in row.seen or ()},
    )
