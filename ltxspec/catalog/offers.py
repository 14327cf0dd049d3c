"""What an editor offers for a model: sizes as one choice, and what each choice costs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import resolve
from ltxspec.catalog.pricing import estimate
from ltxspec.catalog.validation import validate
from ltxspec.values import Json, Usd, dollars

_SIDES: Final = ("width", "height")
_UNKNOWN: Final = "price not known"
_LENGTHS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class OfferedSize:
    """A width and a height that go together, and what is said of them."""

    width: int
    height: int
    about: str


@lru_cache(maxsize=256)
def offered_sizes(model: Model) -> list[OfferedSize]:
    """The sizes that a model's file lists as pairs, or else has prices for, with the prices of some lengths.

    Shared, as all of this module is: do not change it.
    """
    pairs, _ = _pairs(model)
    return [OfferedSize(width, height, _size_words(model, title, width, height)) for title, width, height in pairs]


def takes_only_listed_sizes(model: Model) -> bool:
    """Whether every request with a width and a height must have one of the listed sizes."""
    return _pairs(model)[1]


@lru_cache(maxsize=256)  # a choice is checked with every size, which takes long
def value_words(model: Model) -> dict[str, dict[Json, str]]:
    """What the values of parameters cost, where that depends on them: parameter -> value -> words."""
    found: dict[str, dict[Json, str]] = {}
    for name, part in model.schema["properties"].items():
        values = resolve(model.schema, part).get("enum")
        if name in _SIDES or not values:
            continue
        prices = {value: _over_sizes(model, {name: value}) for value in values if _is_plain(value)}
        if len(set(prices.values())) > 1:
            found[name] = {value: _range_words(price) for value, price in prices.items()}
    return found


@lru_cache(maxsize=256)
def model_words(model: Model) -> str:
    """One line about a model for a list of models: what it is, what it costs, and whether it can still be had."""
    settings = model.settings
    words = [str(model.schema.get("description", "")).rstrip(".")]
    prices = _over_sizes(model, {})
    known = f"{_lengths(model)[0]} s {_range_words(prices)}"
    words.append(_UNKNOWN.capitalize() if prices is None else known)
    if settings.status != "active":
        since = f" since {settings.status_date}" if settings.status_date else ""
        words.append(f"{settings.status.capitalize()}{since}")
    if settings.replaced_by:
        words.append(f"Use {settings.replaced_by}")
    return ". ".join(filter(None, words))


def _size_words(model: Model, title: str, width: int, height: int) -> str:
    """`1080p (16:9): 6 s $0.36, 8 s $0.48, 10 s $0.60`."""
    size = {"width": width, "height": height}
    lengths = [seconds for seconds in _lengths(model) if _goes_together(model, {**size, "duration": seconds})]
    chosen = lengths if len(lengths) <= _LENGTHS_SHOWN else [lengths[0], lengths[len(lengths) // 2], lengths[-1]]
    prices = {seconds: estimate(model, {**size, "duration": seconds}) for seconds in chosen}
    known = [f"{seconds} s {dollars(price)}" for seconds, price in prices.items() if price is not None]
    return ": ".join(filter(None, (title, ", ".join(known) or _UNKNOWN)))


def _over_sizes(model: Model, values: Mapping[str, Json]) -> tuple[Usd, Usd] | None:
    """The lowest and the highest price over the listed sizes that go with values; None if one of them is unknown."""
    sizes: Sequence[Mapping[str, Json]] = [{"width": w, "height": h} for _, w, h in _pairs(model)[0]] or [{}]
    length = {} if "duration" in values else {"duration": _lengths(model)[0]}
    requests = [{**length, **size, **values} for size in sizes]
    fitting = [request for request in requests if _goes_together(model, request)] or requests
    prices = [estimate(model, request) for request in fitting]
    known = [price for price in prices if price is not None]
    return (min(known), max(known)) if len(known) == len(prices) else None


def _goes_together(model: Model, params: Mapping[str, Json]) -> bool:
    """Whether none of these values is refused because of another; what is missing does not matter."""
    return not any(problem.path and problem.path[0] in params for problem in validate(model, params, prompt=False))


def _range_words(prices: tuple[Usd, Usd] | None) -> str:
    if prices is None:
        return _UNKNOWN
    low, high = prices
    return dollars(low) if low == high else f"{dollars(low)} to {dollars(high)}, by size"


def _lengths(model: Model) -> list[int | float]:
    """The lengths in seconds that a model takes, as far as its file lists them; else its default or one second."""
    found = resolve(model.schema, model.schema["properties"].get("duration", {}))
    listed = [value for value in found.get("enum", ()) if _is_number(value)]
    return listed or [found["default"] if _is_number(found.get("default")) else 1]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float)


@lru_cache(maxsize=256)
def _pairs(model: Model) -> tuple[Sequence[tuple[str, int, int]], bool]:
    """Title, width and height of each listed or priced size, and whether no other is taken."""
    for is_general, rule in _rules(model.schema):
        options = rule.get("anyOf") or rule.get("oneOf") or ()
        found = [pair for option in options if (pair := _pair(option)) is not None]
        if found and len(found) == len(options):
            return tuple(found), is_general and _are_paired(model.schema)
    price = model.settings.price
    is_by_size = tuple(price.by) == tuple(f"/{side}" for side in _SIDES)
    priced = [row.at for row in price.rows if all(type(side) is int for side in row.at)] if is_by_size else []
    return tuple(("", int(width), int(height)) for width, height in priced), False


def _are_paired(schema: Mapping[str, Json]) -> bool:
    """Whether no request has only one of width and height."""
    rules = [rule for rule in (schema, *schema.get("allOf", ())) if isinstance(rule, dict)]
    if set(_SIDES) <= {name for rule in rules for name in rule.get("required", ())}:
        return True
    together = [rule.get("dependentRequired", {}) for rule in rules]
    return any("height" in one.get("width", ()) and "width" in one.get("height", ()) for one in together)


def _rules(schema: Mapping[str, Json]) -> Iterator[tuple[bool, Mapping[str, Any]]]:
    """Every rule that may list sizes, those first that hold for all requests with a width and a height."""
    rules = [rule for rule in (schema, *schema.get("allOf", ())) if isinstance(rule, dict)]
    yield from ((True, rule) for rule in rules)
    for rule in rules:
        then = rule.get("then")
        if isinstance(then, dict) and _is_about_sides(rule.get("if")):
            yield True, then
    for rule in rules:
        yield from ((False, part) for part in (rule.get("then"), rule.get("else")) if isinstance(part, dict))


def _is_about_sides(condition: object) -> bool:
    """Whether a condition only asks whether there is a width or a height."""
    if not isinstance(condition, dict) or not condition:
        return False
    parts = [part for key in ("anyOf", "allOf") for part in condition.get(key, ())]
    named = set(condition.get("required", ())) <= set(_SIDES) and condition.keys() <= {"required", "anyOf", "allOf"}
    return named and all(map(_is_about_sides, parts))


def _pair(option: object) -> tuple[str, int, int] | None:
    """A size, if an option of a rule is one."""
    properties = option.get("properties", {}) if isinstance(option, dict) else {}
    if not isinstance(option, dict) or properties.keys() != set(_SIDES):
        return None
    width, height = (properties[side].get("const") for side in _SIDES)
    if not isinstance(width, int) or not isinstance(height, int):
        return None
    return str(option.get("title", "")), width, height
