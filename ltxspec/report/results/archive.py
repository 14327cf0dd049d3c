"""What the commands of `archive` did, as documents."""

from typing import Annotated

from msgspec import Meta

from ltxspec.formats import Count, Record, Text
from ltxspec.plan.document import Problem
from ltxspec.report.results.base import Result


class ArchivePull(Result, frozen=True, kw_only=True):
    """How many videos were fetched, and how many are still missing."""

    fetched: Count
    missing: Count
    unreadable: Annotated[Count, Meta(description="lockfiles and shots that could not be read")]
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
