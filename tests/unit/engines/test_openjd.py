"""Jobs for render farms: what is in them, and what cannot be."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from spreading import KEY, Service, project_in

from ltxspec.engines.openjd import FarmJob, job_template, job_text, save_job
from ltxspec.errors import LtxspecError, WrongUsage
from ltxspec.plan.actions import Action
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.planfile import plan_digest
from ltxspec.project.plan import ProjectPlan, plan_project
from ltxspec.values import Usd

NOWHERE = Service("http://127.0.0.1:1/v1")


@pytest.fixture
def planned(tmp_path: Path) -> ProjectPlan:
    return plan_project(project_in(tmp_path / "films", NOWHERE), PlanOptions())


def scripts(template: dict[str, Any]) -> dict[str, str]:
    return {step["name"]: step["script"]["embeddedFiles"][0]["data"] for step in template["steps"]}


def test_a_job_orders_the_approved_plan_in_shards_and_joins_them(planned: ProjectPlan) -> None:
    job = FarmJob(planned, 3, ("specs",), Usd("1.50"))
    template = job_template(job)
    assert [step.get("dependencies") for step in template["steps"]] == [
        None,
        [{"dependsOn": "Prepare"}],
        [{"dependsOn": "Apply"}],
    ]
    (shard,) = template["steps"][1]["parameterSpace"]["taskParameterDefinitions"]
    assert shard["range"] == "1-3"
    text = scripts(template)
    assert f"--approved {plan_digest(planned.plan)}" in text["Apply"]
    assert "--max-cost 1.50" in text["Apply"]
    assert '--shard "$shard/3"' in text["Apply"]
    assert "-- specs" in text["Apply"]
    assert "lock join --provider runware" in text["Join"]
    assert KEY not in job_text(job)


def test_the_text_is_the_template_and_finds_its_folder_where_it_lies_in_it(
    planned: ProjectPlan, tmp_path: Path
) -> None:
    job = FarmJob(planned, 2, beside=True)
    save_job(job, tmp_path / "job.yaml")
    read = yaml.safe_load((tmp_path / "job.yaml").read_text())
    assert read == job_template(job)
    assert read["parameterDefinitions"][0]["default"] == "."


def test_nothing_to_render_is_no_job(planned: ProjectPlan) -> None:
    done = replace(planned, plan=replace(planned.plan, changes=[]))
    with pytest.raises(LtxspecError, match="nothing to render"):
        job_template(FarmJob(done, 2))


def test_what_is_in_progress_here_is_collected_before_a_job_is_written(planned: ProjectPlan) -> None:
    """The copies have no journal: their plan would be another one than the approved."""
    first, *rest = planned.plan.changes
    resumed = replace(first, action=Action.RESUME)
    for changes, outside in (([resumed, *rest], []), (rest, [resumed])):
        begun = replace(planned, plan=replace(planned.plan, changes=changes, outside=outside))
        with pytest.raises(LtxspecError, match="1 shot is in progress") as refused:
            job_template(FarmJob(begun, 2))
        assert "ltxspec collect" in str(refused.value.hint)


@pytest.mark.parametrize("path", ["../other", "specs/{{Param.Project}}"])
def test_a_path_that_copies_do_not_have_is_refused(planned: ProjectPlan, path: str) -> None:
    with pytest.raises(WrongUsage, match="cannot stand in a job"):
        job_template(FarmJob(planned, 2, (path,)))
