"""Measures a finished video in one pass: its size and length, and how long it is black, frozen or silent at a stretch.

FFmpeg's own filters decide what counts as black, frozen and silent (`blackdetect`, `freezedetect`, `silencedetect`),
and how loud the audio is (`ebur128`).
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ltxspec.errors import MediaError
from ltxspec.lock.measured import VideoFacts
from ltxspec.media.probe import OpenVideo, audio_track, check_decodes, open_video

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.filter import Graph
    from av.video.frame import VideoFrame

_SHORTEST = 0.5  # seconds of a passage that counts
_QUIET = "-50dB"  # below this, audio is silence
_BLACK, _FREEZE, _SILENCE = "lavfi.black", "lavfi.freezedetect.freeze", "lavfi.silence"
_LOUDNESS = "lavfi.r128.I"


@dataclass(slots=True)
class _Passages:
    """The passages that one filter reports as `<prefix>_start` and `<prefix>_end` in the metadata of frames."""

    prefix: str
    longest: float = 0.0
    _since: float | None = field(default=None)

    def note(self, marks: Mapping[str, str]) -> None:
        """Take in the marks of one frame; a frame may begin a passage, end one, or both, in either order."""
        begin, end = marks.get(f"{self.prefix}_start"), marks.get(f"{self.prefix}_end")
        if end is not None and self._since is not None:
            self._close(float(end))
            end = None
        if begin is not None:
            self._since = float(begin)
        if end is not None:
            self._close(float(end))

    def finish(self, end: float) -> float:
        """The longest passage of a video that ends at `end`, where an open passage ends, too."""
        self._close(end)
        return round(self.longest, 2)

    def _close(self, end: float) -> None:
        if self._since is not None:
            length = end - self._since
            self.longest = max(self.longest, length if length >= _SHORTEST else 0.0)
            self._since = None


class _Measuring:
    """The filters of one track and what they report."""

    def __init__(self, graph: "Graph", *passages: _Passages) -> None:
        self._graph = graph
        self._passages = passages
        self.loudness: float | None = None

    def push(self, frame: "VideoFrame | AudioFrame | None") -> None:
        """Measure a frame; None ends the track."""
        self._graph.push(frame)
        for marks in self._reports():
            for passages in self._passages:
                passages.note(marks)
            if _LOUDNESS in marks:
                self.loudness = float(marks[_LOUDNESS])

    def _reports(self) -> Iterator[Mapping[str, str]]:
        import av

        while True:
            try:
                frame = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            yield frame.metadata


def checked(path: Path) -> VideoFacts | None:
    """Check a download as `check_decodes` does, and measure it; None if only that fails: it is paid for and kept.

    Raises:
        MediaError: as `check_decodes`.
    """
    check_decodes(path)
    try:
        return measure(path)
    except MediaError:
        return None


def measure(path: Path) -> VideoFacts:
    """Decode a video once and measure it.

    Raises:
        MediaError: it cannot be read, or not be decoded throughout.
    """
    with open_video(path) as video:
        sound = audio_track(video.container)
        start, seconds = float(video.first * video.unit), float(video.seconds)
        black, frozen, silent = _Passages(_BLACK), _Passages(_FREEZE), _Passages(_SILENCE)
        picture = _Measuring(_picture_filters(video), black, frozen)
        audio = None if sound is None else _Measuring(_sound_filters(sound), silent)
        _run(video, sound, picture, audio)
        loudness = None if audio is None else audio.loudness
        return VideoFacts(
            width=video.stream.codec_context.width,
            height=video.stream.codec_context.height,
            fps=round(float(video.rate), 3),
            seconds=round(seconds, 2),
            audio=sound is not None,
            black_seconds=black.finish(start + seconds),
            frozen_seconds=frozen.finish(start + seconds),
            silent_seconds=None if sound is None else silent.finish(_end_of(sound, start + seconds)),
            loudness=None if loudness is None or not math.isfinite(loudness) else round(loudness, 1),
        )


def _run(video: OpenVideo, sound: "AudioStream | None", picture: _Measuring, audio: _Measuring | None) -> None:
    """Decode both tracks, interleaved as they are in the file."""
    video.container.seek(video.first, stream=video.stream)
    tracks = [video.stream] if sound is None else [video.stream, sound]
    count = 0
    for packet in video.container.demux(*tracks):
        is_picture = packet.stream is video.stream
        for frame in packet.decode():
            count += is_picture
            if is_picture:
                picture.push(cast("VideoFrame", frame))
            elif audio is not None:
                audio.push(cast("AudioFrame", frame))
    if not count:
        raise MediaError(f"no picture of `{video.name}` decodes")
    picture.push(None)
    if audio is not None:
        audio.push(None)


def _picture_filters(video: OpenVideo) -> "Graph":
    from av.filter import Graph

    graph = Graph()
    graph.link_nodes(
        graph.add_buffer(template=video.stream),
        graph.add("blackdetect", f"d={_SHORTEST}"),
        graph.add("freezedetect", f"d={_SHORTEST}"),
        graph.add("buffersink"),
    ).configure()
    return graph


def _sound_filters(sound: "AudioStream") -> "Graph":
    from av.filter import Graph

    graph = Graph()
    graph.link_nodes(
        graph.add_abuffer(template=sound),
        graph.add("silencedetect", f"d={_SHORTEST}:n={_QUIET}"),
        graph.add("ebur128", "metadata=1"),
        graph.add("abuffersink"),
    ).configure()
    return graph


def _end_of(sound: "AudioStream", otherwise: float) -> float:
    """Where the audio ends, as far as its header says."""
    if sound.duration is None or sound.time_base is None:
        return otherwise
    return float(((sound.start_time or 0) + sound.duration) * Fraction(sound.time_base))
