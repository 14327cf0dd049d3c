from dataclasses import replace

from builders import change
from unit.plan.chains import ALLEY, DOOR, STREET, follows

from ltxspec.plan.actions import Action, Change
from ltxspec.render.models import Request
from ltxspec.report.plan.chains import chained


def listed(*requests: Request) -> list[tuple[int, str]]:
    changes = [change(Action.CREATE, wanted) for wanted in requests]
    return [(depth, item.address.instance) for depth, item in chained(changes)]


def test_each_shot_is_below_its_source() -> None:
    other, side = replace(ALLEY, address=ALLEY.address._replace(instance="other")), follows("side", "alley")
    assert listed(DOOR, ALLEY, other, STREET, side) == [
        (0, "alley"), (1, "street"), (2, "door"), (1, "side"), (0, "other"),
    ]  # fmt: skip


def test_a_source_that_is_not_listed_does_not_matter() -> None:
    assert listed(DOOR, STREET) == [(0, "street"), (1, "door")]
    assert listed(DOOR) == [(0, "door")]


def test_plans_without_chains_stay_as_they_are() -> None:
    changes: list[Change] = [change(Action.CREATE, ALLEY)]
    assert chained(changes) == [(0, changes[0])]
