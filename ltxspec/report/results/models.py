"""What became of models: imported, compared, and compared with their sources."""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from ltxspec.formats import Open, Text
from ltxspec.report.results.base import Result

Outcome = Literal["new", "changed", "unchanged", "by-hand", "unlisted", "refused", "unusable"]


class ModelDifference(Open, frozen=True):
    """One thing in which a model file differs."""

    left_out: ClassVar[frozenset[str]] = frozenset({"before", "after"})

    kind: Literal["added", "removed", "changed"]
    place: Annotated[Text, Meta(description="JSON Pointer of a parameter, `rules`, or a field such as `status`")]
    before: Any = None
    after: Any = None


class ComparedModel(Open, frozen=True):
    """One model of a source."""

    air: Text
    file: Annotated[Text, Meta(description="name of its model file")]
    outcome: Annotated[Outcome, Meta(description="`by-hand`: the file was written by hand, and stays")]
    differences: tuple[ModelDifference, ...]
    reasons: Annotated[tuple[str, ...], Meta(description="why it is refused, or cannot be used")]
    notes: Annotated[tuple[str, ...], Meta(description="what stays although the source says otherwise")]


class ModelsImport(Result, frozen=True, kw_only=True):
    """What was imported from a source, or would be."""

    source: Text
    version: Annotated[str | None, Meta(description="of the source")]
    date: Annotated[Text, Meta(description="of the source's version; without one, today")]
    models: tuple[ComparedModel, ...]
    dry_run: bool
    written: Annotated[tuple[Text, ...], Meta(description="files, relative to the project")]


class ModelsDiff(Result, frozen=True, kw_only=True):
    """Where the project's models differ from a source."""

    source: Text
    version: Annotated[str | None, Meta(description="of the source")]
    date: Annotated[Text, Meta(description="of the source's version; without one, today")]
    models: tuple[ComparedModel, ...]


class OutdatedModel(Open, frozen=True):
    """One imported model file, and its source now."""

    air: Text
    file: Text
    source: Text
    state: Annotated[
        Literal["same", "changed", "gone"], Meta(description="`gone`: the source does not list it any more")
    ]
    pinned: Annotated[str | None, Meta(description="the version that was imported")]
    version: Annotated[str | None, Meta(description="the version of the source now")]


class ModelsOutdated(Result, frozen=True, kw_only=True):
    """Imported model files, compared with their sources."""

    models: tuple[OutdatedModel, ...]
