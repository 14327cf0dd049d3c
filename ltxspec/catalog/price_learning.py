"""Derives the rate of a model from what its takes have cost: USD per second of video, by size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import MISSING, parse_pointer, property_at
from ltxspec.catalog.price_choices import Choice, choices_of, chosen
from ltxspec.catalog.price_columns import size_columns
from ltxspec.catalog.price_parts import positive, reckoned
from ltxspec.values import Json, Usd, dollars, format_usd

LEARNED: Final = "learned from "  # how the source of such a rate begins
_SECONDS: Final = "/duration"
_RESULTS: Final = "/numberResults"
_TOLERANCE: Final = Decimal("0.01")  # share by which costs may differ and still be one rate, rounded
_NO_COST: Final = "its cost is not known"
_NO_LENGTH: Final = "its length is not in the request"
_NO_SIZE: Final = "its size is not in the request"
_STEP: Final = Decimal("0.000001")  # USD: a rate is rounded up to it


@dataclass(frozen=True, slots=True)
class Paid:
    """One take: what it is called, what was ordered, what it cost."""

    name: str
    request: Mapping[str, Json]
    cost: Usd | None
    results: int  # that were delivered


@dataclass(frozen=True, slots=True)
class LearnedRate:
    """The rate of one size."""

    at: tuple[Any, ...]
    usd_per_second: Usd  # the highest that was paid
    lowest: Usd
    takes: Sequence[str]
    seconds: Sequence[Decimal]  # the different lengths, ascending
    seen: Sequence[tuple[Choice, ...]] = ()  # what the takes chose besides: the rate is known for nothing else

    @property
    def confidence(self) -> str:
        """One length cannot show that the price grows with the seconds."""
        return "inferred" if len(self.seconds) > 1 else "unverified"


@dataclass(frozen=True, slots=True)
class LearnedPrice:
    """What the costs of a model's takes say about its price, by size; `choices` are what it may depend on besides."""

    by: tuple[str, ...]
    rates: Sequence[LearnedRate]
    contradictions: Sequence[str]  # sentences; with any, nothing is learned
    unexplained: Mapping[str, str]  # take -> why it says nothing
    choices: tuple[str, ...] = ()


def learn(model: Model, takes: Sequence[Paid]) -> LearnedPrice:
    """Derive the rate of each size from takes; what a take does not tell is not guessed.

    Args:
        model: their model.
        takes: all takes of it that were paid for.
    """
    by = size_columns(model, [take.request for take in takes])
    choices = choices_of(model, by)
    timed = has_length(model)
    groups: dict[tuple[Any, ...], list[tuple[Usd, Decimal, Paid]]] = {}
    unexplained: dict[str, str] = {}
    for take in takes:
        seconds = _number(model, take, _SECONDS)
        at = tuple(reckoned(model, take.request, parse_pointer(name)) for name in by)
        why = _silent(take, seconds, at, timed=timed)
        if why is not None or seconds is None or take.cost is None:
            unexplained[take.name] = why or _NO_COST
            continue
        groups.setdefault(at, []).append((take.cost / (seconds * take.results), seconds, take))
    rates = [
        _rate(at, group, [chosen(model, take.request, choices) for _, _, take in group])
        for at, group in sorted(groups.items(), key=repr)
    ]
    wrong = [
        _contradiction(by, rate, groups[rate.at])
        for rate in rates
        if rate.usd_per_second - rate.lowest > rate.lowest * _TOLERANCE
    ]
    return LearnedPrice(by, [] if wrong else rates, wrong, unexplained, choices)


def priced(model: Model, learned: LearnedPrice, date: str, *, replace: bool) -> tuple[dict[str, Json], list[str]]:
    """The `price` with the learned rates, and a sentence for each published rate that stays in the place of one.

    Args:
        model: its present price is kept but for the rows.
        learned: the rates.
        date: today, ISO.
        replace: whether learned rates replace published ones.
    """
    old = model.schema["x-ltxspec"]["price"]
    rows: dict[str, Any] = {_key(row["at"]): row for row in old["rows"]} if old["by"] == [*learned.by] else {}
    kept = []
    for rate in learned.rates:
        known = rows.get(_key(rate.at))
        if known is not None and not replace and not known["source"].startswith(LEARNED):
            same = Decimal(known["usdPerSecond"]) == _rounded(rate.usd_per_second)
            told = "the same" if same else f"the takes say {dollars(_rounded(rate.usd_per_second))}"
            published = dollars(Decimal(known["usdPerSecond"]))
            kept.append(f"{_named(learned.by, rate.at)}: {published} a second stays ({known['source']}); {told}")
            continue
        rows[_key(rate.at)] = {
            "at": [*rate.at],
            "usdPerSecond": format_usd(_rounded(rate.usd_per_second)),
            "confidence": rate.confidence,
            "source": f"{LEARNED}{len(rate.takes):,} {'take' if len(rate.takes) == 1 else 'takes'}",
            "date": date,
            "seen": [[*values] for values in rate.seen],
        }
    has_results = property_at(model.schema, parse_pointer(_RESULTS)) is not None
    assumed = dict(old.get("assumed", {}))
    if has_results and reckoned(model, {}, parse_pointer(_RESULTS)) is MISSING:
        assumed[_RESULTS] = 1  # takes with another number of outputs say nothing
    return {
        "unit": "USD per second of video",
        "seconds": _SECONDS,
        **({"results": _RESULTS} if has_results else {}),
        "by": [*learned.by],
        "rows": [*rows.values()],
        "choices": [*learned.choices],
        **({"assumed": assumed} if assumed else {}),
        **({"examples": old["examples"]} if "examples" in old else {}),
    }, kept


def has_length(model: Model) -> bool:
    """Whether an order of this model says how many seconds are wanted."""
    return property_at(model.schema, parse_pointer(_SECONDS)) is not None


def why_nothing(model: Model, learned: LearnedPrice) -> str:
    """Why takes of a model say nothing about its price, and what can be done about it."""
    by_hand = f"write the published rates into `x-ltxspec.price` of `schemas/models/{model.file}` (docs/models.md)"
    if not has_length(model):
        return f"it has no `duration`, so its takes do not tell a price per second; {by_hand}"
    reasons = set(learned.unexplained.values())
    if reasons == {_NO_LENGTH}:
        return f"no take says its `duration`, and the model has no default: give it in the spec, or {by_hand}"
    if reasons == {_NO_SIZE}:
        names = " and ".join(f"`{name[1:].replace('/', '.')}`" for name in learned.by)
        return f"no take says {names}, and the model has no default: give it in the spec, or {by_hand}"
    if reasons == {_NO_COST}:
        return f"the cost of no take is known: {by_hand}"
    return f"no take says what a second costs; {by_hand}"


def _silent(take: Paid, seconds: Decimal | None, at: tuple[Any, ...], *, timed: bool) -> str | None:
    """Why a take says nothing about the rate."""
    wanted = take.request.get("numberResults", 1)
    reasons = (
        (take.cost is None or take.cost <= 0, _NO_COST),
        (not timed, "its model has no `duration`"),
        (seconds is None, _NO_LENGTH),
        (not all(isinstance(value, str | int | float) for value in at), _NO_SIZE),
        (take.results != wanted, f"{take.results} of {wanted} results were delivered"),
    )
    return next((why for holds, why in reasons if holds), None)


def _number(model: Model, take: Paid, pointer: str) -> Decimal | None:
    return positive(reckoned(model, take.request, parse_pointer(pointer)))


def _rate(
    at: tuple[Any, ...], group: Sequence[tuple[Usd, Decimal, Paid]], seen: Sequence[tuple[Choice, ...]]
) -> LearnedRate:
    rates = [rate for rate, _, _ in group]
    lengths = sorted({seconds for _, seconds, _ in group})
    named = [take.name for _, _, take in group]
    return LearnedRate(at, max(rates), min(rates), named, lengths, sorted(set(seen), key=repr))


def _contradiction(by: Sequence[str], rate: LearnedRate, group: Sequence[tuple[Usd, Decimal, Paid]]) -> str:
    """The takes with the lowest and the highest rate, and in what their requests differ."""
    low, high = min(group, key=lambda one: one[0]), max(group, key=lambda one: one[0])
    paid = [
        f"`{take.name}` cost {dollars(take.cost or Decimal(0))} for {seconds.normalize():f} s × {take.results}"
        for _, seconds, take in (low, high)
    ]
    one, other = low[2].request, high[2].request
    names = sorted(name for name in {*one, *other} if one.get(name) != other.get(name) and name != "positivePrompt")
    differ = f"; their requests differ in {', '.join(f'`{name}`' for name in names)}" if names else ""
    return f"{_named(by, rate.at)}: {paid[0]}, but {paid[1]}{differ}"


def _named(by: Sequence[str], at: Sequence[Json]) -> str:
    return ", ".join(f"{name.strip('/')} {value}" for name, value in zip(by, at, strict=True)) or "all sizes"


def _key(at: Sequence[Json]) -> str:
    return repr([(isinstance(value, bool), value) for value in at])


def _rounded(rate: Usd) -> Usd:
    return rate.quantize(_STEP, ROUND_CEILING).normalize()
