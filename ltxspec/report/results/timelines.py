"""A timeline that was written for other programs, as a document and in words."""

from typing import Annotated

from msgspec import Meta

from ltxspec.formats import Place, Record, Text
from ltxspec.report.results.base import Result
from ltxspec.report.results.takes import Address
from ltxspec.report.wording import counted


class ExportedShot(Record, frozen=True, kw_only=True):
    """A shot in a timeline; `start` and `end` are record time codes, the end is the frame after its last one."""

    address: Address
    state: Annotated[Text, Meta(description="rendered, outdated, not rendered, in progress, failed or held")]
    about: Annotated[str, Meta(description="why, as far as there is something to say")]
    take: Annotated[Place | None, Meta(description="the take that is shown, as `show` counts; null: none")]
    name: Annotated[str | None, Meta(description="the readable name of the take's video; null without a take")]
    file: Annotated[str | None, Meta(description="where the video is; null if it is not on this machine")]
    start: str
    end: str
    frames: Place


class Export(Result, frozen=True, kw_only=True):
    """A timeline that was written. `missing` are shots whose video is not on this machine, or was altered."""

    file: str
    kind: Annotated[Text, Meta(description="otio, edl or csv")]
    media: Annotated[str | None, Meta(description="the folder that the videos were put into, if one was named")]
    fps: Annotated[str, Meta(description="frames per second of the timeline, such as 25 or 23.976")]
    frames: Place
    seconds: float
    shots: tuple[ExportedShot, ...]
    missing: tuple[Address, ...]


def in_words(export: Export) -> str:
    """A timeline in one line."""
    takes = sum(shot.take is not None for shot in export.shots)
    bare = len(export.shots) - takes
    kinds = f"{counted(takes, 'take')}, {bare:,} without a video" if bare else counted(takes, "take")
    return f"{export.file}: {counted(len(export.shots), 'shot')} ({kinds}), {export.seconds:.2f} s, {export.fps} fps."
