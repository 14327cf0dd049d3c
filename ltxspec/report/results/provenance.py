"""Where a video is from, and copies that say so, as documents."""

from typing import Annotated

from msgspec import Meta

from ltxspec.formats import Count, Money, Open, Place, Text
from ltxspec.plan.document import Problem, Source
from ltxspec.report.results.base import Result
from ltxspec.report.results.takes import Address

_Commit = Annotated[str, Meta(min_length=1, description="the id of a commit")]


class FoundLabel(Open, frozen=True, kw_only=True):
    """The C2PA label of a copy."""

    original: Annotated[Text, Meta(description="SHA-256 of the archived video that was copied")]
    intact: Annotated[bool, Meta(description="false: the file was changed after it was labelled")]
    trusted: Annotated[bool | None, Meta(description="whether `--trust` certifies the signer; null: it was not given")]
    signer: str | None
    stamped_at: Annotated[str | None, Meta(description="by a time-stamping authority; null: no time stamp")]
    digital_source_type: Annotated[str | None, Meta(description="IPTC; `…/trainedAlgorithmicMedia`: made by AI")]
    problems: Annotated[tuple[str, ...], Meta(description="validation codes, as C2PA defines them")]


class FoundTake(Open, frozen=True, kw_only=True):
    """A take whose video it is."""

    address: Address
    provider: Text
    take: Place
    takes: Annotated[Count, Meta(description="how many the shot has")]
    result: Annotated[Place, Meta(description="which output of the take")]
    current: bool
    retired: Annotated[bool, Meta(description="whether the shot is gone from its spec")]
    source: Annotated[Source | None, Meta(description="where the shot is written; null if that is not known")]
    source_commit: Annotated[_Commit | None, Meta(description="of `source`; null: the working tree")]
    lockfile: Text
    lockfile_commit: Annotated[_Commit | None, Meta(description="of `lockfile`; null: the working tree")]
    recorded_in: Annotated[_Commit | None, Meta(description="the first commit whose lockfile has it, if known")]
    checked_out: Annotated[_Commit | None, Meta(description="what was checked out when it was archived, if known")]
    task_id: Text
    fingerprint: str
    model: Text
    prompt: str | None
    cost: Annotated[Money | None, Meta(description="of the task, which may have several results")]
    submitted_at: str | None
    finished_at: str | None
    file: Annotated[str | None, Meta(description="the archived video, if it is on this machine")]


class Whence(Result, frozen=True, kw_only=True):
    """The takes that a video file is; `unreadable` are problems of lockfiles that could not be searched."""

    file: str
    sha256: Text
    label: Annotated[FoundLabel | None, Meta(description="null: it is the video itself")]
    takes: tuple[FoundTake, ...]
    unreadable: tuple[Problem, ...]


class Labelled(Result, frozen=True, kw_only=True):
    """A copy of a take that was written with a label."""

    address: Address
    take: Place
    file: str
    sha256: Annotated[Text, Meta(description="of the copy")]
    label: FoundLabel
