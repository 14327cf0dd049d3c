"""Input of a storyboard besides the review: the videos of its shots, found and measured by the caller."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ltxspec.values import Moment


@dataclass(frozen=True, slots=True)
class Picture:
    """A still: a JPEG file and its time, in seconds from the first picture.

    `href` is its relative URL from the page, quoted, if it is in a file beside it; empty: the page contains it.
    """

    seconds: float
    width: int
    height: int
    jpeg: bytes
    href: str = ""


Frames = Mapping[tuple[str, Moment], Picture | str]
"""(SHA-256 of a video, frame) -> its picture, or why there is none, in words."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A video that is on this machine.

    Args:
        sha256: hash of its bytes, as bare hex digits.
        href: relative URL of the file from the page, quoted. Ignored if the page embeds the video.
        preview: it is a free animatic that shows what is to be rendered, and not a take.
        read: returns its bytes, to embed the video in the page; None to link it.
        mime: its type, such as `video/mp4`.
        stills: first, middle and last still, at the same times as those of the video it is compared with.
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
    preview: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a video that is not as expected; `kind` is a word such as `black`. In seconds from its start."""

    kind: str
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class ClipPair:
    """One result of a shot on both sides. For a side without a clip, the page shows what the lockfile records.

    `why_before` and `why_after` say why a video could not be fetched; empty where that was not tried, or it was.
    """

    before: Clip | None = None
    after: Clip | None = None
    why_before: str = field(default="", kw_only=True)
    why_after: str = field(default="", kw_only=True)
