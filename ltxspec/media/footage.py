"""A finished video as a part of a film: its pictures at the film's rate and size, its sound as plain samples."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.media.frames import as_shown, pixel_aspect
from ltxspec.media.probe import OpenVideo, open_video
from ltxspec.media.sound import SAMPLE_RATE

if TYPE_CHECKING:
    from PIL import Image

_BYTES_PER_SAMPLE = 2


def length_of(source: Path) -> Fraction:
    """The length of a video in seconds. Raises MediaError."""
    with open_video(source) as video:
        return video.seconds


def pictures(source: Path, count: int, rate: Fraction) -> Iterator["Image.Image"]:
    """The picture that a player shows at each of `count` frames of a film, `rate` of them a second.

    Raises:
        MediaError: it is not a readable video.
    """
    with open_video(source) as video:
        aspect = pixel_aspect(video)
        frames = video.frames_from(video.first)
        shown = next(frames)
        start = shown.pts or 0
        following = next(frames, None)
        picture = as_shown(shown, aspect)
        for number in range(count):
            time = start + number / rate / video.unit
            latest = shown
            while following is not None and (following.pts or 0) <= time:
                latest, following = following, next(frames, None)
            if latest is not shown:
                shown, picture = latest, as_shown(latest, aspect)
            yield picture


def samples(source: Path, count: int) -> bytes | None:
    """`count` samples of a video's sound, 16-bit mono, from its first picture on; None if it has no sound.

    Raises:
        MediaError: it is not a readable video.
    """
    with open_video(source) as video:
        if not video.container.streams.audio:
            return None
        wanted = count * _BYTES_PER_SAMPLE
        found = bytearray()
        for data in _decoded(video):
            found += data
            if len(found) >= wanted:
                break
        return bytes(found[:wanted]).ljust(wanted, b"\0")


def _decoded(video: OpenVideo) -> Iterator[bytes]:
    import av

    stream = video.container.streams.audio[0]
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    video.container.seek(0)
    begun = False
    skip = 0
    for frame in video.container.decode(stream):
        if not begun:
            begun = True
            late = round((Fraction(frame.pts or 0) * Fraction(frame.time_base or 1) - _start(video)) * SAMPLE_RATE)
            skip = max(0, -late) * _BYTES_PER_SAMPLE
            yield bytes(max(0, late) * _BYTES_PER_SAMPLE)
        for part in resampler.resample(frame):
            data = bytes(part.planes[0])[: part.samples * _BYTES_PER_SAMPLE]
            yield data[skip:]
            skip = max(0, skip - len(data))
    for part in resampler.resample(None):
        yield bytes(part.planes[0])[: part.samples * _BYTES_PER_SAMPLE]


def _start(video: OpenVideo) -> Fraction:
    return video.first * video.unit
