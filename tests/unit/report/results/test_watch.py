from decimal import Decimal

from builders import change, request
from jsonschema import Draft202012Validator

from ltxspec.errors import Diagnostic, Invalid, Location, LtxspecError
from ltxspec.formats import to_json
from ltxspec.plan.actions import Action, Plan
from ltxspec.plan.edits import Broken, Planned, edit_between
from ltxspec.report.results.schemas import result_schema
from ltxspec.report.results.watch import broken_event, planned_event

VALIDATOR = Draft202012Validator(result_schema("watch"))
BEFORE = Plan("runware", [change(Action.CREATE, request("alley")), change(Action.CREATE, request("door"))])
AFTER = Plan("runware", [change(Action.NO_OP, request("alley")), change(Action.RETIRE, request("roof"))])


def test_a_plan_after_an_edit_has_what_is_dirty_and_the_difference() -> None:
    document = to_json(planned_event(Planned(["specs/night.yaml"], AFTER, edit_between(BEFORE, AFTER))))
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    assert (document["type"], document["files"]) == ("planned", ["specs/night.yaml"])
    assert [(shot["address"], shot["action"], shot["estimate"]) for shot in document["dirty"]] == [
        ("night.roof", "retire", None)
    ]
    assert document["settled"] == ["night.alley", "night.door"]
    assert document["difference"] == {"usd": "-0.96", "unknown": 0}
    assert document["estimate"] == {"usd": "0.00", "unknown": 0}
    assert not {"error", "page"} & document.keys()


def test_the_first_plan_has_no_difference() -> None:
    document = to_json(planned_event(Planned([], BEFORE), "http://127.0.0.1:1/"))
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    assert (document["difference"], document["dirty"]) == (None, [])
    assert document["estimate"] == {"usd": str(Decimal("0.96")), "unknown": 0}


def test_an_error_lists_all_that_is_wrong_and_no_warnings() -> None:
    where = Location("specs/night.yaml", 3, 1)
    found = Invalid([Diagnostic("warning", "w", "w"), Diagnostic("error", "yaml", "half written", where)])
    for error, codes in ((found, ["yaml"]), (LtxspecError("odd"), ["error"])):
        document = to_json(broken_event(Broken(["specs/night.yaml"], error)))
        assert [problem.message for problem in VALIDATOR.iter_errors(document)] == []
        assert (document["type"], document["error"]["exitCode"]) == ("failed", 1)
        assert [problem["code"] for problem in document["diagnostics"]] == codes
