"""Turns a failed keyword of JSON Schema into a sentence for the user: what failed, what was given, what is allowed.

A rule that no keyword explains (sizes that belong together, parameters that exclude each other) has its own message in
the model file: `x-problem` with `code`, `message`, and optionally `path` (the parameter to report) and `hint`. In the
message `{name}` is replaced by the parameter's name and `{/pointer}` by the request's value at that pointer.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ltxspec.catalog.failures import ParameterFailure, names_in, rule_of
from ltxspec.catalog.hints import hint_for_type, hint_for_unknown, hint_for_value
from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import MISSING, Path, parse_pointer, value_at
from ltxspec.catalog.wording import KINDS, alternatives, counted, described, joined, name_of, shown
from ltxspec.values import Json


@dataclass(frozen=True, slots=True)
class ParameterProblem:
    """One problem of one parameter. `path` leads to it from the top of the request, even if it is missing."""

    path: Path
    code: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The request that failed, and its model."""

    model: Model
    params: Mapping[str, Json]


Sentences = Iterator[ParameterProblem]


def sentences(failure: ParameterFailure, context: Context) -> Sentences:
    """Describe one failure."""
    rule = rule_of(failure, context.model)
    if rule is not None:
        found = _worded(rule["x-problem"], failure, context)
        yield found if found.path else replace(found, path=_named(failure))
    else:
        for found in _TRANSLATORS.get(failure.keyword, _anything_else)(failure, context):
            yield found if found.path else replace(found, path=_named(failure))


def length_problem(path: Path, length: int, bound: int) -> ParameterProblem:
    """The problem of a text that is too short or too long, in characters (Unicode code points)."""
    message = f"{name_of(path)} has {counted(length, 'character', 'characters')}, {_beyond(length, bound)}"
    return ParameterProblem(path, "wrong-length", message)


def _beyond(number: int, bound: int) -> str:
    verb = "is" if bound == 1 else "are"
    return f"at least {bound} {verb} needed" if number < bound else f"at most {bound} {verb} allowed"


def _worded(words: Mapping[str, Json], failure: ParameterFailure, context: Context) -> ParameterProblem:
    path = parse_pointer(words["path"]) if "path" in words else failure.path

    def fill(found: re.Match[str]) -> str:
        if found[1] == "name":
            return name_of(path)
        value = value_at(context.params, parse_pointer(found[1]))
        return "?" if value is MISSING else shown(value)

    message = re.sub(r"\{(name|/[^{}]*)\}", fill, words["message"])
    return ParameterProblem(path, words.get("code", "invalid-parameter"), message, words.get("hint"))


def _problem(failure: ParameterFailure, code: str, rest: str, hint: str | None = None) -> ParameterProblem:
    path = failure.path or _named(failure)
    return ParameterProblem(path, code, f"{name_of(path)} {rest}", hint)


def _named(failure: ParameterFailure) -> Path:
    """The parameter that a rule of the whole request is about: of those that it names, the first that is given."""
    named = names_in({failure.keyword: failure.limit})
    given = (name for name in failure.given if name in named) if isinstance(failure.given, Mapping) else iter(())
    return (next(given, min(named, default="model")),)


def _listed(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else [value]


def _type(failure: ParameterFailure, _: Context) -> Sentences:
    yield _wrong_type(failure, _listed(failure.limit))


def _wrong_type(failure: ParameterFailure, wanted: Sequence[str]) -> ParameterProblem:
    kinds = joined([KINDS.get(kind, kind) for kind in dict.fromkeys(wanted)], "or")
    rest = f"must be {kinds}, not {described(failure.given)}"
    return _problem(failure, "wrong-type", rest, hint_for_type(failure.given, wanted))


def _value(failure: ParameterFailure, _: Context) -> Sentences:
    yield _not_allowed(failure, _allowed_by(failure))


def _not_allowed(failure: ParameterFailure, allowed: Sequence[Json]) -> ParameterProblem:
    rest = f"must be {alternatives(allowed)}, not {described(failure.given)}"
    return _problem(failure, "not-allowed", rest, hint_for_value(failure.given, allowed))


def _allowed_by(failure: ParameterFailure) -> Sequence[Json]:
    return list(failure.limit) if failure.keyword == "enum" else [failure.limit]


def _required(failure: ParameterFailure, _: Context) -> Sentences:
    for name in failure.limit:
        if name not in failure.given:
            path = (*failure.path, name)
            yield ParameterProblem(path, "missing-parameter", f"{name_of(path)} is missing")


def _dependent_required(failure: ParameterFailure, _: Context) -> Sentences:
    for name, needed in failure.limit.items():
        for other in needed if name in failure.given else ():
            if other not in failure.given:
                at, path = (*failure.path, name), (*failure.path, other)
                yield ParameterProblem(at, "missing-parameter", f"{name_of(at)} also needs {name_of(path)}")


def _unknown(failure: ParameterFailure, context: Context) -> Sentences:
    known = failure.schema.get("properties", {})
    for key in failure.given:
        if key not in known:
            path = (*failure.path, key)
            message = f"{name_of(path)} is not a parameter of `{context.model.name}`"
            hint = hint_for_unknown(path, known, context.model, failure.given[key])
            yield ParameterProblem(path, "unknown-parameter", message, hint)


def _bounds(failure: ParameterFailure, _: Context) -> Sentences:
    low, high = failure.schema.get("minimum"), failure.schema.get("maximum")
    if low is not None and high is not None:
        wanted = f"between {shown(low)} and {shown(high)}"
    else:
        wanted = f"at {'least' if failure.keyword == 'minimum' else 'most'} {shown(failure.limit)}"
    yield _problem(failure, "out-of-range", f"must be {wanted}, not {described(failure.given)}")


def _open_bounds(failure: ParameterFailure, _: Context) -> Sentences:
    than = "more than" if failure.keyword == "exclusiveMinimum" else "less than"
    yield _problem(failure, "out-of-range", f"must be {than} {shown(failure.limit)}, not {described(failure.given)}")


def _multiple(failure: ParameterFailure, _: Context) -> Sentences:
    rest = f"must be a multiple of {shown(failure.limit)}, not {described(failure.given)}"
    yield _problem(failure, "out-of-range", rest)


def _length(failure: ParameterFailure, _: Context) -> Sentences:
    yield length_problem(failure.path, len(failure.given), int(failure.limit))


def _count(failure: ParameterFailure, _: Context) -> Sentences:
    things = ("item", "items") if isinstance(failure.given, list) else ("key", "keys")
    number = len(failure.given)
    yield _problem(failure, "wrong-count", f"has {counted(number, *things)}, {_beyond(number, int(failure.limit))}")


def _unique(failure: ParameterFailure, _: Context) -> Sentences:
    yield _problem(failure, "wrong-count", "has the same item twice")


def _pattern(failure: ParameterFailure, _: Context) -> Sentences:
    rest = f"does not have the form this model requires: {shown(failure.given)}"
    yield _problem(failure, "wrong-form", rest, f"the form is the regular expression `{failure.limit}`")


def _one_of_several(failure: ParameterFailure, context: Context) -> Sentences:
    """Explain the alternative the user most likely meant: one of the right type, with the fewest failures."""
    branches: dict[str | int, list[ParameterFailure]] = {}
    for inner in failure.inner:
        branches.setdefault(inner.place[len(failure.place)], []).append(inner)
    fitting = [found for found in branches.values() if not any(_is_other_kind(inner, failure) for inner in found)]
    worded = [found for found in fitting if not _is_value(found, failure)]
    if not branches:
        yield _problem(failure, "invalid-parameter", "fits more than one of the forms it may have")
    elif worded:
        for inner in min(worded, key=len):
            yield from sentences(inner, context)
    elif fitting:
        yield _not_allowed(failure, [value for found in fitting for value in _allowed_by(found[0])])
    else:
        kinds = [inner for found in branches.values() for inner in found if _is_other_kind(inner, failure)]
        yield _wrong_type(failure, [kind for inner in kinds for kind in _listed(inner.limit)])


def _is_other_kind(inner: ParameterFailure, outer: ParameterFailure) -> bool:
    return inner.keyword == "type" and inner.path == outer.path


def _is_value(branch: Sequence[ParameterFailure], outer: ParameterFailure) -> bool:
    return len(branch) == 1 and branch[0].keyword in ("enum", "const") and branch[0].path == outer.path


def _anything_else(failure: ParameterFailure, context: Context) -> Sentences:
    is_apart = failure.keyword == "not" and isinstance(failure.limit, dict) and failure.limit.keys() == {"required"}
    apart: Sequence[str] = failure.limit["required"] if is_apart else ()
    if len(apart) > 1:
        path = (*failure.path, apart[-1])
        together = joined([name_of((*failure.path, name)) for name in apart], "and")
        hint = f"leave {'one' if len(apart) == 2 else 'some'} of them out"  # noqa: PLR2004  # a pair
        yield ParameterProblem(path, "conflicting-parameters", f"{together} cannot be given together", hint)
        return
    rest = f"breaks a rule of `{context.model.name}` (`{failure.keyword}` in its schema)"
    yield _problem(failure, "invalid-parameter", rest)


_TRANSLATORS: Mapping[str, Callable[[ParameterFailure, Context], Sentences]] = {
    "type": _type,
    "enum": _value,
    "const": _value,
    "required": _required,
    "dependentRequired": _dependent_required,
    "additionalProperties": _unknown,
    "minimum": _bounds,
    "maximum": _bounds,
    "exclusiveMinimum": _open_bounds,
    "exclusiveMaximum": _open_bounds,
    "multipleOf": _multiple,
    "minLength": _length,
    "maxLength": _length,
    "minItems": _count,
    "maxItems": _count,
    "minProperties": _count,
    "maxProperties": _count,
    "uniqueItems": _unique,
    "pattern": _pattern,
    "anyOf": _one_of_several,
    "oneOf": _one_of_several,
}
