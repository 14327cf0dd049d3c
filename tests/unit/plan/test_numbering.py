"""The number of a take in a plan; through the commands: `acceptance/test_verdicts.py`."""

import builders
from builders import intent, journal, lockfile, record, take, task

from ltxspec.lock.journal import OpenTask
from ltxspec.plan.actions import Action
from ltxspec.plan.numbering import numbered
from ltxspec.plan.recorded import RecordedState

ALLEY = record(take(), take("b", number=2, at="2026-11-23T10:00:00Z"))
STATE = RecordedState(lockfile(alley=ALLEY))


def test_a_kept_take_has_its_place_and_an_order_the_next_one() -> None:
    assert numbered(builders.change(Action.NO_OP, number=2), [ALLEY], STATE).number == 2
    assert numbered(builders.change(Action.REPLACE, number=7), [ALLEY], STATE).number == 3
    assert numbered(builders.change(Action.CREATE, number=7), [], STATE).number == 1
    assert numbered(builders.change(Action.MOVE, number=7), [ALLEY], STATE).number is None


def test_orders_under_way_stand_before_a_new_one() -> None:
    under_way = OpenTask(intent("c", number=5), "accepted")
    state = RecordedState(lockfile(alley=ALLEY), journal(under_way))
    assert numbered(builders.change(Action.REPLACE, number=7), [ALLEY], state).number == 4
    resumed = builders.change(Action.RESUME, number=5)
    assert (resumed.task_id, numbered(resumed, [ALLEY], state).number) == (task(5), 3)
