"""What a JSON Schema says of a value, in words for a table."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sitegen.tables import code

Schema = Mapping[str, Any]

KINDS = {
    "object": "mapping", "string": "text", "array": "list", "integer": "whole number", "number": "number",
    "boolean": "true or false", "null": "null",
}  # fmt: skip
_BOUNDS = (("imum", "", None), ("Length", " characters", 1), ("Items", " items", 0))
_NULL = "null"


def resolve(root: Schema, part: Any) -> Schema:
    """A part of a schema behind its references; what stands beside a reference wins."""
    if not isinstance(part, Mapping):
        return {}
    if "$ref" not in part:
        return part
    found: Any = root
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return {**resolve(root, found), **{key: value for key, value in part.items() if key != "$ref"}}


def definition_of(part: Any) -> str | None:
    """The name of the definition that a part refers to."""
    return str(part["$ref"]).rpartition("/")[2] if isinstance(part, Mapping) and "$ref" in part else None


def is_removal(schema: Schema) -> bool:
    """Whether a form only says that null takes a default away, which holds for all of a spec."""
    return "not" in schema and "type" not in schema and "properties" not in schema


def value(schema: Schema) -> str:
    """The kind of a value that is no choice between forms, with its limits: `whole number, 20–99`."""
    if "const" in schema:
        return code(shown(schema["const"]))
    if "enum" in schema:
        return ", ".join(code(shown(one)) for one in schema["enum"])
    kind = schema.get("type", "")
    names = [KINDS.get(one, str(one)) for one in ([kind] if isinstance(kind, str) else kind) if one]
    return ", ".join(filter(None, [" or ".join(names), *_bounds(schema)]))


def _bounds(schema: Schema) -> Iterator[str]:
    for kind, unit, least in _BOUNDS:
        low, high = schema.get(f"min{kind}"), schema.get(f"max{kind}")
        if low is not None and high is not None:
            yield f"{low}{unit.removesuffix('s') if low == 1 else unit}" if low == high else f"{low}–{high}{unit}"
        elif low not in (None, least):
            yield f"at least {low}{unit}"
        elif high is not None:
            yield f"at most {high}{unit}"
    if "exclusiveMinimum" in schema:
        yield f"more than {schema['exclusiveMinimum']}"


def shown(one: object) -> str:
    """A value as JSON and YAML write it."""
    return {True: "true", False: "false"}[one] if isinstance(one, bool) else _NULL if one is None else str(one)


def forms(root: Schema, part: Any) -> Sequence[tuple[str | None, Schema]]:
    """The forms that a value may have: the name of its definition if it has one, and its schema."""
    schema = resolve(root, part)
    found: list[tuple[str | None, Schema]] = []
    for key in ("anyOf", "oneOf"):
        for option in schema.get(key, ()):
            if not is_removal(resolve(root, option)):
                found += forms(root, option)
    return found or [(definition_of(part), schema)]
