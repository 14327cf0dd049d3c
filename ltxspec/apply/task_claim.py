"""The claim of one task in this run: made before each order, released when certainly nothing was accepted under it."""

import contextlib
from dataclasses import replace

from ltxspec.apply.claiming import Denial
from ltxspec.apply.events import EventKind, Outcome, ShotOutcome
from ltxspec.apply.task import TaskRun
from ltxspec.apply.task_finish import abandon, leave
from ltxspec.errors import LtxspecError
from ltxspec.plan.cases import claimed_elsewhere


async def claim(run: TaskRun) -> Denial | None:
    """Claim the task, whose intent is on disk. Returns why it must not be sent; None if it may be."""
    found = await run.context.claiming.claim(run.order, run.ledger.spec, consent=run.facts.consent)
    if isinstance(found, Denial):
        return found
    run.claimed_here = run.claimed_here or found
    return None


def denied(run: TaskRun, denial: Denial) -> ShotOutcome | None:
    """Send nothing: another machine has claimed the task, or may order for the spec, or cannot be asked.

    What another one claimed may be at the provider, so it is looked up like any order without a clear answer.

    Returns:
        The outcome if this run of the task ends here.
    """
    facts = run.facts
    if denial.who is None:
        run.context.stop.stop(denial.why)
        return leave(run, denial.why) if facts.submits > 0 else abandon(run, denial.why, code="lease")
    run.elsewhere, run.ordered_here = claimed_elsewhere(run.address, denial.who), False
    with contextlib.suppress(LtxspecError):  # for readers; it decides nothing
        run.ledger.claimed(run.task_id, denial.who)
    if facts.submits == 0:
        run.sent = run.context.clock.monotonic()  # it may be ordered as late as now
    run.facts = replace(facts, submits=max(facts.submits, 1), repeated=True)
    run.tell(EventKind.SHOT_UNCLEAR, "claimed by another machine; looking it up")
    return None


async def released(run: TaskRun, outcome: ShotOutcome) -> ShotOutcome:
    """Pass an outcome on; a claim of this run is released if nothing can have been accepted under it."""
    nothing = outcome.outcome is Outcome.HELD_BACK or run.facts.refused is not None
    if run.claimed_here and nothing:
        await run.context.claiming.release(run.task_id)
    return outcome
