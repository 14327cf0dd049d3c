"""Films of shots that follow from each other, as users write and edit them; read again without ltxspec.

A spec is written as JSON, which is YAML. The oracle reads it with `json` and resolves references by itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

Json = Any
LISTED = Decimal("0.78")  # USD of one result
SPECS = ("day", "night")
BETWEEN = "\n---\n"  # two specs, where both stand in one text
_HEAD: Mapping[str, Json] = {
    "apiVersion": "ltxspec/v1", "kind": "RenderSpec", "model": "lightricks:ltx@2.5-fast",
    "defaults": {"width": 1920, "height": 1080, "duration": 6},
}  # fmt: skip


@dataclass(frozen=True)
class Link:
    """One reference: `source` is an address, in full."""

    source: str
    at: str = "last"
    take: int | None = None
    result: int | None = None

    def written(self, spec: str) -> dict[str, Json]:
        """As it stands in a spec; a shot of the same spec by its short name."""
        short = self.source.removeprefix(f"{spec}.")
        found: dict[str, Json] = {"shot": short, "frame": self.at}
        found |= {"take": self.take} if self.take else {}
        return found | ({"result": self.result} if self.result else {})


@dataclass(frozen=True)
class Node:
    """One shot. With `rows` it is a chain from a table, in which each row follows from the one before it."""

    spec: str
    name: str
    prompt: str
    links: tuple[Link, ...] = ()  # at most two: the first and the last frame
    gate: bool = False
    results: int = 1
    rows: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of its instances."""
        return tuple(f"{self.spec}.{self.name}[{row}]" for row in self.rows) or (f"{self.spec}.{self.name}",)

    def written(self) -> dict[str, Json]:
        """Its entry in a spec."""
        found: dict[str, Json] = {"prompt": self.prompt}
        found |= {"gate": "approval"} if self.gate else {}
        found |= {"numberResults": self.results} if self.results > 1 else {}
        images = [(link.written(self.spec), frame) for link, frame in zip(self.links, FRAMES, strict=False)]
        if self.rows:
            rows = [{"id": row, "after": after} for after, row in zip(("", *self.rows), self.rows, strict=False)]
            found |= {"forEach": {"key": "id", "items": rows}, "prompt": f"{self.prompt} {{{{ id }}}}"}
            before = f"{{{{ '{self.name}[' ~ after ~ ']' if after else none }}}}"
            images = [({"shot": before, "frame": "last"}, "first")]
        listed = [{"image": image, "frame": frame} for image, frame in images]
        return found | ({"inputs": {"frameImages": listed}} if listed else {})


FRAMES = ("first", "last")
Film = tuple[Node, ...]


@dataclass(frozen=True)
class Wish:
    """What one instance asks for, as the oracle reads it."""

    prompt: str
    results: int
    gate: bool
    links: tuple[Link, ...]


def written(film: Film) -> str:
    """All specs in one text."""
    return BETWEEN.join(_spec(name, film) for name in SPECS)


def _spec(name: str, film: Film) -> str:
    shots = {node.name: node.written() for node in film if node.spec == name}
    return json.dumps({**_HEAD, "metadata": {"name": name}, "shots": shots}, indent=1)


@lru_cache(4096)
def wishes(text: str) -> Mapping[str, Wish]:
    """Everything that a text asks for, by address."""
    found: dict[str, Wish] = {}
    for spec in map(json.loads, text.split(BETWEEN)):
        name = spec["metadata"]["name"]
        for shot, about in spec["shots"].items():
            found |= _chain(name, shot, about) if "forEach" in about else {f"{name}.{shot}": _wish(name, about)}
    return found


def _wish(spec: str, about: Json) -> Wish:
    images = [item["image"] for item in about.get("inputs", {}).get("frameImages", ())]
    links = (
        Link(one["shot"] if "." in one["shot"] else f"{spec}.{one['shot']}", one["frame"], one.get("take"),
             one.get("result")) for one in images
    )  # fmt: skip
    return Wish(about["prompt"], about.get("numberResults", 1), "gate" in about, tuple(links))


def _chain(spec: str, shot: str, about: Json) -> dict[str, Wish]:
    found, before = {}, None
    for row in about["forEach"]["items"]:
        address = f"{spec}.{shot}[{row['id']}]"
        prompt = about["prompt"].replace("{{ id }}", row["id"])
        links = () if before is None else (Link(before, "last"),)
        found[address] = Wish(prompt, about.get("numberResults", 1), "gate" in about, links)
        before = address
    return found


def relinked(film: Film, names: Mapping[str, str]) -> Film:
    """The film in which references follow new addresses."""
    return tuple(
        replace(node, links=tuple(replace(link, source=names.get(link.source, link.source)) for link in node.links))
        for node in film
    )


def depends(film: Film, node: Node, others: frozenset[str]) -> bool:
    """Whether a shot is one of the others, or follows from one of them, however far."""
    by_address = {address: one for one in film for address in one.addresses}
    if others & set(node.addresses):
        return True
    return any(depends(film, by_address[link.source], others) for link in node.links if link.source in by_address)
