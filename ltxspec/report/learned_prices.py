"""Prices learned from takes, as text."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import orjson

from ltxspec.catalog.price_learning import LearnedPrice, LearnedRate
from ltxspec.report.terminal import clean
from ltxspec.values import Json, dollars

_MOST = 5  # takes named in one line


class Learned(Protocol):
    """What the takes of one model say about its price."""

    @property
    def air(self) -> str:
        """The provider's id."""
        ...

    @property
    def takes(self) -> int:
        """How many were paid for."""
        ...

    @property
    def learned(self) -> LearnedPrice:
        """The rates, and what they do not explain."""
        ...

    @property
    def price(self) -> Mapping[str, Json] | None:
        """The `price` that would be written."""
        ...

    @property
    def kept(self) -> Sequence[str]:
        """Published rates that stay."""
        ...

    @property
    def refusals(self) -> Sequence[str]:
        """Why nothing is written."""
        ...


def learned_lines(one: Learned) -> Iterator[str]:
    """One model: its rates with their takes and spread, what they do not explain, and the price to be written."""
    yield f"{clean(one.air)}: {one.takes:,} paid {'take' if one.takes == 1 else 'takes'}"
    yield from (f"  {clean(_rate(one.learned.by, rate))}" for rate in one.learned.rates)
    yield from (f"  = {clean(text)}" for text in one.kept)
    yield from (f"  ! {clean(text)}" for text in one.refusals)
    named = list(one.learned.unexplained.items())
    yield from (f"  ? {clean(name)}: {clean(why)}" for name, why in named[:_MOST])
    if len(named) > _MOST:
        yield f"  ? {len(named) - _MOST:,} more takes say nothing"
    if one.price is not None:
        text = orjson.dumps(one.price, option=orjson.OPT_INDENT_2).decode()
        yield from map(clean, f'"price": {text}'.split("\n"))


def _rate(by: Sequence[str], rate: LearnedRate) -> str:
    at = ", ".join(f"{name.strip('/')} {value}" for name, value in zip(by, rate.at, strict=True)) or "all sizes"
    spread = "no spread" if rate.lowest == rate.usd_per_second else f"from {dollars(rate.lowest)}"
    lengths = ", ".join(f"{seconds.normalize():f}" for seconds in rate.seconds)
    count = f"{len(rate.takes):,} {'take' if len(rate.takes) == 1 else 'takes'}"
    return f"{at}: {dollars(rate.usd_per_second)} a second, {count} of {lengths} s, {spread} ({rate.confidence})"
