"""One exact frame of a video as a picture that a model can begin with.

The frame is the one a player shows at that time: edit lists, reordered frames and variable frame rates count. Colours
are converted with the matrix and the range that the video declares, or with those that players assume.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ltxspec.errors import MediaError
from ltxspec.media.probe import OpenVideo, open_video
from ltxspec.render.references import EXTRACTIONS
from ltxspec.values import Moment

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from PIL.Image import Image, Transpose

EXTRACTION: Final = EXTRACTIONS[0]  # version of everything here that decides what the picture looks like

# AVColorSpace of ITU-T H.273, table 4, and the names of FFmpeg's `scale` filter.
_MATRICES: Final = {1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_HIGH_DEFINITION: Final = 720  # lines from which players assume BT.709 where a video declares nothing
_FULL_RANGE: Final = 2  # AVCOL_RANGE_JPEG
_HDR: Final = {16: "PQ", 18: "HLG"}  # transfer characteristics of H.273, table 3
_QUALITIES: Final = (95, 90, 85, 80)  # of JPEG, tried in this order once PNG is too large
_SIZES: Final = (Fraction(3, 4), Fraction(1, 2), Fraction(3, 8), Fraction(1, 4))  # of the width and height, at the last


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What a model accepts."""

    formats: tuple[str, ...] = ("png", "jpeg")
    most_bytes: int | None = None  # None: any


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame as a file."""

    data: bytes
    format: str  # "png" or "jpeg"
    width: int  # pixels
    height: int
    seconds: float  # the frame's time, from the first frame
    hdr: str | None  # "PQ" or "HLG" where the video is HDR: its colours are shown as if it were not


def cut_frame(source: Path | bytes, at: Moment, limits: PictureLimits = PictureLimits()) -> Picture:
    """Cut one frame out of a video.

    Args:
        source: the file, or its bytes.
        at: `first`, `last`, or seconds from the first frame.
        limits: the picture is the best one of a fixed series that fits: PNG, JPEG of falling quality, smaller JPEG.

    Raises:
        MediaError: it is not a readable video, it ends before that time, or no picture of the series fits.
    """
    with open_video(source) as video:
        frame = frame_at(video, at)
        picture = as_shown(frame, pixel_aspect(video))
        seconds = seconds_of(video, frame)
        data, form, size = _fitted(picture, limits, video.name)
        return Picture(data, form, *size, seconds, _HDR.get(frame.color_trc))


def seconds_of(video: OpenVideo, frame: "VideoFrame") -> float:
    """When a frame is shown, from the first one."""
    return float(((frame.pts or 0) - _start(video)) * video.unit)


def frame_at(video: OpenVideo, at: Moment) -> "VideoFrame":
    """The frame that a player shows then. Raises MediaError."""
    if at == "last":
        return _last(video.frames_from(video.last), video)
    frames = video.frames_from(video.first)
    first = next(frames, None)
    if first is None:
        raise MediaError(f"no picture of `{video.name}` decodes")
    if at == "first":
        return first
    return _on_screen(video, first.pts or 0, at)


def begun_by(seconds: float) -> Fraction:
    """The time by which a frame has begun that is meant by `seconds`: half a millisecond later.

    Times are written with three decimals, and a frame of 30 a second begins at 0.0333….
    """
    return Fraction(repr(seconds)) + Fraction(1, 2000)


def _on_screen(video: OpenVideo, start: int, at: float) -> "VideoFrame":
    """The frame that is shown at that time: the last one that has begun."""
    seconds, time = Fraction(repr(at)), start + begun_by(at) / video.unit
    length = (video.last - start) * video.unit + 1 / video.rate
    if seconds < 0 or seconds >= length:
        raise MediaError(f"`{video.name}` is {float(length):.2f} s long: it has no frame at {float(seconds):g} s")
    shown = None
    for frame in video.frames_from(int(time)):
        if (frame.pts or 0) > time:
            break
        shown = frame
    if shown is None:
        raise MediaError(f"no picture of `{video.name}` decodes at {float(seconds):g} s")
    return shown


def _last(frames: Iterator["VideoFrame"], video: OpenVideo) -> "VideoFrame":
    shown = max(frames, key=lambda frame: frame.pts or 0, default=None)
    if shown is None:
        raise MediaError(f"the last picture of `{video.name}` does not decode")
    return shown


def _start(video: OpenVideo) -> int:
    """The time of the first frame that is shown; an edit list may leave out earlier ones."""
    first = next(video.frames_from(video.first), None)
    return video.first if first is None or first.pts is None else first.pts


def as_shown(frame: "VideoFrame", aspect: Fraction) -> "Image":
    """The frame in the colours, the shape and the orientation that a player shows."""
    matrix = _MATRICES.get(frame.colorspace, "bt709" if frame.height >= _HIGH_DEFINITION else "bt601")
    source_range = "full" if frame.color_range == _FULL_RANGE or frame.format.name.startswith("yuvj") else "limited"
    converted = _converted(frame, matrix, source_range)
    picture: Image = converted.to_image()  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
    if aspect != 1:
        picture = picture.resize((max(1, round(picture.width * aspect)), picture.height))
    if (mirrored := _mirrored(frame)) is not None:
        return picture.transpose(mirrored)
    return picture.rotate(frame.rotation, expand=True) if frame.rotation else picture


def _mirrored(frame: "VideoFrame") -> "Transpose | None":
    """How a picture is turned over whose display matrix mirrors it, as of front cameras; None: it does not.

    A rotation says only the angle. No provider's videos are mirrored, so no picture of a shot has become another one.
    """
    from PIL.Image import Transpose

    matrix: Any = frame.side_data.get("DISPLAYMATRIX")  # without types
    if matrix is None:
        return None
    a, b, _, c, d = struct.unpack_from("=5i", bytes(matrix))  # x' = a·x + c·y, y' = b·x + d·y
    if a * d - b * c >= 0:
        return None
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Transpose.FLIP_LEFT_RIGHT if a < 0 else Transpose.FLIP_TOP_BOTTOM
    return Transpose.TRANSPOSE if b > 0 else Transpose.TRANSVERSE


def _converted(frame: "VideoFrame", matrix: str, source_range: str) -> "VideoFrame":
    """The frame as RGB, by the exact arithmetic of FFmpeg's scaler, which is the same on every processor."""
    import av.filter

    is_rgb = frame.format.name.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "gray", "pal8"))
    colours = "" if is_rgb else f"in_color_matrix={matrix}:in_range={source_range}:"
    graph = av.filter.Graph()
    steps = [
        graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or Fraction(1, 25)
        ),
        graph.add("scale", f"{colours}out_range=full:flags=bitexact+accurate_rnd+full_chroma_int+full_chroma_inp"),
        graph.add("format", "rgb24"),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*steps).configure()
    graph.push(frame)
    converted: VideoFrame = graph.pull()  # type: ignore[assignment]  # only video went in
    return converted


def pixel_aspect(video: OpenVideo) -> Fraction:
    """Width of a pixel by its height."""
    aspect = video.stream.sample_aspect_ratio
    return Fraction(aspect) if aspect else Fraction(1)


def _fitted(picture: "Image", limits: PictureLimits, name: str) -> tuple[bytes, str, tuple[int, int]]:
    """The first picture of the series that the limits allow."""
    for form, quality, share in _series(limits):
        size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
        shown = picture if share == 1 else picture.resize(size)
        data = _encoded(shown, form, quality)
        if limits.most_bytes is None or len(data) <= limits.most_bytes:
            return data, form, size
    allowed = f"{', '.join(limits.formats) or 'no format'} of at most {limits.most_bytes or 0:,} bytes"
    raise MediaError(f"no picture of a frame of `{name}` fits: {allowed}")


def _series(limits: PictureLimits) -> Iterator[tuple[str, int, Fraction]]:
    """Format, JPEG quality, and share of the size, from the best to the smallest."""
    if "png" in limits.formats:
        yield "png", 0, Fraction(1)
    if "jpeg" in limits.formats:
        yield from (("jpeg", quality, Fraction(1)) for quality in _QUALITIES)
        yield from (("jpeg", _QUALITIES[1], share) for share in _SIZES)


def _encoded(picture: "Image", form: str, quality: int) -> bytes:
    buffer = io.BytesIO()
    if form == "png":
        picture.save(buffer, "PNG", compress_level=6)
    else:
        picture.save(buffer, "JPEG", quality=quality, subsampling=0, optimize=True)
    return buffer.getvalue()
