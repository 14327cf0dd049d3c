"""The plan as a document: what `plan --format json` writes, `plan -o FILE` saves and `apply FILE` reads.

A later minor version may add fields to the whole and to a shot; everything else is closed. Money is a decimal string in
US dollars, null where unknown.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from ltxspec.formats import Count, Money, Open, Place, Record, Sha256, Text, counts
from ltxspec.lock.verdicts import Remark
from ltxspec.plan.actions import Action, FieldChange
from ltxspec.values import Json

_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_Words = tuple[str, ...]

FormatVersion = Annotated[str, Meta(pattern=r"^1\.[0-9]+$")]
TaskUuid = Annotated[str, Meta(extra_json_schema={"pattern": _UUID})]
Name = Annotated[str, Meta(extra_json_schema={"pattern": "^[a-z][a-z-]*$"})]


class Source(Record, frozen=True):
    """The place of a shot in a spec."""

    file: str
    line: Place
    column: Place


class Delivery(Record, frozen=True):
    """Where results are sent: the parameters without secrets, and a digest of the exact ones."""

    parameters: Mapping[str, Json]
    digest: Sha256


class Problem(Record, frozen=True):
    """A diagnostic."""

    severity: Literal["error", "warning"]
    code: Text
    message: str
    file: str | None
    line: Place | None
    column: Place | None
    hint: str | None


class Failure(Open, frozen=True):
    """Why a command ended; `file`, `line` and `column` are null where no file is at fault."""

    code: Text
    summary: str
    hint: str | None
    file: str | None
    line: Place | None
    column: Place | None
    details: Annotated[tuple[str, ...], Meta(description="further lines, such as how two plans differ")]
    exit_code: Annotated[int, Meta(ge=1, le=255)]


class Sum(Record, frozen=True):
    """The sum of the known amounts, in US dollars, and the number of unknown ones."""

    usd: Money
    unknown: Count


class PlanOptions(Open, frozen=True):
    """The options of the command line: planning again with the same options must give the same plan."""

    left_out: ClassVar[frozenset[str]] = frozenset({"limit", "maxCost"})

    paths: _Words = ()
    targets: _Words = msgspec.field(default=(), name="target")
    retakes: _Words = msgspec.field(default=(), name="retake")
    retries: _Words = msgspec.field(default=(), name="retry")
    variables: Mapping[str, Json] = msgspec.field(default_factory=dict, name="var")
    excludes: _Words = msgspec.field(default=(), name="exclude")
    labels: _Words = msgspec.field(default=(), name="label")
    limit: Annotated[int, Meta(ge=1)] | Literal["budget"] | None = None
    max_cost: Annotated[Money | None, Meta(description="the budget of `--limit budget`, if one was given")] = None


class Limits(Record, frozen=True):
    """`[budget]` when the plan was made, null for none, and a digest of the policies; `apply FILE` enforces them."""

    per_apply: Money | None
    per_shot: Money | None
    per_spec: Money | None
    policies: Sha256 | None


class Later(Record, frozen=True):
    """Orders that are not part of this run, and what they would cost."""

    shots: Count
    estimate: Sum


class PlannedShot(Open, frozen=True, kw_only=True):
    """What would be done to one shot."""

    left_out: ClassVar[frozenset[str]] = frozenset(
        {"labels", "from", "price", "draft", "after", "note", "delivery", "recorded"}
    )

    address: Annotated[str, Meta(description="spec.shot or spec.shot[key]")]
    spec: Text
    shot: Annotated[str, Meta(description="the name in the spec, without the key of the instance")]
    instance: Annotated[str, Meta(min_length=1, description="the key in the lockfile")]
    action: Action
    reasons: tuple[Name, ...]
    changes: tuple[FieldChange, ...]
    fingerprint: Annotated[str, Meta(extra_json_schema={"pattern": "^v[0-9]+:sha256:[0-9a-f]{64}$"})] | None
    task_id: TaskUuid | None
    estimate: Money | None
    source: Source | None  # None when the shot is gone
    request: Annotated[Mapping[str, Json], Meta(description="the request to the provider, without delivery options")]
    labels: (
        Annotated[Mapping[str, str], Meta(description="of the spec and the shot; empty if the shot is gone")] | None
    ) = None
    from_: (
        Annotated[
            str,
            Meta(
                description="the lockfile key, or the address in another spec, of the takes that this shot takes over"
            ),
        ]
        | None
    ) = None
    price: Annotated[Money, Meta(description="what an order that is held would cost")] | None = None
    draft: (
        Annotated[str, Meta(description="the fingerprint before its sources have takes, with their names instead")]
        | None
    ) = None
    after: (
        Annotated[tuple[str, ...], Meta(description="the shots that it follows from; missing if there are none")] | None
    ) = None
    note: Annotated[str, Meta(description="further information, such as why a task failed")] | None = None
    delivery: Delivery | None = None
    recorded: Annotated[Sha256, Meta(description="digest of what the fingerprint leaves out of `request`")] | None = (
        None
    )


class DoubtedShot(Open, frozen=True, kw_only=True):
    """A shot that keeps a take which was rejected or needs work."""

    address: Annotated[str, Meta(description="spec.shot or spec.shot[key]")]
    decided: Remark


class PlanDocument(Open, frozen=True, kw_only=True):
    """The whole document."""

    left_out: ClassVar[frozenset[str]] = frozenset({"limits", "later", "held", "error", "doubted", "shard"})

    format_version: FormatVersion
    ltxspec_version: Text
    provider: Text
    digest: Annotated[Sha256, Meta(description="the digest that `apply FILE` compares")]
    limits: Limits | None = None
    options: PlanOptions
    summary: Annotated[Mapping[str, Count], counts(Action, "how many shots have each action")]
    estimate: Sum
    shots: tuple[PlannedShot, ...]
    diagnostics: tuple[Problem, ...]
    later: Annotated[Later, Meta(description="orders that `--limit` leaves out; missing if it leaves none")] | None = (
        None
    )
    held: (
        Annotated[Later, Meta(description="orders that wait for an approval or a source; missing without any")] | None
    ) = None
    doubted: (
        Annotated[
            tuple[DoubtedShot, ...], Meta(description="kept takes that were decided against; missing without any")
        ]
        | None
    ) = None
    error: Annotated[Failure | None, Meta(description="why there is no plan; then there are no shots")] = None
    shard: (
        Annotated[str, Meta(description="the shard that is shown, as K/N; `digest` is that of the whole plan")] | None
    ) = None
