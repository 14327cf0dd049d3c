"""The frame rate of a video as an editing program needs it: counted frames, and whether all are equally long."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from ltxspec.media.probe import OpenVideo, audio_track, open_video

_TOLERANCE = Fraction(1, 400)  # seconds: WEBM rounds times to milliseconds


@dataclass(frozen=True, slots=True)
class Cadence:
    """The pictures of a video in time."""

    frames: int  # counted
    rate: Fraction  # frames per second, on average
    seconds: Fraction  # from the first frame to the end of the last
    is_variable: bool  # whether frames are not equally long
    has_audio: bool


def cadence_of(source: Path) -> Cadence:
    """Read the times of all frames, without decoding them. Raises MediaError."""
    with open_video(source) as video:
        return Cadence(
            frames=video.count,
            rate=video.rate,
            seconds=video.seconds,
            is_variable=_is_variable(video),
            has_audio=audio_track(video.container) is not None,
        )


def _is_variable(video: OpenVideo) -> bool:
    video.container.seek(video.first, stream=video.stream)
    packets = video.container.demux(video.stream)
    times = sorted(packet.pts for packet in packets if packet.size and packet.pts is not None)
    steps = {later - earlier for earlier, later in pairwise(times)}
    return bool(steps) and (max(steps) - min(steps)) * video.unit > _TOLERANCE
