"""Asks the provider what it charged, and compares that with the lockfiles. Nothing is ordered or changed."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from ltxspec.errors import WrongUsage
from ltxspec.lock.by_task import takes_by_id
from ltxspec.lock.journal import OpenTask
from ltxspec.plan.prices import limit_price, listed_price
from ltxspec.plan.reconciling import Order, Reconciliation, reconcile
from ltxspec.plan.usage import UsageQuestion, UsageReport, one_row_each
from ltxspec.project.adapters import open_provider
from ltxspec.project.lookup import recorded_names, recorded_state
from ltxspec.project.project import ProjectContext
from ltxspec.storage.clock import SystemClock
from ltxspec.values import Json, ShotAddress, Usd

_USUAL = timedelta(29)  # back from today, if nothing is recorded


@dataclass(frozen=True, slots=True)
class ReconcileOptions:
    """What is compared: days in UTC, both included (None: from the first recorded order, to today).

    `keys` are ids of API keys, as the provider's reports name them; none: all keys of the account.
    """

    first: date | None = None
    last: date | None = None
    keys: Sequence[str] = ()


def reconcile_costs(project: ProjectContext, options: ReconcileOptions | None = None) -> Reconciliation:
    """Compare everything recorded with a provider with the provider's own usage report.

    Raises:
        WrongUsage: the first day is after the last one.
        LockfileError: a lockfile or journal cannot be read.
        ProviderRefused: the service has no usage reports, or the key is missing or bad.
        ProviderUnavailable: it does not answer, or its report cannot be read.
    """
    options, today = options or ReconcileOptions(), SystemClock().now().date()
    orders = recorded_orders(project)
    last = options.last or today
    days = [order.day for order in orders if order.day is not None]
    first = options.first or min([*days, last] if days else [last - _USUAL])
    if first > last:
        raise WrongUsage(f"there are no days from {first} to {last}", hint="`--from` is the first day, `--to` the last")
    own = {order.model for order in orders}
    question = UsageQuestion(first, last, tuple(options.keys), lambda name: _air(name, project) in own)
    report = _named_as_here(asyncio.run(_asked(project, question)), project)
    return reconcile(orders, report, first, last, today)


async def _asked(project: ProjectContext, question: UsageQuestion) -> UsageReport:
    provider = open_provider(project)
    try:
        return await provider.usage(question)
    finally:
        await provider.close()


def _named_as_here(report: UsageReport, project: ProjectContext) -> UsageReport:
    """The report with models under their AIR, if it calls one by another name that the catalog knows."""
    return replace(report, rows=one_row_each(replace(row, model=_air(row.model, project)) for row in report.rows))


def _air(name: str, project: ProjectContext) -> str:
    model = project.catalog.find(name)
    return name if model is None else model.air


def recorded_orders(project: ProjectContext) -> list[Order]:
    """Every task of all specs, recorded or in progress, once. Raises LockfileError."""
    states = {name: recorded_state(project, name) for name in recorded_names(project)}
    recorded = takes_by_id(state.lockfile for state in states.values())
    found = []
    for address, take in recorded.values():
        air, price = _air(take.model, project), _price(take.request, take.cost, project)
        at, end = _time(take.submitted_at), _time(take.finished_at)
        found.append(Order(address, take.task_id, air, take.status, take.cost, price, at, end))
    running = ((name, task) for name, state in states.items() for task in state.journal.open.values())
    return [
        *found,
        *_in_progress(((name, task) for name, task in running if task.intent.task_id not in recorded), project),
    ]


def _in_progress(tasks: Iterable[tuple[str, OpenTask]], project: ProjectContext) -> Iterator[Order]:
    for spec, task in tasks:
        intent = task.intent
        yield Order(
            ShotAddress(spec, intent.instance),
            intent.task_id,
            _air(str(intent.request.get("model")), project),
            "in-progress",
            task.cost,
            _price(intent.request, task.cost, project),
            _time(intent.at),
            _time(task.finished_at),
        )


def _price(request: Json, cost: Usd | None, project: ProjectContext) -> Usd | None:
    """The most that a request without a known cost should have cost by the catalog."""
    if cost is not None:
        return None
    return limit_price(project.catalog, request, listed_price(project.catalog, request))


def _time(written: str | None) -> datetime | None:
    """A recorded time in UTC; None if there is none, or the text is none."""
    try:
        found = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None
