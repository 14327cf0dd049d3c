"""Follows one order to its end: asks `recovery` what to do next, does it, and learns from the answer."""

from dataclasses import replace

from ltxspec.apply.events import EventKind, Outcome, ShotOutcome
from ltxspec.apply.orders import make_order
from ltxspec.apply.ports import Acceptance, TaskReport, TaskState
from ltxspec.apply.recovery import Step, next_step
from ltxspec.apply.task import TaskRun
from ltxspec.apply.task_finish import abandon, give_up, leave, record, take_in
from ltxspec.errors import (
    LtxspecError,
    NotSent,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    SubmissionUncertain,
)
from ltxspec.lock.models import Failure
from ltxspec.redaction import without_unknown

_UNSENT_TRIES = 4  # connections that could not be opened: nothing left this machine, so trying again is free


async def follow(story: TaskRun) -> ShotOutcome:
    """Walk the recovery table until the task's end is known or must be left open."""
    clock = story.stage.clock
    started = clock.monotonic()
    story.sent = started - story.facts.waited
    await _take_in_first(story)
    while True:
        now = clock.monotonic()
        waited, watched = now - story.sent, now - started
        story.facts = replace(story.facts, watched=watched, waited=waited, may_send=story.may_send)
        match next_step(story.facts, story.stage.limits):
            case Step.RECORD:
                return await record(story)
            case Step.LEAVE:
                return leave(story, _why_left(story))
            case Step.DROP:
                return give_up(story)
            case Step.SUBMIT:
                left = await _submit(story)
            case Step.LOOK_UP:
                left = await _look_up(story)
            case _:  # Step.WAIT
                left = await _wait(story)
        if left is not None:
            return left


def _why_left(story: TaskRun) -> str:
    """Why an order stays open, for its reader."""
    facts, limits, refusal = story.facts, story.stage.limits, story.facts.repeat_refused
    unknown = "the provider does not know it"
    reasons = (
        (
            story.delivered > 0,
            f"{story.delivered} of {story.order.results} results are recorded, the others are not there",
        ),
        (facts.watched >= limits.task_timeout, "no end in sight"),
        (refusal is not None, f"it may have been accepted before, but now: {refusal.message if refusal else ''}"),
        (facts.unwanted, f"no shot wants it under this name any more, and {unknown}; `--retry` gives it up"),
        (
            facts.age > limits.replay_age and not facts.consent,
            f"{unknown}, and it is too old to be ordered again unasked: `--retry` does",
        ),
        (
            story.resumed and story.order.whole and story.stage.may_send,
            f"{unknown}, and to order it again is new money: approve it, with room in the budget",
        ),
    )
    told, trouble = next((words for holds, words in reasons if holds), unknown), story.stage.poller.silence.trouble
    return f"{told}; the last look failed: {trouble}" if trouble else told


async def _submit(story: TaskRun) -> ShotOutcome | None:
    """Send the order once, and learn from the answer. An outcome is returned when the story ends here."""
    stage, facts = story.stage, story.facts
    try:
        await _written_down(story)
    except LtxspecError as error:
        return leave(story, error.summary)
    story.tell(EventKind.SHOT_SUBMITTED, "ordered" if facts.submits == 0 else "the same order sent again under its id")
    try:
        acceptance = await stage.provider.submit(story.order)
    except ProviderRefused as error:
        return _refused(story, error)
    except NotSent as error:
        return await _not_sent(story, error)
    except SubmissionUncertain as error:
        story.facts = replace(facts, submits=facts.submits + 1, repeated=facts.submits > 0, poll=None, archive=None)
        story.sent = stage.clock.monotonic()  # it may have been taken as late as now
        story.tell(EventKind.SHOT_UNCLEAR, f"{error.summary}; looking before anything else is sent")
        if error.retry_after:
            await stage.clock.sleep(error.retry_after)
        return None
    story.facts = replace(facts, submits=facts.submits + 1, accepted=True)
    story.ledger.accept(story.task_id)
    if acceptance is Acceptance.ALREADY_KNOWN:
        story.ordered_here = story.ordered_here and facts.submits > 0  # otherwise somebody else ordered it
        story.tell(EventKind.SHOT_ADOPTED, "the provider already has this task; nothing is charged again")
    else:
        story.tell(EventKind.SHOT_ACCEPTED, "accepted")
    return None


async def _written_down(story: TaskRun) -> None:
    """The order is on disk before it is sent: by its intent, or as a repeat.

    What an earlier run left is made anew from the request, local images included: nothing that is sent comes from a
    journal.
    """
    facts = story.facts
    if story.resumed and story.change is not None and story.change.request is not None:
        stored = {item.path: await story.stage.provider.upload(item) for item in story.stage.load_media(story.change)}
        story.order = make_order(story.change.request, story.task_id, stored)
        story.ledger.repeat(story.task_id, without_unknown(story.order.body, story.change.request.known))
        story.stage.budget.resend(story.task_id)
        story.resumed = False  # from here on it is an order of this run
    elif facts.submits > 0 or story.unsent > 0:
        story.ledger.repeat(story.task_id)


def _refused(story: TaskRun, error: ProviderRefused) -> ShotOutcome | None:
    """A definite no. It concerns the shot, or the whole run (bad key, empty account).

    To a repeat it says nothing of the first copy, which may be rendering: moderation, credits and the stock of models
    change from one minute to the next. Only a mistake in the request was a mistake the first time, too.
    """
    facts = story.facts
    if error.whole_run:
        story.stage.stop.stop(error.summary)
        if facts.submits > 0:
            return leave(story, error.line)
        return abandon(story, error.line, code=error.provider_code)
    failure = Failure(error.provider_code, error.summary, permanent=True)
    if facts.submits == 0 or error.every_copy:
        story.facts = replace(facts, refused=failure)
    else:
        story.facts = replace(facts, submits=facts.submits + 1, repeated=True, repeat_refused=failure, poll=None)
    return None


async def _not_sent(story: TaskRun, error: NotSent) -> ShotOutcome | None:
    """No connection: not a byte of the order left this machine."""
    story.unsent += 1
    if story.unsent < _UNSENT_TRIES:
        await story.stage.clock.sleep(story.stage.poll_interval * story.unsent)
        return None
    story.stage.stop.stop(error.summary)
    if story.facts.submits > 0:
        return leave(story, error.line)
    return abandon(story, error.line, code=error.code)


async def _look_up(story: TaskRun) -> ShotOutcome | None:
    """Ask the archive; a failed look is no answer and is repeated, unless the service does not do such looks."""
    try:
        report = await story.stage.provider.look_up(story.order)
    except ProviderUnavailable as error:
        if error.settled:
            story.facts = replace(story.facts, archive=TaskReport(story.task_id, TaskState.UNKNOWN))
            return None
        story.stage.poller.silence.failed(error.line)
        await story.stage.clock.sleep(error.retry_after or story.stage.poll_interval)
        return None
    except ProviderError as error:
        story.stage.stop.stop(error.summary)
        return leave(story, error.line)
    story.stage.poller.silence.answered()
    story.facts = replace(story.facts, archive=report)
    await _take_in(story, report)
    return None


async def _wait(story: TaskRun) -> ShotOutcome | None:
    """Poll until the end, or until it is time to decide again."""
    stage, facts = story.stage, story.facts
    if stage.detach and facts.at_provider:
        return story.ends(Outcome.DETACHED)
    try:
        report = await _watched(story)
    except ProviderError as error:
        stage.stop.stop(error.summary)
        return leave(story, error.line)
    if report is None:
        return None
    if report.exists and not facts.at_provider:
        story.ledger.accept(story.task_id)
    story.facts = replace(facts, poll=report, accepted=facts.accepted or report.exists)
    await _take_in(story, report)
    return await _contented(story, report)


async def _contented(story: TaskRun, report: TaskReport) -> ShotOutcome | None:
    """A person asked to be done with a task (`--retry`) of which some results never come: what is there is the end."""
    if not (story.facts.consent and story.delivered and story.facts.end is None):
        return None
    missing = f"{story.delivered} of {story.order.results} results were delivered, and no more were waited for"
    story.facts = replace(
        story.facts,
        poll=replace(report, state=TaskState.FAILED, failure=Failure("incomplete", missing, permanent=False)),
    )
    return None


async def _watched(story: TaskRun) -> TaskReport | None:
    """The last look at a task: at its end, at the first sign of it, at another result of several, or when it is time.

    None when no look succeeded. Raises ProviderError as `Poller.watch` does.
    """
    stage, facts = story.stage, story.facts
    left = stage.limits.task_timeout - facts.watched
    if not facts.at_provider:
        left = min(left, max(stage.limits.grace - facts.waited, stage.poll_interval))

    def on_look(report: TaskReport) -> None:
        if report.state is TaskState.RUNNING:
            story.tell(EventKind.SHOT_RUNNING, "rendering", percent=report.progress)

    def is_news(report: TaskReport) -> bool:
        return len(report.outputs) > story.delivered or (report.exists and not facts.at_provider)

    return await stage.poller.watch(story.order, left, on_look, until=is_news)


async def _take_in_first(story: TaskRun) -> None:
    """What the look before this story found is kept at once: the next look may not show it."""
    for report in filter(None, (story.facts.poll, story.facts.archive)):
        await _take_in(story, report)


async def _take_in(story: TaskRun, report: TaskReport) -> None:
    """Results of several that are there are paid: they are kept at once, whatever becomes of the others."""
    if report is not story.facts.end and len(report.outputs) > story.delivered:
        story.delivered = len(report.outputs)
        await take_in(story, report)
