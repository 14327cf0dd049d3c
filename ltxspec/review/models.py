"""A review as frozen values: everything that reports show about a change, so that they compute nothing themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ltxspec.errors import Diagnostic
from ltxspec.formats import Record
from ltxspec.lock.facts import AlteredTake
from ltxspec.lock.models import ShotRecord, Take
from ltxspec.lock.verdicts import Note, Remark
from ltxspec.lock.withdrawals import Withdrawal
from ltxspec.plan.actions import Change, FieldChange
from ltxspec.render.expectations import Expectations
from ltxspec.review.follows import Use
from ltxspec.values import ShotAddress, TaskId, Usd

WORKING_TREE = "working tree"  # the name of a side that is not a commit
INVALID = "invalid"  # the code of the refusal because of errors: not everything could be read or compared
_NOTHING = Usd(0)


class ShotKind(StrEnum):
    """What a change does to one shot. The value is the name in JSON."""

    RENDERED = "rendered"  # bought in this change: the head has a current take that the base did not have
    PENDING = "pending"  # apply would order it: `change` has the action and the estimate
    RESUMING = "resuming"  # ordered and not yet recorded
    BLOCKED = "blocked"  # failed permanently
    HELD = "held"  # to be rendered once an approval, or the shot that it follows from, no longer holds it
    RESTORED = "restored"  # an earlier take is current again, at no cost
    MOVED = "moved"  # the same takes under another name
    UPDATED = "updated"  # only the record changed: fields that do not affect rendering, or a failed task
    RETIRED = "retired"  # removed from the spec; its takes are kept


class CauseKind(StrEnum):
    """Where a difference comes from. The value is the name in JSON."""

    PROMPT = "prompt"  # the shot's own prompt was edited
    PARAMETER = "parameter"  # the shot's own parameter was edited
    VARIABLE = "variable"  # a variable of the spec or the shot
    DATA = "data"  # a column of a row of `forEach`, or a value of `matrix`
    FILE = "file"  # a prompt file, an included file, a local image
    DEFAULTS = "defaults"  # the spec's defaults
    MODEL = "model"
    MODEL_DEFAULT = "model-default"  # a default in the model's description changed


class Cause(Record, frozen=True):
    """Why a rendered prompt or parameter differs although the shot's own text may not: a variable or a file.

    Both sides are short texts for people; None where there is nothing to show, as for the content of a file.
    """

    kind: str  # a CauseKind
    name: str
    before: str | None = None
    after: str | None = None


class Unmet(Record, frozen=True):
    """One expectation that a take does not meet, by what is recorded of its videos."""

    name: str  # a key of `expect:`
    words: str | None  # None where the spec does not expect it now: then only the record says so


@dataclass(frozen=True, slots=True)
class ShotReview:
    """One shot on both sides of a change. `before` and `after` are the takes a reviewer compares.

    A shot is listed twice if a task of an earlier version of it is still in progress.
    """

    address: ShotAddress
    kind: ShotKind
    before: Take | None = None  # current take of the base
    after: Take | None = None  # current take of the head
    change: Change | None = None  # what apply would do at the head, if it is not up to date
    changes: tuple[FieldChange, ...] = ()  # of the request, base to head; empty for a new shot
    prompt_before: str | None = None
    prompt_after: str | None = None
    causes: tuple[Cause, ...] = ()
    title: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    origin: ShotAddress | None = None  # the former address of a moved shot
    source: tuple[str, int, int] | None = None  # file, line, column at the head
    bought: tuple[Take, ...] = ()  # new takes in this change, including failed and superseded ones, oldest first
    inherited: bool = False  # applying the base would do the same: not caused by this change
    uses_before: tuple[Use, ...] = ()  # what the take of the base took from other shots
    uses_after: tuple[Use, ...] = ()  # what the take of the head took from other shots, or the one to come will
    unmet_before: tuple[Unmet, ...] = ()  # how the videos of the two takes are not as expected
    unmet_after: tuple[Unmet, ...] = ()
    earlier: Take | None = None  # of a shot without a take on either side: the latest that the head has; shown, no more

    @property
    def sources(self) -> tuple[ShotAddress, ...]:
        """The shots that it follows from, at the head if it is there."""
        return tuple(dict.fromkeys(use.source for use in self.uses_after or self.uses_before))


@dataclass(frozen=True, slots=True)
class LostTake:
    """A paid take that the head no longer records."""

    address: ShotAddress
    take: Take


@dataclass(frozen=True, slots=True)
class Redecision:
    """A take that both sides record, about which another verdict decides at the head."""

    address: ShotAddress
    task: TaskId
    before: Remark | None
    after: Remark | None


class RuleChange(Record, frozen=True):
    """A rule of the project that differs at the head: what may be bought, at which price, sent where.

    Both sides are short texts without secrets; None where there is no such rule.
    """

    name: str  # "budget.per_apply", "price of lightricks:2@0 at width 1920, height 1080"
    before: str | None
    after: str | None


class ApplyRefusal(Record, frozen=True):
    """Why this change cannot be applied, or merged, as it is; `code` is for machines."""

    code: str  # "tasks-lost", "record-altered", "invalid", "policy", "unknown-price", "over-budget"
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """A whole change. `spent` is the cost of its new takes; `estimate` is the expected cost of applying the rest.

    Every sum comes with a number of unknown prices: an unknown price never counts as 0.
    """

    base: str  # commit id, or a name for the working tree
    head: str
    provider: str
    shots: Sequence[ShotReview]  # only what changed
    unchanged: int
    spent: Usd
    spent_unknown: int
    estimate: Usd
    estimate_unknown: int
    total_before: Usd  # cost of everything ever bought, on each side
    total_after: Usd
    lost: Sequence[LostTake] = ()
    limit: Usd | None = None  # [budget] per_apply
    plan_digest: str = ""  # digest of the plan at the head; empty if the plan is unknown, so that it cannot be approved
    diagnostics: Sequence[Diagnostic] = ()
    total_before_unknown: int = 0
    total_after_unknown: int = 0
    under_way: Usd = _NOTHING  # committed already: tasks to resume
    under_way_unknown: int = 0
    refusals: Sequence[ApplyRefusal] = ()
    base_name: str = ""  # how the base was given or found, for people: "merge base of origin/main"
    head_commit: str | None = None  # the commit of the head, or the one that the working tree is based on
    rules: Sequence[RuleChange] = ()  # shown before everything else
    reckoned: Usd | None = None  # the amount that limits use for all that is to do, if it exceeds the estimates
    altered: Sequence[AlteredTake] = ()  # tasks that the two sides record differently
    records: Mapping[ShotAddress, ShotRecord] = field(default_factory=dict)  # of its shots, at the head
    redecided: Sequence[Redecision] = ()  # verdicts that this change adds or takes away
    verdicts: Mapping[TaskId, Sequence[Remark]] = field(default_factory=dict)  # every verdict at the head, oldest first
    noted: Mapping[TaskId, Sequence[Note]] = field(default_factory=dict)  # every note at the head
    expected: Mapping[ShotAddress, Expectations] = field(default_factory=dict)  # of its shots, at the head
    numbers: Mapping[TaskId, int] = field(default_factory=dict)  # of its takes at the head, as `show` counts
    withdrawn: Mapping[TaskId, Sequence[Withdrawal]] = field(default_factory=dict)  # notes that are gone

    def count(self, kind: ShotKind) -> int:
        """How many shots are of this kind."""
        return sum(1 for shot in self.shots if shot.kind is kind)
