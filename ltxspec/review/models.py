"""A review as frozen values: what reports show of a change, and nothing they would have to work out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ltxspec.errors import Diagnostic
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Change, FieldChange
from ltxspec.values import ShotAddress, Usd


class Kind(StrEnum):
    """What a change does to one shot. The value is the name in JSON."""

    RENDERED = "rendered"  # bought in this change: the head has a current take that the base did not have
    PENDING = "pending"  # apply would order it: `change` tells the action and the estimate
    RESUMING = "resuming"  # ordered and not yet recorded
    BLOCKED = "blocked"  # failed for good
    RESTORED = "restored"  # an earlier take is current again, at no cost
    MOVED = "moved"  # the same takes under another name
    UPDATED = "updated"  # only recorded fields changed
    RETIRED = "retired"  # gone from the spec, its takes kept


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a rendered prompt or parameter differs although the shot's own text may not: a variable or a file."""

    kind: str  # "variable", "file", "data", "defaults", "prompt"
    name: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class ShotReview:
    """One shot on both sides of a change. `before` and `after` are the takes a reviewer compares."""

    address: ShotAddress
    kind: Kind
    before: Take | None = None  # current take of the base
    after: Take | None = None  # current take of the head
    change: Change | None = None  # what apply would do at the head, when it is not up to date
    changes: tuple[FieldChange, ...] = ()  # of the request, base to head
    prompt_before: str | None = None
    prompt_after: str | None = None
    causes: tuple[Cause, ...] = ()
    title: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    origin: ShotAddress | None = None  # of a move
    source: tuple[str, int, int] | None = None  # file, line, column at the head


@dataclass(frozen=True, slots=True)
class LostTake:
    """A take that one side paid for and the head no longer records."""

    address: ShotAddress
    take: Take


@dataclass(frozen=True, slots=True)
class Review:
    """A whole change. Money: `spent` is what takes new in this change cost, `estimate` what applying the rest would."""

    base: str  # commit id, or a name for the working tree
    head: str
    provider: str
    shots: Sequence[ShotReview]  # only what changed
    unchanged: int
    spent: Usd
    spent_unknown: int
    estimate: Usd
    estimate_unknown: int
    total_before: Usd  # of everything ever bought, on each side
    total_after: Usd
    lost: Sequence[LostTake] = ()
    limit: Usd | None = None  # [budget] per_apply
    plan_digest: str = ""  # of what apply would do at the head; approving the change approves this
    diagnostics: Sequence[Diagnostic] = ()
