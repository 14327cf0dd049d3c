"""What a plan would cost: known money and the number of unknown prices, kept apart."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ltxspec.plan.actions import SPENDING, Action, Change
from ltxspec.values import Usd, total_usd


@dataclass(frozen=True, slots=True)
class Estimate:
    """Money a plan would spend (`usd`, plus `unknown` shots without a price) and money already under way."""

    usd: Usd
    unknown: int
    under_way: Usd
    under_way_unknown: int


def estimate(changes: Iterable[Change]) -> Estimate:
    """Sum up a plan. Resumed tasks are already committed and are counted separately."""
    return _add(changes, lambda change: change.estimate)


def reckoning(changes: Iterable[Change]) -> Estimate:
    """The same with the prices used for limits: see `Change.reckoned`."""
    return _add(changes, lambda change: change.reckoned)


def reckoned(changes: Iterable[Change]) -> Usd | None:
    """The total used for limits, including money under way, if it exceeds the estimates; else None."""
    listed = list(changes)
    estimated, limits = estimate(listed), reckoning(listed)
    total = limits.usd + limits.under_way
    return total if total > estimated.usd + estimated.under_way else None


def _add(changes: Iterable[Change], price: Callable[[Change], Usd | None]) -> Estimate:
    listed = list(changes)
    usd, unknown = total_usd([price(change) for change in listed if change.action in SPENDING])
    under_way, under_way_unknown = total_usd([price(change) for change in listed if change.action is Action.RESUME])
    return Estimate(usd, unknown, under_way, under_way_unknown)
