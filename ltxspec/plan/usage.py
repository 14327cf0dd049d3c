"""A provider's own report of what it was asked for and what it charged, by day and model, as data."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ltxspec.values import Usd


def every_model(name: str) -> bool:
    """A choice of models: all of them."""
    del name
    return True


@dataclass(frozen=True, slots=True)
class UsageQuestion:
    """Which usage is asked for."""

    first: date  # in UTC; both days are included
    last: date
    keys: Sequence[str] = ()  # ids of the API keys to count; none: all keys of the account
    by_day: Callable[[str], bool] = every_model  # the models whose days matter; of others, sums are enough


@dataclass(frozen=True, slots=True)
class UsageSum:
    """What the provider says of one model on all days together. A figure that it does not give is None, never 0."""

    model: str
    requests: int | None
    usd: Usd | None


@dataclass(frozen=True, slots=True)
class UsageRow:
    """What the provider says of one model on one day (UTC). A figure that it does not give is None, never 0."""

    day: date
    model: str  # as the provider names it: usually the AIR
    requests: int | None
    usd: Usd | None


@dataclass(frozen=True, slots=True)
class UsageReport:
    """The usage of some days. A day and model inside it without a row had none, if its days were asked for."""

    first: date  # the first day that the report covers
    last: date
    rows: Sequence[UsageRow]  # at most one for each day and model
    sums: Sequence[UsageSum] = ()  # of models without rows by day
    keys: Sequence[str] = ()  # ids of the API keys with usage, if the provider names them
    since: date | None = None  # when the oldest key of the account was made; None: not told
    remarks: Sequence[str] = ()  # why it is shorter than asked for
    doubts: Sequence[str] = ()  # where it does not add up, or may not be what was asked for: nothing in it is certain


def one_row_each(rows: Iterable[UsageRow]) -> list[UsageRow]:
    """One row for each day and model, of rows split by key or name. A sum with an unknown part is unknown."""
    groups: dict[tuple[date, str], list[UsageRow]] = {}
    for row in rows:
        groups.setdefault((row.day, row.model), []).append(row)
    found = []
    for (day, model), group in sorted(groups.items()):
        counts, amounts = [row.requests for row in group], [row.usd for row in group]
        requests = None if None in counts else sum(count for count in counts if count is not None)
        usd = None if None in amounts else sum((usd for usd in amounts if usd is not None), Decimal(0))
        found.append(UsageRow(day, model, requests, usd))
    return found
