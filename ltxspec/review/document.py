"""A review as a document: written by `diff --format json`, read by `comment --report`.

Each take is written once, under the side it comes from; shots refer to it by its task. A later minor version may add
fields to the document and to a shot; all other objects are closed.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ltxspec.formats import Count, Money, Open, Place, Record, Sha256, Text, counts
from ltxspec.lock.facts import FactChange
from ltxspec.lock.models import Take
from ltxspec.lock.verdicts import Note, Remark
from ltxspec.plan.actions import FieldChange
from ltxspec.plan.document import FormatVersion, PlannedShot, Problem, Source, Sum
from ltxspec.review.models import ApplyRefusal, Cause, RuleChange, ShotKind, Unmet

_Commit = Annotated[str, Meta(extra_json_schema={"pattern": "^[0-9a-f]{40}([0-9a-f]{24})?$"})]
_Task = Annotated[str, Meta(min_length=1, description="taskUUID")]
_Takes = Annotated[Mapping[str, Take], Meta(description="takes by task")]


class Base(Record, frozen=True):
    """The side to compare with; `name` says how it was found or specified."""

    commit: _Commit
    name: str


class Head(Record, frozen=True):
    """The side with the change; `commit` is the one that a working tree is based on, if any."""

    commit: _Commit | None
    is_working_tree: bool


class Totals(Record, frozen=True):
    """The cost of everything ever bought, on each side."""

    before: Sum
    after: Sum


class Prompts(Record, frozen=True):
    """The rendered prompt on each side."""

    before: str | None
    after: str | None


class Address(Record, frozen=True):
    """A shot; `instance` is its key in the lockfile."""

    address: str
    spec: Text
    instance: Text


class LostTask(Address, frozen=True):
    """A task that the base paid for and the head does not record."""

    task_id: _Task


class AlteredTask(Address, frozen=True):
    """A task whose record at the head differs from the base."""

    task_id: _Task
    changes: tuple[FactChange, ...]


class RedecidedTake(Address, frozen=True):
    """A take of both sides about which another verdict decides at the head; null: none."""

    task_id: _Task
    before: Remark | None
    after: Remark | None


class SidesTakes(Record, frozen=True):
    """The takes that shots and lost tasks refer to."""

    base: _Takes
    head: _Takes


class UsedShot(Address, frozen=True):
    """A frame, or the whole video, that a shot takes from another one: `sha256` is the content of the other's video."""

    frame: Annotated[
        Literal["first", "last"] | float | None, Meta(description="from the start, in seconds; null: the video")
    ]
    ends: Annotated[
        Literal["first", "last"] | None, Meta(description="the end of the shot's own video that the frame becomes")
    ]
    take: Annotated[Place | None, Meta(description="as `show` counts; null while it is not known")]
    result: Annotated[Place | None, Meta(description="which output of that take")]
    pinned: Annotated[bool, Meta(description="the spec names the take")]
    sha256: Annotated[str | None, Meta(description="null while it is not known")]


class SidesUses(Record, frozen=True):
    """What a shot takes from others, on each side."""

    before: tuple[UsedShot, ...]
    after: tuple[UsedShot, ...]


class SidesUnmet(Record, frozen=True):
    """What the takes of both sides do not meet of `expect:`."""

    before: tuple[Unmet, ...]
    after: tuple[Unmet, ...]


class PendingShot(PlannedShot, frozen=True, kw_only=True):
    """A shot of a plan document, with fields that a plan omits."""

    retake: Place
    attempt: Place
    inputs: Mapping[str, str]


class ReviewedShot(Open, frozen=True, kw_only=True):
    """One shot that differs between the two sides."""

    address: str
    spec: Text
    instance: Text
    kind: ShotKind
    inherited: Annotated[bool, Meta(description="applying the base would do the same")]
    before: _Task | None
    after: _Task | None
    references: SidesUses
    unmet: SidesUnmet
    bought: Annotated[tuple[_Task, ...], Meta(description="takes that are new in this change, oldest first")]
    changes: tuple[FieldChange, ...]
    prompt: Prompts
    causes: tuple[Cause, ...]
    title: str | None
    labels: Mapping[str, str]
    from_: Address | None
    source: Source | None
    change: Annotated[PendingShot | None, Meta(description="what applying would do; null when it is up to date")]


class ReviewDocument(Open, frozen=True, kw_only=True):
    """The whole document."""

    format_version: FormatVersion
    ltxspec_version: Text
    provider: Text
    base: Base
    head: Head
    rules: Annotated[tuple[RuleChange, ...], Meta(description="settings, policies, prices, model files and delivery")]
    summary: Annotated[Mapping[str, Count], counts([*ShotKind, "unchanged"], "how many shots are of each kind")]
    spent: Annotated[Sum, Meta(description="the cost of the takes that are new in this change")]
    estimate: Annotated[Sum, Meta(description="what applying the head would order")]
    under_way: Annotated[Sum, Meta(description="already ordered, not yet recorded")]
    total: Totals
    reckoned: Annotated[
        Money | None, Meta(description="the amount that limits use, where it is more than the estimates")
    ]
    limit: Annotated[Money | None, Meta(description="[budget] per_apply of the head")]
    plan_digest: Annotated[
        Sha256 | None, Meta(description="the digest for `apply --approved`; null when it is unknown")
    ]
    refusals: tuple[ApplyRefusal, ...]
    lost: tuple[LostTask, ...]
    altered: tuple[AlteredTask, ...]
    takes: SidesTakes
    shots: tuple[ReviewedShot, ...]
    diagnostics: tuple[Problem, ...]
    verdicts: Annotated[
        Mapping[str, Remark] | None, Meta(description="by task: the verdicts at the head about takes in `takes`")
    ] = None

    notes: Annotated[
        Mapping[str, tuple[Note, ...]] | None, Meta(description="by task: the notes at the head about takes in `takes`")
    ] = None
    take_numbers: Annotated[
        Mapping[str, Place] | None, Meta(description="by task: the number of a take of its shot, as `show` counts")
    ] = None

    redecided: Annotated[
        tuple[RedecidedTake, ...] | None, Meta(description="verdicts that this change adds or takes away")
    ] = None

    left_out: ClassVar[frozenset[str]] = frozenset({"verdicts", "notes", "takeNumbers", "redecided"})
