"""How one shot's story ends in this run: recorded and brought home, left open, or closed without a take."""

from collections.abc import Sequence
from dataclasses import replace

from ltxspec.apply.delivery import Delivery, deliver, names_of
from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, ShotOutcome
from ltxspec.apply.ports import TaskReport, TaskState
from ltxspec.apply.task import RunContext, TaskRun
from ltxspec.errors import LtxspecError
from ltxspec.lock.models import Failure, Output, Take
from ltxspec.plan.actions import Change
from ltxspec.values import format_usd

_NO_REASON = Failure("unknown", "the provider gave no reason", permanent=False)


async def record(story: TaskRun) -> ShotOutcome:
    """The end is known: journal it, bring the videos home, write the take."""
    report = story.facts.end
    if report is None:
        return await _record_refusal(story)
    story.stage.budget.settle(story.task_id, report.cost)
    if report.state is TaskState.SUCCEEDED:
        story.ledger.finish(story.task_id, report)
        price = f"${format_usd(report.cost)}" if report.cost is not None else "cost not told"
        story.tell(EventKind.SHOT_RENDERED, f"rendered, {price}", cost=report.cost)
    else:
        story.ledger.fail(story.task_id, report.failure or _NO_REASON, report)
    return await bring_home_and_commit(story)


async def _record_refusal(story: TaskRun) -> ShotOutcome:
    """The order was refused. What it may have cost is known only when no copy of it can have been accepted."""
    facts = story.facts
    failure = facts.refused or facts.repeat_refused
    if failure is None:
        raise AssertionError("RECORD without an end")
    story.ledger.fail(story.task_id, failure, None)
    if facts.refused is not None:
        story.stage.budget.release(story.task_id)
    else:
        story.stage.budget.settle(story.task_id, None)
    return await bring_home_and_commit(story)


async def bring_home_and_commit(story: TaskRun) -> ShotOutcome:
    """Download and check each video, then write the lockfile. A missing video leaves the task open, never unpaid."""
    stage, ledger = story.stage, story.ledger
    outputs = ledger.outputs_of(story.task_id)
    delivery = await _fetched(story, outputs)
    ledger.readdress(story.task_id, delivery.outputs)
    reason = delivery.reason
    instance = story.address.instance
    ttl = story.order.body.get("ttl")
    take = ledger.commit(story.task_id, instance, delivery.home, wanted=story.change is not None, ttl=ttl)
    if take.status == "failed":
        return _failed(story, take)
    link = _linked(story, take)
    if reason is None:
        stage.archive.forget(names_of(story.task_id, outputs))
        story.tell(EventKind.SHOT_COMMITTED, f"archived and recorded{link}{_missing(story, take)}", cost=take.cost)
    else:
        story.tell(
            EventKind.SHOT_NOT_ARCHIVED, f"recorded, but the video is not archived yet: {reason}", cost=take.cost
        )
    outcome = Outcome.RENDERED if story.ordered_here else Outcome.COLLECTED
    return story.ends(outcome, reason, cost=take.cost, archived=reason is None)


async def take_in(story: TaskRun, report: TaskReport) -> None:
    """Keep the results that are there while others are being made: journal, archive and lockfile have them at once."""
    ledger, done = story.ledger, len(story.ledger.outputs_of(story.task_id))
    ledger.deliver(story.task_id, report.outputs)
    outputs = ledger.outputs_of(story.task_id)
    delivery = await _fetched(story, outputs)
    take = ledger.commit(story.task_id, story.address.instance, delivery.home, wanted=story.change is not None)
    link = _linked(story, take)
    late = f"; not archived yet: {delivery.reason}" if delivery.reason else ""
    if len(outputs) > done:
        wanted = max(story.order.results, 1)
        story.tell(EventKind.SHOT_DELIVERED, f"{len(outputs)} of {wanted} results delivered{link}{late}")
    if delivery.more:  # it came while the others were being fetched
        story.delivered = len(outputs) + len(delivery.more)
        await take_in(story, replace(report, outputs=(*outputs, *delivery.more)))


async def _fetched(story: TaskRun, outputs: Sequence[Output]) -> Delivery:
    """Fetch what is not archived yet; meanwhile the task counts as arriving."""
    stage = story.stage
    stage.arriving.add(story.task_id)
    try:
        return await deliver(stage.provider, stage.archive, stage.clock, story.order, outputs)
    finally:
        stage.arriving.discard(story.task_id)


def _linked(story: TaskRun, take: Take) -> str:
    """Point the readable tree at the take, when it is what the shot wants. A broken tree is no broken apply."""
    if story.change is None:
        return ""
    try:
        record = story.ledger.lockfile.shots.get(story.address.instance)
        current = record.current_take if record else None
        story.stage.archive.link(story.address.spec, story.address.instance, (current or take).shown)
    except LtxspecError as error:
        return f", but without its link: {error.summary}"
    return ""


def _missing(story: TaskRun, take: Take) -> str:
    """What failed beside the results that were delivered."""
    wanted = max(story.order.results, 1)
    failure = story.facts.end.failure if story.facts.end else None
    if len(take.outputs) >= wanted or failure is None:
        return ""
    return f"; only {len(take.outputs)} of {wanted} results were made ({failure.code}: {failure.message})"


def _failed(story: TaskRun, take: Take) -> ShotOutcome:
    failure = take.failure or _NO_REASON
    reason = f"{failure.code}: {failure.message}"
    story.tell(EventKind.SHOT_FAILED, reason, cost=take.cost, code=failure.code)
    end = story.ends(Outcome.FAILED, reason, cost=take.cost)
    return replace(end, billable=story.facts.refused is None)


def unresolved(why: str) -> str:
    """What is told of a task that stays open."""
    return f"unresolved ({why}); the next `ltxspec apply` or `ltxspec collect` goes on with it, it is never paid twice"


def leave(story: TaskRun, why: str) -> ShotOutcome:
    """Leave the task open: the journal knows it, and the next apply or collect goes on."""
    story.tell(EventKind.SHOT_UNRESOLVED, unresolved(why))
    return story.ends(Outcome.UNRESOLVED, why)


def abandon(story: TaskRun, why: str, *, code: str | None = None) -> ShotOutcome:
    """Close an order that was certainly not accepted: as if it had not been planned."""
    story.ledger.abandon(story.task_id, why)
    story.stage.budget.release(story.task_id)
    story.tell(EventKind.SHOT_HELD_BACK, f"not ordered: {why}", code=code)
    return story.ends(Outcome.HELD_BACK, why)


def give_up(story: TaskRun) -> ShotOutcome:
    """Close an order that was never sent, or that nobody wants and the provider has had no word of for a day."""
    if story.facts.submits == 0:
        return abandon(story, story.stage.stop.asked() or "this run orders nothing")
    story.ledger.abandon(story.task_id, "no shot wants it, and the provider does not know it")
    story.stage.budget.release(story.task_id)
    story.tell(EventKind.SHOT_RECORDED, "given up: no shot wants it any more, and the provider does not know it")
    return story.ends(Outcome.RECORDED, "given up")


def held_back(change: Change, stage: RunContext, why: str) -> ShotOutcome:
    """Not ordered, nothing spent."""
    stage.emit(
        ApplyEvent(EventKind.SHOT_HELD_BACK, f"not ordered: {why}", change.address, change.task_id, change.estimate)
    )
    return ShotOutcome(change.address, Outcome.HELD_BACK, change.task_id, change.estimate, message=why)
