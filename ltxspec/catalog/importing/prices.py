"""What a source publishes about prices and times, in the form of a model file. No rate is derived from it."""

import re
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any, Final

from ltxspec.catalog.importing.published import Published
from ltxspec.values import Json, format_usd, parse_usd

_USD: Final = re.compile(r"\$\s?([0-9]{1,9}(?:\.[0-9]{1,9})?)")
_WORDS: Final = 300  # characters of a description that are kept


def price_examples(published: Published, source: str, date: str) -> list[dict[str, Json]]:
    """The examples whose parameters and exact price the source gives; others are only facts.

    Args:
        published: the model.
        source: its source, in words.
        date: ISO date of the source.
    """
    names = published.schema.get("properties", {})
    return [
        {"parameters": given, "usd": usd, "source": source, "date": date}
        for example in published.prices
        if (usd := _usd(example.get("price"))) is not None
        and isinstance(given := example.get("configuration"), dict)
        and given
        and given.keys() <= names.keys()
    ]


def price_facts(published: Published, source: str, date: str) -> Iterator[dict[str, Json]]:
    """The published prices in words, for people: a program cannot know which request each of them means."""
    for example in published.prices:
        about, price = example.get("configuration"), example.get("price")
        if isinstance(about, str) and about.strip() and isinstance(price, str) and price.strip():
            fact = f"Published price: {about.strip()[:_WORDS]}: {price.strip()[:_WORDS]}."
            yield {"fact": fact, "confidence": "verified", "source": source, "date": date}


def latency(published: Published, source: str, date: str) -> dict[str, Any] | None:
    """The middle of the published times of examples; None if there is none."""
    times = [float(found) for example in published.prices if (found := _milliseconds(example)) is not None]
    if not times:
        return None
    seconds = round(median(times) / 1000, 1)
    return {"seconds": seconds, "confidence": "inferred", "source": f"{source}: times of examples", "date": date}


def _usd(price: Json) -> str | None:
    """An amount such as `$0.48` or `0.48` above zero; None for words such as `from $0.48`."""
    if isinstance(price, str):
        found = _USD.fullmatch(price.strip())
        price = found[1] if found else None
    amount = parse_usd(price)
    return format_usd(amount) if amount is not None and amount > 0 else None


def _milliseconds(example: Mapping[str, Json]) -> float | None:
    found = example.get("latencyMs")
    good = isinstance(found, int | float) and not isinstance(found, bool) and 0 < found <= 86_400_000  # noqa: PLR2004  # a day
    return found if good else None
