"""Picking a take or a result; through the command: `acceptance/test_command_pick.py`."""

from pathlib import Path

import pytest
from builders import lockfile, record, take, task
from unit.project.projects import project, recorded

from ltxspec.errors import WrongUsage
from ltxspec.project.lookup import UnknownAddress
from ltxspec.project.pick import Picked, pick
from ltxspec.values import ShotAddress

ALLEY = record(take(), take("b", number=2, at="2026-11-23T10:00:00Z"), current=2)
FAILED = record(take(), take("b", number=2, at="2026-11-23T10:00:00Z", status="failed", cost=None))


def test_a_take_is_picked_and_recorded(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=ALLEY))
    assert pick(opened, "night.alley", 1) == Picked(ShotAddress("night", "alley"), 1, task(1))
    assert recorded(opened).shots["alley"].current == task(1)


def test_a_shot_that_is_gone_keeps_its_choice(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile({"alley": ALLEY}))
    assert pick(opened, "night.alley", 1).task == task(1)
    assert recorded(opened).retired["alley"].current == task(1)


@pytest.mark.parametrize(
    ("number", "result", "words"),
    [
        (3, None, "has 2 takes, no take 3"),
        (0, None, "no take 0"),
        (2, None, "failed"),
        (1, 2, "has 1 output, no result 2"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_nothing_is_changed(
    tmp_path: Path, number: int, result: int | None, words: str
) -> None:
    opened = project(tmp_path, lockfile(alley=FAILED))
    with pytest.raises(WrongUsage, match=words):
        pick(opened, "night.alley", number, result)
    assert recorded(opened) == lockfile(alley=FAILED)


def test_an_address_that_is_not_recorded_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownAddress):
        pick(project(tmp_path, lockfile(alley=ALLEY)), "night.fog", 1)
