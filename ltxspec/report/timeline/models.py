"""A timeline as data: the shots in the order of the specs, each with its take or with the room for one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from ltxspec.lock.verdicts import Note, Remark
from ltxspec.timecode import timecode
from ltxspec.values import ShotAddress, TaskId, Usd

HOUR = 3600  # seconds at which the first picture is recorded: 01:00:00:00


class State(StrEnum):
    """What a timeline shows of a shot. The value is the name in files."""

    RENDERED = "rendered"
    OUTDATED = "outdated"  # a take that its spec no longer asks for
    PENDING = "not rendered"
    IN_PROGRESS = "in progress"
    FAILED = "failed"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class CutTake:
    """The take that is shown: what is recorded and was said about it, and its video."""

    number: int  # as `show` counts
    count: int  # of all takes of the shot
    task_id: TaskId
    made: str | None  # RFC 3339
    cost: Usd | None  # None: not reported
    sha256: str | None
    remark: Remark | None  # its verdict
    notes: Sequence[Note]
    file: str  # readable and unique in the project
    place: str | None  # the video's file: absolute, or relative to the timeline; None: not on this machine
    rate: Fraction  # of the video, on average
    frames: int  # in the video
    is_variable: bool  # whether its pictures are not equally long
    has_audio: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A shot in a timeline. `start` and `frames` are in frames of the timeline."""

    address: ShotAddress
    name: str  # readable and unique in the project; that of the file, if there is one
    start: int
    frames: int
    state: State
    why: str  # what there is to say about the state; may be empty
    width: int
    height: int
    model: str
    prompt: str
    title: str | None
    labels: Mapping[str, str]
    take: CutTake | None

    @property
    def end(self) -> int:
        """The frame after its last one."""
        return self.start + self.frames

    @property
    def has_sound(self) -> bool:
        """Whether there is a video with an audio track."""
        return self.take is not None and self.take.has_audio


@dataclass(frozen=True)
class Timeline:
    """A film of shots, one after the other.

    Attributes:
        name: the title.
        rate: frames per second, one that editing programs know.
        cuts: in order, without holes; at least one.
        provider: who made the takes.
    """

    name: str
    rate: Fraction
    cuts: Sequence[Cut]
    provider: str

    @property
    def frames(self) -> int:
        """The length in frames."""
        return self.cuts[-1].end

    @cached_property
    def begins(self) -> int:
        """The frame number of 01:00:00:00, at which the first picture stands."""
        return HOUR * round(self.rate)

    def at(self, frame: int) -> str:
        """The record time code of a frame, counted from the first one."""
        return timecode(self.begins + frame, self.rate)

    @property
    def missing(self) -> list[Cut]:
        """The shots whose take has its video on another machine, or in an altered file."""
        return [cut for cut in self.cuts if cut.take is not None and cut.take.place is None]
