"""Measures a finished video in one pass: its size and length, and how long it is black, frozen or silent at a stretch.

FFmpeg's own filters decide what counts as black, frozen and silent (`blackdetect`, `freezedetect`, `silencedetect`),
and how loud the audio is (`ebur128`).
"""

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ltxspec.errors import MediaError
from ltxspec.lock.measured import VideoFacts
from ltxspec.media.probe import OpenVideo, audio_track, check_complete, check_ends, open_video

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.filter import Graph
    from av.video.frame import VideoFrame

_SHORTEST = 0.5  # seconds of a passage that counts
_QUIET = "-50dB"  # below this, audio is silence
_BLACK, _FREEZE, _SILENCE = "lavfi.black", "lavfi.freezedetect.freeze", "lavfi.silence"
_LOUDNESS = "lavfi.r128.I"


@dataclass(frozen=True, slots=True)
class Passages:
    """Where a video is black, frozen or silent for half a second or more: (begin, end) in seconds from its start."""

    black: tuple[tuple[float, float], ...] = ()
    frozen: tuple[tuple[float, float], ...] = ()
    silent: tuple[tuple[float, float], ...] = ()


@dataclass(slots=True)
class _Passages:
    """The passages that one filter reports as `<prefix>_start` and `<prefix>_end` in the metadata of frames."""

    prefix: str
    found: list[tuple[float, float]] = field(default_factory=list)  # where each begins and ends, as the track counts
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
        return round(max((until - since for since, until in self.found), default=0.0), 2)

    def _close(self, end: float) -> None:
        if self._since is not None:
            if end - self._since >= _SHORTEST:
                self.found.append((self._since, end))
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
    wanted = check_complete(path)
    facts, seen = None, None
    with contextlib.suppress(MediaError):
        facts, _, seen = _measured(path)
    if seen != wanted:  # else the first and the last picture have been decoded with the others
        check_ends(path)
    return facts


def measure(path: Path) -> VideoFacts:
    """Decode a video once and measure it.

    Raises:
        MediaError: it cannot be read, or not be decoded throughout.
    """
    return _measured(path)[0]


def passages(path: Path) -> Passages:
    """Decode a video once and find where it is black, frozen or silent.

    Raises:
        MediaError: as `measure`.
    """
    return _measured(path)[1]


def _measured(path: Path) -> tuple[VideoFacts, Passages, tuple[int, int, int] | None]:
    """The facts, the passages, and which pictures were decoded without fault, as `check_complete` returns them."""
    with open_video(path) as video:
        sound = audio_track(video.container)
        start, seconds = float(video.first * video.unit), float(video.seconds)
        black, frozen, silent = _Passages(_BLACK), _Passages(_FREEZE), _Passages(_SILENCE)
        picture = _Measuring(_picture_filters(video), black, frozen)
        audio = None if sound is None else _Measuring(_sound_filters(sound), silent)
        seen = _run(video, sound, picture, audio)
        loudness = None if audio is None else audio.loudness
        facts = VideoFacts(
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
        return facts, Passages(*(_from(start, seconds, each.found) for each in (black, frozen, silent))), seen


def _from(start: float, seconds: float, found: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Passages as seconds from the first picture, as far as there are pictures."""
    inside = [(max(0.0, since - start), min(seconds, until - start)) for since, until in found]
    return tuple((round(since, 2), round(until, 2)) for since, until in inside if until > since)


def _run(
    video: OpenVideo, sound: "AudioStream | None", picture: _Measuring, audio: _Measuring | None
) -> tuple[int, int, int] | None:
    """Decode both tracks, interleaved as they are in the file; how many pictures, the first and the last.

    None if one is damaged, or not all pictures of the file were decoded.
    """
    video.container.seek(video.first, stream=video.stream)
    tracks = [video.stream] if sound is None else [video.stream, sound]
    count, times, damaged = 0, [], False
    for packet in video.container.demux(*tracks):
        is_picture = packet.stream is video.stream
        for frame in packet.decode():
            count += is_picture
            if is_picture:
                shown = cast("VideoFrame", frame)
                times.append(shown.pts)
                damaged = damaged or shown.is_corrupt
                picture.push(shown)
            elif audio is not None:
                audio.push(cast("AudioFrame", frame))
    if not count:
        raise MediaError(f"no picture of `{video.name}` decodes")
    picture.push(None)
    if audio is not None:
        audio.push(None)
    known = [time for time in times if time is not None]
    return None if damaged or len(known) < video.count else (video.count, min(known), max(known))


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
