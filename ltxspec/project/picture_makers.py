"""Who makes the pictures of a review: this machine, or those of an engine."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from ltxspec.errors import MediaError
from ltxspec.media.comparison import Filmed, compare
from ltxspec.media.film import Clip
from ltxspec.media.stills import Still, still_of
from ltxspec.values import Moment

_QUALITY = 70  # per cent, of a preview


class Compare(Protocol):
    """As `comparison.compare`."""

    def __call__(self, before: Path | None, after: Path | None, *, width: int) -> tuple[Filmed | None, Filmed | None]:
        """Stills of two videos at the same times. Raises MediaError."""
        ...


class Cut(Protocol):
    """As `stills.still_of`."""

    def __call__(self, video: Path, at: Moment, /, *, width: int) -> Still:
        """Exactly one frame. Raises MediaError."""
        ...


def draw(clip: Clip) -> bytes:
    """A preview as an MP4 file. Raises MediaError."""
    from ltxspec.media.encoding import Format, encode

    with TemporaryDirectory(prefix="ltxspec-") as folder:
        path = Path(folder) / "preview.mp4"
        shape = Format("mp4", *clip.frame, clip.rate, _QUALITY)
        try:
            encode(shape, path, clip.frames(), None)
        except MediaError:
            if clip.spec.first_frame is None:
                raise
            bare = Clip(replace(clip.spec, first_frame=None), clip.frame, clip.rate)  # `plan` says so
            encode(shape, path, bare.frames(), None)
        return path.read_bytes()


@dataclass(frozen=True, slots=True)
class PictureMakers:
    """What makes pictures, each called from several threads.

    Args:
        compare: makes stills of two videos.
        cut: makes one still.
        draw: draws a preview.
        most: how many are made at once.
    """

    compare: Compare = compare
    cut: Cut = still_of
    draw: Callable[[Clip], bytes] = draw
    most: int = os.cpu_count() or 1


HERE = PictureMakers()
