"""How one task ends in this run: recorded and archived, left open, or closed without a take."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ltxspec.apply.delivery import FetchOutcome, deliver, names_of
from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, ShotOutcome
from ltxspec.apply.judging import expected_of, judge
from ltxspec.apply.ports import TaskReport, TaskState
from ltxspec.apply.task import RunContext, TaskRun
from ltxspec.errors import LtxspecError
from ltxspec.lock.models import Failure, Output, Take
from ltxspec.plan.actions import Change
from ltxspec.values import money_text

_NO_REASON = Failure("unknown", "the provider gave no reason", permanent=False)


async def record(run: TaskRun) -> ShotOutcome:
    """Record a known end: journal it, archive the videos, write the take."""
    report = run.facts.end
    if report is None:
        return await _record_refusal(run)
    run.context.budget.settle(run.task_id, report.cost)
    run.context.rendered(run.task_id)
    if report.state is TaskState.SUCCEEDED:
        run.ledger.finish(run.task_id, report)
        price = money_text(report.cost)
        run.tell(EventKind.SHOT_RENDERED, f"rendered, {price}", cost=report.cost)
    else:
        run.ledger.fail(run.task_id, report.failure or _NO_REASON, report)
    return await archive_and_commit(run)


async def _record_refusal(run: TaskRun) -> ShotOutcome:
    """Record a refused order. Its cost is certain (none) only if no copy of it can have been accepted."""
    facts = run.facts
    failure = facts.refused or facts.repeat_refused
    if failure is None:
        raise AssertionError("RECORD without an end")
    run.ledger.fail(run.task_id, failure, None, unbilled=facts.refused is not None)
    if facts.refused is not None:
        run.context.budget.release(run.task_id)
    else:
        run.context.budget.settle(run.task_id, None)
    return await archive_and_commit(run)


async def archive_and_commit(run: TaskRun) -> ShotOutcome:
    """Download and check each video, then write the lockfile. A missing video leaves the task open but recorded."""
    context, ledger = run.context, run.ledger
    await ledger.on_disk(run.task_id)
    outputs = ledger.outputs_of(run.task_id)
    delivery = await _fetched(run, outputs)
    ledger.readdress(run.task_id, delivery.outputs)
    reason = delivery.reason
    instance = run.address.instance
    ttl = run.order.body.get("ttl")
    take = ledger.commit(
        run.task_id, instance, delivery.archived, wanted=run.change is not None, ttl=ttl, expect=expected_of(run)
    )
    if take.status == "failed":
        return _failed(run, take)
    link, missing = _linked(run, take), _missing(run, take)
    also = f"; {missing}" if missing else ""
    if reason is None:
        ledger.when_written(partial(context.archive.forget, names_of(run.task_id, outputs)))
        run.tell(EventKind.SHOT_COMMITTED, f"archived and recorded{link}{also}", cost=take.cost)
    else:
        message = f"recorded, but the video is not archived yet: {reason}{also}"
        run.tell(EventKind.SHOT_NOT_ARCHIVED, message, cost=take.cost)
    outcome = Outcome.RENDERED if run.ordered_here else Outcome.COLLECTED
    unmet = judge(run, take)
    said = "; ".join(filter(None, [reason, missing, *unmet.values()])) or None
    end = run.ends(outcome, said, cost=take.cost, archived=reason is None)
    return replace(end, missing=take.missing, unmet=tuple(unmet))


async def take_in(run: TaskRun, report: TaskReport) -> None:
    """Journal, archive and record the delivered results at once, while others are still being rendered."""
    ledger, done = run.ledger, len(run.ledger.outputs_of(run.task_id))
    ledger.deliver(run.task_id, report.outputs)
    await ledger.on_disk(run.task_id)
    outputs = ledger.outputs_of(run.task_id)
    delivery = await _fetched(run, outputs)
    take = ledger.commit(
        run.task_id, run.address.instance, delivery.archived, wanted=run.change is not None, expect=expected_of(run)
    )
    link = _linked(run, take)
    late = f"; not archived yet: {delivery.reason}" if delivery.reason else ""
    if len(outputs) > done:
        wanted = max(run.order.results, 1)
        run.tell(EventKind.SHOT_DELIVERED, f"{len(outputs)} of {wanted} results delivered{link}{late}")
    if delivery.more:  # they arrived while the others were being fetched
        run.delivered = len(outputs) + len(delivery.more)
        await take_in(run, replace(report, outputs=(*outputs, *delivery.more)))


async def _fetched(run: TaskRun, outputs: Sequence[Output]) -> FetchOutcome:
    """Fetch the videos not archived yet; meanwhile the task is in `arriving`."""
    context = run.context
    context.arriving.add(run.task_id)
    try:
        return await deliver(context.provider, context.archive, context.clock, run.order, outputs)
    finally:
        context.arriving.discard(run.task_id)


def _linked(run: TaskRun, take: Take) -> str:
    """Link the take in the readable tree if the shot requests it. A broken tree does not fail the apply."""
    if run.change is None:
        return ""
    try:
        record = run.ledger.lockfile.shots.get(run.address.instance)
        current = record.current_take if record else None
        run.context.archive.link(run.address.spec, run.address.instance, (current or take).shown)
    except LtxspecError as error:
        run.tell(EventKind.SHOT_REMARK, f"archived, but without its link: {error.summary}")
        return f", but without its link: {error.summary}"
    return ""


def _missing(run: TaskRun, take: Take) -> str:
    """A note on the results that failed, when others were delivered."""
    wanted = max(run.order.results, 1)
    failure = run.facts.end.failure if run.facts.end else None
    if len(take.outputs) >= wanted or (failure is None and not take.missing):
        return ""
    why = f" ({failure.code}: {failure.message})" if failure is not None else ""
    return f"only {len(take.outputs)} of {wanted} results were made{why}"


def _failed(run: TaskRun, take: Take) -> ShotOutcome:
    failure = take.failure or _NO_REASON
    reason = f"{failure.code}: {failure.message}"
    run.tell(EventKind.SHOT_FAILED, reason, cost=take.cost, code=failure.code)
    end = run.ends(Outcome.FAILED, reason, cost=take.cost)
    return replace(end, billable=run.facts.refused is None, permanent=failure.permanent)


def unresolved(why: str) -> str:
    """The message about a task that stays open."""
    return f"unresolved ({why}); the next `ltxspec apply` or `ltxspec collect` goes on; it is never paid twice"


def leave(run: TaskRun, why: str) -> ShotOutcome:
    """Leave the task open: it is journalled, and the next apply or collect resumes it."""
    run.tell(EventKind.SHOT_UNRESOLVED, unresolved(why))
    return run.ends(Outcome.UNRESOLVED, why)


def abandon(run: TaskRun, why: str, *, code: str | None = None) -> ShotOutcome:
    """Close an order that was certainly not accepted, as if it had not been planned."""
    run.ledger.abandon(run.task_id, why)
    run.context.budget.release(run.task_id)
    run.tell(EventKind.SHOT_HELD_BACK, f"not ordered: {why}", code=code)
    return run.ends(Outcome.HELD_BACK, why)


def give_up(run: TaskRun) -> ShotOutcome:
    """Close an order that was never sent, or that the provider does not know and nobody wants (after a day)."""
    if run.facts.submits == 0:
        return abandon(run, run.context.stop.asked() or "this run orders nothing")
    why = "its end is recorded already" if run.facts.recorded else "no shot needs it any more"
    run.ledger.abandon(run.task_id, f"{why}, and the provider does not know it")
    run.context.budget.release(run.task_id)
    run.tell(EventKind.SHOT_RECORDED, f"given up: {why}, and the provider does not know it")
    return run.ends(Outcome.RECORDED, "given up")


def held_back(change: Change, context: RunContext, why: str) -> ShotOutcome:
    """Report a change that was not ordered; nothing was spent."""
    context.emit(
        ApplyEvent(EventKind.SHOT_HELD_BACK, f"not ordered: {why}", change.address, change.task_id, change.estimate)
    )
    return ShotOutcome(change.address, Outcome.HELD_BACK, change.task_id, change.estimate, message=why)
