"""Properties of a video file, and whether it is complete.

Files come from the network, so only MP4, MOV, WEBM and Matroska are opened, each with a fixed demuxer: a playlist or a
script named `.mp4` never reaches the media library.
"""

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ltxspec.errors import MediaError
from ltxspec.media.containers import check_whole, sniff

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.codec.context import CodecContext
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_TOLERANCE = Fraction(1, 4)  # seconds by which the declared length may exceed that of the tracks
_ALL = {"ignore_editlist": "1"}  # include frames that an edit list omits: the frame table counts them too
_TABLES_ONLY = {
    "probesize": "32"
}  # otherwise FFmpeg decodes up to seven frames, only to learn how far they are reordered
_COVER = 0x400  # FFmpeg's disposition of a picture attached to audio
_HOLE = bytes(256)  # compressed frames have no such run of zeros; disk blocks that were never written do
_MAY_HOLD_ZEROS = frozenset({"rawvideo", "v210", "v408", "v410", "r210", "prores", "dnxhd", "cfhd", "hap", "dvvideo"})


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """Properties of a video file."""

    container: str  # "mp4", "mov", "webm" or "matroska"
    codec: str  # "h264", "vp9", …
    width: int  # pixels
    height: int
    fps: float  # average frames per second
    seconds: float  # from the first frame to the end of the last
    frames: int  # counted, not declared
    bytes: int
    pixel_format: str
    audio_codec: str | None  # "aac", "opus", …; None without an audio track
    audio_rate: int | None  # samples per second


@dataclass(frozen=True, slots=True)
class OpenVideo:
    """An open video: its demuxer, its video track, and the track's start and end in units of its time base."""

    name: str
    kind: str  # as `VideoInfo.container`
    container: "InputContainer"
    stream: "VideoStream"
    count: int  # frames in the file
    first: int  # time of the first frame
    last: int  # time of the last frame
    keys: tuple[int, ...]  # times of the frames from which decoding can start, ascending
    end: Fraction  # seconds; end of the longest of all tracks; 0 unless the file is to be whole
    holes: bool  # whether a frame is incomplete; looked for only if the file is to be whole
    measured: bool  # whether the file's structure gives the end of the file

    @property
    def rate(self) -> Fraction:
        """Average frames per second; 25 for a file that does not declare it."""
        rate = self.stream.average_rate or self.stream.guessed_rate
        return Fraction(rate) if rate else Fraction(25)

    @property
    def unit(self) -> Fraction:
        """Seconds per unit of the track's time base."""
        return Fraction(self.stream.time_base or 1)

    @property
    def seconds(self) -> Fraction:
        """From the first frame to the end of the last; WEBM rounds times to milliseconds, which the count avoids."""
        by_time = (self.last - self.first) * self.unit + 1 / self.rate
        by_count = self.count / self.rate
        return by_count if abs(by_count - by_time) < 1 / self.rate else by_time

    def frames_from(self, time: int) -> Iterator["VideoFrame"]:
        """Decode from the key frame at or before `time`. Raises MediaError for a damaged frame."""
        self.container.seek(time, stream=self.stream)
        for frame in self.container.decode(self.stream):
            if frame.is_corrupt:
                raise MediaError(f"`{self.name}` is damaged")
            yield frame


def probe(source: Path | bytes) -> VideoInfo:
    """Read the properties of a video without decoding it.

    Raises:
        MediaError: it cannot be read, or is not a video.
    """
    with open_video(source) as video:
        return info_of(video)


def info_of(video: OpenVideo) -> VideoInfo:
    """The properties of an open video."""
    context = video.stream.codec_context
    sound = audio_track(video.container)
    return VideoInfo(
        container=video.kind,
        codec=context.codec.canonical_name,
        width=context.width,
        height=context.height,
        fps=float(video.rate),
        seconds=float(video.seconds),
        frames=video.count,
        bytes=video.container.size,
        pixel_format=context.pix_fmt or "unknown",
        audio_codec=None if sound is None else sound.codec_context.codec.canonical_name,
        audio_rate=None if sound is None else sound.codec_context.sample_rate,
    )


def audio_track(container: "InputContainer") -> "AudioStream | None":
    """The first audio track that can be decoded."""
    return next((track for track in container.streams.audio if _codec(track) is not None), None)


def check_decodes(path: Path) -> None:
    """Check that a download is a complete video, and that its first and last frames decode.

    Raises:
        MediaError: it is empty, not a video (a web page, an image), truncated, or damaged.
    """
    with open_video(path, whole=True) as video:
        _check_length(video)
        _check_ends(video)


def check_complete(path: Path) -> tuple[int, int, int]:
    """Check that a download is a complete video, as far as its structure says, without decoding any of it.

    Returns:
        How many pictures there are, and the times of the first and the last, in units of its time base.

    Raises:
        MediaError: it is empty, not a video, truncated, or has a hole.
    """
    with open_video(path, whole=True) as video:
        _check_length(video)
        return video.count, video.first, video.last


def check_ends(path: Path) -> None:
    """Check that the first and the last picture of a complete video decode. Raises MediaError."""
    with open_video(path, whole=True) as video:
        _check_ends(video)


def _check_ends(video: OpenVideo) -> None:
    if next(video.frames_from(video.first), None) is None:
        raise MediaError(f"the first picture of `{video.name}` does not decode")
    shown = [frame.pts for frame in video.frames_from(video.last) if frame.pts is not None]
    if max(shown, default=video.first - 1) < video.last:
        raise MediaError(f"the last picture of `{video.name}` does not decode")


def _check_length(video: OpenVideo) -> None:
    """Compare the actual content with what the header declares.

    A table of all frames, or a structure that gives the end of the file, is exact. The declared length is not: audio
    may continue after the frames, or the last frame may be held. So it only counts for a file that has nothing else.
    """
    if video.holes:
        raise MediaError(f"`{video.name}` is damaged: it has a hole")
    if video.count < video.stream.frames:
        raise MediaError(f"`{video.name}` is cut short: {video.count} of {video.stream.frames} frames are there")
    if video.stream.frames or (video.measured and video.kind in {"webm", "matroska"}):
        return
    early = Fraction((video.container.start_time or 0) + (video.container.duration or 0), 1_000_000) - video.end
    if early > _TOLERANCE:
        raise MediaError(f"`{video.name}` is cut short: it ends {float(early):.1f} s early")


@contextmanager
def open_video(source: Path | bytes, *, whole: bool = False, quick: bool = False) -> Iterator[OpenVideo]:
    """Open a video and walk over its packets.

    Args:
        source: the file, or its bytes.
        whole: first check that no byte is missing at its end, and look for holes.
        quick: trust the tables of the file, where it has them: its pixel format is known once a frame was decoded.

    Raises:
        MediaError: it cannot be read, or is not a video; also for errors while it is open.
    """
    import av

    with _file(source) as (file, name):
        kind = sniff(file, name)
        measured = check_whole(file, kind, name) if whole else False
        try:
            with _container(file, kind, whole=whole, quick=quick) as container:
                yield _walked(container, kind, name, whole=whole, measured=measured)
        except (av.FFmpegError, ValueError, IndexError) as error:
            raise MediaError(f"`{name}` is not a video that can be read: it is damaged or cut short") from error


@contextmanager
def _file(source: Path | bytes) -> Iterator[tuple[IO[bytes], str]]:
    if isinstance(source, bytes):
        yield io.BytesIO(source), "video"
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise MediaError(f"`{source.name}` cannot be read: {error.strerror}") from error
    with file:
        yield file, source.name


def _container(file: IO[bytes], kind: str, *, whole: bool, quick: bool) -> "InputContainer":
    if kind in {"webm", "matroska"}:
        return _demuxer(file, "matroska", {})
    if quick:
        container = _demuxer(file, "mp4", _TABLES_ONLY)
        if all(track.frames and track.average_rate for track in container.streams.video):
            return container
        container.close()  # a file in fragments, whose tables tell nothing
    return _demuxer(file, "mp4", _ALL if whole else {})


def _demuxer(file: IO[bytes], name: str, options: Mapping[str, str]) -> "InputContainer":
    """FFmpeg reads a file on disk by its descriptor, without a call into Python for each piece of it."""
    import av

    file.seek(0)
    if isinstance(file, io.BytesIO):
        return av.open(file, "r", format=name, options={**options})
    os.lseek(file.fileno(), 0, os.SEEK_SET)  # `seek` may only have moved within the buffer
    return av.open("fd:", "r", format=name, options={**options, "fd": str(file.fileno())})


def _walked(container: "InputContainer", kind: str, name: str, *, whole: bool, measured: bool) -> OpenVideo:
    stream = _pictures(container, name)
    stream.thread_type = "AUTO"
    times: list[int] = []
    keys: list[int] = []
    end, holes = Fraction(0), False
    look_for_holes = stream.codec_context.name not in _MAY_HOLD_ZEROS
    for packet in container.demux(stream, *(container.streams.audio if whole else ())):
        if packet.stream is stream and packet.is_corrupt:
            raise MediaError(f"`{name}` is damaged")
        if not packet.size or packet.pts is None:  # the demuxer ends with empty packets
            continue
        if whole:
            end = max(end, (packet.pts + (packet.duration or 0)) * Fraction(packet.time_base or 1))
            holes = holes or (packet.stream is stream and look_for_holes and _is_holed(bytes(packet)))
        if packet.stream is stream:
            (keys if _is_start(packet) else times).append(packet.pts)
    times += keys
    if not times:
        raise MediaError(f"`{name}` has no picture in it")
    first, last, starts = min(times), max(times), tuple(sorted(keys))
    return OpenVideo(name, kind, container, stream, len(times), first, last, starts, end, holes, measured)


def _pictures(container: "InputContainer", name: str) -> "VideoStream":
    stream = next((track for track in container.streams.video if not track.disposition & _COVER), None)
    if stream is None or _codec(stream) is None:
        raise MediaError(f"`{name}` has no picture in it that can be read")
    if stream.codec_context.width <= 0 or stream.codec_context.height <= 0:
        raise MediaError(f"`{name}` has no picture in it")
    return stream


def _is_start(packet: "Packet[Any]") -> bool:
    """Whether decoding can start there, with a frame that is shown: an edit list may leave some out."""
    return packet.is_keyframe and not packet.is_discard


def _codec(track: "VideoStream | AudioStream") -> "CodecContext | None":
    """A track's codec. None, which PyAV's types omit, for one that this FFmpeg does not know."""
    return track.codec_context


def _is_holed(picture: bytes) -> bool:
    return _HOLE in picture or not picture.strip(b"\x00")
