from pathlib import Path

import pytest
from acceptance.commands import write_spec
from builders import own_intent, record, take
from unit.project.projects import path_of, project

from ltxspec.errors import Invalid, LockfileError, ProviderError
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Plan
from ltxspec.plan.selection import selection
from ltxspec.project.adapters import local_places, make_plan, open_archive, open_provider, owned
from ltxspec.project.load import render_specs
from ltxspec.project.project import Project, open_project
from ltxspec.storage.state import open_state

SPEC = """\
model: lightricks:2@0
defaults: {width: 1920, height: 1080}
shots:
  alley: {prompt: Rain.}
  tower: {prompt: A tower.}
"""
RECORDED = Lockfile("runware", "night", {"lane": record(take())}, {"gone": record(take(number=2))})


@pytest.fixture
def opened(tmp_path: Path) -> Project:
    write_spec(tmp_path, SPEC)
    return project(tmp_path, RECORDED)


def plan(opened: Project, **patterns: tuple[str, ...]) -> Plan:
    return make_plan(opened, render_specs(opened, ()), selection(**patterns))


def test_a_plan_covers_what_is_wanted_and_what_is_recorded(opened: Project) -> None:
    made = plan(opened)
    assert {change.address.instance for change in made.changes} == {"alley", "tower", "lane"}
    assert made.spent == {"night": (take().cost * 2, 0)}  # type: ignore[operator]  # the builder's takes have a cost


@pytest.mark.parametrize("known", ["night.alley", "night.lane", "night.gone", "night.ordered", "night.*"])
def test_shots_of_spec_lockfile_and_journal_are_known(opened: Project, known: str) -> None:
    with open_state(opened.paths_of("night")) as state:
        state.append(own_intent(instance="ordered", provider="runware"))
    plan(opened, targets=(known,))


def test_a_pattern_that_names_nothing_stops_the_plan(opened: Project) -> None:
    with pytest.raises(Invalid, match=r"no shot matches `night\.aley`"):
        plan(opened, retakes=("night.aley",), targets=("night.tower",))


def test_what_targets_leave_without_effect_is_a_warning(opened: Project) -> None:
    made = plan(opened, retakes=("night.alley",), retries=("night.tower",), targets=("night.tower",))
    assert [(found.severity, found.code, found.message) for found in made.diagnostics] == [
        ("warning", "outside-target", "`night.alley` is outside of `--target`: nothing is done for it")
    ]


def test_a_damaged_lockfile_stops_everything(opened: Project) -> None:
    path_of(opened).write_text("{}")
    with pytest.raises(LockfileError):
        owned(opened, "night")
    path_of(opened).unlink()
    assert owned(opened, "night").lockfile == Lockfile("runware", "night")


def test_the_paid_service_needs_a_key_only_to_order(opened: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProviderError, match="no API key"):
        open_provider(opened)
    assert open_provider(opened, need_key=False).name == "runware"
    monkeypatch.setenv("RUNWARE_API_KEY", "key")
    assert open_provider(opened).name == "runware"


def test_the_sandbox_needs_none(tmp_path: Path) -> None:
    assert open_provider(open_project(tmp_path, "sandbox")).name == "sandbox"


def test_an_empty_archive_has_no_places(opened: Project) -> None:
    assert local_places(opened) == {}
    assert not open_archive(opened).has("0" * 64)
