"""One shot's story begins here: bought, adopted, or taken up where an earlier run left it.

Every step that costs is on disk before it is taken. `following` walks the recovery table, `ending` writes down the end.
"""

from dataclasses import replace
from datetime import datetime

from ltxspec.apply.ending import bring_home_and_commit, held_back
from ltxspec.apply.events import ApplyEvent, Kind, Outcome, ShotOutcome
from ltxspec.apply.following import follow
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.orders import make_intent, order_body, order_from
from ltxspec.apply.ports import Order, TaskReport
from ltxspec.apply.recovery import Facts
from ltxspec.apply.story import Stage, Story
from ltxspec.errors import LtxspecError, ProviderRefused, ProviderUnavailable
from ltxspec.lock.journal import OpenTask
from ltxspec.plan.actions import Change
from ltxspec.render.models import Request
from ltxspec.values import Json, ShotAddress, TaskId


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
        return held_back(change, stage, reason)
    try:
        known = await _already_there(change, request, stage, seen)
        body = order_body(request, task, {} if known else await _uploaded(change, stage))
    except LtxspecError as error:
        return _not_ordered(change, stage, error)
    if known is not None:
        stage.budget.count(task, change.reckoned)
        return await _adopt(change, request, ledger, stage, known)
    if (reason := stage.stop.asked()) is not None:
        return held_back(change, stage, reason)
    if not stage.budget.reserve(task, change.reckoned):
        return held_back(change, stage, "the cost limit would be passed")
    return await _buy(change, request, body, ledger, stage)


async def resume_shot(  # noqa: PLR0913  # the first three say what, the others how; a class would only rename them
    task: OpenTask,
    address: ShotAddress,
    change: Change | None,
    ledger: Ledger,
    stage: Stage,
    *,
    consent: bool = False,
    unwanted: bool = False,
) -> ShotOutcome:
    """Go on with a task that an earlier run left, under its own id.

    Args:
        task: as the journal knows it.
        address: what to call it.
        change: the shot that wants it now; None when no shot does, or when that is not known.
        ledger: the spec's writer.
        stage: what the run shares.
        consent: a person asked for the shot to be tried again.
        unwanted: certainly no shot of the spec asks for it any more, so it is not bought now.
    """
    intent = task.intent
    stage.budget.count(intent.task_id, intent.estimate)
    facts = Facts(
        submits=1,
        repeated=task.sends > 1,
        accepted=task.stage == "accepted",
        waited=_seconds_since(task.sent_at, stage),
        age=_seconds_since(intent.at, stage),
        consent=consent,
        unwanted=unwanted,
    )
    order = order_from(intent, change.request if change else None)
    story = Story(address, change, ledger, stage, order, intent.estimate, facts, ordered_here=False)
    if task.stage in ("finished", "failed"):
        stage.budget.settle(intent.task_id, task.cost)
        return await bring_home_and_commit(story)
    story.tell(Kind.SHOT_LOOKED_UP, "under way since an earlier run; asking the provider")
    return await follow(story)


def _seconds_since(moment: str, stage: Stage) -> float:
    """How long ago that was; not negative, should the clock have been set back."""
    return max((stage.clock.now() - datetime.fromisoformat(moment)).total_seconds(), 0.0)


async def _already_there(change: Change, request: Request, stage: Stage, seen: TaskReport | None) -> TaskReport | None:
    """What shows that the provider has this very task: another machine may have bought it and died.

    The live state may say nothing of it (it finished long ago) or nothing certain (unknown ids may be answered like
    running ones), so the archive is asked as well. It costs nothing, and an order that it prevents does.
    """
    if seen is not None and seen.exists:
        return seen
    order = Order(change.task_id or TaskId(""), {}, results=int(request.body.get("numberResults", 1)))
    try:
        report = await stage.provider.look_up(order)
    except ProviderUnavailable as error:
        if error.settled:  # it keeps no archive for us: the live state has spoken
            return None
        raise
    return report if report.exists else None


async def _uploaded(change: Change, stage: Stage) -> dict[tuple[str | int, ...], str]:
    """Store the request's local images at the provider: place in the body -> media id."""
    return {item.path: await stage.provider.upload(item) for item in stage.load_media(change)}


def _not_ordered(change: Change, stage: Stage, error: LtxspecError) -> ShotOutcome:
    """Something that must come before the order failed. Nothing was spent."""
    refused = isinstance(error, ProviderRefused)
    if isinstance(error, ProviderRefused) and error.whole_run:
        stage.stop.stop(error.summary)
        refused = False
    if not refused:
        return held_back(change, stage, error.summary)
    stage.emit(ApplyEvent(Kind.SHOT_FAILED, error.summary, change.address, change.task_id, code=error.code))
    outcome = ShotOutcome(change.address, Outcome.FAILED, change.task_id, change.estimate, message=error.summary)
    return replace(outcome, billable=False)


async def _adopt(change: Change, request: Request, ledger: Ledger, stage: Stage, known: TaskReport) -> ShotOutcome:
    """Take over a task that the provider has already."""
    task = known.task_id
    body = order_body(request, task)
    ledger.intend(make_intent(change, request, body, ledger.now()))
    ledger.accept(task)
    facts = Facts(accepted=True, poll=known)
    order = Order(task, body, results=int(body.get("numberResults", 1)))
    story = Story(change.address, change, ledger, stage, order, change.estimate, facts, ordered_here=False)
    story.tell(Kind.SHOT_ADOPTED, "the provider already has this task; nothing is ordered again")
    return await follow(story)


async def _buy(change: Change, request: Request, body: dict[str, Json], ledger: Ledger, stage: Stage) -> ShotOutcome:
    """Order it, once its intent is on disk."""
    order = Order(TaskId(str(body["taskUUID"])), body, results=int(body.get("numberResults", 1)))
    try:
        ledger.intend(make_intent(change, request, body, ledger.now()))
    except LtxspecError as error:  # a disk that fails now would fail when the result has to be written down, too
        stage.budget.release(order.task_id)
        stage.stop.stop(error.summary)
        return held_back(change, stage, error.summary)
    story = Story(change.address, change, ledger, stage, order, change.estimate, Facts(), ordered_here=True)
    return await follow(story)
