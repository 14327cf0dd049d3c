"""Splits a plan into shards for machines that apply it together: whole graphs of references, stable by address. Pure.

Every machine plans the whole and applies its own shard. The shard of a graph follows from the smallest address in it
alone, so edits of other shots change nothing, and no machine needs to know what the others do.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ltxspec.canonical import sha256_hex
from ltxspec.plan.actions import Change
from ltxspec.render.models import RenderedSpec
from ltxspec.values import ShotAddress, foreign_address

MOST_SHARDS: Final = 1000
_TEXT: Final = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})", re.ASCII)
_DIGITS: Final = 16  # of the hash, which decide

Links = Mapping[ShotAddress, Iterable[ShotAddress]]
Heads = Mapping[ShotAddress, ShotAddress]


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` parts of a plan; `number` counts from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def has(self, address: ShotAddress, heads: Heads) -> bool:
        """Whether a shot belongs to this shard.

        Args:
            address: the shot.
            heads: the smallest address of each graph of more than one shot: see `heads_of`.
        """
        return number_of(heads.get(address, address), self.count) == self.number


def read_shard(text: str) -> Shard:
    """Read `K/N`. Raises ValueError if it is not of that form, or K is not between 1 and N."""
    found = _TEXT.fullmatch(text.strip())
    shard = Shard(int(found[1]), int(found[2])) if found else None
    if shard is None or shard.number > shard.count or shard.count > MOST_SHARDS:
        raise ValueError(
            f"`{text}` is not of the form K/N, such as 2/5, with K from 1 to N and N at most {MOST_SHARDS}"
        )
    return shard


def number_of(head: ShotAddress, count: int) -> int:
    """The shard, from 1, of the graph with this smallest address, of `count` shards."""
    return int(sha256_hex(str(head).encode("utf-8", "surrogatepass"))[:_DIGITS], 16) % count + 1


def links_of(changes: Iterable[Change], rendered: Iterable[RenderedSpec] = ()) -> dict[ShotAddress, list[ShotAddress]]:
    """What binds shots together: references, and takes that a shot takes over from another one.

    Args:
        changes: the changes of a plan. What takes over the takes of a name is recorded together with that name.
        rendered: the specs, also with shots that the plan does not cover: a selection then changes no shard.
    """
    links: dict[ShotAddress, list[ShotAddress]] = {}
    for request in (request for spec in rendered for request in spec.requests):
        if request.references:
            links.setdefault(request.address, []).extend(request.after)
    for change in changes:
        sources = list(change.after)
        if change.origin is not None:
            sources.append(foreign_address(change.origin) or ShotAddress(change.address.spec, change.origin))
        if sources:
            links.setdefault(change.address, []).extend(sources)
    return links


def heads_of(links: Links) -> dict[ShotAddress, ShotAddress]:
    """The smallest address of each graph, for every shot with links; a shot without any is its own.

    Args:
        links: each shot, and those that it is bound to; the direction does not matter, and loops do not hurt.
    """
    above: dict[ShotAddress, ShotAddress] = {}

    def top(address: ShotAddress) -> ShotAddress:
        found = address
        while (higher := above.setdefault(found, found)) != found:
            found = higher
        while above[address] != found:
            above[address], address = found, above[address]
        return found

    for shot, sources in links.items():
        for source in sources:
            one, other = sorted((top(shot), top(source)))
            above[other] = one
    return {address: top(address) for address in list(above)}


def heads_of_plan(changes: Iterable[Change], rendered: Iterable[RenderedSpec] = ()) -> dict[ShotAddress, ShotAddress]:
    """The smallest address of each graph of a plan. Arguments as `links_of`."""
    return heads_of(links_of(changes, rendered))


def split(changes: Sequence[Change], count: int, heads: Heads | None = None) -> list[list[Change]]:
    """The changes of each shard, in their order: every change is in exactly one of the `count` lists.

    Args:
        changes: the changes of the whole plan.
        count: the number of shards, from 1.
        heads: see `heads_of_plan`; None: those of the changes alone.
    """
    heads = heads_of_plan(changes) if heads is None else heads
    found: list[list[Change]] = [[] for _ in range(count)]
    for change in changes:
        found[number_of(heads.get(change.address, change.address), count) - 1].append(change)
    return found
