"""The `checks` of a spec and its shots: assertions over an otherwise valid request."""

from collections.abc import Iterable, Mapping

from ltxspec.catalog.defaults import full_defaults
from ltxspec.catalog.models import PROMPT, Model
from ltxspec.errors import Diagnostic
from ltxspec.render.findings import Findings
from ltxspec.render.models import Request
from ltxspec.render.places import Places
from ltxspec.render.texts import Scope, Texts
from ltxspec.spec.models import Check
from ltxspec.values import Json


def names_for(model: Model, request: Request, variables: Mapping[str, Json]) -> dict[str, Json]:
    """The names a check may use: variables, all parameters with the model's defaults, request, prompt and price.

    A parameter takes precedence over a variable of the same name. `estimate` is a number in USD, or none if unknown.
    """
    price = None if request.estimate is None else float(request.estimate)
    parameters = full_defaults(model, request.body)
    request_names = {"request": dict(request.body), "prompt": request.body.get(PROMPT, ""), "estimate": price}
    return {**variables, **parameters, **request_names}


def run_checks(checks: Iterable[Check], scope: Scope, texts: Texts, places: Places, findings: Findings) -> bool:
    """Evaluate checks over `scope` and report those that fail; True if there was no error among them."""
    fine = True
    for check in checks:
        path = (*check.path, "assert")
        holds = texts.holds(check.assertion, scope, path)
        if holds is None:
            fine = False
        elif not holds:
            shared = check.path[:1] == ("checks",)
            findings.note(_failure(check, scope, texts, places), scope.instance, shared=shared)
            fine = fine and check.severity == "warning"
    return fine


def _failure(check: Check, scope: Scope, texts: Texts, places: Places) -> Diagnostic:
    said = texts.text(check.message, scope, (*check.path, "message")) if check.message else None
    where = places.value((*check.path, "assert"))
    hint = f"the check is `{check.assertion}`" if said else None
    return Diagnostic(check.severity, "check-failed", said or f"`{check.assertion}` is not true", where, hint)
