"""Single frames of a video as JPEG, for storyboards."""

import io
from bisect import bisect_left
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

_JPEG_QUALITY = 80  # without optimized tables, which take half as long again for an eighth of the bytes


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


def stills_of(video: OpenVideo, seconds: Iterable[float | Fraction], *, width: int = 480) -> list[Still]:
    """As `stills_at`, from an open video."""
    return _cut(video, [video.first + round(Fraction(second) / video.unit) for second in seconds], width)


def _cut(video: OpenVideo, times: Sequence[int], width: int) -> list[Still]:
    """Frames nearest to `times`, in units of the track; accepted in any order, decoded in forward passes."""
    video.stream.codec_context.thread_count = 1  # threads for frames would decode more of them than are wanted
    inside = [min(video.last, max(video.first, time)) for time in times]
    half = int(1 / video.rate / video.unit / 2)
    found: dict[int, Still] = {}
    frames: Iterator[VideoFrame] = iter(())
    shown: VideoFrame | None = None
    for time in sorted(set(inside)):
        start = _start(video, time + half)
        if shown is None or start > (shown.pts or 0):
            frames, shown = video.frames_from(start), None
        while shown is None or (shown.pts or 0) < time - half:
            shown = next(frames, None)
            if shown is None:
                raise MediaError(f"a picture of `{video.name}` does not decode")
        found[time] = _still(video, shown, width)
    return [found[time] for time in inside]


def _start(video: OpenVideo, time: int) -> int:
    """The key frame from which the frame of a time is decoded."""
    return video.keys[max(0, bisect_left(video.keys, time) - 1)] if video.keys else video.first


def still_of(source: Path | bytes, at: Moment, *, width: int = 480) -> Still:
    """Extract exactly the frame, in the colours, that another shot begins with; see `frames.cut_frame`."""
    with open_video(source) as video:
        frame = frame_at(video, at)
        return _written(as_shown(frame, pixel_aspect(video)), seconds_of(video, frame), width)


def _still(video: OpenVideo, frame: "VideoFrame", width: int) -> Still:
    seconds = float(((frame.pts or 0) - video.first) * video.unit)
    if (
        frame.width > width
    ):  # reduced before its colours are converted: that of the whole picture takes four times as long
        height = max(1, round(frame.height * width / frame.width))
        frame = frame.reformat(width=width, height=height, interpolation="AREA", threads=1)
    frame = frame.reformat(format="rgb24", threads=1)  # threads for so little would only wait
    picture: Image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
    return _written(picture, seconds, width)


def _written(picture: "Image", seconds: float, width: int) -> Still:
    if picture.width > width:
        picture = picture.resize((width, max(1, round(picture.height * width / picture.width))), reducing_gap=2.0)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_JPEG_QUALITY)
    return Still(seconds, picture.width, picture.height, buffer.getvalue())
