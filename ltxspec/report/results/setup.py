"""The set-up of a project as documents: what `init` wrote, what `doctor` found, layout, models."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ltxspec.formats import Count, Money, Open, Text
from ltxspec.plan.document import Problem
from ltxspec.report.results.base import Result


class Migration(Open, frozen=True, kw_only=True):
    """What became of earlier requests or of a table, and the first plan."""

    spec: Annotated[str | None, Meta(description="the spec that was written; null if there was one already")]
    shots: Annotated[Count, Meta(description="shots of that spec, as rows of a table count")]
    recorded: Annotated[Count, Meta(description="earlier renders that were recorded now")]
    recorded_before: Count
    videos: Annotated[Count, Meta(description="videos of all these renders that are archived")]
    videos_missing: Count
    to_order: Annotated[Count, Meta(description="shots that an apply would order")]
    estimate: Annotated[Money, Meta(description="what that would cost, as far as prices are known")]


class Init(Result, frozen=True, kw_only=True):
    """The files of a project, relative to its folder, and what was not done."""

    left_out: ClassVar[frozenset[str]] = frozenset({"migration"})

    folder: str
    written: tuple[str, ...]
    added: Annotated[tuple[str, ...], Meta(description="existing files that got more lines")]
    kept: Annotated[tuple[str, ...], Meta(description="existing files, left as they were")]
    drivers: Annotated[bool, Meta(description="whether git merges lockfiles with ltxspec in this clone now")]
    notes: Annotated[tuple[str, ...], Meta(description="what was not done, and what is left to do")]
    migration: Annotated[Migration | None, Meta(description="with `--from`")] = None


class Check(Open, frozen=True):
    """One check; a `warning` is `ok: false` that does not prevent a run."""

    left_out: ClassVar[frozenset[str]] = frozenset({"warning"})

    check: Text
    ok: bool
    detail: str
    warning: bool | None = None


class Doctor(Result, frozen=True, kw_only=True):
    """All checks of the set-up; `ok` if none failed."""

    ok: bool
    checks: tuple[Check, ...]


class FormattedFile(Open, frozen=True):
    """A file whose layout differs from the common one."""

    file: Text
    written: Annotated[bool, Meta(description="whether it was formatted; false with `--check` and `--diff`")]
    note: Annotated[str | None, Meta(description="what differs, where the text alone does not show it")]


class Fmt(Result, frozen=True, kw_only=True):
    """The files that were formatted, or would be, and those that cannot be."""

    files: tuple[FormattedFile, ...]
    diagnostics: tuple[Problem, ...]


class ListedModel(Open, frozen=True):
    """A model that a spec can name."""

    air: Text
    slug: Text
    name: str
    status: Annotated[str | None, Meta(description="`retired` or `unlisted`; absent while the provider offers it")] = (
        None
    )
    status_date: Annotated[str | None, Meta(description="since when, or when it was noticed")] = None
    replaced_by: Annotated[str | None, Meta(description="AIR of the model to use instead")] = None
    source: Annotated[str | None, Meta(description="where an imported file comes from")] = None
    left_out: ClassVar[frozenset[str]] = frozenset({"status", "statusDate", "replacedBy", "source"})


class CatalogResult(Result, frozen=True, kw_only=True):
    """The model catalog."""

    models: tuple[ListedModel, ...]
