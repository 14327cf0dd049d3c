"""Whether two requests differ at a place with the defaults of omitted parameters filled in."""

from collections.abc import Mapping
from typing import Any

from ltxspec.catalog.defaults import full_defaults
from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import MISSING, Names, parse_pointer
from ltxspec.values import Json


class Defaulted:
    """Two requests of one model, with every default filled in."""

    def __init__(self, model: Model, before: Mapping[str, Json], after: Mapping[str, Json]) -> None:
        self._sides = full_defaults(model, before), full_defaults(model, after)

    def differ_at(self, pointer: str) -> bool:
        """Whether they differ at a JSON Pointer. A place that neither has (a short form) counts as different."""
        old, new = (_value_at(side, parse_pointer(pointer)) for side in self._sides)
        if old is MISSING and new is MISSING:
            return True
        return bool(old != new) or isinstance(old, bool) is not isinstance(new, bool)


def _value_at(value: Json, path: Names) -> Any:
    """The value at a path through mappings and lists, or `MISSING`."""
    for step in path:
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return MISSING
    return value
