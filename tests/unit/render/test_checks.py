from typing import Any

import pytest
from replacing import replace
from unit.render.project import HEAD, SIZE, Bench, model, read, render

from ltxspec.render.checks import names_for, run_checks
from ltxspec.render.texts import Scope
from ltxspec.spec.models import Check

SPEC = read(HEAD + "checks: [{assert: fps == 25}]\nshots: {s: {prompt: hi}}\n")
REQUEST = render(SIZE + "shots: {s: {prompt: hi there, duration: 8}}\n").only


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("duration", 8),
        ("outputFormat", "MP4"),
        ("prompt", "hi there"),
        ("estimate", 0.48),
        ("city", "Rome"),
    ],
)
def test_checks_know_parameters_defaults_prompt_price_and_variables(name: str, value: Any) -> None:
    assert names_for(model(), REQUEST, {"city": "Rome", "duration": 99, "prompt": "mine"})[name] == value


def test_the_request_is_what_is_sent() -> None:
    names = names_for(model(), REQUEST, {})
    assert names["request"] == REQUEST.body
    assert "outputFormat" not in names["request"]


def test_an_unknown_price_is_none_never_zero() -> None:
    assert names_for(model(), replace(REQUEST, estimate=None), {})["estimate"] is None


def checked(**check: Any) -> tuple[bool, list[tuple[str, str, str, str | None]]]:
    bench = Bench(SPEC)
    settings = {"message": None, "severity": "error", "path": ("checks", 0), **check}
    scope = Scope({"duration": 8, "estimate": None}, "s")
    fine = run_checks([Check(**settings)], scope, bench.texts, bench.places, bench.findings)
    return fine, [(d.severity, d.code, d.message, d.hint) for d in bench.diagnostics]


def test_what_holds_says_nothing() -> None:
    assert checked(assertion="duration <= 8") == (True, [])


def test_what_fails_is_an_error_in_its_own_words() -> None:
    found = ("error", "check-failed", "not 8 again", "the check is `duration < 8`")
    assert checked(assertion="duration < 8", message="not {{ duration }} again") == (False, [found])


def test_what_fails_without_words_shows_the_check() -> None:
    found = ("error", "check-failed", "`duration < 8` is not true", None)
    assert checked(assertion="duration < 8") == (False, [found])


def test_a_warning_does_not_stop_the_request() -> None:
    fine, found = checked(assertion="duration < 8", severity="warning")
    assert (fine, [severity for severity, *_ in found]) == (True, ["warning"])


@pytest.mark.parametrize(
    ("assertion", "code"), [("duratoin < 8", "undefined-variable"), ("duration <", "template-syntax")]
)
def test_a_check_that_cannot_be_evaluated_is_an_error_even_as_a_warning(assertion: str, code: str) -> None:
    fine, found = checked(assertion=assertion, severity="warning")
    assert (fine, [(severity, name) for severity, name, *_ in found]) == (False, [("error", code)])


def test_comparing_an_unknown_price_is_an_error_not_a_pass() -> None:
    fine, found = checked(assertion="estimate < 2")
    assert (fine, found[0][1]) == (False, "template-error")
    assert checked(assertion="estimate is none or estimate < 2") == (True, [])
