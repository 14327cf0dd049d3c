"""What `watch` sees, as documents: one a line."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from ltxspec.formats import Money, Record
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.document import Failure, Name, Problem, Source, Sum
from ltxspec.plan.edits import Broken, Planned
from ltxspec.report.diagnostics import errors_of, problem_of
from ltxspec.report.results.base import Result
from ltxspec.report.results.errors import failure_of
from ltxspec.report.results.takes import Address
from ltxspec.report.wording import headline, total


class DirtyShot(Record, frozen=True):
    """A shot that an edit makes dirty: what `apply` would now do with it, and at which price."""

    address: Address
    action: Action
    reasons: tuple[Name, ...]
    estimate: Money | None
    source: Source | None


class Difference(Record, frozen=True):
    """By how much an edit raises the cost of the plan, in US dollars; negative where it lowers it."""

    usd: Money
    unknown: Annotated[int, Meta(description="of how many more shots the price is unknown; may be negative")]


class WatchEvent(Result, frozen=True, kw_only=True):
    """What `watch` saw: `planned` first and after each change of files, `failed` where no plan can be made of them."""

    left_out: ClassVar[frozenset[str]] = frozenset({"error", "page"})

    type_: Literal["planned", "failed"]
    files: Annotated[tuple[str, ...], Meta(description="what changed; empty at the start")]
    message: str
    dirty: tuple[DirtyShot, ...]
    settled: Annotated[tuple[Address, ...], Meta(description="shots that need nothing any more, or are gone")]
    difference: Annotated[Difference | None, Meta(description="from the last plan that there was")]
    estimate: Annotated[Sum | None, Meta(description="of the whole plan")]
    mended: Annotated[bool, Meta(description="whether the event before was `failed`")]
    diagnostics: Annotated[tuple[Problem, ...], Meta(description="new warnings, or all errors")]
    error: Annotated[Failure | None, Meta(description="why there is no plan")] = None
    page: Annotated[str | None, Meta(description="the address of the previews")] = None


def planned_event(seen: Planned, page: str | None = None) -> WatchEvent:
    """The document of a plan after a change."""
    edit = seen.edit
    return WatchEvent(
        type_="planned",
        files=tuple(seen.files),
        message=headline(seen.plan),
        dirty=tuple(map(_dirty, edit.dirty)) if edit is not None else (),
        settled=tuple(map(str, edit.settled)) if edit is not None else (),
        difference=Difference(edit.usd, edit.unknown) if edit is not None else None,
        estimate=Sum(*total(seen.plan)),
        mended=seen.is_mended,
        diagnostics=tuple(map(problem_of, seen.warnings)),
        page=page,
    )


def broken_event(seen: Broken, page: str | None = None) -> WatchEvent:
    """The document of files of which no plan can be made."""
    failure = failure_of(seen.error)
    return WatchEvent(
        type_="failed",
        files=tuple(seen.files),
        message=failure.summary,
        dirty=(),
        settled=(),
        difference=None,
        estimate=None,
        mended=False,
        diagnostics=tuple(map(problem_of, errors_of(seen.error))),
        error=failure,
        page=page,
    )


def _dirty(change: Change) -> DirtyShot:
    source = Source(*change.source) if change.source is not None else None
    return DirtyShot(str(change.address), change.action, change.reasons, change.estimate, source)
