"""What a storyboard is given besides the review: the videos of its shots, found and measured by the caller."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """A still: a JPEG file and when it is shown, in seconds from the first picture."""

    seconds: float
    width: int
    height: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Clip:
    """A video that is on this machine.

    Args:
        sha256: of its bytes, bare hex.
        href: where the page finds it: a relative URL, quoted. Ignored where the page embeds it.
        read: gives its bytes, to embed it in the page; None to link it.
        mime: its type, such as `video/mp4`.
        stills: first, middle and last, at the same times as those of the video it is compared with.
    """

    sha256: str
    href: str
    mime: str
    width: int
    height: int
    seconds: float
    fps: float
    frames: int
    audio: bool
    stills: Sequence[Picture] = ()
    read: Callable[[], bytes] | None = None


@dataclass(frozen=True, slots=True)
class ClipPair:
    """One result of a shot on both sides. A side without a clip is shown by what the lockfile knows of it."""

    before: Clip | None = None
    after: Clip | None = None
