"""One published schema in the dialect of model files: JSON Schema 2020-12 without references and with fewer keywords.

References are written out (also those to a nested `$id`), choices of constants become `enum`, and older
keywords get their newer names. What the dialect cannot express is left out, and noted: the provider checks it anyway.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urljoin

from ltxspec.canonical import canonical_bytes
from ltxspec.catalog.importing.choices import as_choice, united, without_null
from ltxspec.catalog.importing.published import NotPublished
from ltxspec.catalog.patterns import pattern_problems
from ltxspec.catalog.pointers import MISSING, parse_pointer, value_at
from ltxspec.values import Json

_MOST: Final = 50_000  # schemas, with references written out
_DEEPEST: Final = 48
_EXACT: Final = 2**53 - 1
_BOUNDS: Final = frozenset({
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems",
    "minProperties", "maxProperties", "minContains", "maxContains", "multipleOf",
})  # fmt: skip
_TYPES: Final = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_names(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_kinds(value: Json) -> bool:
    kinds = [value] if isinstance(value, str) else value
    return _is_names(kinds) and bool(kinds) and _TYPES.issuperset(kinds) and len({*kinds}) == len(kinds)


def _is_exact(value: Json) -> bool:
    """Whether a value has one form in every JSON reader."""
    try:
        canonical_bytes(value)
    except (ValueError, TypeError):
        return False
    return True


# keyword -> whether a value of it is one that a schema may have; others are dropped
_KEPT: Final[Mapping[str, Callable[[Json], bool]]] = {
    **dict.fromkeys(("title", "description", "format", "contentEncoding", "contentMediaType"), _is_text),
    "type": _is_kinds,
    "enum": lambda value: isinstance(value, list) and bool(value) and _is_exact(value),
    "const": _is_exact,
    "default": _is_exact,
    "uniqueItems": lambda value: isinstance(value, bool),
    "required": _is_names,
    "dependentRequired": lambda value: isinstance(value, dict) and all(map(_is_names, value.values())),
}
_ONE: Final = frozenset({"items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames"})
_SEVERAL: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED: Final = frozenset({"properties", "dependentSchemas"})
_MERGED: Final = frozenset({"type", "title", "description", "properties", "required", "additionalProperties"})


@dataclass(frozen=True, slots=True)
class Normal:
    """A schema in our dialect, and what was left out of it, as sentences."""

    schema: dict[str, Json]
    left_out: Sequence[str]


def normal(schema: Mapping[str, Json], root: Mapping[str, Json]) -> Normal:
    """Convert a schema.

    Args:
        schema: the schema of one request, as published.
        root: the document it is part of, into which its references lead.

    Raises:
        NotPublished: references lead nowhere or to themselves, or it is too large or too deep.
    """
    walk = _Walk(root)
    walk.collect(root, "")
    if schema is not root:
        walk.collect(schema, "")
    found = walk.schema(schema, "", 0)
    if not isinstance(found, dict):
        raise NotPublished("the schema of a request is not an object")
    return Normal(united(found), list(walk.left_out))


@dataclass(slots=True)
class _Walk:
    root: Mapping[str, Json]
    ids: dict[str, Json] = field(default_factory=dict)
    followed: list[str] = field(default_factory=list)
    left_out: dict[str, None] = field(default_factory=dict)
    count: int = 0

    def collect(self, node: Json, base: str, depth: int = 0) -> None:
        """Note every part that has an `$id`."""
        if depth > 4 * _DEEPEST:
            raise NotPublished("the schema is nested too deeply")
        if isinstance(node, Mapping):
            if isinstance(own := node.get("$id"), str):
                base = urljoin(base, own).partition("#")[0]
                self.ids.setdefault(base, node)
            for part in node.values():
                self.collect(part, base, depth + 1)
        elif isinstance(node, list):
            for part in node:
                self.collect(part, base, depth + 1)

    def schema(self, node: Json, base: str, depth: int) -> Json:
        """A schema in our dialect."""
        self.count += 1
        if self.count > _MOST or depth > _DEEPEST:
            raise NotPublished("the schema is too large or too deep when its references are followed")
        if not isinstance(node, Mapping):
            return node if isinstance(node, bool) else {}
        if isinstance(own := node.get("$id"), str) and self.ids.get(base) is not node:
            base = urljoin(base, own).partition("#")[0]
        found: dict[str, Json] = {}
        for key, value in _renewed(node).items():
            found |= self._keyword(key, value, base, depth)
        reference = node.get("$ref")
        if isinstance(reference, str):
            found = _joined(self._target(reference, base, depth), found)
        found = without_null(_flat(found))
        return as_choice(found)

    def _keyword(self, key: str, value: Json, base: str, depth: int) -> dict[str, Json]:
        if key in _BOUNDS:
            return self._bound(key, value)
        if key in _KEPT:
            return {key: value} if _KEPT[key](value) else {}
        if key in _ONE:
            return {key: self.schema(value, base, depth + 1)}
        if key in _SEVERAL or key in _NAMED:
            return self._parts(key, value, base, depth)
        return self._left(key, value)

    def _parts(self, key: str, value: Json, base: str, depth: int) -> dict[str, Json]:
        if key in _SEVERAL and isinstance(value, list) and value:
            return {key: [self.schema(part, base, depth + 1) for part in value]}
        if key in _NAMED and isinstance(value, Mapping):
            return {key: {name: self.schema(part, base, depth + 1) for name, part in value.items()}}
        return {}

    def _left(self, key: str, value: Json) -> dict[str, Json]:
        if key == "pattern" and isinstance(value, str):
            return self._unless(bool([*pattern_problems({key: value})]), {key: value}, "a `pattern` that RE2 has not")
        if key in ("patternProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef"):
            return self._unless(True, {}, f"`{key}`")  # noqa: FBT003  # it is always left out
        return {}

    def _bound(self, key: str, value: Json) -> dict[str, Json]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return {}
        if key == "multipleOf" and not (value > 0 and float(value).is_integer()):
            return self._unless(True, {}, "a `multipleOf` that is no whole number")  # noqa: FBT003  # always
        if abs(value) > _EXACT:
            value = _EXACT if value > 0 else -_EXACT
        return {key: value}

    def _unless(self, wrong: bool, found: dict[str, Json], what: str) -> dict[str, Json]:  # noqa: FBT001  # as `if`
        if wrong:
            self.left_out[f"{what} is not checked here"] = None
            return {}
        return found

    def _target(self, reference: str, base: str, depth: int) -> Json:
        url, _, fragment = urljoin(base, reference).partition("#")
        name = f"{url}#{fragment}"
        if name in self.followed:
            raise NotPublished(f"`$ref: {reference}` leads back to itself")
        for resource in (self.ids.get(url, MISSING), self.root if reference.startswith("#") else MISSING):
            place = unquote(fragment)
            found = value_at(resource, _steps(resource, place)) if resource is not MISSING else MISSING
            if found is not MISSING and (not place or place.startswith("/")):
                self.followed.append(name)
                result = self.schema(found, url if resource is not self.root else "", depth + 1)
                self.followed.pop()
                return result
        raise NotPublished(f"`$ref: {reference}` leads nowhere")


def _steps(resource: Json, place: str) -> Sequence[str | int]:
    """A JSON Pointer as keys and positions of this document."""
    steps: list[str | int] = []
    for key in parse_pointer(place) if place.startswith("/") else ():
        inside: Any = value_at(resource, steps)
        steps.append(int(key) if isinstance(inside, list) and key.isdecimal() else key)
    return steps


def _renewed(node: Mapping[str, Json]) -> dict[str, Json]:
    """The keywords of a schema under their names of 2020-12."""
    found = dict(node)
    if isinstance(items := found.get("items"), list):
        found["prefixItems"] = items
        found["items"] = found.pop("additionalItems", True)
    older = found.pop("dependencies", None)
    for name, needed in (older if isinstance(older, Mapping) else {}).items():
        kind = "dependentRequired" if isinstance(needed, list) else "dependentSchemas"
        found[kind] = {**found.get(kind, {}), name: needed}
    if found.get("unevaluatedProperties") is False and not {"allOf", "anyOf", "oneOf", "$ref"} & found.keys():
        found.setdefault("additionalProperties", False)
    if "patternProperties" in found and found.get("additionalProperties") is False:
        del found["additionalProperties"]
    if found.get("default", False) is None:
        del found["default"]
    return found


def _joined(target: Json, beside: dict[str, Json]) -> dict[str, Json]:
    """A reference's target with what is written beside the reference."""
    if not isinstance(target, dict):
        return beside
    words = {key: item for key, item in beside.items() if key in ("title", "description", "default")}
    if beside.keys() - words.keys() & target.keys():
        return {**beside, "allOf": [*beside.get("allOf", ()), target]}
    return {**target, **beside}


def _flat(node: dict[str, Json]) -> dict[str, Json]:
    """A schema with those parts of `allOf` that are plain objects merged into it."""
    rest: list[Json] = []
    found = {key: item for key, item in node.items() if key != "allOf"}
    for part in node.get("allOf", ()):
        mergeable = isinstance(part, dict) and part.keys() <= _MERGED and "x-problem" not in part
        if not mergeable or found.get("properties", {}).keys() & part.get("properties", {}).keys():
            rest.append(part)
        elif part.keys() == {"required"} or part.get("type", found.get("type")) == found.get("type", part.get("type")):
            found = _merged(found, part)
        else:
            rest.append(part)
    return {**found, "allOf": rest} if rest else found


def _merged(node: dict[str, Json], part: Mapping[str, Json]) -> dict[str, Json]:
    found = {**part, **node}
    if "properties" in part:
        found["properties"] = {**node.get("properties", {}), **part["properties"]}
    if "required" in part:
        found["required"] = [*dict.fromkeys([*node.get("required", ()), *part["required"]])]
    return found


def rewritten(schema: Json, change: Callable[[dict[str, Json]], dict[str, Json]]) -> Json:
    """A schema with every schema in it changed, the innermost first."""
    if not isinstance(schema, dict):
        return schema
    found = dict(schema)
    for key, item in schema.items():
        if key in _ONE:
            found[key] = rewritten(item, change)
        elif key in _SEVERAL:
            found[key] = [rewritten(part, change) for part in item]
        elif key in _NAMED:
            found[key] = {name: rewritten(part, change) for name, part in item.items()}
    return change(found)
