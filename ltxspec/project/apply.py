"""Applies a plan in the order that protects money: lock, read, plan, check, ask, and only then order."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from ltxspec.apply.events import NOTHING_DONE, ApplyEvent, Emit, EventKind, RunSummary
from ltxspec.errors import Refused
from ltxspec.plan.actions import Change, Plan, Reason
from ltxspec.plan.bought_again import refuse_buying_again
from ltxspec.plan.document import PlanDocument, PlanOptions
from ltxspec.plan.limits import refuse_unknown_prices
from ltxspec.plan.policy import refuse_by_policy
from ltxspec.plan.shards import Shard
from ltxspec.project.budgets import refuse_over_limits
from ltxspec.project.links import relink
from ltxspec.project.locks import LockedSpecs, holding_specs, locked
from ltxspec.project.others import move_takes, sources
from ltxspec.project.plan import ProjectPlan, plan_project, replanner
from ltxspec.project.project import ProjectContext
from ltxspec.project.running.approval import refuse_stale, refuse_unapproved, refusing_gone
from ltxspec.project.running.leasing import agreeing
from ltxspec.project.running.limits import run_budget, run_limits
from ltxspec.project.running.retaking import plan_retaking
from ltxspec.project.running.run import PreparedRun, jobs_of, settings_of
from ltxspec.project.running.sharding import part_of
from ltxspec.project.unclaimed import refuse_moves_in_progress
from ltxspec.project.unread import refuse_unread
from ltxspec.report.apply.summary import summary_line
from ltxspec.storage.state import FileSpecState
from ltxspec.values import Usd, dollars, total_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """How a plan is applied.

    Attributes:
        plan_options: what is planned; for a saved plan, its own options.
        saved: refuse any plan that differs from this one.
        approved: refuse any plan with a different digest.
        max_cost: spending limit in USD; `[budget]` applies as well.
        allow_unknown_cost: also order shots without a known price.
        auto_approve: do not ask for approval.
        lock_timeout: seconds to wait for another process that is working on a spec.
        parallelism: tasks in progress at once; None: as configured.
        detach: order only; `collect` fetches the videos later.
        buy_again: also order renders that another spec of the project has.
        shard: apply this part of the plan only; every check is about the whole.
    """

    plan_options: PlanOptions = field(default_factory=PlanOptions)
    saved: PlanDocument | None = None
    approved: str | None = None
    max_cost: Usd | None = None
    allow_unknown_cost: bool = False
    auto_approve: bool = False
    lock_timeout: float = 0.0
    parallelism: int | None = None
    detach: bool = False
    buy_again: bool = False
    shard: Shard | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """What has to be approved before money is spent."""

    new: Sequence[Change]  # orders
    unclear: Sequence[Change]  # orders of an earlier run that may not have arrived; repeating them costs new money

    @property
    def question(self) -> str:
        """The question to ask, with the amounts."""
        unclear = self.unclear
        again = f", and {_money(unclear)} if {_old_orders(unclear)} did not arrive" if unclear else ""
        return f"Spend {_money(self.new)}{again}?"


Approve = Callable[[Approval], bool]


@contextlib.contextmanager
def prepare_apply(
    project: ProjectContext,
    options: ApplyOptions,
    approve: Approve | None = None,
    show: Callable[[ProjectPlan], None] = lambda _: None,
) -> Iterator[PreparedRun | None]:
    """Lock the specs, read and plan them again, check every limit, and get the spending approved.

    Args:
        project: the project, with its provider.
        options: what is applied, and within which limits.
        approve: asks the user; None: there is no terminal to ask on.
        show: called with the plan before anything is checked or asked.

    Yields:
        The run, valid while the locks are held; None if there is nothing to do.

    Raises:
        Invalid: the specs have problems.
        LockHeld: another process is working on one of them, or another machine may order for it.
        Refused: the plan differs from the approved one, exceeds a limit, violates a policy, or was not approved.
        LockfileError, StorageError, ProviderRefused: a record or the store cannot be used, or there is no key.
    """
    asked = options.plan_options
    with contextlib.ExitStack() as locks:
        with refusing_gone(project, options.saved):
            held = locks.enter_context(holding_specs(project, asked, wait=options.lock_timeout, command="apply"))
        planned, sources = locks.enter_context(_planned_under_locks(project, options, held))
        part = part_of(planned, options.shard)
        show(part)
        limits = run_limits(project, options.saved, options.max_cost)
        _refuse(project, planned.plan, options, held)
        over_project = refuse_over_limits(project, planned.plan, planned.rendered, limits, is_whole=planned.is_whole)
        refuse_unread(project, planned.changes)
        if not part.pending and not any(item.journal.open for item in held.given.values()):
            relink(project, [have.lockfile for have in held.given.values()])
            yield None
            return
        claiming = locks.enter_context(agreeing(project, part.changes, options.lock_timeout, options.shard))
        approved = _approved(project, part.plan, options, approve)
        relink(project, move_takes(part.plan, {**held.states, **sources}))
        settings = settings_of(project, parallelism=options.parallelism, detach=options.detach, approved=approved)
        budget = run_budget(planned, limits, held.recorded, options.shard, over_project)
        jobs, replan = jobs_of(held, part), replanner(part)
        yield PreparedRun(project, jobs, settings, budget, replan=replan, claiming=claiming, states=held.states)


@contextlib.contextmanager
def _planned_under_locks(
    project: ProjectContext, options: ApplyOptions, held: LockedSpecs
) -> Iterator[tuple[ProjectPlan, Mapping[str, FileSpecState]]]:
    """Plan under the locks of all specs concerned, also of those that takes are taken over from.

    Raises:
        Refused: other specs are taken over from than a moment ago.
        LockHeld, LockfileError, WrongUsage: as `prepare_apply`.
    """
    plan = partial(plan_project, project, options.plan_options, held.rendered, held.recorded)
    is_saved = options.saved is not None
    first = plan(is_saved=is_saved)
    names = sources(first.changes) - held.states.keys()
    if not names:
        yield first, {}
        return
    with locked(project, names, command="apply", wait=options.lock_timeout) as states:
        again = plan(is_saved=is_saved)
        if not sources(again.changes) <= names | held.states.keys():
            raise Refused("stale-plan", "lockfiles are being changed while they are applied", hint="run it again")
        yield again, states


def apply_plan(planned: ProjectPlan, options: ApplyOptions, emit: Emit = lambda _: None) -> RunSummary:
    """Apply a plan. Passing it approves exactly what it lists; nothing else is ordered.

    Args:
        planned: the result of `plan_project`.
        options: the limits; `plan_options` and `saved` are taken from `planned`.
        emit: called with each event as it happens.

    Raises:
        Refused: planning again under the locks gives a different plan, or as `prepare_apply`.
    """

    async def last() -> RunSummary:
        summary = None
        async for event in apply_events(planned, options):
            emit(event)
            summary = event.summary
        return summary or NOTHING_DONE

    return asyncio.run(last())


async def apply_events(planned: ProjectPlan, options: ApplyOptions) -> AsyncGenerator[ApplyEvent, None]:
    """Like `apply_plan`, as events; the last one carries the summary. Yields nothing if there is nothing to do.

    Planning and waiting for locks block the event loop. Leaving the loop early stops further orders and waits for what
    is in progress. Cancelling stops at once: what is in progress is in the journal, and the next apply or collect
    continues it.
    """
    options = replace(options, plan_options=planned.options, saved=planned.as_saved())
    with prepare_apply(planned.project, options) as prepared:
        if prepared is None:
            return
        events: asyncio.Queue[ApplyEvent | None] = asyncio.Queue()
        run = asyncio.create_task(prepared.carry_out(events.put_nowait))
        run.add_done_callback(lambda _: events.put_nowait(None))
        try:
            while (event := await events.get()) is not None:
                yield event
            summary = await run
            yield ApplyEvent(EventKind.RUN_FINISHED, summary_line(summary), summary=summary)
        except asyncio.CancelledError:
            run.cancel()
            raise
        finally:
            prepared.stop.stop("interrupted", by_user=True)
            with contextlib.suppress(asyncio.CancelledError):
                await run


def _refuse(project: ProjectContext, plan: Plan, options: ApplyOptions, held: LockedSpecs) -> None:
    """Make every check that may forbid ordering, except those of limits, before anything is spent."""
    if options.saved is not None:
        lockfiles = [have.lockfile for have in held.recorded.values()]
        refuse_stale(options.saved, plan, lockfiles, partial(plan_retaking, project, options.plan_options, held))
    if options.approved is not None:
        refuse_unapproved(project, plan, options.approved)
    refuse_by_policy(plan)
    refuse_moves_in_progress(plan.diagnostics)
    if not options.buy_again:
        refuse_buying_again(plan.changes)
    if not options.allow_unknown_cost:
        refuse_unknown_prices(plan)


def _approved(project: ProjectContext, plan: Plan, options: ApplyOptions, approve: Approve | None) -> bool:
    """Get the spending approved. A free provider needs no approval; a saved or approved plan already has it.

    Returns:
        Whether orders of an earlier run may be sent again if the provider does not know them, which costs new money.
        Without approval the provider is only asked for them.
    """
    unclear = [c for c in plan.changes if c.request is not None and Reason.OUTCOME_UNKNOWN in c.reasons]
    if not options.allow_unknown_cost and any(change.estimate is None for change in unclear):
        project.warn("the price of an earlier order is unknown: without --allow-unknown-cost it is only looked up")
        return False
    if options.auto_approve or options.saved is not None or options.approved is not None or project.service.free:
        return True
    new = [change for change in plan.changes if change.action.spends]
    if not new and not unclear:
        return False
    if approve is None:
        if new:
            raise Refused(
                "not-approved",
                f"this would spend {_money(new)}, and there is no terminal to ask for approval",
                hint=f"pass --auto-approve (with --max-cost), or apply a saved plan{_and_the_key(project)}",
            )
        project.warn(
            f"{_old_orders(unclear)} may not have arrived. Ordering again would cost {_money(unclear)}: "
            "without approval (--auto-approve) they are only looked up at the provider"
        )
        return False
    _refuse_without_key(project, plan)
    given = approve(Approval(new, unclear))
    if not given and new:
        raise Refused("not-approved", "not approved; nothing was ordered")
    return given


def _refuse_without_key(project: ProjectContext, plan: Plan) -> None:
    """Fail before asking for approval if there is no key to order with. Raises ProviderRefused."""
    from ltxspec.project.adapters import has_key
    from ltxspec.providers.registry import missing_key

    if not has_key(project.service, project.environ) and any(change.action.spends for change in plan.changes):
        raise missing_key(project.service)


def _and_the_key(project: ProjectContext) -> str:
    from ltxspec.project.adapters import has_key

    return "" if has_key(project.service, project.environ) else f"; `{project.service.key}` is not set either"


def _money(changes: Sequence[Change]) -> str:
    usd, unknown = total_usd(change.estimate for change in changes)
    limits, _ = total_usd(change.reckoned for change in changes)
    aside = f" by the project's own prices, {dollars(limits)} by ltxspec's" if limits > usd else ""
    return dollars(usd) + (f" plus {unknown} unknown" if unknown else "") + aside


def _old_orders(changes: Sequence[Change]) -> str:
    count = len(changes)
    return f"{count} order{'s' * (count != 1)} of an earlier run"
