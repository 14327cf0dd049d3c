"""Reads the account's usage report (`getUsageActivity`), whichever of its possible forms it has.

Names are those of the TypeScript SDK 1.6.8 (`types/task-map.ts`); the Python SDK 1.8.0 types only the questions. A
report spans at most 30 days, so longer ones are put together from several. Each grouping is a block of rows. Whether
the rows by day also name the model, if both are asked for, is not documented: if not, each model is asked about alone.

Nothing is guessed: a row that cannot be read ends the reading, a missing figure is unknown.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from ltxspec.errors import ProviderRefused, ProviderUnavailable
from ltxspec.plan.usage import UsageQuestion, UsageReport, UsageRow, UsageSum, one_row_each
from ltxspec.providers.runware.usage_totals import differences, figures, figures_in
from ltxspec.providers.runware.wire import Item, plain_text
from ltxspec.values import Json, Usd, parse_usd

_LONGEST = timedelta(29)  # between the first and the last day of one question; the service allows 30
_EXACT = Decimal("1e-9")  # USD: sums of the service have binary fractions
_LARGEST = Decimal("1e12")
_NO_REPORT = "nothing was compared; the provider's own page of the account may show the usage"

Ask = Callable[[Mapping[str, Json], str], Awaitable[Item]]  # a task, and what it is called in messages


@dataclass(frozen=True, slots=True)
class _Window:
    """Days of one question, both included, and what is asked of them."""

    first: date
    last: date
    whole: UsageQuestion

    def question(self, *groups: str, models: Sequence[str] = ()) -> dict[str, Json]:
        """The task that asks for the usage of these days."""
        filters = {"models": list(models), "apiKeys": list(self.whole.keys)}
        return {
            "taskType": "accountManagement",
            "taskUUID": str(uuid4()),
            "operation": "getUsageActivity",
            "startDate": self.first.isoformat(),
            "endDate": self.last.isoformat(),
            "groupBy": list(groups),
            "timezone": "UTC",
            **{name: values for name, values in filters.items() if values},
        }

    def __str__(self) -> str:
        return f"the usage report of {self.first} to {self.last}"


async def read_usage(ask: Ask, question: UsageQuestion) -> UsageReport:
    """The usage of some days, in as many questions as it takes; the newest days are asked about first.

    If the service refuses days further back than it has answered, the report begins after them, and says so.

    Args:
        ask: sends a free question, and returns its one answer.
        question: what is wanted.

    Raises:
        ProviderRefused: the service has no such reports, or refuses the key.
        ProviderUnavailable: no answer, or one that cannot be read: the message names the row.
    """
    parts: list[UsageReport] = []
    last = question.last
    while last >= question.first:
        window = _Window(max(question.first, last - _LONGEST), last, question)
        try:
            parts.append(await _read_window(ask, window))
        except ProviderRefused as error:
            if error.whole_run:
                raise
            if not parts:
                error.hint = _NO_REPORT
                raise
            told = f"the service gives no usage before {parts[-1].first}: {error.summary}"
            return _joined(parts, told)
        if parts[-1].first > window.first:
            break  # it does not reach further back
        last = window.first - timedelta(1)
    return _joined(parts)


def _joined(parts: Sequence[UsageReport], *remarks: str) -> UsageReport:
    """One report from those of several windows, the newest first."""
    return UsageReport(
        first=parts[-1].first,
        last=parts[0].last,
        rows=[row for part in reversed(parts) for row in part.rows],
        sums=[each for part in reversed(parts) for each in part.sums],
        keys=list(dict.fromkeys(key for part in parts for key in part.keys)),
        remarks=list(remarks),
        doubts=[doubt for part in parts for doubt in part.doubts],
    )


async def _read_window(ask: Ask, window: _Window) -> UsageReport:
    reply = await ask(window.question("date", "model", "apiKey"), f"the question for {window}")
    reading = _Reading(window, reply)
    days, models = reading.rows("timeseries"), reading.rows("model")
    rows, sums = [reading.row(number, row) for number, row in enumerate(days, 1) if "model" in row], list[UsageSum]()
    if rows and len(rows) != len(days):
        raise reading.unreadable("only some rows of `timeseries` name a model")
    if days and not rows and not models:
        raise reading.unreadable("it has rows by day and none by model")
    named = _named(reading, models)
    doubts: list[str] = []
    if not rows:
        sums = [each for each in named if not window.whole.by_day(each.model)]
        asked = dict.fromkeys(each.model for each in named if each not in sums)
        for found in await asyncio.gather(*(_of_model(ask, window, air) for air in asked)):
            rows += found[0]
            doubts += found[1]
    return UsageReport(
        first=max(window.first, reading.day_of("startDate", window.first)),
        last=min(window.last, reading.day_of("endDate", window.last)),
        rows=one_row_each(rows),
        sums=sums,
        keys=reading.keys(),
        doubts=[*doubts, *reading.doubts([*rows, *sums], named), *_wrong_keys(window, reading.keys(), rows)],
    )


def _named(reading: "_Reading", models: Sequence[Mapping[str, Json]]) -> list[UsageSum]:
    """The models of a report, with their sums. One without a name is left out only if it certainly cost nothing."""
    found = []
    for number, row in enumerate(models, 1):
        place = f"row {number} of `model`"
        name, spend, count = row.get("model"), reading.spend(row, place), reading.count(row, place)
        if isinstance(name, str) and name:
            found.append(UsageSum(name, count, spend))
        elif spend is None or spend:
            raise reading.unreadable(f"{place} has costs and names no model")
    return found


async def _of_model(ask: Ask, window: _Window, air: str) -> tuple[list[UsageRow], list[str]]:
    """The rows by day of one model, from a question about it alone, and where they do not add up."""
    what = f"{window}, model `{plain_text(air)}`"
    reading = _Reading(window, await ask(window.question("date", models=[air]), f"the question for {what}"))
    rows = [reading.row(number, row, air) for number, row in enumerate(reading.rows("timeseries"), 1)]
    return rows, reading.doubts(rows, [], f"{window}, model `{plain_text(air)}`")


def _wrong_keys(window: _Window, told: Sequence[str], rows: Sequence[UsageRow]) -> Iterator[str]:
    """Where a report is perhaps not of the keys that were named: an id may be wrong, or the choice be ignored."""
    asked = [plain_text(key) for key in window.whole.keys]
    others = [key for key in told if key not in asked]
    if asked and others:
        yield f"{window} has other API keys than those that were named: `{'`, `'.join(others)}`"
    if asked and not told and not rows:
        yield f"{window} has no usage of the API keys that were named: is every id right?"


class _Reading:
    """The parts of one report, read with care."""

    def __init__(self, window: _Window, reply: Item) -> None:
        self._window = window
        self._fields = reply.fields
        usage = reply.fields.get("usage")
        # The types put the blocks into `usage`; they would be understood beside it as well.
        self._blocks: Mapping[str, Json] = usage if isinstance(usage, dict) else reply.fields
        for part in (reply.fields, self._blocks, *self._blocks.values()):
            self._check_currency(part)
            self._check_currency(part.get("meta") if isinstance(part, dict) else None)

    def _check_currency(self, part: Json) -> None:
        currency = part.get("currency") if isinstance(part, dict) else None
        if currency is not None and currency != "USD":
            raise self.unreadable(f"its amounts are in `{_shown(currency)}`, not in USD")

    def unreadable(self, why: str) -> ProviderUnavailable:
        """The error for a report that is not as documented."""
        return ProviderUnavailable(
            f"{self._window} cannot be read: {why}",
            settled=True,
            hint=_NO_REPORT,
        )

    def rows(self, name: str) -> list[Mapping[str, Json]]:
        """The rows of a block."""
        block = self._blocks.get(name)
        rows = block.get("data") if isinstance(block, dict) else None
        if not isinstance(rows, list):
            raise self.unreadable(f"it has no rows in `{name}`")
        for number, row in enumerate(rows, 1):
            if not isinstance(row, dict):
                raise self.unreadable(f"row {number} of `{name}` is not an object: {_shown(row)}")
            self._check_currency(row)
        return rows

    def row(self, number: int, row: Mapping[str, Json], model: str | None = None) -> UsageRow:
        """One row by day; of one model, if it was asked about alone."""
        place = f"row {number} of `timeseries`" + ("" if model is None else f", about `{plain_text(model)}`")
        day = _date(row.get("date"))
        if day is None or not self._window.first <= day <= self._window.last:
            raise self.unreadable(f"{place} is of no day that was asked about: {_shown(row)}")
        named = row.get("model") if model is None else model
        if not isinstance(named, str) or not named:
            raise self.unreadable(f"{place} names no model: {_shown(row)}")
        return UsageRow(day, named, self.count(row, place), self.spend(row, place))

    def count(self, row: Mapping[str, Json], place: str) -> int | None:
        """How many requests a row counts; None if it does not say."""
        count = row.get("count")
        if count is not None and (type(count) is not int or count < 0):
            raise self.unreadable(f"{place} has no number of requests: {_shown(row)}")
        return count

    def spend(self, row: Mapping[str, Json], place: str) -> Usd | None:
        """What a row says was spent; None if it does not say."""
        value = row.get("spend")
        if value is None:
            return None
        amount = parse_usd(value)
        if amount is None or not 0 <= amount <= _LARGEST:
            raise self.unreadable(f"{place} has no amount of money: {_shown(row)}")
        return amount.quantize(_EXACT).normalize()

    def doubts(
        self, rows: Sequence[UsageRow | UsageSum], models: Sequence[UsageSum], what: str | None = None
    ) -> list[str]:
        """Where the blocks and totals of a report differ from its rows: some may be missing.

        Of a report that is about one model, named in `what`, only the days matter.
        """
        where, whole = f"in {what or self._window}, the", figures((row.requests, row.usd) for row in rows)
        found: list[str] = []
        for name in ("timeseries", "model", "apiKey") if what is None else ("timeseries",):
            for kind, told in figures_in(self._blocks.get(name)).items():
                found += differences(f"{where} rows", whole, f"the {kind} of `{name}`", told)
        for air in dict.fromkeys(each.model for each in models):
            mine = figures((row.requests, row.usd) for row in rows if row.model == air)
            told = figures((each.requests, each.usd) for each in models if each.model == air)
            found += differences(f"{where} days of `{plain_text(air)}`", mine, "its row of `model`", told)
        return found

    def keys(self) -> list[str]:
        """The ids of the keys with usage; empty if they are not told."""
        block = self._blocks.get("apiKey")
        rows = block.get("data") if isinstance(block, dict) else None
        named = [row.get("apiKey") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return [plain_text(key) for key in named if isinstance(key, str) and key]

    def day_of(self, name: str, usual: date) -> date:
        """A day that the reply names beside its rows."""
        return _date(self._fields.get(name)) or usual


def oldest_key(details: Item) -> date | None:
    """When the oldest key of the account was made, from `getDetails`; None if that is not told of every key."""
    keys = details.fields.get("apiKeys")
    listed = keys if isinstance(keys, list) else []
    days = [_date(key.get("createdAt")) if isinstance(key, dict) else None for key in listed]
    return None if None in days else min((day for day in days if day is not None), default=None)


def _date(value: Json) -> date | None:
    """The day, in UTC, of a date or a time."""
    if not isinstance(value, str) or value[10:11] not in {"", "T", " "}:
        return None
    try:
        if len(value) > len("2026-11-30"):
            moment = datetime.fromisoformat(value)
            return moment.date() if moment.tzinfo is None else moment.astimezone(UTC).date()
        return date.fromisoformat(value)
    except (ValueError, OverflowError):
        return None


def _shown(row: Json) -> str:
    return plain_text(str(row))[:200]
