"""What the commands of `archive` did, as documents."""

from typing import Annotated

from msgspec import Meta

from ltxspec.formats import Count, Record, Text
from ltxspec.plan.document import Problem
from ltxspec.report.results.base import Result


class ArchivePull(Result, frozen=True, kw_only=True):
    """How many videos were fetched, and how many are still missing."""

    fetched: Count
    from_store: Annotated[Count, Meta(description="of those that were fetched")]
    missing: Count
    unreadable: Annotated[Count, Meta(description="lockfiles and shots that could not be read")]
    notes: Annotated[tuple[str, ...], Meta(description="one line for each video or problem, as shown in text")]


class ArchivePush(Result, frozen=True, kw_only=True):
    """What was sent to the store, or would be (`dryRun`)."""

    dry_run: bool
    store: Text
    sent: Count
    bytes: Annotated[Count, Meta(description="of the videos that were sent")]
    present: Annotated[Count, Meta(description="videos that the store had already")]
    absent: Annotated[Count, Meta(description="videos that are neither there nor on this machine")]
    failed: Count
    unreadable: Annotated[Count, Meta(description="lockfiles that could not be read")]
    notes: Annotated[tuple[str, ...], Meta(description="one line for each video or problem, as shown in text")]


class ArchiveRescue(Result, frozen=True, kw_only=True):
    """What was fetched from the provider because it was saved nowhere, or would be (`dryRun`)."""

    dry_run: bool
    fetched: Count
    missing: Annotated[Count, Meta(description="videos that are still at the provider alone, if there")]
    sent: Annotated[Count, Meta(description="videos that were then sent to the store")]
    failed: Annotated[Count, Meta(description="videos that could not be sent")]
    unreadable: Annotated[Count, Meta(description="lockfiles that could not be read")]
    notes: Annotated[tuple[str, ...], Meta(description="one line for each video or problem, as shown in text")]


class ArchiveVerify(Result, frozen=True, kw_only=True):
    """How many videos are as recorded, and what is wrong with the others."""

    sound: Count
    problems: Annotated[tuple[str, ...], Meta(description="one line for each damaged or missing video")]
    diagnostics: Annotated[tuple[Problem, ...], Meta(description="lockfiles that could not be read")]


class ArchivedVideo(Record, frozen=True):
    """A video that nothing refers to."""

    sha256: Text
    file: Text
    bytes: Count
    age_days: float


class ArchiveGc(Result, frozen=True, kw_only=True):
    """The videos that were dropped, or would be (`dryRun`), and those that are kept for now."""

    dry_run: bool
    reason: str
    dropped: tuple[ArchivedVideo, ...]
    too_young: tuple[ArchivedVideo, ...]
    shared: tuple[ArchivedVideo, ...]
    bytes: Annotated[Count, Meta(description="of the dropped videos")]
