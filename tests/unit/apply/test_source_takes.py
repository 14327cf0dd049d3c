"""Which take a reference means in a run, and whether others may follow from it at this moment."""

import pytest
from builders import change, lockfile, record, request, take, task
from fakes import FakeClock, MemoryState
from replacing import replace
from unit.plan.chains import follows

from ltxspec.apply.ledger import Ledger
from ltxspec.apply.source_takes import SourceMissing, SourceTakes
from ltxspec.plan.actions import Action, Change
from ltxspec.values import ShotAddress, TaskId

SOURCE = ShotAddress("night", "a")


def takes(*, gate: bool = True, approved: set[TaskId] | None = None) -> SourceTakes:
    state = MemoryState(lockfile(a=record(take("a"), take("a", number=2), current=1)))
    ledger = Ledger("night", state, FakeClock(), {"a", "b"})
    found = approved or set()
    return SourceTakes({"night": ledger}, [replace(request("a", "a"), gate=gate)], found.__contains__)


def order(number: int | None = None, *meant: TaskId | None) -> Change:
    return replace(change(Action.CREATE, follows("b", "a", number=number)), source_takes=meant)


def test_a_gate_asks_for_an_approval_of_the_take_that_is_meant() -> None:
    assert "has no approval now" in (takes().refusal(order(None, task(1))) or "")
    assert takes(approved={task(1)}).refusal(order(None, task(1))) is None
    assert takes(gate=False).refusal(order(None, task(1))) is None
    assert "--take 2" in (takes(approved={task(1)}).refusal(order(2, task(2))) or "")


def test_a_source_of_the_run_has_the_take_that_it_got_there() -> None:
    found = takes(approved={task(1)})
    found.tasks[SOURCE] = task(1)
    assert found.refusal(order()) is None


def test_where_no_take_is_known_nothing_follows() -> None:
    assert "has no take" in (takes(approved={task(1)}).refusal(order()) or "")
    (reference,) = follows("b", "a").references
    with pytest.raises(SourceMissing):
        takes().of(reference)
