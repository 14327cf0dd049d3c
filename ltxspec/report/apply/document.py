"""The events of a run as documents: one line each of `apply --format json`. Null means not applicable or unknown.

A later minor version may add fields and types of events.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import Meta

from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, RunSummary, ShotOutcome
from ltxspec.formats import Count, Money, Open, Record, Schema, counts, schema
from ltxspec.plan.document import FormatVersion, Name, Sum, TaskUuid
from ltxspec.redaction import redact_secrets

FORMAT_VERSION = "1.0"  # added keys increase the minor number, changed meanings the major one


class InFlight(Record, frozen=True):
    """The possible cost of tasks in progress, in US dollars."""

    usd: Money
    unknown: Count
    tasks: Count


class ShotResult(Open, frozen=True):
    """How one shot ended."""

    address: str
    outcome: Name
    task_id: TaskUuid | None
    estimate: Money | None
    cost: Money | None
    archived: Annotated[bool, Meta(description="false: paid and recorded, but the video is not archived yet")]
    message: str | None
    missing: Annotated[Count, Meta(description="of several results: how many were not made")]
    unmet: Annotated[tuple[str, ...], Meta(description="keys of `expect:` that its videos do not meet")]


class SummaryDocument(Open, frozen=True):
    """The result of a run."""

    outcomes: Annotated[Mapping[str, Count], counts(Outcome, "number of shots by outcome")]
    spent: Sum
    spent_before: Annotated[
        Money, Meta(description="the part of `spent` that an earlier run or another machine ordered")
    ]
    overspent: Annotated[Money, Meta(description="the amount by which the run passed its limit; 0.00 when it did not")]
    in_flight: InFlight
    unstored: Annotated[Count, Meta(description="videos that are archived here, but not in the object store yet")]
    interrupted: bool
    incomplete: Annotated[
        bool, Meta(description="unfinished, not as expected, or more spent than allowed; exit code 3")
    ]
    shots: tuple[ShotResult, ...]


class EventDocument(Open, frozen=True):
    """One event of a run; `message` is enough for a reader that does not know the type."""

    left_out: ClassVar[frozenset[str]] = frozenset({"summary"})

    format_version: FormatVersion
    type_: Annotated[Name, Meta(examples=[kind.value for kind in EventKind])]
    message: str
    address: str | None
    task_id: TaskUuid | None
    estimate: Money | None
    cost: Money | None
    percent: Annotated[int, Meta(ge=0, le=100)] | None
    elapsed: Annotated[float, Meta(ge=0, description="seconds since the order was sent")] | None
    code: Annotated[str, Meta(description="the error code of the provider or of ltxspec")] | None
    summary: SummaryDocument | None = None


def event_document(event: ApplyEvent, summary: RunSummary | None = None) -> EventDocument:
    """The document of an event; the last event includes the summary of the run."""
    return EventDocument(
        format_version=FORMAT_VERSION,
        type_=event.kind.value,
        message=redact_secrets(event.message),
        address=None if event.address is None else str(event.address),
        task_id=event.task_id,
        estimate=event.estimate,
        cost=event.cost,
        percent=event.percent,
        elapsed=event.elapsed,
        code=event.code,
        summary=None if summary is None else summary_document(summary),
    )


def summary_document(summary: RunSummary) -> SummaryDocument:
    """Counts, money, and how each shot ended."""
    return SummaryDocument(
        outcomes={outcome.value: summary.count(outcome) for outcome in Outcome},
        spent=Sum(summary.spent, summary.spent_unknown),
        spent_before=summary.spent_before,
        overspent=summary.overspent,
        unstored=summary.unstored,
        in_flight=InFlight(summary.in_flight, summary.in_flight_unknown, summary.in_flight_count),
        interrupted=summary.interrupted,
        incomplete=summary.incomplete,
        shots=tuple(map(_result, summary.outcomes)),
    )


def _result(item: ShotOutcome) -> ShotResult:
    message = redact_secrets(item.message)
    address, outcome = str(item.address), item.outcome
    return ShotResult(
        address, outcome, item.task_id, item.estimate, item.cost, item.archived, message, item.missing, item.unmet
    )


def events_schema() -> Schema:
    """The schema of one line, `schemas/events/v1.json`."""
    document = schema(EventDocument, "ltxspec apply event, version 1", "One event of a run; one per line.")
    last = {"properties": {"type": {"const": EventKind.RUN_FINISHED.value}}}
    return document | {"if": last, "then": {"required": ["summary"]}}
