"""JSON Schemas (2020-12) of plans, reviews and single problems; those in `schemas/` are generated from it.

Constraints that the action of a shot puts on its other fields are added to the declarations in `plan/document.py`.
"""

from collections.abc import Mapping

from ltxspec.formats import Schema, schema
from ltxspec.lock.codec import WHEN_FAILED
from ltxspec.plan.actions import Action
from ltxspec.plan.document import PlanDocument, Problem
from ltxspec.report.wording import MEANINGS
from ltxspec.review.document import ReviewDocument
from ltxspec.values import Json


def plan_schema() -> Schema:
    """The schema of `plan --format json` and of a saved plan."""
    about = "What `ltxspec apply` would do to every shot, why, and what it would cost."
    document = schema(PlanDocument, "ltxspec plan, version 1", about)
    document["$defs"]["PlannedShot"]["allOf"] = _rules()
    document["$defs"]["Action"] = {
        "oneOf": [{"const": action.value, "description": MEANINGS[action]} for action in Action]
    }
    return document


def problem_schema() -> Schema:
    """The schema of one problem, as in plans and in `validate --format json`."""
    return schema(Problem, "ltxspec problem, version 1", "An error or a warning, with its location and its remedy.")


def _rules() -> list[Json]:
    orders = [action.value for action in Action if action.spends]
    free = [action.value for action in Action if not action.spends and action is not Action.RESUME]
    pending = [action.value for action in Action if action is not Action.NO_OP]
    known = {"taskUUID": {"type": "string"}, "fingerprint": {"type": "string"}}
    return [
        _when(orders, {"request": {"minProperties": 1}}),
        {
            "if": {"properties": {"action": {"enum": orders}}, "not": {"required": ["after"]}},
            "then": {"properties": known},
        },
        _when(free, {"estimate": {"const": "0.00"}}),
        _when(pending, {"reasons": {"minItems": 1}}),
        _when([Action.RETIRE.value], {"request": {"maxProperties": 0}, "source": {"type": "null"}}),
    ]


def _when(actions: list[str], then: Mapping[str, Json]) -> Schema:
    return {"if": {"properties": {"action": {"enum": actions}}}, "then": {"properties": then}}


def review_schema() -> Schema:
    """The schema of `diff --format json`."""
    about = "What changed between two versions of a project: shots, takes and money."
    document = schema(ReviewDocument, "ltxspec review, version 1", about)
    document["$defs"]["Take"] |= WHEN_FAILED
    return document
