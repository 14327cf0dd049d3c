import pytest
from jsonschema import Draft202012Validator

from ltxspec.plan.actions import Action
from ltxspec.report.apply.document import events_schema
from ltxspec.report.schemas import plan_schema, problem_schema
from ltxspec.values import Json


@pytest.mark.parametrize("schema", [plan_schema(), events_schema(), problem_schema()])
def test_published_schemas_are_valid_schemas(schema: Json) -> None:
    Draft202012Validator.check_schema(schema)


def test_the_plan_schema_knows_every_action() -> None:
    schema = plan_schema()
    assert schema["properties"]["summary"]["required"] == [action.value for action in Action]
    actions = [item["const"] for item in schema["$defs"]["Action"]["oneOf"]]
    assert actions == [action.value for action in Action]
