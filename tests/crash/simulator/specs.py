"""Specs as users write and edit them here, and an independent reading of what they ask for.

The reading shares nothing with ltxspec: it knows the few things that these specs can say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

import yaml
from crash.bench import HEAD, SPEC

FILE = f"specs/{SPEC}.yaml"
LISTED = Decimal("0.36")  # USD of one result
FIXED: Mapping[str, Any] = {  # in every order, besides its id, its prompt and the number of results
    "taskType": "videoInference", "model": "lightricks:2@0", "width": 1920, "height": 1080, "duration": 6, "fps": 25,
    "includeCost": True,
}  # fmt: skip
FREE = ("deliveryMethod", "outputType", "outputFormat", "safety", "providerSettings")  # may stand there or not


@dataclass(frozen=True, order=True)
class Wish:
    """What one shot asks for, as far as it can differ here."""

    prompt: str
    results: int = 1

    @property
    def price(self) -> Decimal:
        """As listed."""
        return LISTED * self.results


@dataclass(frozen=True)
class Shot:
    """One shot as it is written."""

    name: str
    prompt: str
    results: int = 1
    moved: str | None = None
    skies: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """Its one line of YAML."""
        parts = [f'prompt: "{self.prompt}"']
        parts += [f"numberResults: {self.results}"] if self.results > 1 else []
        parts += [f"moved: {self.moved}"] if self.moved else []
        parts += [f"matrix: {{sky: [{', '.join(self.skies)}]}}"] if self.skies else []
        return f"  {self.name}: {{{', '.join(parts)}}}\n"

    def wishes(self) -> dict[str, Wish]:
        """Instance key -> wish."""
        if not self.skies:
            return {self.name: Wish(self.prompt, self.results)}
        return {f"{self.name}[{sky}]": Wish(self.prompt.replace("{{ sky }}", sky), self.results) for sky in self.skies}


def written(shots: Sequence[Shot]) -> str:
    """The spec's text."""
    return HEAD + ("".join(shot.line for shot in shots) or "  {}\n")


@lru_cache(4096)
def read(text: str) -> tuple[Shot, ...]:
    """The shots of a spec's text. Raises ValueError when it is none."""
    try:
        shots = yaml.safe_load(text)["shots"] or {}
        return tuple(_shot(name, about) for name, about in shots.items())
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(str(error)) from error


def _shot(name: str, about: Mapping[str, Any]) -> Shot:
    skies = tuple(about["matrix"]["sky"]) if "matrix" in about else ()
    return Shot(name, about["prompt"], about.get("numberResults", 1), about.get("moved"), skies)


@lru_cache(4096)
def wishes(text: str) -> Mapping[str, Wish]:
    """Everything that a spec's text asks for: instance key -> wish; nothing when it cannot be read."""
    try:
        return {key: wish for shot in read(text) for key, wish in shot.wishes().items()}
    except ValueError:
        return {}


def wish_of(order: Mapping[str, Any]) -> Wish | str:
    """What an order asks for, or what in it was never asked for."""
    own = {key: value for key, value in order.items() if key not in ("taskUUID", "positivePrompt", "numberResults")}
    for key, value in own.items():
        if key not in FREE and (key not in FIXED or FIXED[key] != value):
            return f"{key}: {value}"
    missing = [key for key in FIXED if key not in own]
    if missing:
        return f"an order without {missing[0]}"
    return Wish(order["positivePrompt"], order.get("numberResults", 1))


def renamed(shot: Shot, name: str, *, moved: bool) -> Shot:
    """The same shot under another name."""
    return replace(shot, name=name, moved=shot.name if moved else None)
