"""A provider's own report of what it was asked for and what it charged, by day and model, as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ltxspec.values import Usd


@dataclass(frozen=True, slots=True)
class UsageRow:
    """What the provider says of one model on one day (UTC). A figure that it does not give is None, never 0."""

    day: date
    model: str  # as the provider names it: usually the AIR
    requests: int | None
    usd: Usd | None


@dataclass(frozen=True, slots=True)
class UsageReport:
    """The usage of some days. A day and model inside it without a row had none."""

    first: date  # the first day that the report covers
    last: date
    rows: Sequence[UsageRow]  # at most one for each day and model
    keys: Sequence[str] = ()  # ids of the API keys with usage, if the provider names them
    since: date | None = None  # when the oldest key of the account was made; None: not told
    remarks: Sequence[str] = ()  # what does not add up in the report, and why it is shorter than asked for
