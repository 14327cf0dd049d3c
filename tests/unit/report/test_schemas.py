import copy
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from unit.report.reviews import many, review_values, rich_review

from ltxspec.plan.actions import Action
from ltxspec.report.apply.document import events_schema
from ltxspec.report.schemas import plan_schema, problem_schema, review_schema
from ltxspec.review.models import ShotKind
from ltxspec.values import Json


@pytest.mark.parametrize("schema", [plan_schema(), events_schema(), problem_schema()])
def test_published_schemas_are_valid_schemas(schema: Json) -> None:
    Draft202012Validator.check_schema(schema)


def test_the_plan_schema_knows_every_action() -> None:
    schema = plan_schema()
    assert schema["properties"]["summary"]["required"] == [action.value for action in Action]
    actions = [item["const"] for item in schema["$defs"]["Action"]["oneOf"]]
    assert actions == [action.value for action in Action]


VALIDATOR = Draft202012Validator(review_schema())


def problems(document: object) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(document)]


def test_it_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(review_schema())


def test_what_is_written_fits() -> None:
    assert problems(review_values(rich_review())) == []
    assert problems(review_values(many(3))) == []


def test_it_knows_every_kind() -> None:
    assert set(review_schema()["$defs"]["ShotKind"]["enum"]) == {kind.value for kind in ShotKind}


Document = dict[str, Any]
SPOILERS: list[Callable[[Document], object]] = [
    lambda document: document.pop("planDigest"),
    lambda document: document.update(formatVersion="2.0"),
    lambda document: document.update(limit=5.0),
    lambda document: document["spent"].update(usd="1e3"),
    lambda document: document["summary"].pop("moved"),
    lambda document: document["base"].update(commit="main"),
    lambda document: document["shots"][0].update(kind="deleted"),
    lambda document: document["shots"][0].update(bought=[1]),
    lambda document: document["shots"][1]["change"].pop("retake"),
    lambda document: document["shots"][1]["change"].update(action="explode"),
    lambda document: document["takes"]["base"].update(x={}),
    lambda document: document["refusals"][0].pop("hint"),
]


@pytest.mark.parametrize("spoil", SPOILERS)
def test_what_is_not_written_does_not_fit(spoil: Callable[[Document], object]) -> None:
    document = copy.deepcopy(review_values(rich_review()))
    spoil(document)
    assert problems(document) != []
