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


async def follow(run: TaskRun) -> ShotOutcome:
    """Walk the recovery table until the task's end is known or must be left open."""
    clock = run.context.clock
    started = clock.monotonic()
    run.sent = started - run.facts.waited
    await _take_in_first(run)
    while True:
        now = clock.monotonic()
        waited, watched = now - run.sent, now - started
        run.facts = replace(run.facts, watched=watched, waited=waited, may_send=run.may_send)
        match next_step(run.facts, run.context.limits):
            case Step.RECORD:
                return await record(run)
            case Step.LEAVE:
                return leave(run, _why_left(run))
            case Step.DROP:
                return give_up(run)
            case Step.SUBMIT:
                left = await _submit(run)
            case Step.LOOK_UP:
                left = await _look_up(run)
            case _:  # Step.WAIT
                left = await _wait(run)
        if left is not None:
            return left


def _why_left(run: TaskRun) -> str:
    """Why an order stays open, for its reader."""
    facts, limits, refusal = run.facts, run.context.limits, run.facts.repeat_refused
    unknown = "the provider does not know it"
    reasons = (
        (
            run.delivered > 0,
            f"{run.delivered} of {run.order.results} results are recorded, the others are not there",
        ),
        (facts.watched >= limits.task_timeout, "no end in sight"),
        (refusal is not None, f"it may have been accepted before, but now: {refusal.message if refusal else ''}"),
        (facts.unwanted, f"no shot wants it under this name any more, and {unknown}; `--retry` gives it up"),
        (
            facts.age > limits.replay_age and not facts.consent,
            f"{unknown}, and it is too old to be ordered again unasked: `--retry` does",
        ),
        (
            run.resumed and run.order.whole and run.context.may_send,
            f"{unknown}, and to order it again is new money: approve it, with room in the budget",
        ),
    )
    told, trouble = next((words for holds, words in reasons if holds), unknown), run.context.poller.silence.trouble
    return f"{told}; the last look failed: {trouble}" if trouble else told


async def _submit(run: TaskRun) -> ShotOutcome | None:
    """Send the order once, and learn from the answer. An outcome is returned when the run of the task ends here."""
    context, facts = run.context, run.facts
    try:
        await _written_down(run)
    except LtxspecError as error:
        return leave(run, error.summary)
    run.tell(EventKind.SHOT_SUBMITTED, "ordered" if facts.submits == 0 else "the same order sent again under its id")
    try:
        acceptance = await context.provider.submit(run.order)
    except ProviderRefused as error:
        return _refused(run, error)
    except NotSent as error:
        return await _not_sent(run, error)
    except SubmissionUncertain as error:
        run.facts = replace(facts, submits=facts.submits + 1, repeated=facts.submits > 0, poll=None, archive=None)
        run.sent = context.clock.monotonic()  # it may have been taken as late as now
        run.tell(EventKind.SHOT_UNCLEAR, f"{error.summary}; looking before anything else is sent")
        if error.retry_after:
            await context.clock.sleep(error.retry_after)
        return None
    run.facts = replace(facts, submits=facts.submits + 1, accepted=True)
    run.ledger.accept(run.task_id)
    if acceptance is Acceptance.ALREADY_KNOWN:
        run.ordered_here = run.ordered_here and facts.submits > 0  # otherwise somebody else ordered it
        run.tell(EventKind.SHOT_ADOPTED, "the provider already has this task; nothing is charged again")
    else:
        run.tell(EventKind.SHOT_ACCEPTED, "accepted")
    return None


async def _written_down(run: TaskRun) -> None:
    """The order is on disk before it is sent: by its intent, or as a repeat.

    What an earlier run left is made anew from the request, local images included: nothing that is sent comes from a
    journal.
    """
    facts = run.facts
    if run.resumed and run.change is not None and run.change.request is not None:
        stored = {item.path: await run.context.provider.upload(item) for item in run.context.load_media(run.change)}
        run.order = make_order(run.change.request, run.task_id, stored)
        run.ledger.repeat(run.task_id, without_unknown(run.order.body, run.change.request.known))
        run.context.budget.resend(run.task_id)
        run.resumed = False  # from here on it is an order of this run
    elif facts.submits > 0 or run.unsent > 0:
        run.ledger.repeat(run.task_id)


def _refused(run: TaskRun, error: ProviderRefused) -> ShotOutcome | None:
    """A definite no. It concerns the shot, or the whole run (bad key, empty account).

    To a repeat it says nothing of the first copy, which may be rendering: moderation, credits and the stock of models
    change from one minute to the next. Only a mistake in the request was a mistake the first time, too.
    """
    facts = run.facts
    if error.whole_run:
        run.context.stop.stop(error.summary)
        if facts.submits > 0:
            return leave(run, error.line)
        return abandon(run, error.line, code=error.provider_code)
    failure = Failure(error.provider_code, error.summary, permanent=True)
    if facts.submits == 0 or error.every_copy:
        run.facts = replace(facts, refused=failure)
    else:
        run.facts = replace(facts, submits=facts.submits + 1, repeated=True, repeat_refused=failure, poll=None)
    return None


async def _not_sent(run: TaskRun, error: NotSent) -> ShotOutcome | None:
    """No connection: not a byte of the order left this machine."""
    run.unsent += 1
    if run.unsent < _UNSENT_TRIES:
        await run.context.clock.sleep(run.context.poll_interval * run.unsent)
        return None
    run.context.stop.stop(error.summary)
    if run.facts.submits > 0:
        return leave(run, error.line)
    return abandon(run, error.line, code=error.code)


async def _look_up(run: TaskRun) -> ShotOutcome | None:
    """Ask the archive; a failed look is no answer and is repeated, unless the service does not do such looks."""
    try:
        report = await run.context.provider.look_up(run.order)
    except ProviderUnavailable as error:
        if error.settled:
            run.facts = replace(run.facts, archive=TaskReport(run.task_id, TaskState.UNKNOWN))
            return None
        run.context.poller.silence.failed(error.line)
        await run.context.clock.sleep(error.retry_after or run.context.poll_interval)
        return None
    except ProviderError as error:
        run.context.stop.stop(error.summary)
        return leave(run, error.line)
    run.context.poller.silence.answered()
    run.facts = replace(run.facts, archive=report)
    await _take_in(run, report)
    return None


async def _wait(run: TaskRun) -> ShotOutcome | None:
    """Poll until the end, or until it is time to decide again."""
    context, facts = run.context, run.facts
    if context.detach and facts.at_provider:
        return run.ends(Outcome.DETACHED)
    try:
        report = await _watched(run)
    except ProviderError as error:
        context.stop.stop(error.summary)
        return leave(run, error.line)
    if report is None:
        return None
    if report.exists and not facts.at_provider:
        run.ledger.accept(run.task_id)
    run.facts = replace(facts, poll=report, accepted=facts.accepted or report.exists)
    await _take_in(run, report)
    return await _contented(run, report)


async def _contented(run: TaskRun, report: TaskReport) -> ShotOutcome | None:
    """A person asked to be done with a task (`--retry`) of which some results never come: what is there is the end."""
    if not (run.facts.consent and run.delivered and run.facts.end is None):
        return None
    missing = f"{run.delivered} of {run.order.results} results were delivered, and no more were waited for"
    run.facts = replace(
        run.facts,
        poll=replace(report, state=TaskState.FAILED, failure=Failure("incomplete", missing, permanent=False)),
    )
    return None


async def _watched(run: TaskRun) -> TaskReport | None:
    """The last look at a task: at its end, at the first sign of it, at another result of several, or when it is time.

    None when no look succeeded. Raises ProviderError as `Poller.watch` does.
    """
    context, facts = run.context, run.facts
    left = context.limits.task_timeout - facts.watched
    if not facts.at_provider:
        left = min(left, max(context.limits.grace - facts.waited, context.poll_interval))

    def on_look(report: TaskReport) -> None:
        if report.state is TaskState.RUNNING:
            run.tell(EventKind.SHOT_RUNNING, "rendering", percent=report.progress)

    def is_news(report: TaskReport) -> bool:
        return len(report.outputs) > run.delivered or (report.exists and not facts.at_provider)

    return await context.poller.watch(run.order, left, on_look, until=is_news)


async def _take_in_first(run: TaskRun) -> None:
    """What the look before this run of the task found is kept at once: the next look may not show it."""
    for report in filter(None, (run.facts.poll, run.facts.archive)):
        await _take_in(run, report)


async def _take_in(run: TaskRun, report: TaskReport) -> None:
    """Results of several that are there are paid: they are kept at once, whatever becomes of the others."""
    if report is not run.facts.end and len(report.outputs) > run.delivered:
        run.delivered = len(report.outputs)
        await take_in(run, report)
