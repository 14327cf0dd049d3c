"""References of a model file: each must lead to a schema in the same file, and following them must end.

A model file may come from a third party. External references are neither fetched nor read, and references that are
circular, or double at every step, would keep validation busy forever.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from ltxspec.catalog.pointers import parse_pointer
from ltxspec.values import Json

_DEEPEST = 64  # nested schemas, with references followed
_MOST = 100_000  # schemas, with every reference followed
_VALUES = frozenset({"const", "default", "enum", "examples", "x-ltxspec", "x-problem"})  # always data, never schemas
_BY_NAME = frozenset({"$defs", "definitions", "dependentSchemas", "properties"})  # contain schemas under any names
_NOT_SUPPORTED: Mapping[str, str] = {  # keyword -> what to write instead
    "patternProperties": "name each parameter under `properties`",  # the library's expressions might never end
    "unevaluatedItems": "use `items` instead",  # evaluated again at every level: steps double with the depth
    "unevaluatedProperties": "use `additionalProperties` instead",
}
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")  # a list index as in JSON Pointers
_OTHER_WAYS = frozenset({"$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef"})
_ONLY_AT_THE_TOP = frozenset({"$id", "$schema", "$vocabulary"})


def reference_problems(document: Mapping[str, Json]) -> list[str]:
    """The problems with the references of a parsed model file, as sentences that name the field."""
    walk = _Walk(document)
    size = walk.measure(document, "", 0)
    if size > _MOST and not walk.problems:
        walk.problems.append(f"the schema has more than {_MOST:,} parts when its references are followed")
    return list(dict.fromkeys(walk.problems))


def parts_of(schema: Mapping[str, Json]) -> Iterator[tuple[str, Json, int]]:
    """The possible schemas, or lists of them, directly below one: relative place, part, and number of levels.

    Data is never a schema, whatever it looks like; but a named schema may have the name of a data keyword.
    """
    for key, item in schema.items():
        if key in _BY_NAME and isinstance(item, Mapping):
            yield from ((f"/{key}/{name}", part, 2) for name, part in item.items())
        elif key not in _VALUES and key not in _NOT_SUPPORTED:
            yield f"/{key}", item, 1


@dataclass(slots=True)
class _Walk:
    """A walk through a schema and everything it refers to, each target once."""

    document: Mapping[str, Json]
    problems: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)  # reference -> number of schemas in its target
    heights: dict[str, int] = field(default_factory=dict)  # reference -> depth of its target
    followed: list[str] = field(default_factory=list)  # references currently being followed
    deepest: int = 0

    def measure(self, schema: Json, place: str, depth: int) -> int:
        """The number of schemas and lists in this one, with references followed; problems are collected."""
        self.deepest = max(self.deepest, depth)
        if depth > _DEEPEST:
            self.problems.append(f"`{place}` is nested more than {_DEEPEST} schemas deep when references are followed")
            return 0
        if isinstance(schema, list):
            return 1 + sum(self.measure(item, f"{place}/{number}", depth + 1) for number, item in enumerate(schema))
        if not isinstance(schema, Mapping):
            return 0
        size = 1
        for key, item in schema.items():
            if isinstance(item, str):
                size += self._keyword(key, item, f"{place}/{key}", depth)
            elif key in _NOT_SUPPORTED:
                self.problems.append(f"`{place}/{key}` is not supported: {_NOT_SUPPORTED[key]}")
        return size + sum(
            self.measure(part, f"{place}{inner}", depth + steps) for inner, part, steps in parts_of(schema)
        )

    def _keyword(self, key: str, value: str, place: str, depth: int) -> int:
        if key in _OTHER_WAYS or (key in _ONLY_AT_THE_TOP and place != f"/{key}"):
            self.problems.append(
                f"`{place}` is not supported: a model file is one schema whose parts are named by `$ref`"
            )
        return self._follow(value, place, depth) if key == "$ref" else 0

    def _follow(self, reference: str, place: str, depth: int) -> int:
        """The size of a reference's target."""
        if reference in self.followed:
            self.problems.append(f"`{place}` refers to itself through `{reference}`")
            return 0
        if reference not in self.sizes:
            target = self._target(reference)
            if not isinstance(target, Mapping | bool):
                self.problems.append(
                    f"`{place}` is `{reference}`, which is no schema of this file; references lead to `#/…` only"
                )
                return 0
            outer, self.deepest = self.deepest, depth
            self.followed.append(reference)
            self.sizes[reference] = self.measure(target, place, depth + 1)
            self.followed.pop()
            self.heights[reference] = self.deepest - depth
            self.deepest = max(outer, self.deepest)
        elif depth + self.heights[reference] > _DEEPEST:
            self.problems.append(f"`{place}` is nested more than {_DEEPEST} schemas deep when references are followed")
        else:
            self.deepest = max(self.deepest, depth + self.heights[reference])
        return self.sizes[reference]

    def _target(self, reference: str) -> Json:
        """The target at `#/…` of the file; None if it is missing, data, or a mapping of named schemas."""
        if not reference.startswith("#/"):
            return self.document if reference == "#" else None
        found: Json = self.document
        by_name = False
        for key in parse_pointer(unquote(reference[1:])):
            if key in _VALUES and not by_name:
                return None
            by_name = key in _BY_NAME and not by_name
            if isinstance(found, list) and _NUMBER.fullmatch(key) and int(key) < len(found):
                found = found[int(key)]
            elif isinstance(found, Mapping) and key in found:
                found = found[key]
            else:
                return None
        return None if by_name else found
