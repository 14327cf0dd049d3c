from dataclasses import replace

from builders import change
from unit.plan.chains import ALLEY, DOOR, STREET, follows

from ltxspec.plan.actions import Action, Change
from ltxspec.render.models import Request
from ltxspec.report.plan.chains import chained


def listed(*requests: Request) -> list[str]:
    changes = [change(Action.CREATE, wanted) for wanted in requests]
    return [lead + item.address.instance for lead, item in chained(changes)]


def test_each_shot_is_below_its_source() -> None:
    other, side = replace(ALLEY, address=ALLEY.address._replace(instance="other")), follows("side", "alley")
    assert listed(DOOR, ALLEY, other, STREET, side) == [
        "alley",
        "├ street",
        "│ └ door",
        "└ side",
        "other",
    ]


def test_long_chains_are_not_moved_in_for_ever() -> None:
    links = [follows(f"s{number}", f"s{number - 1}") for number in range(1, 9)]
    assert listed(replace(ALLEY, address=ALLEY.address._replace(instance="s0")), *links)[-3:] == [
        "          └ s6",
        "          └ s7",
        "          └ s8",
    ]


def test_a_source_that_is_not_listed_does_not_matter() -> None:
    assert listed(DOOR, STREET) == ["street", "└ door"]
    assert listed(DOOR) == ["door"]


def test_what_follows_from_a_shot_that_is_listed_twice_is_listed_once() -> None:
    assert listed(ALLEY, ALLEY, STREET) == ["alley", "└ street", "alley"]


def test_plans_without_chains_stay_as_they_are() -> None:
    changes: list[Change] = [change(Action.CREATE, ALLEY)]
    assert chained(changes) == [("", changes[0])]
