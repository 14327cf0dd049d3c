"""Costs by group; the command is tested in `acceptance/test_command_cost.py`."""

from pathlib import Path

import pytest
from acceptance.commands import write_spec
from builders import record, take
from replacing import replace
from unit.project.projects import project

from ltxspec.lock.models import Lockfile
from ltxspec.project.costs import takes_by
from ltxspec.project.project import ProjectContext

NIGHT = Lockfile(
    "runware",
    "night",
    {"weather[fog]": record(take()), "alley": record(take(number=2))},
    {"old": record(take(number=3))},
)
DAY = Lockfile("runware", "day", {"gate": record(take(number=4))})
SPEC = """\
model: lightricks:ltx@2.5-fast
shots:
  alley: {prompt: A tower, labels: {campaign: autumn}}
  weather: {matrix: {sky: [fog, rain]}, prompt: "{{ sky }}", labels: {campaign: winter}}
"""


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    return project(tmp_path, NIGHT, DAY)


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("spec", {"day": 1, "night": 3}),
        ("shot", {"day.gate": 1, "night.alley": 1, "night.old": 1, "night.weather[fog]": 1}),
        ("month", {"2026-11": 4}),
        ("model", {"maker:1@0": 4}),
    ],
)
def test_takes_are_grouped(opened: ProjectContext, by: str, groups: dict[str, int]) -> None:
    assert {name: len(takes) for name, takes in takes_by(opened, None, by)} == groups


def test_a_task_that_stands_in_two_lockfiles_counts_once_where_it_is_still_a_shot(tmp_path: Path) -> None:
    gone = Lockfile("runware", "dawn", {}, {"gate": record(take(number=4, cost=None))})
    opened = project(tmp_path, NIGHT, Lockfile("runware", "day", {"gate": record(take(number=4))}), gone)
    assert {name: len(takes) for name, takes in takes_by(opened, None, "spec")} == {"day": 1, "night": 3}
    assert {name: len(takes) for name, takes in takes_by(opened, None, "month")} == {"2026-11": 4}
    assert takes_by(opened, "dawn", "spec") == []


def test_takes_without_a_date_are_a_group_of_their_own(tmp_path: Path) -> None:
    imported = replace(take(), submitted_at=None)
    opened = project(tmp_path, Lockfile("runware", "night", {"alley": record(imported)}))
    assert takes_by(opened, "night", "month") == [("not dated", [imported])]


def test_takes_are_grouped_by_a_label_of_the_current_specs(opened: ProjectContext, tmp_path: Path) -> None:
    write_spec(tmp_path, SPEC)
    groups = takes_by(opened, None, "label:campaign")
    assert [(name, len(takes)) for name, takes in groups] == [("autumn", 1), ("winter", 1), ("(none)", 2)]
    assert [name for name, _ in takes_by(opened, None, "label:scene")] == ["(none)"]


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("campagin", "did you mean `campaign`?"),
        ("zebra", "the labels are `campaign`"),
        ("campaign", None),
    ],
)
def test_a_label_that_nothing_has_is_pointed_out(key: str, hint: str | None, tmp_path: Path) -> None:
    warnings: list[str] = []
    opened = replace(project(tmp_path, NIGHT), warn=warnings.append)
    write_spec(tmp_path, SPEC)
    takes_by(opened, None, f"label:{key}")
    wanted = [] if hint is None else [f"no shot has a label `{key}`, so all takes are under `(none)`; {hint}"]
    assert warnings == wanted


def test_without_any_label_that_is_said(tmp_path: Path) -> None:
    warnings: list[str] = []
    opened = replace(project(tmp_path, NIGHT), warn=warnings.append)
    write_spec(tmp_path, "model: lightricks:ltx@2.5-fast\nshots: {alley: {prompt: A tower}}\n")
    takes_by(opened, None, "label:campaign")
    assert warnings == ["no shot has a label `campaign`, so all takes are under `(none)`; no shot has labels"]


def test_a_broken_spec_has_no_labels_and_that_is_said(tmp_path: Path) -> None:
    warnings: list[str] = []
    opened = replace(project(tmp_path, NIGHT), warn=warnings.append)
    write_spec(tmp_path, SPEC.replace("prompt: A tower", "prompt: 7"))
    assert [name for name, _ in takes_by(opened, None, "label:campaign")] == ["winter", "(none)"]
    assert "their takes are under `(none)`" in warnings[0]
