from jsonschema import Draft202012Validator

from ltxspec.errors import Diagnostic, Invalid, Location, Refused, WrongUsage
from ltxspec.formats import to_json
from ltxspec.report.results.errors import bug_result, error_result, problems_of, validation
from ltxspec.report.results.schemas import result_schema
from ltxspec.report.schemas import problem_schema

TYPO = Diagnostic(
    "error",
    "unknown-parameter",
    "`durration` is not a parameter of this model",
    Location("specs/a.yaml", 17, 5, "    durration: 8"),
    "did you mean `duration`?",
)
WARNING = Diagnostic("warning", "unused-variable", "`moon` is not used")
VALIDATOR = Draft202012Validator(result_schema("error"))


def test_a_problem_has_every_key_and_null_for_what_is_not_known() -> None:
    documents = to_json(validation([TYPO, WARNING]))["diagnostics"]
    assert documents[0]["line"] == 17
    assert documents[1] == {
        "severity": "warning",
        "code": "unused-variable",
        "message": "`moon` is not used",
        "file": None,
        "line": None,
        "column": None,
        "hint": None,
    }
    validator = Draft202012Validator(problem_schema())
    assert all(validator.is_valid(document) for document in documents)


def test_a_validation_says_whether_all_is_well() -> None:
    nothing = {"formatVersion": "1.0", "valid": True, "errors": 0, "warnings": 0, "diagnostics": []}
    assert to_json(validation([])) == nothing
    warned = validation([WARNING])
    assert (warned.valid, warned.errors, warned.warnings) == (True, 0, 1)
    wrong = validation([TYPO, TYPO, WARNING])
    assert (wrong.valid, wrong.errors, wrong.warnings) == (False, 2, 1)


def test_an_error_says_what_where_and_how_to_fix_it() -> None:
    result = error_result(WrongUsage("no such option", where=Location("a.yaml", 3, 4), hint="leave it out"))
    assert result.diagnostics == ()
    assert to_json(result)["error"] == {
        "code": "usage",
        "summary": "no such option",
        "hint": "leave it out",
        "file": "a.yaml",
        "line": 3,
        "column": 4,
        "details": [],
        "exitCode": 64,
    }


def test_problems_of_files_are_all_there() -> None:
    result = error_result(Invalid([TYPO, WARNING]))
    assert (result.error.code, result.error.line) == ("invalid", 17)
    assert [problem.code for problem in result.diagnostics] == ["unknown-parameter", "unused-variable"]
    assert len(problems_of([Invalid([TYPO, WARNING]), WrongUsage("no")])) == 3


def test_every_kind_fits_the_schema() -> None:
    refused = Refused("stale-plan", "it differs", details=["night.alley: planned create, now replace"])
    results = [error_result(refused), error_result(Invalid([TYPO])), bug_result("a bug", "details", 70)]
    assert [list(VALIDATOR.iter_errors(to_json(result))) for result in results] == [[], [], []]
    assert results[0].error.details == ("night.alley: planned create, now replace",)


def test_secrets_are_left_out() -> None:
    result = error_result(WrongUsage("https://x.example/?token=topsecret123 is wrong", hint="not https://u:hidden@x/"))
    assert "topsecret123" not in str(to_json(result))
    assert "hidden" not in str(to_json(result))
