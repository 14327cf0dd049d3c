"""Single frames of a video as JPEG, for storyboards."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.errors import MediaError
from ltxspec.media.frames import as_shown, frame_at, pixel_aspect, seconds_of
from ltxspec.media.probe import OpenVideo, open_video
from ltxspec.values import Moment

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from PIL.Image import Image

_JPEG_QUALITY = 82


@dataclass(frozen=True, slots=True)
class Still:
    """One frame as a JPEG file."""

    seconds: float  # the frame's actual time, from the start
    width: int
    height: int
    jpeg: bytes


def stills(source: Path | bytes, fractions: Iterable[float], *, width: int = 480) -> list[Still]:
    """Extract the frames at `fractions` of the video (0 is the first frame, 1 the last), in the given order.

    Args:
        source: the file, or its bytes.
        fractions: each from 0 to 1.
        width: of the JPEG in pixels; the height follows, and stills are never enlarged.

    Raises:
        MediaError: it is not a readable video.
    """
    wanted = list(fractions)
    with open_video(source) as video:
        length = video.last - video.first
        return _cut(video, [video.first + round(length * share) for share in wanted], width)


def stills_at(source: Path | bytes, seconds: Iterable[float], *, width: int = 480) -> list[Still]:
    """Extract the frames nearest to `seconds` from the start; see `stills`."""
    wanted = list(seconds)
    with open_video(source) as video:
        return stills_of(video, wanted, width=width)


def stills_of(video: OpenVideo, seconds: Iterable[float], *, width: int = 480) -> list[Still]:
    """As `stills_at`, from an open video."""
    return _cut(video, [video.first + round(Fraction(second) / video.unit) for second in seconds], width)


def _cut(video: OpenVideo, times: Sequence[int], width: int) -> list[Still]:
    """Frames nearest to `times`, in units of the track; accepted in any order, decoded in forward passes."""
    video.stream.thread_type = "SLICE"  # threads for whole frames would decode more of them than are wanted
    inside = [min(video.last, max(video.first, time)) for time in times]
    half = int(1 / video.rate / video.unit / 2)
    soon = int(1 / video.unit)  # one second: for shorter distances, decoding is faster than seeking
    found: dict[int, Still] = {}
    frames: Iterator[VideoFrame] = iter(())
    shown: VideoFrame | None = None
    for time in sorted(set(inside)):
        if shown is None or time - (shown.pts or 0) > soon:
            frames, shown = video.frames_from(time), None
        while shown is None or (shown.pts or 0) < time - half:
            shown = next(frames, None)
            if shown is None:
                raise MediaError(f"a picture of `{video.name}` does not decode")
        found[time] = _still(video, shown, width)
    return [found[time] for time in inside]


def still_of(source: Path | bytes, at: Moment, *, width: int = 480) -> Still:
    """Extract exactly the frame, in the colours, that another shot begins with; see `frames.cut_frame`."""
    with open_video(source) as video:
        frame = frame_at(video, at)
        return _written(as_shown(frame, pixel_aspect(video)), seconds_of(video, frame), width)


def _still(video: OpenVideo, frame: "VideoFrame", width: int) -> Still:
    how = {}
    if frame.width > width:  # reduced while it is converted: the whole picture, in colours, takes ten times as long
        how = {"width": width, "height": max(1, round(frame.height * width / frame.width)), "interpolation": "AREA"}
    picture: Image = frame.to_image(**how)  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
    return _written(picture, float(((frame.pts or 0) - video.first) * video.unit), width)


def _written(picture: "Image", seconds: float, width: int) -> Still:
    if picture.width > width:
        picture = picture.resize((width, max(1, round(picture.height * width / picture.width))), reducing_gap=2.0)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return Still(seconds, picture.width, picture.height, buffer.getvalue())
