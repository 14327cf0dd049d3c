from builders import intent, lockfile, record, take, task
from fakes import FakeClock, MemoryState
from unit.apply.test_ledger import DONE, HOME

from ltxspec.apply.closing import close_all, save_all
from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.errors import StorageError
from ltxspec.lock.models import Lockfile
from ltxspec.values import ShotAddress

ALLEY = ShotAddress("night", "alley")


class Full(MemoryState):
    """A disk that takes no lockfile."""

    def write_lockfile(self, lockfile: Lockfile) -> None:
        del lockfile
        raise StorageError("the disk is full")


class Stuck(MemoryState):
    """A disk that takes no journal any more."""

    def sync(self) -> None:
        raise StorageError("the disk is broken")


def unwritten(state: MemoryState) -> Ledger:
    """A ledger with a take that is not written yet."""
    state.lockfile = lockfile(**{f"shot-{number}": record(take(number=number)) for number in range(10, 50)})
    book = Ledger("night", state, FakeClock(), ("alley",))
    book.intend(intent())
    book.finish(task(), DONE)
    book.commit(task(), "alley", [HOME], wanted=True)
    assert set(book.unwritten) == {task()}
    return book


def test_at_the_end_of_a_run_everything_is_written() -> None:
    state, outcome = MemoryState(), ShotOutcome(ALLEY, Outcome.RENDERED, task())
    assert close_all([unwritten(state)], [outcome], lambda _: None) == [outcome]
    assert "alley" in state.lockfile.shots


def test_a_take_that_cannot_be_written_is_not_reported_as_rendered() -> None:
    events: list[ApplyEvent] = []
    gate = ShotAddress("night", "gate")
    outcomes = [
        ShotOutcome(ALLEY, Outcome.RENDERED, task()),
        ShotOutcome(gate, Outcome.RENDERED, task(2)),  # written before
        ShotOutcome(gate, Outcome.HELD_BACK, task()),
    ]
    alley, *others = close_all([unwritten(Full())], outcomes, events.append)
    assert (alley.outcome, alley.message) == (Outcome.UNRESOLVED, "the disk is full")
    assert others == outcomes[1:]
    assert [(event.kind, event.address) for event in events] == [(EventKind.SHOT_UNRESOLVED, ALLEY)]


def test_a_journal_that_cannot_be_closed_is_said_and_costs_no_take() -> None:
    events: list[ApplyEvent] = []
    outcome, state = ShotOutcome(ALLEY, Outcome.RENDERED, task()), Stuck()
    assert close_all([unwritten(state)], [outcome], events.append) == [outcome]
    assert "alley" in state.lockfile.shots
    said = [(event.kind, event.address, event.message) for event in events]
    assert said == [(EventKind.SHOT_REMARK, None, "the disk is broken; all takes are recorded")]


def test_a_run_that_is_broken_off_writes_what_it_can() -> None:
    state = MemoryState()
    save_all([unwritten(Full()), unwritten(state)])
    assert "alley" in state.lockfile.shots
