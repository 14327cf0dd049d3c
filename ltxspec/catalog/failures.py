"""Failures found by the schema library, without the library's types and messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import Path, resolve
from ltxspec.values import Json

if TYPE_CHECKING:
    from jsonschema import ValidationError


@dataclass(frozen=True, slots=True)
class ParameterFailure:
    """One keyword that a part of a request does not satisfy."""

    keyword: str
    limit: Any  # the keyword's value in the schema
    given: Any  # the part of the request
    path: Path  # its path in the request
    place: Path  # the keyword's path in the schema
    schema: Mapping[str, Json]  # the schema around the keyword
    inner: "Sequence[ParameterFailure]" = ()  # why each alternative of anyOf or oneOf failed


def failure_from(error: "ValidationError") -> ParameterFailure:
    """Convert one error of the library, with its nested errors."""
    return ParameterFailure(
        keyword=str(error.validator),
        limit=error.validator_value,
        given=error.instance,
        path=tuple(error.absolute_path),
        place=tuple(error.absolute_schema_path),
        schema=error.schema if isinstance(error.schema, Mapping) else {},
        inner=tuple(map(failure_from, error.context or ())),
    )


def rule_of(failure: ParameterFailure, model: Model) -> Mapping[str, Json] | None:
    """The nearest schema around the failed keyword that has its own message (`x-problem`)."""
    node: Json = model.schema
    found = None
    for key in failure.place:
        if isinstance(node, dict):
            node = resolve(model.schema, node) if key not in node else node
            found = node if "x-problem" in node else found
            node = node.get(key)
        elif isinstance(node, list) and isinstance(key, int):
            node = node[key]
    return found


def names_in(rule: Json) -> frozenset[str]:
    """The parameters a rule mentions, at its own level."""
    if isinstance(rule, list):
        return frozenset[str]().union(*map(names_in, rule))
    if not isinstance(rule, dict):
        return frozenset()
    own = {*rule.get("properties", {}), *rule.get("required", ())}
    parts = [rule[key] for key in ("allOf", "anyOf", "oneOf", "not", "if", "then", "else") if key in rule]
    return frozenset[str](own).union(*map(names_in, parts))
