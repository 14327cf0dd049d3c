"""Divides a limit between the shards of a plan, so that together they never spend more than it. Pure.

A shard gets what its own orders are planned to cost, and the part of the rest that corresponds to it: a shard whose own
orders fit is not refused, and the room for higher prices than listed is shared as the orders are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from ltxspec.plan.actions import Change, reckoning
from ltxspec.values import Usd

_SMALLEST: Final = Decimal("0.000001")  # USD; parts of the rest are rounded down to it


@dataclass(frozen=True, slots=True)
class Need:
    """What some orders are reckoned to cost in USD: the known part, and how many are of unknown price."""

    known: Usd
    unknown: int


def need_of(changes: Sequence[Change]) -> Need:
    """What changes cost for limits, with what is under way."""
    total = reckoning(changes)
    return Need(total.usd + total.under_way, total.unknown + total.under_way_unknown)


def shares(limit: Usd, needs: Sequence[Need], assumed: Usd | None = None) -> list[Usd]:
    """The part of a limit for each shard, in USD; their sum is never above the limit.

    Args:
        limit: the amount to divide, in USD.
        needs: what each shard needs.
        assumed: what an order of unknown price is reckoned to cost; None: unknown. What is left is then divided
            by the number of such orders.
    """
    asked = [need.known + (assumed or Decimal(0)) * need.unknown for need in needs]
    rest = limit - sum(asked, Decimal(0))
    if rest < 0:  # such a plan is refused as a whole
        return _divided(max(limit, Decimal(0)), asked)
    unknown = [Decimal(need.unknown) for need in needs]
    weights = unknown if assumed is None and any(unknown) else asked
    return [one + more for one, more in zip(asked, _divided(rest, weights), strict=True)]


def _divided(amount: Usd, weights: Sequence[Decimal]) -> list[Usd]:
    """An amount in proportion to weights, rounded down; nothing if there are none."""
    total = sum(weights, Decimal(0))
    if not total:
        return [Decimal(0) for _ in weights]
    return [(amount * weight / total).quantize(_SMALLEST, ROUND_FLOOR) for weight in weights]


@dataclass(frozen=True, slots=True)
class Before:
    """An order that this shard placed before, of which the other shards know nothing.

    Attributes:
        change: what the plan says of its shot now.
        usd: what it cost, in USD.
        planned: what its shot was planned to cost, if that is rendered; else 0: it is still planned.
    """

    change: Change
    usd: Usd
    planned: Usd


@dataclass(frozen=True, slots=True)
class Sharing:
    """The changes of every shard of a plan, and which of the shards this is.

    Attributes:
        parts: the changes of each shard.
        number: the shard, from 1.
        assumed: what an order of unknown price is reckoned to cost in USD; None: unknown.
        before: what this shard ordered before.
    """

    parts: Sequence[Sequence[Change]]
    number: int
    assumed: Usd | None = None
    before: Sequence[Before] = ()

    def of(self, limit: Usd, counts: Callable[[Change], bool] = lambda _: True) -> Usd:
        """This shard's part of a limit in USD.

        Args:
            limit: the limit of the whole plan, without what counts against it already.
            counts: whether a change counts against it.
        """
        needs = [need_of([change for change in part if counts(change)]) for part in self.parts]
        return shares(limit, needs, self.assumed)[self.number - 1]

    def left_of(self, limit: Usd, counts: Callable[[Change], bool] = lambda _: True) -> Usd:
        """What is left in USD of this shard's part of a limit that counts over several runs. Arguments as `of`.

        It is the part that the shard had when it began, without what it has spent since: the others still have theirs.
        """
        before = [one for one in self.before if counts(one.change)]
        spent = sum((one.usd for one in before), Decimal(0))
        needs = [need_of([change for change in part if counts(change)]) for part in self.parts]
        own = needs[self.number - 1]
        needs[self.number - 1] = Need(own.known + sum((one.planned for one in before), Decimal(0)), own.unknown)
        return max(shares(limit + spent, needs, self.assumed)[self.number - 1] - spent, Decimal(0))
