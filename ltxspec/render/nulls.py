"""Nulls that remove nothing: `typo:` without a value would else be dropped, and nobody would see it.

A null takes away what the defaults have. For a parameter that the model has it may also stand where there is no
default; of any other name it is a slip.
"""

from collections.abc import Iterator, Mapping, Sequence

from ltxspec.catalog.hints import hint_for_unknown
from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import MISSING, properties_of, resolve, value_at
from ltxspec.catalog.validation import ParameterProblem
from ltxspec.catalog.wording import name_of
from ltxspec.values import Json

Names = tuple[str, ...]


def idle_nulls(
    model: Model, models: Sequence[Model], defaults: Mapping[str, Json], parameters: Mapping[str, Json]
) -> Iterator[ParameterProblem]:
    """A problem for each null that removes no default and is of no parameter.

    Args:
        model: the model of the shot.
        models: all there are: a shot may say null for what only another model has, as one of several models does.
        defaults: those of the spec, as written.
        parameters: those of the shot, as written.
    """
    written = [path for path in _nulls(parameters, ()) if _is_idle(defaults, path)]
    for path in dict.fromkeys([*_nulls(defaults, ()), *written]):
        asked = [model] if path[0] in model.parameters else models
        if not any(_has(one, path) for one in asked):
            message = f"{name_of(path)} is not a parameter of `{model.name}`, and has no value"
            yield ParameterProblem(
                path, "unknown-parameter", message, hint_for_unknown(path, _beside(model, path), model)
            )


def _is_idle(defaults: Mapping[str, Json], path: Names) -> bool:
    found = value_at(defaults, path)
    return found is MISSING or found is None


def _nulls(value: Mapping[str, Json], path: Names) -> Iterator[Names]:
    """The paths of all nulls in mappings; those in lists are refused elsewhere."""
    for key, item in value.items():
        if item is None:
            yield (*path, key)
        elif isinstance(item, dict):
            yield from _nulls(item, (*path, key))


def _has(model: Model, path: Names) -> bool:
    """Whether a model has a parameter, or takes any name there."""
    schema: Json = model.schema
    for key in path:
        found = properties_of(model.schema, schema)
        if key not in found:
            return resolve(model.schema, schema).get("additionalProperties") is not False
        schema = found[key]
    return True


def _beside(model: Model, path: Names) -> Mapping[str, Json]:
    schema: Json = model.schema
    for key in path[:-1]:
        schema = properties_of(model.schema, schema).get(key, {})
    return properties_of(model.schema, schema)
