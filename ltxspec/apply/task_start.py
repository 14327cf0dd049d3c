"""How one task begins in this run: ordered, adopted, or resumed from an earlier run.

Every step that costs money is on disk before it is taken. `task_loop` follows the recovery table, and `task_finish`
records the end.
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import structs

from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.orders import as_planned, make_intent, make_order, order_from, results_of
from ltxspec.apply.ports import RenderOrder, TaskReport, TaskState
from ltxspec.apply.recovery import Facts
from ltxspec.apply.task import RunContext, TaskRun
from ltxspec.apply.task_finish import archive_and_commit, held_back, record
from ltxspec.apply.task_loop import follow
from ltxspec.errors import LtxspecError, ProviderError, ProviderRefused, ProviderUnavailable
from ltxspec.lock.journal import OpenTask
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Change
from ltxspec.plan.cases import claimed_elsewhere
from ltxspec.render.expectations import NONE, Expectations
from ltxspec.render.models import Request
from ltxspec.values import ShotAddress, TaskId, Usd


async def order_shot(
    change: Change, ledger: Ledger, context: RunContext, seen: Mapping[TaskId, TaskReport], *, consent: bool = False
) -> ShotOutcome:
    """Order one shot, or adopt its task, or an earlier attempt given up too soon, if the provider already has it.

    Args:
        change: a spending change; its task id, retake and attempt are set.
        ledger: the spec's writer.
        context: what the run shares.
        seen: what the provider reported about this id and about earlier attempts, before anything was sent.
        consent: the user asked to retry the shot.
    """
    request, task = change.request, change.task_id
    if request is None or task is None:
        raise AssertionError(f"{change.action} of {change.address} has nothing to order")
    if (reason := context.stop.asked()) is not None:
        return held_back(change, context, reason)
    try:
        there, facts = await _already_there(change, ledger, context, seen)
        order = make_order(request, task, {} if facts else await context.uploaded(change))
    except LtxspecError as error:
        return _not_ordered(change, context, error)
    if facts is not None:
        return await _adopt(there, ledger, context, replace(facts, consent=consent))
    return await _buy(change, order, ledger, context)


def failed_attempts(change: Change, ledger: Ledger) -> list[Take]:
    """Earlier orders of the same request recorded as failed. They are checked once more before a new order."""
    if change.attempt == 1:
        return []
    lockfile, found = ledger.lockfile, {}
    same = tuple(change.request.fingerprints) if change.request is not None else ()
    for shot in (*lockfile.shots.values(), *lockfile.retired.values()):
        for take in shot.takes:
            if take.status == "failed" and take.fingerprint in same and take.retake == change.retake:
                found[take.task_id] = take
    return list(found.values())


def reopen(change: Change, ledger: Ledger) -> None:
    """Resume a recorded task that is missing from the journal, when some of its results are still to come."""
    request, task = change.request, change.task_id
    record = ledger.lockfile.shots.get(change.address.instance)
    take = record.take(task) if record is not None and task is not None else None
    if request is None or task is None or take is None or task in ledger.open:
        return
    body = make_order(request, task).body
    ledger.reopen(make_intent(change, body, take.submitted_at or ledger.now()), take.outputs)


async def resume_shot(  # noqa: PLR0913  # the first three are the subject, the others how; a class would only rename them
    task: OpenTask,
    address: ShotAddress,
    change: Change | None,
    ledger: Ledger,
    context: RunContext,
    *,
    estimate: Usd | None = None,
    consent: bool = False,
    unwanted: bool = False,
    unapproved: bool = False,
    expect: Expectations = NONE,
) -> ShotOutcome:
    """Resume a task that an earlier run left open, under its own id.

    Args:
        task: the task as journalled.
        address: the address to report it under.
        change: the shot that requests it now; None when no shot does, or when that is unknown.
        ledger: the spec's writer.
        context: what the run shares.
        estimate: its catalog price; prices in a journal are not used.
        consent: the user asked to retry the shot.
        unwanted: it is certain that no shot of the spec requests it any more, so it is not ordered now.
        unapproved: its source has no approval any more, so it is not sent again.
        expect: what its spec expects of the videos, where `change` is None because the run is about other shots.
    """
    intent, request = task.intent, change.request if change else None
    known = _is_complete(ledger.takes(intent.task_id))
    context.budget.count(intent.task_id, estimate, ledger.spec, address)
    if request is not None and intent.fingerprint in request.versions:
        ledger.plan_says(as_planned(intent, request))
    facts = Facts(
        submits=1,
        repeated=task.sends > 1,
        accepted=task.stage == "accepted" and not known,
        waited=_seconds_since(task.sent_at, context),
        age=_seconds_since(intent.at, context),
        consent=consent, unwanted=unwanted, recorded=known,
    )  # fmt: skip
    order = order_from(intent, None if unwanted else request)
    run = TaskRun(
        address, change, ledger, context, order, estimate, facts,
        ordered_here=False, resumed=True, unapproved=unapproved, expect=expect,
        elsewhere=None if context.submit else _claimed(task, address),
    )  # fmt: skip
    if task.ended:
        return await _end(run, task)
    run.tell(EventKind.SHOT_LOOKED_UP, "under way since an earlier run; asking the provider")
    return await follow(run)


def _claimed(task: OpenTask, address: ShotAddress) -> str | None:
    """Who else had claimed a task, in words, for a run that orders nothing; one that does claims it anew."""
    return None if task.claimed_by is None else claimed_elsewhere(address, task.claimed_by)


def _is_complete(takes: Sequence[Take]) -> bool:
    """Whether the end of a task is recorded: a journal that does not know it is an old copy."""
    return any(take.status == "failed" or len(take.outputs) >= results_of(take.request) for take in takes)


async def _end(run: TaskRun, task: OpenTask) -> ShotOutcome:
    """Record a task whose end is journalled, using the provider's data where it still knows the task.

    A journal may have been copied or forged, and asking is free. If the provider no longer knows the task, or cannot
    be reached, the journal is the only source.
    """
    run.facts = replace(run.facts, accepted=True)
    for look in (_live_end, _archived_end):
        with contextlib.suppress(ProviderError):
            report = await look(run)
            if report is not None and report.state is TaskState.SUCCEEDED:
                run.facts = replace(run.facts, poll=report)
                return await record(run)
    run.context.budget.settle(run.task_id, task.cost)
    return await archive_and_commit(run)


async def _live_end(run: TaskRun) -> TaskReport | None:
    return (await run.context.provider.poll([run.order]))[run.task_id]


async def _archived_end(run: TaskRun) -> TaskReport | None:
    return await run.context.provider.look_up(run.order)


def _seconds_since(moment: str, context: RunContext) -> float:
    """Seconds since `moment`; never negative, even if the clock was set back."""
    return max((context.clock.now() - datetime.fromisoformat(moment)).total_seconds(), 0.0)


async def _already_there(
    change: Change, ledger: Ledger, context: RunContext, seen: Mapping[TaskId, TaskReport]
) -> tuple[Change, Facts | None]:
    """The change with the task the provider has for it, and the facts that prove it; None when there are none.

    Raises:
        ProviderError: a look failed; nothing is ordered without it.
    """
    request, task = change.request, change.task_id
    if request is None or task is None:
        raise AssertionError("looked for without a request")
    for earlier in failed_attempts(change, ledger):
        facts = await _alive_after_all(earlier, request, context, seen)
        if facts is not None:
            return replace(change, task_id=earlier.task_id, attempt=earlier.attempt or 1), facts
    return change, await _bought_elsewhere(task, request, context, seen)


async def _bought_elsewhere(
    task: TaskId, request: Request, context: RunContext, seen: Mapping[TaskId, TaskReport]
) -> Facts | None:
    """The facts that prove the provider has this task: another machine may have ordered it and crashed.

    The live state may not list it (it finished long ago) or may be ambiguous (unknown ids may be answered like running
    ones), so the archive is asked as well. Asking is free; a duplicate order is not.

    A failure that only the archive shows may be the refusal of a repeat sent by that machine: then the first order may
    still be rendering, and its outcome is unknown.
    """
    live = seen.get(task)
    if live is not None and not live.heard:
        raise ProviderUnavailable("the provider did not report whether it already has this task")
    if live is not None and live.exists:
        return Facts(accepted=True, poll=live)
    archived = await _archived(task, request, context)
    if archived is None or not archived.exists:
        return None
    if archived.state is TaskState.FAILED:
        return Facts(submits=1, repeated=True, archive=archived)
    return Facts(accepted=True, archive=archived)


async def _alive_after_all(
    take: Take, request: Request, context: RunContext, seen: Mapping[TaskId, TaskReport]
) -> Facts | None:
    """The facts that prove a task recorded as failed still runs or delivered: the error may have concerned the look."""
    live = seen.get(take.task_id)
    if live is not None and live.exists and live.state is not TaskState.FAILED:
        return Facts(accepted=True, poll=live)
    archived = await _archived(take.task_id, request, context)
    delivered = archived is not None and archived.state is TaskState.SUCCEEDED
    return Facts(accepted=True, archive=archived) if delivered else None


async def _archived(task: TaskId, request: Request, context: RunContext) -> TaskReport | None:
    """The archive's report of a task; None when the provider offers no archive: then the live state is decisive."""
    try:
        return await context.provider.look_up(RenderOrder(task, {}, results=results_of(request.body)))
    except ProviderUnavailable as error:
        if error.settled:
            return None
        raise


def _not_ordered(change: Change, context: RunContext, error: LtxspecError) -> ShotOutcome:
    """A step that must precede the order failed. Nothing was spent."""
    refused = isinstance(error, ProviderRefused)
    if isinstance(error, ProviderRefused) and error.whole_run:
        context.stop.stop(error.summary)
        refused = False
    if not refused:
        return held_back(change, context, error.summary)
    context.emit(ApplyEvent(EventKind.SHOT_FAILED, error.summary, change.address, change.task_id, code=error.code))
    outcome = ShotOutcome(change.address, Outcome.FAILED, change.task_id, change.estimate, message=error.summary)
    return replace(outcome, billable=False)


async def _adopt(change: Change, ledger: Ledger, context: RunContext, facts: Facts) -> ShotOutcome:
    """Take over a task that the provider already has."""
    request, task = change.request, change.task_id
    if request is None or task is None:
        raise AssertionError("adopted without a request")
    order = make_order(request, task)
    context.budget.count(task, change.reckoned, ledger.spec, change.address)
    ledger.intend(make_intent(change, order.body, ledger.now()))
    if facts.accepted:
        ledger.accept(task)
    run = TaskRun(
        change.address, change, ledger, context, order, change.estimate, facts, ordered_here=False, resumed=True
    )  # fmt: skip
    run.tell(EventKind.SHOT_ADOPTED, "the provider already has this task; nothing is ordered again")
    return await follow(run)


async def _buy(change: Change, order: RenderOrder, ledger: Ledger, context: RunContext) -> ShotOutcome:
    """Write the intent, then follow the task, which sends the order."""
    if (reason := context.stop.asked()) is not None:
        return held_back(change, context, reason)
    if (refusal := context.refusal(change)) is not None:
        return held_back(change, context, refusal)
    if not context.budget.reserve(order.task_id, change.reckoned, ledger.spec, change.address):
        return held_back(change, context, "the cost limit would be exceeded")
    try:
        fence = context.claiming.fence(ledger.spec)
        ledger.intend(structs.replace(make_intent(change, order.body, ledger.now()), fence=fence))
        await ledger.on_disk(order.task_id)
    except LtxspecError as error:  # a disk that fails now would also fail when the result has to be recorded
        ledger.withdraw(order.task_id)
        context.budget.release(order.task_id)
        context.stop.stop(error.summary)
        return held_back(change, context, error.summary)
    if (rival := context.rival(change)) is not None:
        ledger.abandon(order.task_id, rival)
        context.budget.release(order.task_id)
        return held_back(change, context, rival)
    run = TaskRun(change.address, change, ledger, context, order, change.estimate, Facts(), ordered_here=True)
    return await follow(run)
