"""Places of media that a model's schema does not name: below objects that are free."""

from collections.abc import Mapping
from typing import Any

from ltxspec.catalog.media import media_kind
from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import Names, property_at
from ltxspec.values import Json

_SAID = {"image": "an image", "audio": "a sound", "video": "a video"}


def free_places(model: Model) -> dict[Names, str]:
    """The parameters with media that the schema does not name, directly below a free object, with their kind.

    `/inputs/video/*` is not listed beside `/inputs/video`.
    """
    found: dict[Names, str] = {}
    for path in model.media:
        names = tuple(str(key) for key in path)
        known = next((depth for depth in range(1, len(names)) if _is_free(model, names[:depth])), None)
        if known is None or property_at(model.schema, names[: known + 1]) is not None or names[known] == "*":
            continue
        found.setdefault(names[: known + 1], media_kind(model, tuple(path)) or "image")
    return found


def with_free_places(model: Model) -> Mapping[str, Json]:
    """The schema of a model in which those parameters are named, for editors. What is valid stays the same."""
    places = free_places(model)
    if not places:
        return model.schema
    result: dict[str, Any] = dict(model.schema)
    for path, kind in places.items():
        node = result
        for name in path[:-1]:
            node["properties"] = {**node.get("properties", {})}
            node["properties"][name] = node = dict(node["properties"][name])
        about = f"Takes {_SAID[kind]}: a local file, an http(s) URL or the UUID of an uploaded file."
        node["properties"] = {**node.get("properties", {}), path[-1]: {"description": about}}
    return result


def _is_free(model: Model, path: Names) -> bool:
    """Whether there is an object at a path through properties alone that takes any names."""
    node: Any = model.schema
    for name in path:
        node = node.get("properties", {}).get(name)
        if not isinstance(node, dict) or "$ref" in node:
            return False
    return node.get("type") == "object" and node.get("additionalProperties", True) is not False
