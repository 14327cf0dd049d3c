"""Choices in published schemas: constants become `enum`, null is dropped, variants of a request become one object."""

from collections.abc import Mapping, Sequence
from typing import Final

from ltxspec.values import Json

_WORDS: Final = frozenset({"const", "title", "description", "type", "deprecated"})
_EITHER: Final = ("oneOf", "anyOf")


def as_choice(node: dict[str, Json]) -> dict[str, Json]:
    """A schema with `enum` in the place of a `oneOf` or `anyOf` of constants; what each means joins the description."""
    for key in _EITHER:
        parts = node.get(key)
        if not parts or "enum" in node or not all(map(_is_constant, parts)):
            continue
        values = [part["const"] for part in parts]
        means = [f"`{part['const']}`: {said}" for part in parts if (said := part.get("description"))]
        found = {name: item for name, item in node.items() if name != key}
        kinds = {part["type"] for part in parts if isinstance(part.get("type"), str)}
        if len(kinds) == 1 and "type" not in found:
            found["type"] = kinds.pop()
        if means:
            found["description"] = " ".join(filter(None, (found.get("description"), "; ".join(means))))
        return {**found, "enum": values}
    return node


def _is_constant(part: Json) -> bool:
    return isinstance(part, dict) and "const" in part and part.keys() <= _WORDS and _is_scalar(part["const"])


def _is_scalar(value: Json) -> bool:
    return isinstance(value, str | int | float)


def without_null(node: dict[str, Json]) -> dict[str, Json]:
    """A schema that does not allow null, which no request has."""
    found = dict(node)
    if isinstance(kinds := found.get("type"), list):
        kept = [kind for kind in kinds if kind != "null"]
        found["type"] = kept[0] if len(kept) == 1 else kept
    if isinstance(values := found.get("enum"), list):
        found["enum"] = [value for value in values if value is not None]
    for key in _EITHER:
        parts = [part for part in found.get(key, ()) if not (isinstance(part, dict) and part.get("type") == "null")]
        if key in found and len(parts) < len(found[key]):
            del found[key]
            only = parts[0] if len(parts) == 1 else None
            found = {**only, **found} if isinstance(only, dict) else {**found, key: parts} if parts else found
    return found


def united(schema: dict[str, Json]) -> dict[str, Json]:
    """A request that comes in variants as one object: every variant's parameters, and the variants as a rule."""
    variants = [part for key in _EITHER for part in schema.get(key, ()) if isinstance(part, dict)]
    inner = [*variants, *(part for part in schema.get("allOf", ()) if isinstance(part, dict))]
    properties: dict[str, list[Json]] = {name: [part] for name, part in schema.get("properties", {}).items()}
    known = frozenset(properties)
    for variant in variants:
        for name, part in variant.get("properties", {}).items():
            if name not in known and part not in properties.setdefault(name, []):
                properties[name].append(part)
    required = list(schema.get("required", ()))
    if variants and all("properties" in variant for variant in variants):
        shared = set.intersection(*(set(variant.get("required", ())) for variant in variants))
        required += [name for name in variants[0].get("required", ()) if name in shared and name not in required]
    if not inner and not properties:
        return schema
    return {**schema, "properties": {name: _either(parts) for name, parts in properties.items()}, "required": required}


def _either(parts: Sequence[Json]) -> Json:
    """One schema for what several variants have under one name."""
    if len(parts) == 1:
        return parts[0]
    enums = [part["enum"] for part in parts if isinstance(part, Mapping) and "enum" in part]
    if len(enums) == len(parts):
        return {"enum": [*dict.fromkeys(value for enum in enums for value in enum)]}
    return {"anyOf": [*parts]}
