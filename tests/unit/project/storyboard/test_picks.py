from pathlib import Path

from builders import lockfile, record, take, task
from unit.project.projects import project

from ltxspec.project.pick import pick
from ltxspec.project.storyboard.picks import warnings_of
from ltxspec.project.verdicts import Opinion, Verdict, decide


def test_a_pick_that_nothing_speaks_against_needs_no_words(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=record(take(), take("b", number=2, at="2026-11-23T10:00:00Z"))))
    assert warnings_of(opened, pick(opened, "night.alley", 1)) == []


def test_a_take_that_people_decided_against_is_named(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=record(take(), take("b", number=2, at="2026-11-23T10:00:00Z"))))
    decide(opened, ["night.alley"], Verdict.REJECTED, Opinion(number=1, note="too dark", by="Ann", task=task(1)))
    (said,) = warnings_of(opened, pick(opened, "night.alley", 1))
    assert said.startswith("Take 1 is decided against: rejected")
    assert "too dark" in said
