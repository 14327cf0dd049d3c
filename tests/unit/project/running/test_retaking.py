from pathlib import Path

from acceptance.commands import ltxspec, write_spec

from ltxspec.plan.actions import Action
from ltxspec.plan.document import PlanOptions
from ltxspec.project.locks import holding_specs
from ltxspec.project.project import open_project
from ltxspec.project.running.retaking import plan_retaking

SPEC = "model: lightricks:ltx@2.5-fast\nshots: {tower: {prompt: a tower}, gate: {prompt: a gate}}\n"


def test_only_the_named_retakes_are_planned(tmp_path: Path) -> None:
    write_spec(tmp_path, SPEC)
    ltxspec("apply", cwd=tmp_path, LTXSPEC_PROVIDER="sandbox")
    project = open_project(tmp_path, provider="sandbox")
    options = PlanOptions(retakes=("night.*",))
    with holding_specs(project, options, wait=0, command="apply") as held:
        plan = plan_retaking(project, options, held, ["night.gate"])
    assert {change.address.shot: change.action for change in plan.changes} == {
        "tower": Action.NO_OP, "gate": Action.REPLACE,
    }  # fmt: skip
