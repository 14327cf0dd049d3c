"""Encodes planes and samples to a file: H.264 with AAC in MP4 and MOV, VP9 with Opus in WEBM."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from ltxspec.errors import MediaError
from ltxspec.media.sound import SAMPLE_RATE

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from ltxspec.media.drawing import Planes

_BT709 = 1  # libav's number for colour space, primaries and transfer of BT.709
_LIMITED_RANGE = 1
_BYTES_PER_SAMPLE = 2
_KEY_FRAME_COSTLY = 1200  # lines from which there is a key frame every two seconds instead of every second


@dataclass(frozen=True, slots=True)
class Format:
    """The format of a file: container, pixels, frames per second, quality in per cent."""

    container: Literal["mp4", "mov", "webm"]
    width: int
    height: int
    rate: Fraction
    quality: int = 95


def encode(shape: Format, path: Path, frames: Iterator["Planes"], samples: bytes | None) -> None:
    """Write `frames` (yuv420p planes) and, if given, 16-bit mono `samples` to `path`.

    Raises:
        MediaError: the encoder or the disk failed.
    """
    import av

    # faststart puts the index first, as web players need it
    options = {} if shape.container == "webm" else {"movflags": "+faststart"}
    try:
        with av.open(str(path), "w", format=shape.container, options=options) as container:
            container.metadata["title"] = "Sandbox animatic"
            picture = _video_stream(container, shape)
            sound = None if samples is None else _Sound(container, shape, samples)
            for number, planes in enumerate(frames):
                if sound is not None:
                    sound.write_until((number + 1) / shape.rate)
                container.mux(picture.encode(_video_frame(shape, planes, number)))
            container.mux(picture.encode(None))
            if sound is not None:
                sound.finish()
    except (av.FFmpegError, OSError) as error:
        raise MediaError(f"could not write the animatic `{path.name}`: {error.strerror or error}") from error


def _video_stream(container: "OutputContainer", shape: Format) -> "VideoStream":
    """Fast settings, and frequent key frames so that scrubbing responds at once."""
    crf = round(22 + (95 - shape.quality) * 0.25)
    if shape.container == "webm":
        options = {
            "deadline": "realtime",
            "cpu-used": "8",
            "row-mt": "1",
            "tile-columns": "2",
            "lag-in-frames": "0",  # look-ahead would keep 25 frames in memory
            "crf": str(crf + 10),
            "b": "0",
        }
        stream = container.add_stream("libvpx-vp9", rate=shape.rate, options=options)
    else:
        stream = container.add_stream("libx264", rate=shape.rate, options={"preset": "ultrafast", "crf": str(crf)})
    stream.width, stream.height, stream.pix_fmt = shape.width, shape.height, "yuv420p"
    stream.time_base = 1 / shape.rate
    context = stream.codec_context
    context.gop_size = max(1, round(shape.rate * (2 if shape.height > _KEY_FRAME_COSTLY else 1)))
    context.thread_count = 2
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = _LIMITED_RANGE
    return stream


def _video_frame(shape: Format, planes: "Planes", number: int) -> "VideoFrame":
    import av

    frame = av.VideoFrame(shape.width, shape.height, "yuv420p")
    for target, plane in zip(frame.planes, planes, strict=True):
        target.update(plane.tobytes("raw", "L", target.line_size, 1))
    frame.pts = number
    frame.time_base = 1 / shape.rate
    return frame


class _Sound:
    """The audio track, written in step with the picture so that the muxer never has to buffer either."""

    def __init__(self, container: "OutputContainer", shape: Format, samples: bytes) -> None:
        # the thorough search of AAC takes longer than the whole picture, and is no closer to what it is given
        codec, options = ("libopus", {}) if shape.container == "webm" else ("aac", {"aac_coder": "fast"})
        self._container = container
        stream = container.add_stream(codec, rate=SAMPLE_RATE, layout="mono", options=options)
        self._stream = cast("AudioStream", stream)
        self._stream.bit_rate = 64_000
        self._samples = samples
        self._written = 0

    def write_until(self, seconds: Fraction) -> None:
        import av

        end = min(int(seconds * SAMPLE_RATE), len(self._samples) // _BYTES_PER_SAMPLE)
        if end <= self._written:
            return
        frame = av.AudioFrame(format="s16", layout="mono", samples=end - self._written)
        frame.planes[0].update(self._samples[self._written * _BYTES_PER_SAMPLE : end * _BYTES_PER_SAMPLE])
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._written
        frame.time_base = Fraction(1, SAMPLE_RATE)
        self._container.mux(self._stream.encode(frame))
        self._written = end

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))
