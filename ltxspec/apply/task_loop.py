"""Follows one order to its end: asks `recovery` for the next step, takes it, and updates the facts."""

import contextlib
import shlex
from dataclasses import replace

from ltxspec.apply.events import EventKind, Outcome, ShotOutcome
from ltxspec.apply.orders import make_order
from ltxspec.apply.ports import Acceptance, TaskReport, TaskState
from ltxspec.apply.recovery import Step, next_step
from ltxspec.apply.task import TaskRun
from ltxspec.apply.task_claim import claim, denied, released
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

_UNSENT_TRIES = 4  # failed connection attempts: nothing left this machine, so trying again is free


async def follow(run: TaskRun) -> ShotOutcome:
    """Follow the recovery table until the task's end is known or it must be left open."""
    return await released(run, await _followed(run))


async def _followed(run: TaskRun) -> ShotOutcome:
    clock = run.context.clock
    usual = run.context.expected(run.order.body)
    run.context = replace(run.context, limits=run.context.limits.expecting(usual))
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
                return _left(run)
            case Step.DROP:
                return give_up(run)
            case Step.SUBMIT:
                left = _refused_now(run) or await _submit(run)
            case Step.LOOK_UP:
                left = await _look_up(run)
            case _:  # Step.WAIT
                left = await _wait(run)
        if left is not None:
            return left


def _left(run: TaskRun) -> ShotOutcome:
    """Leave an order open. Who else has claimed it is said once, when it happens; `why` says it again."""
    end = leave(run, why := _why_left(run))
    if run.elsewhere is None or run.elsewhere not in why:
        return end
    more = f"another machine has claimed it: `ltxspec why {shlex.quote(str(run.address))}` says what to do"
    return replace(end, message=why.replace(run.elsewhere, more))


def _why_left(run: TaskRun) -> str:
    """Why an order stays open, for the message to the user."""
    facts, limits, refusal = run.facts, run.context.limits, run.facts.repeat_refused
    unknown, give_up_by = "the provider does not know it", f"`ltxspec collect --retry '{run.address}'`"
    reasons = (
        (
            run.delivered > 0,
            f"{run.delivered} of {run.order.results} results are recorded, the others are not available",
        ),
        (facts.watched >= limits.task_timeout, "it did not finish in time"),
        (
            refusal is not None,
            f"it may have been accepted earlier, but was refused now: {refusal.message if refusal else ''}",
        ),
        (run.elsewhere is not None and not facts.unwanted, f"{unknown}; {run.elsewhere}"),
        (run.unapproved, f"{unknown}, and its source needs an approval before it may be ordered again"),
        (
            facts.unwanted,
            (
                f"no shot needs it under this name any more, and {unknown}; {give_up_by} gives it up once the shot "
                f"is gone, and `ltxspec apply --retry '{run.address}'` while it is there"
            ),
        ),
        (
            facts.age > limits.replay_age and not facts.consent,
            f"{unknown}, and it is too old to be ordered again automatically: `--retry` orders it",
        ),
        (
            run.resumed and run.order.whole and run.context.may_send,
            f"{unknown}, and ordering it again costs money: approve it, with enough budget left",
        ),
    )
    why, trouble = next((words for holds, words in reasons if holds), unknown), run.context.poller.silence.trouble
    why = f"{why}; the provider said: {run.remark}" if run.remark else why
    return f"{why}; the last lookup failed: {trouble}" if trouble else why


def _refused_now(run: TaskRun) -> ShotOutcome | None:
    """Leave an order of an earlier run that got lost and must not be sent again: a source has lost its approval."""
    refusal = run.context.refusal(run.change) if run.resumed and run.change is not None else None
    return None if refusal is None else leave(run, f"the provider does not know it, and {refusal}")


async def _submit(run: TaskRun) -> ShotOutcome | None:
    """Send the order once and update the facts. Returns an outcome if this run of the task ends here."""
    denial = await claim(run)
    if denial is None:
        try:
            await _written_down(run)
        except LtxspecError as error:
            return leave(run, error.summary)
        denial = await run.context.claiming.lost(run.ledger.spec)
    if denial is not None:
        return denied(run, denial)
    return await _send(run) if run.may_send else None  # stopped while others were asked: decided anew


async def _send(run: TaskRun) -> ShotOutcome | None:
    """As `_submit`, for an order that is written down and claimed."""
    context, facts = run.context, run.facts
    message = "ordered" if facts.submits == 0 else "the same order sent again with the same id"
    run.tell(EventKind.SHOT_SUBMITTED, message)
    try:
        acceptance = await context.provider.submit(run.order)
    except ProviderRefused as error:
        return _refused(run, error)
    except NotSent as error:
        return await _not_sent(run, error)
    except SubmissionUncertain as error:
        run.facts = replace(facts, submits=facts.submits + 1, repeated=facts.submits > 0, poll=None, archive=None)
        run.sent = context.clock.monotonic()  # it may have been accepted as late as now
        run.tell(EventKind.SHOT_UNCLEAR, f"{error.summary}; looking it up before anything else is sent")
        if error.retry_after:
            await context.clock.sleep(error.retry_after)
        return None
    run.facts = replace(facts, submits=facts.submits + 1, accepted=True)
    run.ledger.accept(run.task_id)
    if acceptance is Acceptance.ALREADY_KNOWN:
        run.ordered_here = run.ordered_here and facts.submits > 0  # otherwise another machine ordered it
        run.tell(EventKind.SHOT_ADOPTED, "the provider already has this task; nothing is charged again")
    else:
        run.ordered_here = True  # also where an earlier run's order had got lost: this one is what is charged
        usual = context.expected(run.order.body)
        run.tell(EventKind.SHOT_ACCEPTED, "accepted" if not usual else f"accepted, usually done in about {usual:.0f} s")
    return None


async def _written_down(run: TaskRun) -> None:
    """Make sure the order is on disk before it is sent, as its intent or as a repeat.

    An order left by an earlier run is built again from the request, including its images: nothing that is sent comes
    from a journal.
    """
    facts = run.facts
    if run.resumed and run.change is not None and run.change.request is not None:
        stored = await run.context.uploaded(run.change)
        run.order = make_order(run.change.request, run.task_id, stored)
        run.ledger.repeat(run.task_id, without_unknown(run.order.body, run.change.request.known))
        run.context.budget.resend(run.task_id)
        run.resumed = False  # from now on it is an order of this run
    elif facts.submits > 0 or run.unsent > 0:
        run.ledger.repeat(run.task_id)


def _refused(run: TaskRun, error: ProviderRefused) -> ShotOutcome | None:
    """Handle a definite refusal, of the shot or of the whole run (bad key, empty account).

    The refusal of a repeat says nothing about the first copy, which may be rendering: moderation, credits and the
    available models can change within a minute. Only a mistake in the request applies to the first copy, too.
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
    """Handle a failed connection: not a byte of the order left this machine."""
    run.unsent += 1
    if run.unsent < _UNSENT_TRIES:
        await run.context.clock.sleep(run.context.poll_interval * run.unsent)
        return None
    run.context.stop.stop(error.summary)
    if run.facts.submits > 0:
        return leave(run, error.line)
    return abandon(run, error.line, code=error.code)


async def _look_up(run: TaskRun) -> ShotOutcome | None:
    """Ask the archive; a failed look is no answer and is repeated, unless the service does not support it."""
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
    """Poll until the task ends or the next decision is due."""
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
    """With `apply --retry`, end a task some of whose results never arrive: the delivered ones are final.

    A task that may still be rendering is waited for all the same: its other results are paid for.
    """
    facts = run.facts
    if not (run.context.submit and facts.consent and run.delivered and facts.end is None):
        return None
    if facts.age + facts.watched < run.context.limits.task_timeout:
        return None
    missing = f"{run.delivered} of {run.order.results} results were delivered; the others are no longer awaited"
    run.facts = replace(
        run.facts,
        poll=replace(report, state=TaskState.FAILED, failure=Failure("incomplete", missing, permanent=False)),
    )
    return None


async def _watched(run: TaskRun) -> TaskReport | None:
    """The last report of a task: at its end, its first sign of existence, a further result, or the time limit.

    None when no look succeeded. Raises ProviderError as `Poller.watch` does.
    """
    context, facts = run.context, run.facts
    left = context.limits.task_timeout - facts.watched
    if not facts.at_provider:
        left = min(left, max(context.limits.grace - facts.waited, context.poll_interval))

    def on_look(report: TaskReport) -> None:
        if report.remark is not None and report.remark != run.remark:
            run.remark = report.remark
            with contextlib.suppress(LtxspecError):  # decides nothing, and all tasks share this look
                run.ledger.remark(run.order.task_id, report.remark)
            run.tell(EventKind.SHOT_REMARK, f"the provider says: {report.remark}; still waiting")
        if report.state is TaskState.RUNNING and report.heard:
            run.tell(EventKind.SHOT_RUNNING, "rendering", percent=report.progress)

    def is_news(report: TaskReport) -> bool:
        return len(report.outputs) > run.delivered or (report.exists and not facts.at_provider)

    return await context.poller.watch(run.order, left, on_look, until=is_news, accepted=facts.at_provider)


async def _take_in_first(run: TaskRun) -> None:
    """Keep results found by the look that preceded this run of the task: the next look may not show them."""
    for report in filter(None, (run.facts.poll, run.facts.archive)):
        await _take_in(run, report)


async def _take_in(run: TaskRun, report: TaskReport) -> None:
    """Keep the results delivered so far at once: they are paid, whatever happens to the others."""
    if report is not run.facts.end and len(report.outputs) > run.delivered:
        run.delivered = len(report.outputs)
        await take_in(run, report)
