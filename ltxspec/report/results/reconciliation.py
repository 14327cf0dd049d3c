"""What is recorded next to what the provider says it charged, as a document."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from ltxspec.formats import Count, Money, Open, Record
from ltxspec.plan.reconciling import DayAndModel, Order, Reconciliation, Verdict
from ltxspec.plan.usage import UsageSum
from ltxspec.report.results.base import Result
from ltxspec.report.results.takes import Address
from ltxspec.values import total_usd

Day = Annotated[str, Meta(description="a day in UTC", extra_json_schema={"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})]


class ReconciledTask(Record, frozen=True, kw_only=True):
    """A task that is recorded or in progress; `usd` is null if the provider did not report its cost."""

    address: Address
    task_id: str
    status: Annotated[str, Meta(description="succeeded, failed or in-progress")]
    usd: Money | None
    submitted_at: str | None


class Recorded(Record, frozen=True, kw_only=True):
    """Tasks: how many, the sum of known costs, and how many costs are unknown."""

    tasks: Count
    usd: Money
    unknown: Count
    in_progress: Annotated[Count, Meta(description="of the tasks: those that no lockfile records yet")]


class Reported(Record, frozen=True):
    """What the provider says; null is not told, never 0."""

    requests: Count | None
    usd: Money | None


class Shifted(Record, frozen=True):
    """An amount that was probably charged on a neighbouring day; negative: one of that day, charged on this one."""

    day: Day
    usd: Money


class ReconciledDay(Open, frozen=True, kw_only=True):
    """One model on one day."""

    day: Day
    model: str
    verdict: Annotated[Verdict, Meta(description="undecided: costs or figures that are not known may explain it")]
    recorded: Recorded
    reported: Annotated[Reported | None, Meta(description="null if the day is not compared")]
    difference: Annotated[
        Money | None, Meta(description="what the provider has more (negative: less); null: not known")
    ]
    beyond_unknown: Annotated[bool, Meta(description="the difference is what even the listed prices do not explain")]
    shifted: tuple[Shifted, ...]
    balances: Annotated[Day | None, Meta(description="the nearest day that differs by exactly the opposite")]
    tasks: tuple[ReconciledTask, ...]


class UsageElsewhere(Record, frozen=True):
    """A model that the account used, and of which nothing was ever recorded here."""

    model: str
    requests: Count | None
    usd: Money | None


class CostReconciliation(Result, frozen=True, kw_only=True):
    """Recorded costs next to the provider's usage report, in US dollars. Days are in UTC, both ends included.

    `differs` if a day and model differ, or nothing could be compared; `undecided` if that is unknown for one of
    them, or if `doubts` has why nothing in the report is certain. Only with neither do the costs agree with what was
    charged on the days that are compared. The report covers `reportFrom` to `reportTo`; `keys` are the API keys that it
    counts, by the provider's ids, if it names them.
    """

    provider: str
    differs: bool
    undecided: bool
    report_from: Day
    report_to: Day
    restricted: Annotated[bool, Meta(description="only the keys that were named are counted; else all of the account")]
    keys: tuple[str, ...]
    days: tuple[ReconciledDay, ...]
    undated: Annotated[tuple[ReconciledTask, ...], Meta(description="imported takes: no day of an order is recorded")]
    elsewhere: tuple[UsageElsewhere, ...]
    doubts: Annotated[tuple[str, ...], Meta(description="where the report does not add up, or may be of other keys")]
    remarks: Annotated[tuple[str, ...], Meta(description="what is missing from the report")]


def reconciliation_of(found: Reconciliation, provider: str, *, restricted: bool) -> CostReconciliation:
    """The document of a comparison."""
    return CostReconciliation(
        provider=provider,
        differs=found.differs,
        undecided=found.undecided,
        report_from=found.report.first.isoformat(),
        report_to=found.report.last.isoformat(),
        restricted=restricted,
        keys=tuple(found.report.keys),
        days=tuple(map(_day, found.days)),
        undated=_tasks(found.undated),
        elsewhere=tuple(map(_elsewhere, found.elsewhere)),
        doubts=tuple(found.report.doubts),
        remarks=tuple(found.report.remarks),
    )


def _day(item: DayAndModel) -> ReconciledDay:
    compared = item.verdict is not Verdict.NOT_COMPARED
    known = total_usd(order.usd for order in item.orders)[0]
    return ReconciledDay(
        day=item.day.isoformat(),
        model=item.model,
        verdict=item.verdict,
        recorded=Recorded(tasks=len(item.orders), usd=known, unknown=item.unknown, in_progress=item.in_progress),
        reported=Reported(item.requests, item.usd) if compared else None,
        difference=item.difference,
        beyond_unknown=item.at_least,
        shifted=tuple(Shifted(day.isoformat(), usd) for day, usd in item.shifted.items()),
        balances=None if item.balances is None else item.balances.isoformat(),
        tasks=_tasks(item.orders),
    )


def _tasks(orders: Sequence[Order]) -> tuple[ReconciledTask, ...]:
    return tuple(
        ReconciledTask(
            address=str(order.address),
            task_id=order.task_id,
            status=order.status,
            usd=order.usd,
            submitted_at=None if order.at is None else order.at.isoformat().replace("+00:00", "Z"),
        )
        for order in orders
    )


def _elsewhere(item: UsageSum) -> UsageElsewhere:
    return UsageElsewhere(item.model, item.requests, item.usd)
