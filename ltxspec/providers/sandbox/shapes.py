"""The size, length and rate of a video that an order asks for."""

import re
from collections.abc import Mapping
from typing import Final

from ltxspec.catalog.media_facts import MediaFacts
from ltxspec.values import Json

Size = tuple[int, int]

_DEFAULT_SIZE: Final = (1280, 720)  # if model and request do not set it
_DEFAULT_SECONDS: Final = 6
_DEFAULT_FPS: Final = 25
_LARGEST: Final = 7680  # pixels of the longer side
_LONGEST: Final = 120.0  # seconds of a source video that are followed
_CLASS = re.compile(r"(\d{3,4})p", re.IGNORECASE)  # the shorter side
_NAMED: Final = {"2k": 1440, "4k": 2160, "8k": 4320}
_PAIR = re.compile(r"(\d{1,5})\s*[x×:*]\s*(\d{1,5})", re.IGNORECASE)


def shape_of(body: Mapping[str, Json], source: MediaFacts | None = None) -> tuple[int, int, float, float]:
    """Width and height in pixels, seconds, and frames per second.

    What the request does not set is that of the video it works on, enlarged by the factor asked for; without one, a
    common default.

    Args:
        body: the request, with the defaults of its model.
        source: the video that it works on.
    """
    width, height = _size(body, source)
    seconds, fps = (None, None) if source is None else (source.seconds, source.fps)
    length = min(seconds, _LONGEST) if seconds else _DEFAULT_SECONDS
    return width, height, _number(body.get("duration"), length), _number(body.get("fps"), fps or _DEFAULT_FPS)


def _size(body: Mapping[str, Json], source: MediaFacts | None) -> Size:
    upright = source.upright if source is not None else None
    named = _of_class(body, upright)
    if named is None and upright is not None:
        factor = _number(body.get("upscaleFactor"), 1)
        named = _within(upright[0] * factor, upright[1] * factor)
    usual = named or _DEFAULT_SIZE
    return int(_number(body.get("width"), usual[0])), int(_number(body.get("height"), usual[1]))


def _of_class(body: Mapping[str, Json], source: Size | None) -> Size | None:
    """The size of `resolution: 1080p` in the proportions asked for, or those of the source, or 16:9."""
    wanted = str(body.get("resolution", "")).strip()
    if pair := _PAIR.fullmatch(wanted):
        return _within(int(pair[1]), int(pair[2]))
    found = _CLASS.fullmatch(wanted)
    short = int(found[1]) if found else _NAMED.get(wanted.casefold())
    if not short:
        return None
    ratio = _PAIR.fullmatch(str(body.get("aspectRatio", "")).strip())
    wide, high = (int(ratio[1]), int(ratio[2])) if ratio else source or (16, 9)
    if not wide or not high:
        wide, high = 16, 9
    scale = short / min(wide, high)
    return _within(wide * scale, high * scale)


def _within(width: float, height: float) -> Size | None:
    """Even sides in these proportions, not longer than any screen; None if there are none."""
    if min(width, height) <= 0:
        return None
    scale = min(1.0, _LARGEST / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _number(value: Json, otherwise: float) -> float:
    return value if isinstance(value, int | float) and value > 0 else otherwise
