"""Stills of two videos at the same times, for comparison."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ltxspec.media.key_frames import times_of_stills
from ltxspec.media.probe import VideoInfo, info_of, open_video
from ltxspec.media.stills import Still, stills_of

FRACTIONS = (0.0, 0.5, 1.0)  # first, middle, last


@dataclass(frozen=True, slots=True)
class Filmed:
    """One video of a comparison: its properties, and its stills at the shared times."""

    info: VideoInfo
    stills: tuple[Still, ...]


def compare(
    before: Path | None, after: Path | None, fractions: Sequence[float] = FRACTIONS, *, width: int = 360
) -> tuple[Filmed | None, Filmed | None]:
    """Extract stills from two videos at the same times; a side without a file has none.

    The times are `fractions` of the longer video, counted from its first frame to its last, or those of key frames
    close to them (`key_frames`). After the end of the shorter one, its last frame is used, with its own time.

    Args:
        before: the first file, if there is one.
        after: the second file, if there is one.
        fractions: each from 0 to 1.
        width: of a still in pixels; stills are never enlarged.

    Raises:
        MediaError: a file is not a readable video.
    """
    files = {"before": before, "after": after}
    with ExitStack() as stack:
        videos = {
            side: stack.enter_context(open_video(file, quick=True)) for side, file in files.items() if file is not None
        }
        filmed = {}
        for (side, video), times in zip(videos.items(), times_of_stills([*videos.values()], fractions), strict=True):
            stills = tuple(stills_of(video, times, width=width))
            filmed[side] = Filmed(info_of(video), stills)  # a pixel format is known once a frame was decoded
    return filmed.get("before"), filmed.get("after")
