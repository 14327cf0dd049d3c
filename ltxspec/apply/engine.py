"""Carries out a plan: free changes first, then unfinished tasks, then new orders. It makes no decisions itself."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.events import ApplyEvent, Emit, EventKind, Outcome, RunSummary, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.orders import results_of
from ltxspec.apply.polling import Poller, Silence
from ltxspec.apply.ports import Archive, Clock, LocalMedia, Provider, RenderOrder, TaskReport
from ltxspec.apply.recovery import RecoveryLimits
from ltxspec.apply.task import RunContext, StopSignal
from ltxspec.apply.task_finish import held_back, unresolved
from ltxspec.apply.task_start import failed_attempts, order_shot, reopen, resume_shot
from ltxspec.errors import LtxspecError, ProviderError
from ltxspec.plan.actions import Action, Change
from ltxspec.values import ShotAddress, TaskId, Usd, total_usd


@dataclass(frozen=True, slots=True)
class Adapters:
    """The adapters a run works with."""

    provider: Provider
    archive: Archive
    clock: Clock
    load_media: Callable[[Change], Sequence[LocalMedia]]
    emit: Emit
    arriving: set[TaskId] = field(default_factory=set)  # tasks whose videos are being fetched, for status queries
    rival: Callable[[Change], str | None] = lambda _: None  # who else orders the same render by now, in words


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How a run behaves; times in seconds."""

    parallelism: int = 4
    poll_interval: float = 2.0
    poll_max: float = 15.0
    limits: RecoveryLimits = field(default_factory=RecoveryLimits)
    detach: bool = False
    submit: bool = True  # false for collect: finish tasks under way, order nothing
    approved: bool = True  # whether an earlier run's orders that the provider does not know may be sent again


@dataclass(frozen=True, slots=True)
class Job:
    """One spec's part of a run."""

    ledger: Ledger
    changes: Sequence[Change]
    retries: frozenset[ShotAddress] = frozenset()  # shots the user asked to retry
    outside: Sequence[Change] = ()  # tasks under way outside its scope: collected, and their cost counts


async def run(
    jobs: Sequence[Job], adapters: Adapters, settings: RunSettings, budget: RunBudget, stop: StopSignal
) -> RunSummary:
    """Apply the planned changes of all jobs.

    Never raises because one shot failed: each has its own outcome, and no failure hides another shot's result.
    """
    outcomes: list[ShotOutcome] = []
    silence = Silence(adapters.clock, lambda text: adapters.emit(ApplyEvent(EventKind.SERVICE_SILENT, text)))
    poller = Poller(
        adapters.provider, adapters.clock, interval=settings.poll_interval, longest=settings.poll_max, silence=silence
    )
    async with poller:
        context = RunContext(
            adapters.provider, adapters.archive, adapters.clock, poller, settings.poll_interval, budget, stop,
            settings.limits, adapters.emit, settings.detach, adapters.load_media, settings.submit, settings.approved,
            adapters.arriving, adapters.rival,
        )  # fmt: skip
        for job in jobs:
            outcomes += _record_free(job, adapters)
        outcomes += await _resume_all(jobs, context)
        if settings.submit:
            outcomes += await _order_all(jobs, context, settings.parallelism, outcomes)
    for job in jobs:
        with contextlib.suppress(LtxspecError):  # closed tasks left in a journal are harmless
            job.ledger.close()
    return _summary(outcomes, budget, interrupted=stop.by_user)


def _record_free(job: Job, adapters: Adapters) -> list[ShotOutcome]:
    """Record all changes that cost nothing and the moves that precede orders; update the links."""
    free = [c for c in job.changes if c.action in (Action.UPDATE, Action.RESTORE, Action.MOVE, Action.RETIRE)]
    moved = [c for c in job.changes if (c.action.spends or c.action is Action.BLOCKED) and c.origin is not None]
    if free or moved:
        job.ledger.record([*moved, *free])
    for change in [*moved, *free]:
        _relink(job, change, adapters.archive)
    for change in free:
        adapters.emit(
            ApplyEvent(EventKind.SHOT_RECORDED, f"{change.action.value} recorded", change.address, change.task_id)
        )
    return [ShotOutcome(change.address, Outcome.RECORDED, change.task_id) for change in free]


def _relink(job: Job, change: Change, archive: Archive) -> None:
    """Make the readable tree match the lockfile: names that no longer exist lose their link."""
    shots, spec = job.ledger.lockfile.shots, change.address.spec
    for key in filter(None, (change.address.instance, change.origin)):
        record = shots.get(key)
        take = record.current_take if record else None
        with contextlib.suppress(LtxspecError):  # a broken tree must not fail the apply
            archive.link(spec, key, take.shown if take else ())


async def _resume_all(jobs: Sequence[Job], context: RunContext) -> list[ShotOutcome]:
    """Resume all unfinished tasks before anything is bought. They run concurrently, because watching is free."""
    stories = []
    for job in jobs:
        resumed = {c.task_id: c for c in job.changes if c.action is Action.RESUME}
        for recorded in resumed.values():
            reopen(recorded, job.ledger)
        for task_id, task in list(job.ledger.open.items()):
            planned = resumed.get(task_id)
            change = planned if planned and planned.request else _current(job, task_id)
            address = change.address if change else ShotAddress(job.ledger.spec, task.intent.instance)
            estimate = planned.reckoned if planned else _price_of(job, task_id, change)
            running = resume_shot(
                task, address, change, job.ledger, context, estimate=estimate,
                consent=address in job.retries, unwanted=planned is not None and not _is_named_now(planned),
            )  # fmt: skip
            stories.append(_guarded(running, address, task_id, estimate, context))
    return await _all(stories)


async def _guarded(
    running: Coroutine[Any, Any, ShotOutcome],
    address: ShotAddress,
    task: TaskId | None,
    estimate: Usd | None,
    context: RunContext,
) -> ShotOutcome:
    """Run one shot; an error (such as a full disk) stops further orders but does not affect other shots."""
    try:
        return await running
    except LtxspecError as error:
        context.stop.stop(error.summary)
        message = unresolved(error.line)
        context.emit(ApplyEvent(EventKind.SHOT_UNRESOLVED, message, address, task, estimate, code=error.code))
        return ShotOutcome(address, Outcome.UNRESOLVED, task, estimate, message=error.line)


async def _all(stories: Sequence[Coroutine[Any, Any, ShotOutcome]]) -> list[ShotOutcome]:
    """Run all to completion; an unexpected exception is raised only after all the others have ended."""
    results = await asyncio.gather(*stories, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if isinstance(result, ShotOutcome)]


def _price_of(job: Job, task: TaskId, change: Change | None) -> Usd | None:
    """The catalog price that counts against limits for a task without a planned change."""
    other = next((item for item in job.outside if item.task_id == task), None)
    if other is not None:
        return other.reckoned
    return change.request.estimate if change is not None and change.request is not None else None


def _is_named_now(change: Change) -> bool:
    """Whether the spec requests a task under way by its exact name: another name would be another order."""
    return change.request is not None and change.origin is None


def _current(job: Job, task_id: TaskId) -> Change | None:
    """The unchanged shot whose take is already recorded and whose video alone is missing from the archive."""
    return next((c for c in job.changes if c.action is Action.NO_OP and c.task_id == task_id), None)


async def _order_all(
    jobs: Sequence[Job], context: RunContext, parallelism: int, before: Sequence[ShotOutcome]
) -> list[ShotOutcome]:
    """Place the planned orders, at most `parallelism` at a time.

    Raises:
        ProviderError: the first look failed, and this run has no outcomes from `before` to report.
    """
    planned = [(change, job) for job in jobs for change in job.changes if change.action.spends]
    if not planned:
        return []
    try:
        seen = await _look_first(planned, context)
    except ProviderError as error:
        if not before:
            raise
        return [held_back(change, context, error.line) for change, _ in planned]
    places = asyncio.Semaphore(parallelism)

    async def one(change: Change, job: Job, context: RunContext = context) -> ShotOutcome:
        async with places:
            running = order_shot(change, job.ledger, context, seen, consent=change.address in job.retries)
            return await _guarded(running, change.address, change.task_id, change.estimate, context)

    first = await _prove_prices(planned, one, context, before)
    return first + await _all([one(change, job) for change, job in planned[len(first) :]])


async def _prove_prices(
    planned: Sequence[tuple[Change, Job]],
    order: Callable[[Change, Job, RunContext], Coroutine[Any, Any, ShotOutcome]],
    context: RunContext,
    before: Sequence[ShotOutcome],
) -> list[ShotOutcome]:
    """With a limit set, order one by one until a first price is known, so that a wrong price list is noticed early.

    A detached run waits for this one render, too.
    """
    outcomes: list[ShotOutcome] = []
    if not context.budget.is_limited or len(planned) == 1:
        return outcomes
    ended, waiting = (Outcome.RENDERED, Outcome.COLLECTED), replace(context, detach=False)
    while len(outcomes) < len(planned) and not any(item.outcome in ended for item in (*before, *outcomes)):
        if context.stop.asked() is not None:
            break
        outcomes.append(await order(*planned[len(outcomes)], waiting))
    return outcomes


async def _look_first(planned: Sequence[tuple[Change, Job]], context: RunContext) -> Mapping[TaskId, TaskReport]:
    """Ask whether the provider already has any planned task: another machine may have ordered it and crashed.

    Earlier attempts recorded as failed are checked once more, too.

    Raises:
        ProviderError: the look failed; nothing is ordered without it.
    """
    wanted: dict[TaskId, RenderOrder] = {}
    earlier: dict[TaskId, RenderOrder] = {}  # polled separately: a look that includes a failed task may fail as a whole
    for change, job in planned:
        if change.task_id is None or change.request is None:
            continue
        results = results_of(change.request.body)
        wanted[change.task_id] = RenderOrder(change.task_id, {}, results)
        earlier |= {
            take.task_id: RenderOrder(take.task_id, {}, results) for take in failed_attempts(change, job.ledger)
        }
    seen = await context.provider.poll(list(wanted.values()))
    return {**(await context.provider.poll(list(earlier.values())) if earlier else {}), **seen}


def _summary(outcomes: Sequence[ShotOutcome], budget: RunBudget, *, interrupted: bool) -> RunSummary:
    """Sum up the run. In flight means ordered, with no recorded end."""
    done = (Outcome.RENDERED, Outcome.COLLECTED, Outcome.FAILED)
    open_ends = (Outcome.UNRESOLVED, Outcome.DETACHED)
    spent, unknown = total_usd(item.cost for item in outcomes if item.outcome in done and item.billable)
    estimated, _ = total_usd(
        item.estimate for item in outcomes if item.outcome in (*done, *open_ends) and item.billable
    )
    in_flight, in_flight_unknown = total_usd(item.estimate for item in outcomes if item.outcome in open_ends)
    before, _ = total_usd(item.cost for item in outcomes if item.outcome is Outcome.COLLECTED)
    over = budget.overspent()
    return RunSummary(
        outcomes=tuple(outcomes),
        estimated=estimated,
        spent=spent,
        spent_unknown=unknown,
        spent_before=before,
        in_flight=in_flight,
        in_flight_unknown=in_flight_unknown,
        in_flight_count=sum(1 for item in outcomes if item.outcome in open_ends),
        interrupted=interrupted,
        overspent=over[0] if over else Decimal(0),
        limit=over[1] if over else budget.limit,
    )
