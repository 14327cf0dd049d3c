"""Shots that are gone, and tasks that no shot wants; how they come about: `test_planner.py`."""

from typing import Any

import pytest
from builders import intent, journal, lockfile, record, take, task
from replacing import replace

from ltxspec.catalog.models import Catalog
from ltxspec.lock.journal import OpenTask
from ltxspec.plan.actions import Action, Reason
from ltxspec.plan.left_over import left_over
from ltxspec.plan.recorded import RecordedState

NOTHING = Catalog((), {})


def test_a_shot_that_left_the_spec_is_retired_with_its_current_take() -> None:
    recorded = RecordedState(lockfile(alley=record(take()), pier=record(take(number=2))))
    (gone,) = left_over("night", recorded, {"pier"}, NOTHING, [])
    assert (gone.action, gone.reasons, gone.address.instance) == (Action.RETIRE, (Reason.NOT_IN_SPEC,), "alley")
    assert (gone.task_id, gone.fingerprint) == (task(1), take().fingerprint)


def test_a_task_that_no_shot_wants_is_collected_and_its_price_is_the_catalogs() -> None:
    order = replace(intent(), estimate=None)
    (left,) = left_over("night", RecordedState(lockfile(), journal(OpenTask(order))), set(), NOTHING, [])
    assert (left.action, left.task_id, left.request, left.estimate) == (Action.RESUME, task(1), None, None)


def test_a_task_whose_end_is_recorded_is_not_left_over() -> None:
    under_way = journal(OpenTask(intent(), "finished"))
    recorded = RecordedState(lockfile(alley=record(take())), under_way)
    assert left_over("night", recorded, {"alley"}, NOTHING, []) == []


def test_shots_that_left_are_listed_by_their_names() -> None:
    recorded = RecordedState(lockfile(pier=record(take()), alley=record(take(number=2))))
    assert [change.address.instance for change in left_over("night", recorded, set(), NOTHING, [])] == ["alley", "pier"]


@pytest.mark.parametrize(
    ("stage", "reason", "note"),
    [
        ("intent", Reason.OUTCOME_UNKNOWN, "it is unknown whether the order arrived; if it did, it is collected"),
        ("accepted", Reason.UNDER_WAY, "; it is collected and kept"),
        ("finished", Reason.UNDER_WAY, "; it is collected and kept"),
    ],
)
def test_whether_an_order_that_no_shot_wants_arrived_is_not_guessed(stage: Any, reason: Reason, note: str) -> None:
    orders = journal(OpenTask(intent(), stage))
    (left,) = left_over("night", RecordedState(lockfile(), orders), set(), NOTHING, [])
    assert left.reasons == (reason,)
    assert note in str(left.note)
