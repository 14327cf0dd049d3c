"""The end of a run: what is recorded in memory reaches the disk, or the shots concerned are said to be open."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ltxspec.apply.events import ApplyEvent, Emit, EventKind, Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.task_finish import unresolved
from ltxspec.errors import LtxspecError

_RECORDED = (Outcome.RENDERED, Outcome.COLLECTED, Outcome.FAILED)


def close_all(ledgers: Iterable[Ledger], outcomes: Sequence[ShotOutcome], emit: Emit) -> list[ShotOutcome]:
    """Write the lockfiles, and drop closed tasks from the journals.

    Returns:
        The outcomes. A shot whose take could not be written is unresolved: the next run finds it in the journal. Closed
        tasks that stay in a journal are harmless, but what failed is said.
    """
    found = list(outcomes)
    for ledger in ledgers:
        try:
            ledger.close()
        except LtxspecError as error:
            lost = set(ledger.unwritten)
            if not lost:
                emit(ApplyEvent(EventKind.SHOT_REMARK, f"{error.line}; all takes are recorded", code=error.code))
            found = [_left_open(one, error, emit) if one.task_id in lost else one for one in found]
    return found


def save_all(ledgers: Iterable[Ledger]) -> None:
    """Write as far as possible what a run has recorded that is being broken off."""
    for ledger in ledgers:
        with contextlib.suppress(LtxspecError):  # it is in the journal
            ledger.close()


def _left_open(outcome: ShotOutcome, error: LtxspecError, emit: Emit) -> ShotOutcome:
    if outcome.outcome not in _RECORDED:
        return outcome
    message, address = unresolved(error.line), outcome.address
    emit(ApplyEvent(EventKind.SHOT_UNRESOLVED, message, address, outcome.task_id, outcome.estimate, code=error.code))
    return replace(outcome, outcome=Outcome.UNRESOLVED, message=error.line)
