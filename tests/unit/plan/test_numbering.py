"""The number of a take in a plan; through the commands: `acceptance/test_verdicts.py`."""

from builders import intent, journal, lockfile, record, take, task

from ltxspec.lock.journal import OpenTask
from ltxspec.lock.models import ShotRecord
from ltxspec.plan.actions import Action
from ltxspec.plan.numbering import number_of
from ltxspec.plan.recorded import RecordedState

ALLEY = record(take(), take("b", number=2, at="2026-11-23T10:00:00Z"))
STATE = RecordedState(lockfile(alley=ALLEY))


def number(action: Action, made: int, *records: ShotRecord, state: RecordedState = STATE) -> int | None:
    return number_of(action, task(made), "alley", records, state)


def test_a_kept_take_has_its_place_and_an_order_the_next_one() -> None:
    assert number(Action.NO_OP, 2, ALLEY) == 2
    assert number(Action.REPLACE, 7, ALLEY) == 3
    assert number(Action.CREATE, 7) == 1
    assert number(Action.MOVE, 7, ALLEY) is None
    assert number(Action.MOVE, 2, ALLEY) is None
    assert number_of(Action.REPLACE, None, "alley", [ALLEY, None], STATE) == 3


def test_orders_under_way_stand_before_a_new_one() -> None:
    under_way = OpenTask(intent("c", number=5), "accepted")
    state = RecordedState(lockfile(alley=ALLEY), journal(under_way))
    assert number(Action.REPLACE, 7, ALLEY, state=state) == 4
    assert number(Action.RESUME, 5, ALLEY, state=state) == 3
