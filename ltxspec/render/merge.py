"""Merges a shot's parameters over the defaults."""

from collections.abc import Mapping

from ltxspec.values import Json


def merge(defaults: Mapping[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
    """Both mappings merged: nested mappings are merged, anything else is replaced, null removes.

    Keys keep the order in which they are first written; neither argument is changed.
    """
    result = {key: _without_nulls(value) for key, value in defaults.items() if value is not None}
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merge(result[key], value)
        else:
            result[key] = _without_nulls(value)
    return result


def _without_nulls(value: Json) -> Json:
    """A value without nulls in mappings, which have nothing to remove; nulls in lists stay, and are refused later."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value
