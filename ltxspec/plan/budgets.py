"""Limits that count over the whole project: what a month may cost, and what the shots with a label may. Pure.

What counts is what was ordered, whatever became of it: takes by their reported cost, or at the listed price where none
was reported; orders in progress at their listed price.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from ltxspec.catalog.models import Catalog
from ltxspec.lock.journal import OpenTask
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Change, Plan, reckoning
from ltxspec.plan.exceeded import Exceeded
from ltxspec.plan.prices import limit_price, listed_price
from ltxspec.values import Json, ShotAddress, Usd, dollars

_NOTHING: Final = Usd(0)


@dataclass(frozen=True, slots=True)
class Spent:
    """A sum for a limit, in USD: `known`, and `unknown` orders without a known price."""

    known: Usd = _NOTHING
    unknown: int = 0

    def with_order(self, price: Usd | None) -> "Spent":
        """The sum with one more order."""
        return Spent(self.known, self.unknown + 1) if price is None else Spent(self.known + price, self.unknown)

    def reckoned(self, assumed: Usd | None) -> Usd:
        """The sum, at least: orders of unknown price count as `assumed`, if that is not None."""
        return self.known + (assumed or Usd(0)) * self.unknown


@dataclass(frozen=True, slots=True)
class ProjectLimit:
    """One limit over the project.

    Attributes:
        name: as people know it: `2026-11`, or `campaign=autumn`.
        setting: what sets it: `[budget] per_month`.
        limit: in USD.
        spent: what counts against it before a plan.
        label: the label and its value; None: it counts everything.
    """

    name: str
    setting: str
    limit: Usd
    spent: Spent
    label: tuple[str, str] | None = None

    def counts(self, change: Change) -> bool:
        """Whether a change counts against it."""
        return self.label is None or change.labels.get(self.label[0]) == self.label[1]

    def left(self, assumed: Usd | None = None) -> Usd:
        """What may still be spent, in USD; never below 0. `assumed` is what an order of unknown price counts as."""
        return max(self.limit - self.spent.reckoned(assumed), Usd(0))

    def left_beside(self, changes: Iterable[Change], assumed: Usd | None = None) -> Usd:
        """The same beside what some changes have in progress."""
        sums = reckoning([change for change in changes if self.counts(change)])
        return max(self.left(assumed) - sums.under_way - (assumed or _NOTHING) * sums.under_way_unknown, _NOTHING)


@dataclass(frozen=True, slots=True)
class LabelLimit:
    """`[budget.per_label]`: an amount for one value of a label, or for each of its values if `value` is None."""

    key: str
    value: str | None
    usd: Usd

    def __str__(self) -> str:
        return self.key if self.value is None else f"{self.key}={self.value}"


@dataclass(frozen=True, slots=True)
class Order:
    """Something that was ordered: when (RFC 3339; None: unknown), by which shot, and for how much in USD."""

    address: ShotAddress
    at: str | None
    usd: Usd | None  # None: of unknown price


@dataclass(frozen=True, slots=True)
class History:
    """Everything that the project has ordered, and the labels of its shots."""

    orders: Sequence[Order] = ()
    labels: Mapping[ShotAddress, Mapping[str, str]] = field(default_factory=dict)


def order_of_take(address: ShotAddress, take: Take, catalog: Catalog) -> Order:
    """A recorded take as an order; a cost that was never reported counts at the listed price."""
    usd = take.cost if take.cost is not None else _listed(take.request, catalog)
    return Order(address, take.submitted_at or take.finished_at, usd)


def order_of_task(address: ShotAddress, task: OpenTask, catalog: Catalog) -> Order:
    """An order in progress; the price is the catalog's, whatever the journal says."""
    return Order(address, task.intent.at, _listed(task.intent.request, catalog))


def _listed(request: Mapping[str, Json], catalog: Catalog) -> Usd | None:
    return limit_price(catalog, request, listed_price(catalog, request))


def month_of(moment: str | None) -> str | None:
    """The month of a time in UTC, such as `2026-11`; None if it is missing or no time."""
    try:
        found = datetime.fromisoformat(moment) if moment else None
    except ValueError:
        return None
    if found is None:
        return None
    return (found if found.tzinfo is None else found.astimezone(UTC)).strftime("%Y-%m")


def month_limit(usd: Usd, month: str, orders: Iterable[Order]) -> ProjectLimit:
    """The limit of a month.

    An order with a text that is no time counts in every month; an imported take without any was not ordered here.
    """
    spent = Spent()
    for order in orders:
        if order.at is not None and month_of(order.at) in (month, None):
            spent = spent.with_order(order.usd)
    return ProjectLimit(month, "[budget] per_month", usd, spent)


def label_limits(limits: Iterable[LabelLimit], history: History, planned: Iterable[Change]) -> list[ProjectLimit]:
    """The limit of each value of a label that any shot has; a value with a limit of its own has only that one."""
    given = list(limits)
    named = {(one.key, one.value): one.usd for one in given}
    values = _values(named.keys(), history, planned)
    found = []
    for key, value in sorted(values):
        usd = named.get((key, value), named.get((key, None)))
        if usd is None:
            continue
        spent = Spent()
        for order in history.orders:
            if history.labels.get(order.address, {}).get(key) == value:
                spent = spent.with_order(order.usd)
        found.append(ProjectLimit(f"{key}={value}", "[budget] per_label", usd, spent, (key, value)))
    return found


def _values(
    named: Collection[tuple[str, str | None]], history: History, planned: Iterable[Change]
) -> set[tuple[str, str]]:
    keys = {key for key, _ in named}
    labels = [*history.labels.values(), *(change.labels for change in planned)]
    return {(key, value) for each in labels for key, value in each.items() if key in keys}


def exceeded_over_project(plan: Plan, limits: Iterable[ProjectLimit], assumed: Usd | None = None) -> list[Exceeded]:
    """The limits of the project that a plan would exceed. What is in progress counts as spent.

    Args:
        plan: the plan.
        limits: the limits, with what counted before, without what the plan has in progress.
        assumed: what an order of unknown price counts as, in USD; None: only the rest is checked.
    """
    found = []
    every, by_label = [*plan.changes, *plan.outside], dict[tuple[str, str], list[Change]]()
    for change in every:
        for label in change.labels.items():
            by_label.setdefault(label, []).append(change)
    for limit in limits:
        changes = every if limit.label is None else by_label.get(limit.label, [])
        if not any(change.action.spends for change in changes):
            continue
        sums = reckoning(changes)
        under_way = Spent(sums.under_way, sums.under_way_unknown)
        orders = Spent(sums.usd, sums.unknown)
        total = limit.spent.reckoned(assumed) + under_way.reckoned(assumed) + orders.reckoned(assumed)
        if total > limit.limit:
            name = f"`{limit.setting}`" + (f" of `{limit.name}`" if limit.label is not None else "")
            found.append(Exceeded(name, _message(limit, orders, under_way, total, assumed), _cure(limit)))
    return found


def _message(limit: ProjectLimit, orders: Spent, under_way: Spent, total: Usd, assumed: Usd | None) -> str:
    about = f"the month {limit.name} (UTC)" if limit.label is None else f"`{limit.name}`"
    parts = [
        f"{dollars(limit.spent.reckoned(assumed))} spent",
        *([f"{dollars(under_way.reckoned(assumed))} in progress"] if under_way != Spent() else []),
        f"{dollars(orders.reckoned(assumed))} planned",
    ]
    unknown = limit.spent.unknown + under_way.unknown + orders.unknown
    at_least = "at least " if unknown and assumed is None else ""
    counted = f", {unknown:,} of unknown price" if unknown else ""
    sums = ", ".join(parts) + counted
    return (
        f"{about} would have cost {at_least}{dollars(total)} in all ({sums}), over its limit of {dollars(limit.limit)}"
    )


def _cure(limit: ProjectLimit) -> str:
    return f"`{limit.setting}` sets this limit: raise it, or apply a part with `--target` or `--limit`"
