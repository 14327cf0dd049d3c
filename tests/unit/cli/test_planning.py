from pathlib import Path

import pytest
from acceptance.commands import write_spec
from unit.cli.projects import project

from ltxspec.cli.planning import options_of, plan_with
from ltxspec.cli.project import Project
from ltxspec.cli.session import Session
from ltxspec.cli.specs import render_specs
from ltxspec.plan.owned import Owned
from ltxspec.plan.planfile import PlanOptions

SPEC = "model: lightricks:ltx@2.5-fast\nvars: {x: 1}\nshots: {a: {prompt: 'a{{ x }}'}, b: {prompt: bb}}\n"
TYPED = {
    "paths": ("specs",),
    "targets": ("night.a",),
    "retakes": (),
    "retries": ("night.b",),
    "var": ("x=2",),
    "var_files": (),
}


@pytest.fixture
def opened(tmp_path: Path) -> Project:
    write_spec(tmp_path, SPEC)
    return project(tmp_path)


def test_options_are_what_was_typed(tmp_path: Path) -> None:
    assert options_of(Session(str(tmp_path)), TYPED) == PlanOptions(
        ("specs",), ("night.a",), (), ("night.b",), {"x": "2"}
    )


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
