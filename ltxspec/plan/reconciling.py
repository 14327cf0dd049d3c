"""Compares what is recorded with the provider's own usage report, by day (UTC) and model.

This is the only check after the fact against a double payment, and no more than an indication: the report knows no
tasks, and counts everything that used the account. So each difference is named with the tasks of its day, and what the
report cannot tell is never called equal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from ltxspec.plan.usage import UsageReport, UsageRow, UsageSum
from ltxspec.values import ShotAddress, TaskId, Usd

_EXACT = Decimal("0.000001")  # USD: sums of a provider have binary fractions
_ROUNDING = Decimal("0.005")  # USD: the most that rounding explains
_NEAR_MIDNIGHT = timedelta(hours=1)  # clocks differ, and an order waits before it is charged
_SURELY_KEPT = timedelta(30)  # days of which every account has figures: `last30Days` of the provider's details
_NEXT_DAY = timedelta(1)
_NOTHING = Decimal(0)


class Verdict(StrEnum):
    """What a day and model show."""

    EQUAL = "equal"
    MORE = "provider-has-more"  # a second payment, or orders from elsewhere
    LESS = "provider-has-less"  # a late report, or another key
    SHIFTED = "charged-on-a-neighbouring-day"
    OPEN = "undecided"  # unknown costs may explain a difference, or the report does not say enough
    NOT_COMPARED = "not-compared"


DIFFERENCES = frozenset({Verdict.MORE, Verdict.LESS})


@dataclass(frozen=True, slots=True)
class Order:
    """One task that is recorded or in progress."""

    address: ShotAddress
    task_id: TaskId
    model: str  # AIR
    status: str  # succeeded, failed, in-progress
    usd: Usd | None  # None: the provider did not report it
    listed: Usd | None  # its price by the catalog, if the cost is not known
    at: datetime | None  # of the order; None for imported takes
    end: datetime | None = None

    @property
    def day(self) -> date | None:
        """The day of the order, in UTC."""
        return None if self.at is None else self.at.date()


@dataclass(frozen=True, slots=True)
class DayAndModel:
    """One comparison."""

    day: date
    model: str
    verdict: Verdict
    orders: Sequence[Order]
    requests: int | None  # as reported
    usd: Usd | None
    difference: Usd | None = None  # what the provider has more (negative: less); None: not known
    at_least: bool = False  # more than even the listed prices of unknown costs explain: the difference goes beyond them
    shifted: Mapping[date, Usd] = field(default_factory=dict)  # what probably was charged on a neighbouring day
    balances: date | None = None  # the nearest day that differs by exactly the opposite

    @property
    def recorded(self) -> Usd:
        """The sum of the known costs."""
        return sum((order.usd for order in self.orders if order.usd is not None), _NOTHING)

    @property
    def unknown(self) -> int:
        """How many recorded tasks have no known cost, those in progress not counted."""
        return sum(order.usd is None and order.status != "in-progress" for order in self.orders)

    @property
    def in_progress(self) -> int:
        """How many tasks are not recorded yet."""
        return sum(order.status == "in-progress" for order in self.orders)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All comparisons, by day and model."""

    report: UsageReport
    days: Sequence[DayAndModel]
    elsewhere: Sequence[UsageSum]  # models of which nothing was ever recorded here
    undated: Sequence[Order]  # imported: on which day they were charged is not recorded

    complete: bool = True  # whether the report covers every day; if nothing was ever recorded: whether it has nothing

    @property
    def compared(self) -> bool:
        """Whether anything could be compared; nothing recorded and nothing reported agree."""
        if self.days:
            return any(item.verdict is not Verdict.NOT_COMPARED for item in self.days)
        return self.complete

    @property
    def differs(self) -> bool:
        """Whether something differs, or nothing could be compared."""
        return any(item.verdict in DIFFERENCES for item in self.days) or not self.compared

    @property
    def undecided(self) -> bool:
        """Whether something was compared that may differ, or the report is in doubt."""
        return bool(self.report.doubts) or any(item.verdict is Verdict.OPEN for item in self.days)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A day and model under comparison."""

    orders: Sequence[Order]
    row: UsageRow | None  # None: the report has nothing, so nothing was charged
    over: Usd | None  # reported minus recorded, without what is shifted; None: not reported
    shifted: Mapping[date, Usd] = field(default_factory=dict)
    balances: date | None = None


def reconcile(orders: Iterable[Order], report: UsageReport, first: date, last: date, today: date) -> Reconciliation:
    """Compare the orders of some days with a report of them.

    Args:
        orders: every order that is recorded or in progress, of all days; each task once.
        report: the report; it may cover fewer days.
        first: the first day to compare.
        last: the last day.
        today: the present day, in UTC.
    """
    every = list(orders)
    inside = [order for order in every if order.day is not None and first <= order.day <= last]
    own = {order.model for order in every}
    rows = {(row.day, row.model): row for row in report.rows if row.model in own and first <= row.day <= last}
    begins = _begins(report, today)
    found: list[DayAndModel] = []
    for model in sorted(own):
        cells = _cells(model, [order for order in inside if order.model == model], rows)
        comparable = {day: cell for day, cell in cells.items() if begins <= day <= report.last}
        found += [_judged(day, model, cell) for day, cell in _settled(comparable).items()]
        found += [_left(day, model, cell) for day, cell in cells.items() if day not in comparable]
    elsewhere = _elsewhere([*(row for row in report.rows if row.model not in own), *report.sums])
    return Reconciliation(
        report=report,
        days=sorted(found, key=lambda item: (item.day, item.model)),
        elsewhere=elsewhere,
        undated=[order for order in every if order.day is None],
        complete=begins <= first and last <= report.last if own else not elsewhere,
    )


def _begins(report: UsageReport, today: date) -> date:
    """The first day that the report can tell about: before its first row, nothing may be kept, or no key existed."""
    kept = today - _SURELY_KEPT
    surely = kept if report.since is None else max(kept, min(report.since, today))
    return max(report.first, min([surely, *(row.day for row in report.rows)]))


def _cells(model: str, orders: Sequence[Order], rows: Mapping[tuple[date, str], UsageRow]) -> dict[date, _Cell]:
    days = {order.day for order in orders if order.day is not None} | {day for day, air in rows if air == model}
    found = {}
    for day in sorted(days):
        mine, row = [order for order in orders if order.day == day], rows.get((day, model))
        charged = _NOTHING if row is None else row.usd
        recorded = sum((order.usd for order in mine if order.usd is not None), _NOTHING)
        over = None if charged is None else (charged - recorded).quantize(_EXACT)
        if over is not None and row is not None and row.requests == len(mine) and abs(over) <= _rounding(charged):
            over = _NOTHING
        found[day] = _Cell(mine, row, over)
    return found


def _rounding(charged: Usd | None) -> Usd:
    """What an amount may be wrong by, as rounded to its last digit."""
    exponent = 0 if charged is None else charged.normalize().as_tuple().exponent
    last_digit = Decimal(1).scaleb(exponent) if isinstance(exponent, int) else _NOTHING
    return min(_ROUNDING, max(_EXACT, last_digit / 2))


def _settled(cells: dict[date, _Cell]) -> dict[date, _Cell]:
    """The cells of one model, with what was ordered on one day and charged on the next (or the previous) set aside."""
    for day in sorted(cells):
        after = day + _NEXT_DAY
        here, there = cells[day], cells.get(after)
        if there is None or not here.over or not there.over or (here.over < 0) is (there.over < 0):
            continue
        amount = min(abs(here.over), abs(there.over))
        late = here.over < 0  # recorded on this day, charged on the next one
        if not _has_moved(*((here, there) if late else (there, here))):
            continue
        if _is_near(here.orders if late else there.orders, after, amount, late=late):
            sign = 1 if late else -1
            cells[day] = _shift(here, after, sign * amount)
            cells[after] = _shift(there, day, -sign * amount)
    return {day: replace(cell, balances=_opposite(day, cells)) for day, cell in cells.items()}


def _has_moved(ordered: _Cell, charged: _Cell) -> bool:
    """Whether the numbers of requests allow that one was counted on another day than it was ordered on."""
    fewer = 0 if ordered.row is None else ordered.row.requests
    more = 0 if charged.row is None else charged.row.requests
    return (fewer is None or fewer < len(ordered.orders)) and (more is None or more > len(charged.orders))


def _opposite(day: date, cells: Mapping[date, _Cell]) -> date | None:
    """The nearest day that differs by exactly the opposite.

    It may be a neighbour, or the day of an order that was found again later and is recorded with that time.
    """
    over = cells[day].over
    days = [other for other, cell in cells.items() if over and cell.over == -over]
    return min(days, key=lambda other: (abs(other - day), other), default=None)


def _is_near(orders: Sequence[Order], midnight: date, amount: Usd, *, late: bool) -> bool:
    """Whether orders that were under way at a midnight, or close to it, can have cost an amount."""
    costs = []
    for order in orders:
        if order.at is None:
            continue
        border = datetime.combine(midnight, datetime.min.time(), order.at.tzinfo)
        was_under_way = late and order.end is not None and order.end >= border
        if was_under_way or abs(border - order.at) <= _NEAR_MIDNIGHT:
            costs.append(order.listed if order.usd is None else order.usd)
    return None in costs or sum((usd for usd in costs if usd is not None), _NOTHING) >= amount


def _shift(cell: _Cell, neighbour: date, amount: Usd) -> _Cell:
    over = None if cell.over is None else cell.over + amount
    return replace(cell, over=over, shifted={**cell.shifted, neighbour: amount})


def _judged(day: date, model: str, cell: _Cell) -> DayAndModel:
    verdict, difference, at_least = _verdict(cell)
    requests = cell.row.requests if cell.row is not None else 0
    usd = cell.row.usd if cell.row is not None else _NOTHING
    return DayAndModel(
        day, model, verdict, cell.orders, requests, usd, difference, at_least, cell.shifted, cell.balances
    )


def _verdict(cell: _Cell) -> tuple[Verdict, Usd | None, bool]:
    """The verdict, the difference, and whether it goes beyond the listed prices of unknown costs."""
    requests = cell.row.requests if cell.row is not None else 0
    more_requests = requests is not None and requests > len(cell.orders)
    if cell.over is None:
        return (Verdict.MORE if more_requests else Verdict.OPEN), None, False
    if cell.over < 0:
        return Verdict.LESS, cell.over, False
    if not cell.over:
        return _of_equal(cell, requests), _NOTHING, False
    return _of_more(cell, more_requests=more_requests)


def _of_equal(cell: _Cell, requests: int | None) -> Verdict:
    """The verdict where the amounts agree, which means little if the cost of a video is not known here."""
    if cell.shifted:
        return Verdict.SHIFTED
    unknown = any(order.usd is None and order.status == "succeeded" for order in cell.orders)
    made = sum(order.status == "succeeded" for order in cell.orders)
    return Verdict.OPEN if unknown and (requests is None or requests < made) else Verdict.EQUAL


def _of_more(cell: _Cell, *, more_requests: bool) -> tuple[Verdict, Usd | None, bool]:
    """The same where the provider has more: orders without a known cost may have come to that."""
    over = cell.over or _NOTHING
    listed = [order.listed for order in cell.orders if order.usd is None]
    beyond = None if None in listed else over - sum((usd for usd in listed if usd is not None), _NOTHING)
    if not listed:
        return Verdict.MORE, over, False
    if beyond is not None and beyond >= _ROUNDING:
        return Verdict.MORE, beyond, True
    if more_requests and not cell.shifted:
        return Verdict.MORE, None, False
    return Verdict.OPEN, over, False


def _left(day: date, model: str, cell: _Cell) -> DayAndModel:
    return DayAndModel(day, model, Verdict.NOT_COMPARED, cell.orders, None, None)


def _elsewhere(rows: Sequence[UsageRow | UsageSum]) -> list[UsageSum]:
    found = []
    for model in sorted({row.model for row in rows}):
        mine = [row for row in rows if row.model == model]
        counts, amounts = [row.requests for row in mine], [row.usd for row in mine]
        requests = None if None in counts else sum(count for count in counts if count is not None)
        known = sum((usd for usd in amounts if usd is not None), _NOTHING)
        found.append(UsageSum(model, requests, None if None in amounts else known))
    return found
