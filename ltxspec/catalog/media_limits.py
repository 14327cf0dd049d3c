"""Whether an image, a sound or a video is what a model accepts, by the `mediaLimits` of the model's file."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ltxspec.catalog.defaults import full_defaults
from ltxspec.catalog.media_facts import LFS_POINTER, BrokenData, MediaFacts, contradicts, decoded
from ltxspec.catalog.messages import ParameterProblem
from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import Path, parse_pointer
from ltxspec.catalog.settings import MediaLimit
from ltxspec.catalog.wording import joined
from ltxspec.suggest import shown
from ltxspec.values import Json

_MEGA: Final = 1_000_000
_TOLERANCE: Final = 0.015  # share by which two aspects may differ: sizes are multiples of 8 or 64
_NOUNS: Final = {"image": "an image", "audio": "a sound file", "video": "a video"}
_PLURALS: Final = {"image": "images", "audio": "sound files", "video": "videos"}
_SMALLER: Final = {
    "image": "save it as JPEG, or with fewer pixels",
    "audio": "compress it, or make it shorter",
    "video": "compress it, or make it shorter",
}


@dataclass(frozen=True, slots=True)
class MediaUse:
    """One media value of a request: where it is, what the messages call it, and the request."""

    model: Model
    body: Mapping[str, Json]
    path: Path
    name: str

    @property
    def limit(self) -> MediaLimit | None:
        """The limit that applies here."""
        place = tuple("*" if isinstance(key, int) else key for key in self.path)
        limits = self.model.settings.media_limits
        return next((one for one in limits if place in [parse_pointer(text) for text in one.at]), None)


def bytes_of(value: str, use: MediaUse) -> tuple[bytes, ParameterProblem | None]:
    """The bytes of a data URI or of base64 text, and the problem if it is broken or declared as something else."""
    limit = use.limit
    kind = limit.kind if limit else "image"
    try:
        declared, data = decoded(value)
    except BrokenData as error:
        hint = "encode the file again, or write the path of the file instead"
        return b"", ParameterProblem(use.path, "media-data", f"{use.name} cannot be read: {error}", hint)
    if contradicts(declared, kind):
        hint = f"a data URI of {_NOUNS[kind]} begins with `data:{kind}/`"
        message = f"{use.name} is declared as {shown(declared)}, not as {_NOUNS[kind]}"
        return data, ParameterProblem(use.path, "media-format", message, hint)
    return data, None


def media_problems(facts: MediaFacts, use: MediaUse) -> Iterator[ParameterProblem]:
    """Everything about a file that the model does not accept."""
    limit = use.limit
    if not facts.bytes:
        yield ParameterProblem(use.path, "media-empty", f"{use.name} is empty", "save or export the file again")
        return
    if limit is None:
        return
    wrong = _wrong_format(facts, limit, use)
    if wrong is not None:
        yield wrong
        return
    accepts = f"{use.model.name} accepts {_PLURALS[limit.kind]}"
    if limit.max_bytes is not None and facts.bytes > limit.max_bytes:
        message = f"{use.name} has {_megabytes(facts.bytes)}; {accepts} of at most {_megabytes(limit.max_bytes)}"
        yield ParameterProblem(use.path, "media-bytes", message, _SMALLER[limit.kind])
    if facts.problem is not None and facts.oversized:
        message = f"{use.name} is too large to be checked: {facts.problem}"
        yield ParameterProblem(use.path, "media-size", message, _SMALLER[limit.kind])
    elif facts.problem is not None:
        message = f"{use.name} cannot be decoded as {facts.format}: {facts.problem}"
        yield ParameterProblem(use.path, "media-damaged", message, "save, export or download the file again")
    yield from _wrong_size(facts, limit, use, accepts)
    yield from _wrong_length(facts, limit, use, accepts)


def media_warnings(facts: MediaFacts, use: MediaUse) -> Iterator[ParameterProblem]:
    """What is accepted, but may not look as expected: rotation by EXIF data, and another aspect than the video's."""
    limit, size = use.limit, facts.upright
    if limit is None or limit.kind != "image" or size is None:
        return
    if facts.turned != 1:
        message = f"{use.name} is rotated by its EXIF data (orientation {facts.turned}), which may be ignored"
        hint = "rotate the pixels themselves: open it in an image editor and save it upright"
        yield ParameterProblem(use.path, "media-rotated", message, hint)
    video = _video_size(use)
    if limit.fills and video is not None and abs(size[0] * video[1] / (size[1] * video[0]) - 1) > _TOLERANCE:
        message = f"{use.name} is {size[0]} × {size[1]}, another aspect than the video's {video[0]} × {video[1]}"
        hint = "crop it to the aspect of the video; otherwise it is cut or stretched"
        yield ParameterProblem(use.path, "media-aspect", message, hint)


def _wrong_format(facts: MediaFacts, limit: MediaLimit, use: MediaUse) -> ParameterProblem | None:
    noun = _NOUNS[limit.kind]
    listed = joined(limit.formats, "or")
    hint = f"export it as {listed}; another file name does not change what it is" if listed else f"give {noun} here"
    if facts.format == LFS_POINTER:
        hint = "fetch the file with `git lfs pull`"
    if facts.kind != limit.kind:
        is_what = f"is {facts.format}, not {noun}" if facts.format else f"is not {noun}: its format is unknown"
        return ParameterProblem(use.path, "media-kind", f"{use.name} {is_what}", hint)
    if limit.formats and facts.format not in limit.formats:
        message = f"{use.name} is {facts.format}; {use.model.name} accepts {_PLURALS[limit.kind]} as {listed}"
        return ParameterProblem(use.path, "media-format", message, hint)
    return None


def _wrong_size(facts: MediaFacts, limit: MediaLimit, use: MediaUse, accepts: str) -> Iterator[ParameterProblem]:
    if facts.width is None or facts.height is None:
        return
    have = f"{use.name} is {facts.width} × {facts.height}"
    if limit.min_side is not None and min(facts.width, facts.height) < limit.min_side:
        message = f"{have}; {accepts} of at least {limit.min_side} pixels a side"
        yield ParameterProblem(use.path, "media-size", message, "use a larger one")
    if limit.max_side is not None and max(facts.width, facts.height) > limit.max_side:
        message = f"{have}; {accepts} of at most {limit.max_side} pixels a side"
        yield ParameterProblem(use.path, "media-size", message, "make it smaller")


def _wrong_length(facts: MediaFacts, limit: MediaLimit, use: MediaUse, accepts: str) -> Iterator[ParameterProblem]:
    if facts.seconds is not None and limit.max_seconds is not None and facts.seconds > limit.max_seconds:
        message = f"{use.name} lasts {facts.seconds:.1f} seconds; {accepts} of at most {limit.max_seconds} seconds"
        yield ParameterProblem(use.path, "media-seconds", message, "make it shorter")


def _video_size(use: MediaUse) -> tuple[int, int] | None:
    """Width and height of the video, if the request has them."""
    body = full_defaults(use.model, use.body)
    width, height = body.get("width"), body.get("height")
    if type(width) is int and type(height) is int and width > 0 and height > 0:
        return width, height
    return None


def _megabytes(number: int) -> str:
    """`7 MB`; rounded up, so that a value above a limit never looks like the limit."""
    return f"{math.ceil(number * 10 / _MEGA) / 10:g} MB"
