"""Whether a model accepts a request, and why not: all problems at once, with our own messages.

The schema library is imported on first use only: a plan of requests known to be good never needs it.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from ltxspec.catalog.dialect import flat_rules
from ltxspec.catalog.failures import ParameterFailure, failure_from, names_in, rule_of
from ltxspec.catalog.keywords import Work, metered_keywords, spent, unlimited
from ltxspec.catalog.messages import Context, ParameterProblem, length_problem, sentences
from ltxspec.catalog.models import PROMPT, Model, model_problem, takes_prompt
from ltxspec.catalog.patterns import pattern_problems
from ltxspec.catalog.pointers import Path
from ltxspec.catalog.wording import described, name_of
from ltxspec.errors import Invalid
from ltxspec.values import Json, control_in

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

__all__ = ["ParameterProblem", "check_schema", "validate", "validate_prompt"]

_EXACT: Final = 2**53 - 1  # the largest integer every JSON reader keeps exactly (RFC 8259, section 6)
_MOST: Final = 200  # problems reported for one request
_ABSENCE: Final = ("required", "dependentRequired")


def validate(
    model: Model, params: Mapping[str, Json], *, prompt: bool = True, work: Work = unlimited
) -> list[ParameterProblem]:
    """Check a whole request body, including `taskType`, `model` and the prompt.

    Args:
        model: the model of the request.
        params: the body; integral floats count as integers, booleans do not.
        prompt: whether the prompt is checked, too. Without it, the result holds for every prompt that
            `validate_prompt` accepts, so that many requests can share one. A model without prompts is not asked for
            one.
        work: called with the steps of work done; an exception it raises ends the check.

    Raises:
        Invalid: the model file is not a valid JSON Schema, or has patterns that RE2 does not support.
    """
    body = dict(params) if prompt else {**params, **_stand_in(model)}
    if unfit := list(_unfit(body, ())):
        return unfit
    validator = _validator(model)
    counted = spent.set((work, len(repr(body))))
    try:
        return _tidy(model, body, map(failure_from, islice(validator.iter_errors(body), _MOST)))
    finally:
        spent.reset(counted)


def validate_prompt(model: Model, text: str) -> list[ParameterProblem]:
    """Check a prompt for control characters, and its length in characters against the model's schema."""
    if (found := control_in(text)) is not None:
        return [_control((PROMPT,), found)]
    schema = _prompt_schema(model)
    bounds = (schema.get("minLength", 0), schema.get("maxLength", math.inf))
    if bounds[0] <= len(text) <= bounds[1]:
        return []
    return [length_problem((PROMPT,), len(text), bounds[0] if len(text) < bounds[0] else bounds[1])]


def _control(path: Path, found: str) -> ParameterProblem:
    message = f"{name_of(path)} holds the control character {found}"
    return ParameterProblem(path, "control-character", message, "remove it")


def check_schema(model: Model) -> None:
    """Raise `Invalid` unless the model file is a valid JSON Schema 2020-12 with patterns that RE2 supports."""
    _validator(model)


@lru_cache(maxsize=256)
def _validator(model: Model) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend
    from referencing import Registry

    keywords = metered_keywords(Draft202012Validator.VALIDATORS)
    in_time: type[Draft202012Validator] = extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]  # it has no types
    # No formats: RE2 checks patterns, and Python's check can crash. An empty registry: nothing is ever fetched.
    dialect = in_time(flat_rules(), registry=Registry())
    if (error := next(dialect.iter_errors(model.schema), None)) is not None:
        place = "/" + "/".join(str(key) for key in error.absolute_path)
        message = f"`{place}` is not valid in a JSON Schema (`{error.validator}` of the 2020-12 dialect)"
        raise Invalid([model_problem(model.file, message)])
    if unknown := list(pattern_problems(model.schema)):
        raise Invalid([model_problem(model.file, message) for message in unknown])
    here = {key: item for key, item in model.schema.items() if key != "$id"}  # no `$id`: references are local
    return in_time(here, registry=Registry())


def _prompt_schema(model: Model) -> Mapping[str, Json]:
    schema: Mapping[str, Json] = model.schema["properties"].get(PROMPT, {})
    return schema


def _stand_in(model: Model) -> dict[str, Json]:
    """A prompt that the model accepts, in the place of any other."""
    return {PROMPT: "x" * _prompt_schema(model).get("minLength", 1)} if takes_prompt(model) else {}


def _unfit(value: Json, path: Path) -> Iterator[ParameterProblem]:
    """Numbers that JSON cannot represent exactly, and control characters: the schema would accept them."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _unfit(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _unfit(item, (*path, position))
    elif isinstance(value, float) and not math.isfinite(value):
        yield ParameterProblem(path, "not-a-number", f"{name_of(path)} must be a number, not {described(value)}")
    elif isinstance(value, int) and abs(value) > _EXACT:
        message = f"{name_of(path)} must be between -(2**53 - 1) and 2**53 - 1 to be sent exactly"
        yield ParameterProblem(path, "out-of-range", message)
    elif (found := control_in(value)) is not None:
        yield _control(path, found)


def _tidy(model: Model, params: Mapping[str, Json], failures: Iterable[ParameterFailure]) -> list[ParameterProblem]:
    """Drop problems that only follow from others, and duplicates.

    A value of the wrong type also fails every other keyword, and a rule over several parameters is not helpful if one
    of them is wrong by itself.
    """
    context = Context(model, params)
    found: dict[ParameterProblem, frozenset[str]] = {}  # with the parameters of the broken rule, if any
    absent: list[ParameterProblem] = []
    for failure in failures:
        rule = rule_of(failure, model)
        for problem in islice(sentences(failure, context), _MOST):
            if failure.keyword in _ABSENCE:
                absent.append(problem)
            else:
                found.setdefault(problem, frozenset() if rule is None else names_in(rule))
        if len(found) + len(absent) >= _MOST:
            break
    wrong_kind = {problem.path for problem in found if problem.code == "wrong-type"}
    wrong = {problem.path[0] for problem, involved in found.items() if len(problem.path) == 1 and not involved}
    kept = (
        problem
        for problem, involved in found.items()
        if not (involved & wrong) and (problem.code == "wrong-type" or problem.path not in wrong_kind)
    )
    return list(dict.fromkeys([*absent, *kept]))
