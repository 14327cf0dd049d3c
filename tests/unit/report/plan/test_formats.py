from pathlib import Path

import orjson
import pytest
from unit.report.plans import change, rich_plan

from ltxspec.errors import StorageError
from ltxspec.plan.actions import Action, Plan
from ltxspec.plan.planfile import PlanOptions
from ltxspec.report.plan.formats import PLAN_FORMATS, save_plan
from ltxspec.report.terminal import Style


@pytest.mark.parametrize("plan", [rich_plan(), Plan("runware", [change("a", Action.NO_OP)])])
@pytest.mark.parametrize("name", ["text", "json", "markdown"])
def test_every_form_tells_any_plan_and_ends_its_last_line(name: str, plan: Plan) -> None:
    text = PLAN_FORMATS[name](plan, PlanOptions(), Style())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_a_saved_plan_is_the_json_form(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("an older plan")
    save_plan(path, rich_plan(), PlanOptions())
    assert path.read_text() == PLAN_FORMATS["json"](rich_plan(), PlanOptions(), Style())
    assert [item.name for item in tmp_path.iterdir()] == ["plan.json"]


def test_a_link_that_waits_under_the_name_of_the_unfinished_plan_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / ".plan.json.part").symlink_to(tmp_path / "outside")
    save_plan(tmp_path / "plan.json", rich_plan(), PlanOptions())
    assert (tmp_path / "plan.json").is_file()
    assert not (tmp_path / "outside").exists()


def test_a_plan_that_cannot_be_saved_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"the plan cannot be saved to `plan\.json`"):
        save_plan(tmp_path / "missing" / "plan.json", rich_plan(), PlanOptions())


def test_the_json_form_is_the_document_apply_reads() -> None:
    assert orjson.loads(PLAN_FORMATS["json"](rich_plan(), PlanOptions(), Style()))["formatVersion"] == "1.0"
