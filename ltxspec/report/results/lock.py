"""What the commands of `lock` did, as documents."""

from typing import Annotated

from msgspec import Meta

from ltxspec.formats import Count, Money, Open, Place, Record, Text
from ltxspec.plan.document import Problem
from ltxspec.report.results.base import Result


class LockVerify(Result, frozen=True, kw_only=True):
    """The lockfiles that were checked, and every problem; `bases` are the revisions they were compared with."""

    valid: bool
    lockfiles: Annotated[Count, Meta(description="how many were read without a problem")]
    bases: tuple[str, ...]
    diagnostics: tuple[Problem, ...]


class MergedLockfile(Open, frozen=True):
    """A lockfile that was merged; `source` says where its sides came from."""

    file: Text
    tasks: Count
    source: str


class LockMerge(Result, frozen=True, kw_only=True):
    """The lockfiles that were merged, and why others were not."""

    merged: tuple[MergedLockfile, ...]
    diagnostics: tuple[Problem, ...]


class JoinedLockfile(Open, frozen=True):
    """A lockfile that shards were joined into."""

    file: Text
    tasks: Annotated[Count, Meta(description="recorded now")]
    added: Annotated[Count, Meta(description="of these, new here")]
    opened: Annotated[Count, Meta(description="tasks in progress that were added to the journal")]


class LockJoin(Result, frozen=True, kw_only=True):
    """The lockfiles that shards were joined into."""

    joined: tuple[JoinedLockfile, ...]


class LockMigrate(Result, frozen=True, kw_only=True):
    """The lockfiles that were rewritten in the current version."""

    lockfile_version: Annotated[int, Meta(ge=1)]
    rewritten: tuple[str, ...]
    unchanged: Count


class Renamed(Record, frozen=True):
    """A shot whose takes have a new address."""

    before: str
    after: str


class LockMv(Result, frozen=True, kw_only=True):
    """The shots that were renamed, or with `dryRun` would be."""

    moved: tuple[Renamed, ...]
    dry_run: bool
    diagnostics: Annotated[tuple[Problem, ...], Meta(description="new names that no spec has")]


class RemovedTake(Open, frozen=True):
    """A take that is no longer recorded."""

    take: Place
    task_id: str
    status: str
    cost: Money | None
    submitted_at: str | None


class LockRm(Result, frozen=True, kw_only=True):
    """The takes of a shot that were removed from its lockfile."""

    address: str
    removed: tuple[RemovedTake, ...]
