"""Times at which a still costs little: a key frame is decoded alone, any other frame only after all since the last one.

A thousand shots have six thousand stills, and the last frame of a video often needs twenty others before it. So a key
frame close to the wanted time stands for it, where the exact one would cost much more.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ltxspec.media.probe import OpenVideo

_CLOSE = Fraction(1, 4)  # of the length: key frames nearer than that to a time may stand for it
_CHEAP = 4_000_000  # pixels to decode before a still: two frames of full HD


def times_of_stills(videos: Sequence[OpenVideo], shares: Sequence[float]) -> list[list[Fraction]]:
    """For each video the times of its stills, in seconds from its first frame.

    A time is a share of the longest video. Where that costs much, it is the time of a key frame close to it, which all
    videos that last so long have in common. A video that is over by then shows its end by the same rule.

    Args:
        videos: those to compare.
        shares: each from 0, the first frame of the longest video, to 1, its last.
    """
    tracks = [_track(video) for video in videos]
    longest = max((track.end for track in tracks), default=Fraction(0))
    found: list[list[Fraction]] = [[] for _ in tracks]
    for wanted in (longest * Fraction(share) for share in shares):
        lasting = [track for track in tracks if track.end + track.half > wanted]
        shared = _cheap(lasting, wanted, longest * _CLOSE)
        for track, times in zip(tracks, found, strict=True):
            times.append(shared if track in lasting else _cheap([track], track.end, track.end * _CLOSE))
    return found


@dataclass(frozen=True, slots=True)
class _Track:
    """The times of a video in seconds from its first frame."""

    keys: Sequence[Fraction]  # of key frames, ascending
    end: Fraction  # of the last frame
    half: Fraction  # half of a frame
    pixels: int

    def cost(self, time: Fraction) -> Fraction:
        """Pixels to decode before the frame of a time."""
        started = bisect_left(self.keys, time + self.half)
        return (time - (self.keys[started - 1] if started else 0)) / self.half / 2 * self.pixels

    def has(self, time: Fraction) -> bool:
        """Whether a key frame is shown then, give or take half a frame."""
        started = bisect_left(self.keys, time + self.half)
        return started > 0 and time - self.keys[started - 1] <= self.half


def _track(video: OpenVideo) -> _Track:
    keys = [(key - video.first) * video.unit for key in video.keys]
    size = video.stream.codec_context
    return _Track(keys, (video.last - video.first) * video.unit, 1 / video.rate / 2, size.width * size.height)


def _cheap(tracks: Sequence[_Track], wanted: Fraction, close: Fraction) -> Fraction:
    """The wanted time, or the closest one at which all tracks have a key frame."""
    if all(track.cost(wanted) <= _CHEAP for track in tracks):
        return wanted
    shared = [key for key in tracks[0].keys if abs(key - wanted) < close and all(track.has(key) for track in tracks)]
    return min(shared, key=lambda key: abs(key - wanted), default=wanted)
