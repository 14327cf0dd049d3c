"""One shot's story, from intent to a committed take. Every step that costs is on disk before it is taken."""

from dataclasses import replace
from datetime import datetime

from ltxspec.apply.delivery import bring_home
from ltxspec.apply.events import ApplyEvent, Kind, Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.orders import make_intent, order_body, order_from
from ltxspec.apply.ports import Acceptance, Order, TaskReport, TaskState
from ltxspec.apply.recovery import Facts, Step, next_step
from ltxspec.apply.story import Stage, Story
from ltxspec.errors import (
    LtxspecError,
    NotSent,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    SubmissionUncertain,
)
from ltxspec.lock.journal import OpenTask
from ltxspec.lock.models import Failure
from ltxspec.plan.actions import Change
from ltxspec.values import ShotAddress, format_usd

_UNSENT_TRIES = 4  # connections that could not be opened: nothing left this machine, so trying again is free


async def order_shot(change: Change, ledger: Ledger, stage: Stage, seen: TaskReport | None) -> ShotOutcome:
    """Buy one shot, or adopt it when the provider already has its task.

    Args:
        change: a spending change; its task id, retake and attempt are set.
        ledger: the spec's writer.
        stage: what the run shares.
        seen: what the provider said about this very id before anything was sent.
    """
    request, task = change.request, change.task_id
    if request is None or task is None:
        raise AssertionError(f"{change.action} of {change.address} has nothing to order")
    if (reason := stage.stop.asked()) is not None:
        return _held_back(change, stage, reason)
    try:
        media = stage.load_media(change)
        uploads = {item.path: await stage.provider.upload(item) for item in media}
    except LtxspecError as error:
        if isinstance(error, ProviderRefused) and error.whole_run:
            stage.stop.stop(error.summary)
        stage.emit(ApplyEvent(Kind.SHOT_FAILED, error.summary, change.address, task, code=error.code))
        return ShotOutcome(change.address, Outcome.FAILED, task, change.estimate, message=error.summary)
    adopted = seen is not None and seen.exists
    if (reason := stage.stop.asked()) is not None:
        return _held_back(change, stage, reason)
    if not adopted and not stage.budget.reserve(task, change.estimate):
        return _held_back(change, stage, "the cost limit would be passed")
    body = order_body(request, task, uploads)
    ledger.intend(make_intent(change, request, body, ledger.now()))
    order = Order(task, body, results=int(body.get("numberResults", 1)))
    facts = Facts(accepted=adopted, poll=seen if adopted else None)
    story = Story(change.address, change, ledger, stage, order, change.estimate, facts, ordered_here=not adopted)
    if adopted:
        stage.budget.count(task, change.estimate)
        ledger.accept(task)
        story.tell(Kind.SHOT_ADOPTED, "the provider already has this task; nothing is ordered again")
    return await _follow(story)


async def resume_shot(
    task: OpenTask, address: ShotAddress, change: Change | None, ledger: Ledger, stage: Stage, *, consent: bool
) -> ShotOutcome:
    """Go on with a task that an earlier run left, under its own id."""
    intent = task.intent
    stage.budget.count(intent.task_id, intent.estimate)
    delivery = change.request.delivery if change and change.request else {}
    age = max((stage.clock.now() - datetime.fromisoformat(intent.at)).total_seconds(), 0.0)
    facts = Facts(submits=1, accepted=task.stage == "accepted", waited=age, age=age, consent=consent)
    order = order_from(intent, delivery)
    story = Story(address, change, ledger, stage, order, intent.estimate, facts, ordered_here=False)
    if task.stage in ("finished", "failed"):
        return await _bring_home_and_commit(story, None)
    story.tell(Kind.SHOT_LOOKED_UP, "under way since an earlier run; asking the provider")
    return await _follow(story)


async def _follow(story: Story) -> ShotOutcome:
    """Walk the recovery table until the task's end is known or must be left open."""
    clock = story.stage.clock
    started = clock.monotonic()
    sent = started - story.facts.waited
    while True:
        now = clock.monotonic()
        story.facts = replace(story.facts, watched=now - started, waited=now - sent)
        match next_step(story.facts, story.stage.limits):
            case Step.RECORD:
                return await _record(story)
            case Step.LEAVE:
                return _leave(story, "no end in sight")
            case Step.SUBMIT:
                sent = clock.monotonic()
                left = await _submit(story)
            case Step.LOOK_UP:
                left = await _look_up(story)
            case _:  # Step.WAIT
                left = await _wait(story)
        if left is not None:
            return left


async def _submit(story: Story) -> ShotOutcome | None:
    """Send the order once, and learn from the answer. An outcome is returned when the story ends here."""
    stage, facts = story.stage, story.facts
    story.tell(Kind.SHOT_SUBMITTED, "ordered" if facts.submits == 0 else "the same order sent again under its id")
    try:
        acceptance = await stage.provider.submit(story.order)
    except ProviderRefused as error:
        return _refused(story, error)
    except NotSent as error:
        return await _not_sent(story, error)
    except SubmissionUncertain as error:
        story.facts = replace(facts, submits=facts.submits + 1, poll=None, archive=None)
        story.tell(Kind.SHOT_UNCLEAR, f"{error.summary}; looking before anything else is sent")
        if error.retry_after:
            await stage.clock.sleep(error.retry_after)
        return None
    story.facts = replace(facts, submits=facts.submits + 1, accepted=True)
    story.ledger.accept(story.task_id)
    if acceptance is Acceptance.ALREADY_KNOWN:
        story.tell(Kind.SHOT_ADOPTED, "the provider already has this task; nothing is charged again")
    else:
        story.tell(Kind.SHOT_ACCEPTED, "accepted")
    return None


def _refused(story: Story, error: ProviderRefused) -> ShotOutcome | None:
    """A definite no. It concerns the shot, or the whole run (bad key, empty account)."""
    if not error.whole_run:
        story.facts = replace(story.facts, refused=Failure(error.provider_code, error.summary, permanent=True))
        return None
    story.stage.stop.stop(error.summary)
    if story.facts.submits > 0:
        return _leave(story, error.summary)
    story.ledger.abandon(story.task_id, error.provider_code)
    story.stage.budget.release(story.task_id)
    story.tell(Kind.SHOT_HELD_BACK, error.summary, code=error.provider_code)
    return story.ends(Outcome.HELD_BACK, error.summary)


async def _not_sent(story: Story, error: NotSent) -> ShotOutcome | None:
    """No connection: not a byte of the order left this machine."""
    story.unsent += 1
    if story.unsent < _UNSENT_TRIES or story.facts.submits > 0:
        await story.stage.clock.sleep(story.stage.poll_interval * story.unsent)
        return None
    story.stage.stop.stop(error.summary)
    story.ledger.abandon(story.task_id, "not sent")
    story.stage.budget.release(story.task_id)
    story.tell(Kind.SHOT_HELD_BACK, f"not ordered: {error.summary}")
    return story.ends(Outcome.HELD_BACK, error.summary)


async def _look_up(story: Story) -> ShotOutcome | None:
    """Ask the archive; a failed look is no answer and is repeated."""
    try:
        report = await story.stage.provider.look_up(story.order)
    except ProviderUnavailable as error:
        await story.stage.clock.sleep(error.retry_after or story.stage.poll_interval)
        return None
    except ProviderError as error:
        story.stage.stop.stop(error.summary)
        return _leave(story, error.summary)
    story.facts = replace(story.facts, archive=report)
    return None


async def _wait(story: Story) -> ShotOutcome | None:
    """Poll until the end, or until it is time to decide again."""
    stage, facts = story.stage, story.facts
    if stage.detach and facts.at_provider:
        return story.ends(Outcome.DETACHED)
    left = stage.limits.task_timeout - facts.watched
    if not facts.at_provider:
        left = min(left, max(stage.limits.grace - facts.waited, stage.poll_interval))

    def on_look(report: TaskReport) -> None:
        if report.state is TaskState.RUNNING:
            story.tell(Kind.SHOT_RUNNING, "rendering", percent=report.progress)

    try:
        report = await stage.poller.watch(story.order, left, on_look, until_seen=not facts.at_provider)
    except ProviderError as error:
        stage.stop.stop(error.summary)
        return _leave(story, error.summary)
    if report is None:
        return None
    if report.exists and not facts.at_provider:
        story.ledger.accept(story.task_id)
    story.facts = replace(facts, poll=report, accepted=facts.accepted or report.exists)
    return None


async def _record(story: Story) -> ShotOutcome:
    """The end is known: journal it, bring the videos home, write the take."""
    report = story.facts.end
    if report is None:
        if story.facts.refused is None:
            raise AssertionError("RECORD without an end")
        story.ledger.fail(story.task_id, story.facts.refused, None)
        story.stage.budget.release(story.task_id)
        return await _bring_home_and_commit(story, None)
    story.stage.budget.settle(story.task_id, report.cost)
    if report.state is TaskState.SUCCEEDED:
        story.ledger.finish(story.task_id, report)
        price = f"${format_usd(report.cost)}" if report.cost is not None else "cost not told"
        story.tell(Kind.SHOT_RENDERED, f"rendered, {price}", cost=report.cost)
    else:
        failure = report.failure or Failure("unknown", "the provider gave no reason", permanent=False)
        story.ledger.fail(story.task_id, failure, report)
    return await _bring_home_and_commit(story, report)


async def _bring_home_and_commit(story: Story, report: TaskReport | None) -> ShotOutcome:
    """Download and check each video, then write the lockfile. A missing video leaves the task open, never unpaid."""
    stage, task = story.stage, story.ledger.open[story.task_id]
    outputs = report.outputs if report else task.outputs
    home, reason = await bring_home(stage.provider, stage.archive, stage.clock, outputs)
    if reason is not None and report is None:
        fresh = await stage.poller.watch(story.order, 0.0, lambda _: None)  # addresses expire: ask for new ones
        if fresh is not None and fresh.state is TaskState.SUCCEEDED and len(fresh.outputs) == len(outputs):
            home, reason = await bring_home(stage.provider, stage.archive, stage.clock, fresh.outputs)
    instance = story.address.instance
    ttl = story.order.body.get("ttl")
    take = story.ledger.commit(task.intent.task_id, instance, home, wanted=story.change is not None, ttl=ttl)
    cost = take.cost
    if take.status == "failed":
        failure = take.failure or Failure("unknown", "no reason given", permanent=False)
        story.tell(Kind.SHOT_FAILED, f"{failure.code}: {failure.message}", cost=cost, code=failure.code)
        end = story.ends(Outcome.FAILED, f"{failure.code}: {failure.message}", cost=cost)
        return replace(end, billable=story.facts.refused is None)
    if story.change is not None:
        stage.archive.link(story.address.spec, instance, take.outputs)
    if reason is None:
        story.tell(Kind.SHOT_COMMITTED, "archived and recorded", cost=cost)
    else:
        story.tell(Kind.SHOT_NOT_ARCHIVED, f"recorded, but the video is not home yet: {reason}", cost=cost)
    outcome = Outcome.RENDERED if story.ordered_here else Outcome.COLLECTED
    return story.ends(outcome, reason, cost=cost, archived=reason is None)


def _leave(story: Story, why: str) -> ShotOutcome:
    """Leave the task open: the journal knows it, and the next apply or collect goes on."""
    story.tell(Kind.SHOT_UNRESOLVED, f"unresolved ({why}); it is not ordered again, `ltxspec collect` goes on with it")
    return story.ends(Outcome.UNRESOLVED, why)


def _held_back(change: Change, stage: Stage, why: str) -> ShotOutcome:
    """Not ordered, nothing spent."""
    stage.emit(ApplyEvent(Kind.SHOT_HELD_BACK, f"not ordered: {why}", change.address, change.task_id, change.estimate))
    return ShotOutcome(change.address, Outcome.HELD_BACK, change.task_id, change.estimate, message=why)
