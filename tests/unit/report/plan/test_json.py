from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from unit.report.plans import change, golden, rich_plan

from ltxspec import __version__
from ltxspec.formats import to_json
from ltxspec.plan.actions import Action, Plan, Reason
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.planfile import plan_digest, read_plan_file
from ltxspec.report.plan.json import plan_document, plan_json
from ltxspec.report.schemas import plan_schema

OPTIONS = PlanOptions(("specs",), retakes=("night-scenes.harbour",), variables={"city": "Neo-Kyoto"})


def shot(document: dict[str, Any], instance: str) -> dict[str, Any]:
    return next(item for item in document["shots"] if item["instance"] == instance)


def test_the_rich_plan_reads_as_agreed() -> None:
    text = (
        plan_json(rich_plan(), OPTIONS).decode().replace(f'"ltxspecVersion": "{__version__}"', '"ltxspecVersion": "…"')
    )
    assert text == golden("plan.json", text)


def test_documents_satisfy_the_published_schema() -> None:
    validator = Draft202012Validator(plan_schema())
    for plan in (rich_plan(), Plan("sandbox", [])):
        validator.validate(orjson.loads(plan_json(plan, OPTIONS)))


def test_all_actions_are_counted() -> None:
    assert to_json(plan_document(rich_plan(), OPTIONS))["summary"] == {
        "create": 1, "replace": 2, "update": 1, "restore": 1, "move": 1,
        "retire": 1, "resume": 1, "blocked": 1, "held": 0, "no-op": 5,
    }  # fmt: skip


def test_money_is_a_decimal_string_and_null_when_unknown() -> None:
    document = to_json(plan_document(rich_plan(), OPTIONS))
    assert document["estimate"] == {"usd": "2.88", "unknown": 1}
    assert shot(document, "alley")["estimate"] == "0.48"
    assert shot(document, "harbour")["estimate"] is None
    assert shot(document, "weather[rain,dusk]")["estimate"] == "0.48"
    assert shot(document, "monastery")["estimate"] == "0.00"


def test_the_estimate_is_the_sum_of_the_shots() -> None:
    document = to_json(plan_document(rich_plan(), OPTIONS))
    prices = [item["estimate"] for item in document["shots"]]
    assert sum(Decimal(price) for price in prices if price is not None) == Decimal(document["estimate"]["usd"])
    assert prices.count(None) == document["estimate"]["unknown"]


def test_a_retired_shot_has_no_request_and_no_place() -> None:
    retired = shot(to_json(plan_document(rich_plan(), OPTIONS)), "old-pier")
    assert (retired["request"], retired["source"]) == ({}, None)


def test_a_moved_shot_names_where_its_takes_come_from() -> None:
    assert shot(to_json(plan_document(rich_plan(), OPTIONS)), "monastery")["from"] == "temple"


def test_a_saved_plan_is_read_back_with_its_digest_and_options() -> None:
    saved = read_plan_file(plan_json(rich_plan(), OPTIONS), "plan.json")
    assert saved.digest == plan_digest(rich_plan())
    assert saved.options == OPTIONS


def test_an_odd_string_is_no_reason_to_fail() -> None:
    plan = Plan("runware", [change("a", Action.BLOCKED, Reason.FAILED_FOR_GOOD, note="lone \ud800")])
    assert orjson_refuses(plan)
    assert rb"lone \ud800" in plan_json(plan, OPTIONS)


def orjson_refuses(plan: Plan) -> bool:
    try:
        orjson.dumps(to_json(plan_document(plan, OPTIONS)))
    except orjson.JSONEncodeError:
        return True
    return False


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["formatVersion"], "2.0"),
        (["estimate", "usd"], 0.48),
        (["estimate", "usd"], None),
        (["summary", "create"], -1),
        (["shots", 0, "action"], "destroy"),
        (["shots", 0, "reasons"], []),
        (["shots", 0, "taskUUID"], None),
        (["shots", 9, "estimate"], None),  # a move costs nothing, and that is known
        (["shots", 10, "request"], {"width": 1}),  # retired
        (["diagnostics", 0, "severity"], "note"),
    ],
)
def test_the_schema_refuses_what_a_plan_never_says(path: list[str | int], value: object) -> None:
    document = orjson.loads(plan_json(rich_plan(), OPTIONS))
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert not Draft202012Validator(plan_schema()).is_valid(document)


def test_the_schema_accepts_what_a_later_minor_version_may_add() -> None:
    document = orjson.loads(plan_json(rich_plan(), OPTIONS)) | {"formatVersion": "1.7", "new": True}
    document["shots"][0] |= {"reasons": ["some-new-reason"], "new": 1}
    Draft202012Validator(plan_schema()).validate(document)


def test_ten_thousand_shots_are_all_in_the_document() -> None:
    plan = replace(rich_plan(), changes=[change(f"s{number}", Action.CREATE, Reason.NEW) for number in range(10_000)])
    assert len(orjson.loads(plan_json(plan, OPTIONS))["shots"]) == 10_000
