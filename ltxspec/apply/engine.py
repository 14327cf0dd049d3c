"""Carries out a plan: free changes first, then unfinished tasks, then new orders. It makes no decisions itself."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.calls import Hints
from ltxspec.apply.chains import Chains, Replan, no_replan
from ltxspec.apply.claiming import UNCLAIMED, Claiming
from ltxspec.apply.closing import close_all, save_all
from ltxspec.apply.delivery import deliver
from ltxspec.apply.events import ApplyEvent, Emit, EventKind, Outcome, RunSummary, ShotOutcome
from ltxspec.apply.latencies import Latencies
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ordering import Order, Ordering, guarded, run_all
from ltxspec.apply.orders import results_of
from ltxspec.apply.polling import Poller, Silence
from ltxspec.apply.ports import Archive, Clock, LocalMedia, Provider, RenderOrder, SourceMedia
from ltxspec.apply.recovery import RecoveryLimits
from ltxspec.apply.retaken import with_retakes
from ltxspec.apply.source_takes import SourceTakes
from ltxspec.apply.task import RunContext, StopSignal, no_source_media
from ltxspec.apply.task_start import reopen, resume_shot
from ltxspec.errors import LtxspecError
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.render.expectations import NONE, Expectations
from ltxspec.render.models import Request
from ltxspec.values import Json, ShotAddress, TaskId, Usd, total_usd


@dataclass(frozen=True, slots=True)
class Adapters:
    """The adapters a run works with."""

    provider: Provider
    archive: Archive
    clock: Clock
    load_media: Callable[[Change], Sequence[LocalMedia]]
    emit: Emit
    arriving: set[TaskId] = field(default_factory=set)  # tasks whose videos are being fetched, for status queries
    source_media: SourceMedia = no_source_media
    replan: Replan = no_replan
    rival: Callable[[Change], str | None] = lambda _: None  # who else orders the same render by now, in words
    is_approved: Callable[[TaskId], bool] = lambda _: False  # whether somebody approved a take
    expected: Callable[[Mapping[str, Json]], float | None] = lambda _: None  # usual seconds of a request's render
    claiming: Claiming = UNCLAIMED  # what other machines must agree to before an order
    hints: Hints | None = None  # the provider's calls; None: it makes none


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
    elsewhere: bool = False  # new orders are placed by other machines: here is done what precedes them


@dataclass(frozen=True, slots=True)
class Job:
    """One spec's part of a run."""

    ledger: Ledger
    changes: Sequence[Change]
    retries: frozenset[ShotAddress] = frozenset()  # shots the user asked to retry
    outside: Sequence[Change] = ()  # tasks under way outside its scope: collected, and their cost counts
    is_context: bool = False  # others refer to the spec, or it is a shard: only its planned changes are touched
    requests: Sequence[Request] = ()  # of the whole spec: an order may follow from a shot outside the run's scope


async def run(
    jobs: Sequence[Job], adapters: Adapters, settings: RunSettings, budget: RunBudget, stop: StopSignal
) -> RunSummary:
    """Apply the planned changes of all jobs.

    Never raises because one shot failed: each has its own outcome, and no failure hides another shot's result.
    """
    ledgers = [job.ledger for job in jobs]
    try:
        outcomes = await _outcomes(jobs, adapters, settings, budget, stop)
    except BaseException:
        save_all(ledgers)
        raise
    outcomes = close_all(ledgers, outcomes, adapters.emit)
    held = [change for job in jobs for change in job.changes if change.action is Action.HELD]
    outcomes = with_retakes(outcomes, [change for job in jobs for change in (*job.outside, *job.changes)])
    summary = summary_of(outcomes, budget, interrupted=stop.by_user)
    return replace(summary, held=len(held) if settings.submit else 0)


async def _outcomes(
    jobs: Sequence[Job], adapters: Adapters, settings: RunSettings, budget: RunBudget, stop: StopSignal
) -> list[ShotOutcome]:
    """How each shot ended; what is recorded of it may not be written yet."""
    outcomes: list[ShotOutcome] = []
    silence = Silence(adapters.clock, lambda text: adapters.emit(ApplyEvent(EventKind.SERVICE_SILENT, text)))
    poller = Poller(
        adapters.provider, adapters.clock, interval=settings.poll_interval, longest=settings.poll_max,
        silence=silence, hints=adapters.hints, known=Latencies([job.ledger for job in jobs], adapters.clock),
    )  # fmt: skip
    takes = SourceTakes(
        {job.ledger.spec: job.ledger for job in jobs},
        [request for job in jobs for request in job.requests],
        adapters.is_approved,
    )
    async with poller:
        context = RunContext(
            adapters.provider, adapters.archive, adapters.clock, poller, settings.poll_interval, budget, stop,
            settings.limits, adapters.emit, settings.detach, adapters.load_media, settings.submit, settings.approved,
            adapters.arriving, adapters.source_media, adapters.rival, takes.refusal, adapters.expected,
            claiming=adapters.claiming,
        )  # fmt: skip
        for job in jobs:
            outcomes += _record_free(job, adapters)
        outcomes += await _resume_all(jobs, context)
        for job in jobs:
            _record_resumed(job, adapters.archive)
        if settings.submit and not settings.elsewhere:
            orders = [
                Order(change, job.ledger, change.address in job.retries)
                for job in jobs
                for change in job.changes
                if change.action.spends
            ]
            chains = Chains(
                [change for job in jobs for change in job.changes],
                takes,
                tuple(outcomes),
                adapters.replan,
                partial(_fetch, context),
            )
            outcomes += await Ordering(orders, context, settings.parallelism, chains).all(outcomes)
    return outcomes


async def _fetch(context: RunContext, ledger: Ledger, take: Take) -> None:
    """Archive the videos of a recorded take, and record their hashes."""
    order = RenderOrder(take.task_id, {}, results_of(take.request))
    delivery = await deliver(context.provider, context.archive, context.clock, order, take.outputs)
    ledger.archived(take.task_id, delivery.outputs, delivery.archived)


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


def _record_resumed(job: Job, archive: Archive) -> None:
    """Let the earlier takes of renamed shots go along with their orders that have ended.

    Not before: as long as no take says whose order that is, the next plan finds it by the name it was placed under.
    """
    moved = [c for c in job.changes if c.action is Action.RESUME and c.origin is not None and _has_take(job, c)]
    if moved:
        job.ledger.record(moved)
    for change in moved:
        _relink(job, change, archive)


def _has_take(job: Job, change: Change) -> bool:
    record = job.ledger.lockfile.shots.get(change.address.instance)
    return record is not None and change.task_id is not None and record.take(change.task_id) is not None


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
            if job.is_context and planned is None and _current(job, task_id) is None:
                continue
            change = planned if planned and planned.request else _current(job, task_id)
            address = change.address if change else ShotAddress(job.ledger.spec, task.intent.instance)
            estimate = planned.reckoned if planned else _price_of(job, task_id, change)
            running = resume_shot(
                task, address, change, job.ledger, context, estimate=estimate,
                consent=address in job.retries, unwanted=planned is not None and not _is_named_now(planned),
                unapproved=planned is not None and Reason.NOT_APPROVED in planned.reasons,
                expect=_expected(job, task_id),
            )  # fmt: skip
            stories.append(guarded(running, address, task_id, estimate, context))
    return await run_all(stories)


def _expected(job: Job, task: TaskId) -> Expectations:
    """What is expected of the videos of a task outside the run's scope."""
    other = next((item for item in job.outside if item.task_id == task), None)
    return NONE if other is None or other.request is None else other.request.expect


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


def summary_of(outcomes: Sequence[ShotOutcome], budget: RunBudget, *, interrupted: bool) -> RunSummary:
    """Sum up a run. In flight means ordered, with no recorded end."""
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
