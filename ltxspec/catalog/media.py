"""Images and sound in a request: where they are, and which of them are files of the project."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import Path, parse_pointer, replaced_at
from ltxspec.values import Json

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|data:", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_MAGIC: Final = ("iVBORw0KGgo", "/9j/", "UklGR", "SUQz", "T2dnUw", "R0lGOD")  # PNG, JPEG, RIFF, MP3, Ogg, GIF in base64
_SHORTEST_IMAGE: Final = 64  # characters of base64; the smallest real files are longer
_SURELY_DATA: Final = 256  # characters without a dot: longer than any file name (255 bytes)


@dataclass(slots=True)
class _Places:
    """Where media may be, at and below one point of a request; built once per model."""

    here: bool = False
    items: "_Places | None" = None
    inner: dict[str, "_Places"] = field(default_factory=dict)


def media_values(model: Model, params: Mapping[str, Json]) -> list[tuple[Path, str]]:
    """Every image and sound of a request, as (path, text), whether local files or not."""
    found: list[tuple[Path, str]] = []
    for key, places in _places(model).inner.items():
        if key in params:
            _collect(params[key], places, (key,), found)
    return found


def with_contents(model: Model, body: Mapping[str, Json], inputs: Mapping[str, str]) -> Mapping[str, Json]:
    """A request with the hash of its content in the place of each local file: a renamed file makes no difference.

    Args:
        model: the model of the request.
        body: the request.
        inputs: local file -> hash of its content. Earlier versions renamed files only here, so the only one of a
            request is that of its only file, whatever it is called there.
    """
    local = [(path, value) for path, value in media_values(model, body) if is_local_file(value)]
    only = next(iter(inputs.values())) if len(local) == len(inputs) == 1 else None
    for path, value in local:
        body = replaced_at(body, path, inputs.get(value, only or value))
    return body


def media_kind(model: Model, path: Path) -> str | None:
    """Of what kind the media at a place of a request are: `image`, `audio` or `video`; None: there are none.

    A place about which the model's file does not say more takes images.
    """
    place = tuple("*" if isinstance(key, int) else key for key in path)
    return _kinds(model).get(place)


@lru_cache(maxsize=256)
def _kinds(model: Model) -> Mapping[Path, str]:
    limits = {tuple(parse_pointer(text)): limit.kind for limit in model.settings.media_limits for text in limit.at}
    return {tuple(place): limits.get(tuple(place), "image") for place in model.media}


def is_local_file(value: str) -> bool:
    """Whether a media value is a path, not a URL, a data URI, the UUID of an upload or base64 data."""
    return not (_SCHEME.match(value) or _UUID.fullmatch(value) or _is_base64(value))


def is_inline(value: str) -> bool:
    """Whether a media value holds the content itself: a data URI or base64 data."""
    return value[:5].lower() == "data:" or _is_base64(value)


def _is_base64(value: str) -> bool:
    if len(value) < _SHORTEST_IMAGE or not _BASE64.fullmatch(value):
        return False
    return value.startswith(_MAGIC) or len(value) >= _SURELY_DATA


def _collect(value: Json, places: _Places, path: Path, found: list[tuple[Path, str]]) -> None:
    if isinstance(value, str) and places.here:
        found.append((path, value))
    elif isinstance(value, list) and places.items is not None:
        for position, item in enumerate(value):
            _collect(item, places.items, (*path, position), found)
    elif isinstance(value, dict):
        for key in filter(value.__contains__, places.inner):
            _collect(value[key], places.inner[key], (*path, key), found)


@lru_cache(maxsize=256)
def _places(model: Model) -> _Places:
    root = _Places()
    for pattern in model.media:
        node = root
        for key in pattern:
            if key == "*":
                node.items = node.items or _Places()
                node = node.items
            else:
                node = node.inner.setdefault(key, _Places())
        node.here = True
    return root
