from pathlib import Path

import pytest
from acceptance.commands import write_spec
from unit.project.projects import project

from ltxspec.plan.planfile import PlanOptions
from ltxspec.plan.recorded import Owned
from ltxspec.project.load import render_specs
from ltxspec.project.plan import plan_with
from ltxspec.project.project import Project

SPEC = "model: lightricks:ltx@2.5-fast\nvars: {x: 1}\nshots: {a: {prompt: 'a{{ x }}'}, b: {prompt: bb}}\n"


@pytest.fixture
def opened(tmp_path: Path) -> Project:
    write_spec(tmp_path, SPEC)
    return project(tmp_path)


def test_a_plan_follows_its_options(opened: Project) -> None:
    planned = plan_with(opened, PlanOptions(targets=("night.a",), variables={"x": "2"}))
    (change,) = planned.plan.changes
    assert change.request is not None
    assert change.request.body["positivePrompt"] == "a2"
    assert len(planned.rendered[0].requests) == 2


def test_what_was_rendered_or_read_already_is_taken_as_it_is(opened: Project, tmp_path: Path) -> None:
    from ltxspec.lock.models import Lockfile

    rendered = render_specs(opened, ())
    (tmp_path / "specs" / "night.yaml").unlink()
    held = {"night": Owned(Lockfile("runware", "night"))}
    assert len(plan_with(opened, PlanOptions(), rendered, held).plan.changes) == 2
