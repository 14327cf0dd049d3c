"""Takes count for the shots that get them, before the plan that moves them is applied."""

from builders import change, lockfile, record, request, take, task
from replacing import replace

from ltxspec.plan.actions import Action, Reason
from ltxspec.plan.heirs import heirs_of_takes, with_heirs
from ltxspec.plan.recorded import RecordedState
from ltxspec.values import ShotAddress

GATE, LANE = ShotAddress("night", "gate"), ShotAddress("night", "lane")
HAVE = {"night": RecordedState(lockfile({"gone": record(take("b", number=3))}, alley=record(take(), take(number=2))))}


def test_a_name_that_is_gone_leaves_all_its_takes_to_its_heir_but_those_of_others() -> None:
    changes = [
        change(Action.MOVE, request("lane"), number=2, origin="alley"),
        change(Action.MOVE, request("gate"), number=1, origin="alley", reasons=(Reason.MOVED_BY_SPEC,)),
    ]
    assert heirs_of_takes(changes, HAVE, {}) == {task(1): GATE, task(2): LANE}
    assert heirs_of_takes(changes[1:], HAVE, {}) == {task(1): GATE, task(2): GATE}
    order = [change(Action.REPLACE, request("gate"), number=9, origin="alley")]
    assert heirs_of_takes(order, HAVE, {}) == {task(1): GATE, task(2): GATE}


def test_a_shot_that_is_still_there_gives_one_take_only() -> None:
    changes = [
        change(Action.CREATE, request("alley", "n"), number=8),
        change(Action.MOVE, request("gate"), number=1, origin="alley"),
    ]
    assert heirs_of_takes(changes, HAVE, {}) == {task(1): GATE}


def test_without_moves_nothing_changes_hands() -> None:
    assert heirs_of_takes([change(), change(Action.RETIRE, request("gone"))], HAVE, {}) == {}
    assert with_heirs(HAVE, {}, {}) is HAVE


def test_takes_of_another_spec_count_for_the_one_that_gets_them_and_only_there() -> None:
    have = HAVE | {"day": RecordedState(replace(lockfile(noon=record(take("c", number=7))), spec="day"))}
    changes = [change(Action.MOVE, request("noon", spec="day"), number=1, origin="night.alley")]
    offered = {"day": {"night.alley": record(take(), take(number=2)), "night.other": record(take("x", number=5))}}
    heirs = heirs_of_takes(changes, have, offered)
    assert heirs == dict.fromkeys((task(1), task(2)), ShotAddress("day", "noon"))
    after = with_heirs(have, heirs, offered)
    sums = {
        name: sorted(
            taken.task_id
            for records in (state.lockfile.shots, state.lockfile.retired)
            for each in records.values()
            for taken in each.takes
        )
        for name, state in after.items()
    }
    assert sums == {"night": [task(3)], "day": [task(1), task(2), task(7)]}
