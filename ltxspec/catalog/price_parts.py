"""Prices that are a sum: by seconds, by seconds of input, by image, by result, each by its own columns."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from ltxspec.catalog.defaults import value_or_default
from ltxspec.catalog.media import media_values
from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import MISSING, Names, parse_pointer, value_at
from ltxspec.catalog.settings import PriceClass, PricePart
from ltxspec.values import Json, Usd

ONE: Final[Names] = ("",)  # in the place of a number of results, where a model has no such parameter
_NONE: Final = Decimal(0)


def sum_of_parts(model: Model, params: Mapping[str, Json], lengths: Mapping[str, Decimal]) -> Usd | None:
    """USD for all results of a request; None if one part of it is not known, or nothing at all would be paid.

    Args:
        model: its price has `parts`.
        params: the request.
        lengths: sound or video as given in the request -> its seconds.
    """
    price = model.settings.price
    total = _NONE
    for part in price.parts or ():
        amount = _amount(model, params, part, lengths)
        if amount is None:
            return None
        billed = max(amount - Decimal(part.included), _NONE)
        if billed:
            rate = _rate(model, params, part)
            if rate is None:
                return None
            total += billed * rate
    count = positive(reckoned(model, params, parse_pointer(price.results))) if price.results else Decimal(1)
    return total * count if count is not None and total > 0 else None


def reckoned(model: Model, params: Mapping[str, Json], path: Names) -> Any:
    """The value at `path`, its default, what the price assumes without one, or `MISSING`."""
    if path == ONE:
        return 1
    found = value_or_default(model, params, path)
    assumed = model.settings.price.assumed
    if found is not MISSING or not assumed:
        return found
    return next((value for pointer, value in assumed.items() if parse_pointer(pointer) == path), MISSING)


def positive(value: object) -> Decimal | None:
    """A number above zero as Decimal; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    amount = Decimal(str(value))
    return amount if amount.is_finite() and amount > 0 else None


def _amount(
    model: Model, params: Mapping[str, Json], part: PricePart, lengths: Mapping[str, Decimal]
) -> Decimal | None:
    """How much of it a request has; None: not known."""
    if part.of is None:
        return Decimal(1)
    path = parse_pointer(part.of)
    if part.per == "image":
        return Decimal(_count(params, path))
    if part.per == "inputSecond" and _is_media(model, path):
        known = [lengths.get(value) for value in _media_at(model, params, path)]
        return None if None in known else sum((one for one in known if one is not None), _NONE)
    return positive(reckoned(model, params, path))


def _is_media(model: Model, path: Names) -> bool:
    return any(place[: len(path)] == path for place in model.media)


def _media_at(model: Model, params: Mapping[str, Json], path: Names) -> Iterator[str]:
    """The media of a request at a place or below it."""
    for at, value in media_values(model, params):
        place = tuple("*" if isinstance(key, int) else key for key in at)
        if place[: len(path)] == path:
            yield value


def _count(params: Mapping[str, Json], path: Names) -> int:
    """How many items a request has at a place; one, if that is no list."""
    found = value_at(params, path[:-1] if path[-1] == "*" else path)
    return 0 if found is MISSING else len(found) if isinstance(found, list) else 1


def _rate(model: Model, params: Mapping[str, Json], part: PricePart) -> Decimal | None:
    """The rate for the values of its columns; None if no row has them."""
    columns = [_column(model, params, name) for name in part.by]
    for row in part.rows:
        if all(_same(one, other) for one, other in zip(row.at, columns, strict=True)):
            return Decimal(row.usd)
    return None


def _same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _column(model: Model, params: Mapping[str, Json], name: str) -> object:
    if name.startswith("/"):
        return reckoned(model, params, parse_pointer(name))
    known = (model.settings.price.classes or {}).get(name)
    return MISSING if known is None else _class(model, params, known)


def _class(model: Model, params: Mapping[str, Json], known: PriceClass) -> object:
    """The class of a request: a number, whether it is given, or the label of the smallest bound it is within."""
    paths = [parse_pointer(pointer) for pointer in known.of]
    if known.measure == "given":
        return value_at(params, paths[0]) is not MISSING
    if known.measure == "count":
        return _count(params, paths[0])
    values = [positive(reckoned(model, params, path)) for path in paths]
    numbers = [value for value in values if value is not None]
    if len(numbers) < len(values):
        return MISSING
    # otherwise the shorter side, or the value itself, which is the only one
    size = numbers[0] * numbers[1] if known.measure == "pixels" else min(numbers)
    bounds = sorted((Decimal(str(bound)), label) for label, bound in known.up_to.items())
    return next((label for bound, label in bounds if size <= bound), MISSING)
