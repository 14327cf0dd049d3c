"""What became of models: imported, compared, and compared with their sources."""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from ltxspec.formats import Money, Open, Text
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
        Literal["same", "changed", "gone", "unread"],
        Meta(description="`gone`: the source does not list it any more; `unread`: the source cannot be read"),
    ]
    pinned: Annotated[str | None, Meta(description="the version that was imported")]
    version: Annotated[str | None, Meta(description="the version of the source now")]
    problem: Annotated[str | None, Meta(description="why the source cannot be read")] = None


class ModelsOutdated(Result, frozen=True, kw_only=True):
    """Imported model files, compared with their sources."""

    models: tuple[OutdatedModel, ...]


class LearnedModelRate(Open, frozen=True):
    """The rate of one size, from the costs of takes."""

    at: Annotated[tuple[Any, ...], Meta(description="values of the parameters in `by`")]
    usd_per_second: Annotated[Money, Meta(description="the highest that was paid")]
    lowest: Money
    takes: tuple[Text, ...]
    seconds: Annotated[tuple[str, ...], Meta(description="the different lengths, decimal")]


class LearnedModelPrice(Open, frozen=True):
    """What the takes of one model say about its price."""

    air: Text
    file: Text
    takes: Annotated[int, Meta(ge=0, description="that were paid for")]
    by: tuple[Text, ...]
    rates: tuple[LearnedModelRate, ...]
    price: Annotated[Any, Meta(description="the `price` that would be written; null: the file stays as it is")]
    kept: Annotated[tuple[Text, ...], Meta(description="published rates that stay")]
    refusals: Annotated[tuple[Text, ...], Meta(description="why nothing is written: contradictions, or nothing known")]
    unexplained: Annotated[dict[str, str], Meta(description="take -> why it says nothing")]


class ModelsLearnPrices(Result, frozen=True, kw_only=True):
    """Prices learned from the costs of owned takes."""

    models: tuple[LearnedModelPrice, ...]
    written: Annotated[tuple[Text, ...], Meta(description="files, relative to the project")]
