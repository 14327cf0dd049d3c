"""The names of all fields of a model."""

from collections.abc import Iterator
from functools import lru_cache

from ltxspec.catalog.models import Model
from ltxspec.values import Json


@lru_cache(maxsize=256)
def known_names(model: Model) -> frozenset[str]:
    """The names of all fields in a request for the model, at any depth."""
    return frozenset(_names(model.schema))


def _names(schema: Json) -> Iterator[str]:
    if isinstance(schema, list):
        for item in schema:
            yield from _names(item)
    elif isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for key, item in schema.items():
            if key not in ("x-ltxspec", "examples"):
                yield from _names(item)
