"""Converts text from a data table to a number or boolean where the model requires one: CSV files hold only text."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import property_at, resolve
from ltxspec.values import Json

_WHOLE = re.compile(r"-?[0-9]{1,15}(?:\.0{1,15})?")
_DECIMAL = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}")
_BOOLEANS = {"true": True, "false": False}


def convert(model: Model | None, path: Sequence[str | int], text: str) -> Json:
    """`text` as the type of the parameter at `path` if the conversion is lossless; else unchanged.

    `8` and `8.0` become 8, `7.5` becomes 7.5, `true` becomes true. The parameter is looked up in the model's schema
    through `properties` and `items`.
    """
    schema = property_at(model.schema, tuple("*" if isinstance(key, int) else key for key in path)) if model else None
    if model is None or schema is None:
        return text
    branches = list(_branches(model.schema, schema))
    if any(_takes_text(branch, text) for branch in branches):
        return text
    plain = text.strip()
    for kind in (kind for branch in branches for kind in _kinds(branch)):
        value = _read(plain, kind)
        if value is not None:
            return value
    return text


def _read(text: str, kind: str) -> Json | None:
    if kind in ("integer", "number") and _WHOLE.fullmatch(text):
        return int(text.partition(".")[0])
    if kind == "number" and _DECIMAL.fullmatch(text):
        return float(text)
    return _BOOLEANS.get(text.lower()) if kind == "boolean" else None


def _branches(root: Mapping[str, Json], schema: Json) -> Iterator[Mapping[str, Json]]:
    """A schema and its alternatives."""
    found = resolve(root, schema)
    yield found
    for keyword in ("anyOf", "oneOf"):
        for branch in found.get(keyword, ()):
            yield from _branches(root, branch)


def _kinds(schema: Mapping[str, Json]) -> Iterator[str]:
    """The JSON types that a schema names or implies by its values."""
    kinds = schema.get("type", ())
    yield from [kinds] if isinstance(kinds, str) else kinds
    for value in (*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])):
        if isinstance(value, bool):
            yield "boolean"
        elif isinstance(value, int | float):
            yield "number"


def _takes_text(schema: Mapping[str, Json], text: str) -> bool:
    """Whether a schema accepts exactly this text."""
    if "const" in schema:
        return bool(schema["const"] == text)
    if "enum" in schema:
        return text in schema["enum"]
    kinds = schema.get("type", ())
    return kinds == "string" or (not isinstance(kinds, str) and "string" in kinds)
