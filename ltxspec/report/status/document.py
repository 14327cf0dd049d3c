"""The state of a project as a document: what `status --format json` writes. Money is a decimal string in US dollars."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import Meta

from ltxspec.formats import Count, Money, Open, Record, Schema, Text, counts, schema
from ltxspec.lock.models import Time
from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.plan.document import FormatVersion, Problem, Sum, TaskUuid
from ltxspec.plan.status import Expiry, Finding, FindingKind, Kept, ProjectStatus, ShotState, ShotStatus
from ltxspec.redaction import redact_secrets
from ltxspec.report.diagnostics import problem_of
from ltxspec.version import __version__

FORMAT_VERSION = "1.0"  # added keys increase the minor number, changed meanings the major one


class StatusOfShot(Open, frozen=True):
    """One shot."""

    address: Text
    spec: Text
    shot: Text
    labels: Mapping[str, str]
    state: ShotState
    action: Annotated[str, Meta(description="what applying would do, as in a plan")]
    task_id: Annotated[TaskUuid | None, Meta(description="of the current take")]
    kept: Annotated[Kept | None, Meta(description="where the current video is; null without one")]
    expires_at: Annotated[Time | None, Meta(description="when the provider's link ends, if that is known")]
    expiry: Annotated[Expiry | None, Meta(description="whether that is within a week, or past")]
    note: Annotated[str | None, Meta(description="why it failed, or since when it is in progress")]
    missing: Annotated[Count, Meta(description="results of the current take that were ordered and not made")]
    verdict: Annotated[Remark | None, Meta(description="what was decided last about the current take")]
    unsent: Annotated[Count, Meta(description="its videos that are here and not known to be in the object store")]


class StatusOfSpec(Open, frozen=True):
    """The money of one spec."""

    name: Text
    spent: Sum
    left: Annotated[Money | None, Meta(description="what `[budget] per_spec` leaves; null without that limit")]


class StatusOfLimit(Open, frozen=True):
    """A limit that counts over the whole project."""

    name: Annotated[str, Meta(description="the month in UTC, or the label: `2026-11`, `campaign=autumn`")]
    limit: Money
    spent: Annotated[Sum, Meta(description="recorded, and in progress for shots that are not among `shots`")]
    left: Money


class FindingDocument(Record, frozen=True):
    """Something that `--check` found."""

    kind: FindingKind
    address: str | None
    message: str


class StatusDocument(Open, frozen=True):
    """The whole document."""

    left_out: ClassVar[frozenset[str]] = frozenset({"limits"})

    format_version: FormatVersion
    ltxspec_version: Text
    provider: Text
    checked: Annotated[bool, Meta(description="whether provider and archive were asked (`--check`)")]
    summary: Annotated[Mapping[str, Count], counts(ShotState, "how many shots are in each state")]
    to_buy: Annotated[Sum, Meta(description="what applying would order")]
    held: Annotated[Sum, Meta(description="what the shots that wait would cost")]
    in_progress: Annotated[Sum, Meta(description="already ordered, not yet recorded")]
    per_apply: Annotated[Money | None, Meta(description="`[budget] per_apply`")]
    specs: tuple[StatusOfSpec, ...]
    shots: tuple[StatusOfShot, ...]
    findings: tuple[FindingDocument, ...]
    broken: Annotated[tuple[Text, ...], Meta(description="shots with errors, which are not among `shots`")]
    verdicts: Annotated[Mapping[str, Count], counts(Verdict, "how many current takes have each verdict")]
    diagnostics: Annotated[
        tuple[Problem, ...],
        Meta(
            description="problems of the specs, if any has an error, files of verdicts that cannot be read, and videos "
            "that are not as expected"
        ),
    ]
    limits: (
        Annotated[tuple[StatusOfLimit, ...], Meta(description="over the whole project; missing if there are none")]
        | None
    ) = None


def status_document(status: ProjectStatus) -> StatusDocument:
    """The document of a status."""
    spent = status.plan.spent or {}
    return StatusDocument(
        format_version=FORMAT_VERSION,
        ltxspec_version=__version__,
        provider=status.plan.provider,
        checked=status.checked,
        summary={state.value: status.count(state) for state in ShotState},
        to_buy=Sum(*status.to_buy),
        held=Sum(*status.held),
        in_progress=Sum(*status.in_progress),
        per_apply=status.limits.per_apply,
        specs=tuple(StatusOfSpec(name, Sum(*money), status.left.get(name)) for name, money in spent.items()),
        shots=tuple(map(_shot, status.shots)),
        findings=tuple(map(_finding, status.findings)),
        broken=tuple(map(str, status.broken)),
        verdicts={verdict.value: status.decided(verdict) for verdict in Verdict},
        diagnostics=tuple(map(problem_of, status.diagnostics)),
        limits=tuple(
            StatusOfLimit(one.name, one.limit, Sum(one.spent.known, one.spent.unknown), left)
            for one, left in status.project_left
        )
        or None,
    )


def _shot(shot: ShotStatus) -> StatusOfShot:
    return StatusOfShot(
        address=str(shot.address),
        spec=shot.address.spec,
        shot=shot.address.shot,
        labels=redact_secrets(dict(shot.change.labels)),
        state=shot.state,
        action=shot.change.action.value,
        task_id=shot.take.task_id if shot.take is not None else None,
        kept=shot.kept,
        expires_at=shot.expires_at,
        expiry=shot.expiry,
        note=redact_secrets(shot.note),
        missing=shot.missing,
        verdict=shot.remark,
        unsent=shot.unsent,
    )


def _finding(finding: Finding) -> FindingDocument:
    address = None if finding.address is None else str(finding.address)
    return FindingDocument(finding.kind, address, redact_secrets(finding.message))


def status_schema() -> Schema:
    """The schema of `status --format json`."""
    return schema(StatusDocument, "ltxspec status, version 1", "The state of every shot of a project, and the money.")
