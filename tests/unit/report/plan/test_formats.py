import orjson
import pytest
from unit.report.plans import change, rich_plan

from ltxspec.plan.actions import Action, Plan
from ltxspec.plan.document import PlanOptions
from ltxspec.report.plan.formats import PLAN_FORMATS
from ltxspec.report.terminal import Style


@pytest.mark.parametrize("plan", [rich_plan(), Plan("runware", [change("a", Action.NO_OP)])])
@pytest.mark.parametrize("name", ["text", "json", "markdown"])
def test_every_form_tells_any_plan_and_ends_its_last_line(name: str, plan: Plan) -> None:
    text = PLAN_FORMATS[name](plan, PlanOptions(), Style())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_the_json_form_is_the_document_apply_reads() -> None:
    assert orjson.loads(PLAN_FORMATS["json"](rich_plan(), PlanOptions(), Style()))["formatVersion"] == "1.0"
