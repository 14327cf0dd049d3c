"""The ten actions a plan can hold, why each was chosen, which of them spend money, and how much."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, assert_never

from msgspec import Meta

from ltxspec.errors import Diagnostic
from ltxspec.formats import Record
from ltxspec.lock.models import ShotRecord
from ltxspec.lock.verdicts import Remark
from ltxspec.plan.destinations import Destination
from ltxspec.plan.terms import Terms
from ltxspec.render.models import Request
from ltxspec.values import Fingerprint, Json, ShotAddress, TaskId, Usd, total_usd


class Action(StrEnum):
    """What applying would do to one shot. The value is the name in JSON."""

    CREATE = "create"
    REPLACE = "replace"
    UPDATE = "update"
    RESTORE = "restore"
    MOVE = "move"
    RETIRE = "retire"
    RESUME = "resume"
    BLOCKED = "blocked"
    HELD = "held"
    NO_OP = "no-op"

    @property
    def sign(self) -> str:
        """The sign in text output."""
        return SIGNS[self]

    @property
    def spends(self) -> bool:
        """Whether applying orders (and pays for) a new render."""
        match self:
            case Action.CREATE | Action.REPLACE:
                return True
            case (
                Action.UPDATE
                | Action.RESTORE
                | Action.MOVE
                | Action.RETIRE
                | Action.RESUME
                | Action.BLOCKED
                | Action.HELD
                | Action.NO_OP
            ):
                return False
            case _:
                assert_never(self)


SPENDING = frozenset(action for action in Action if action.spends)  # a set, for fast checks over thousands of shots

KEEPS = frozenset({Action.NO_OP, Action.UPDATE, Action.RESTORE, Action.MOVE})  # a take that is recorded

SIGNS: Mapping[Action, str] = {
    Action.CREATE: "+",
    Action.REPLACE: "-/+",
    Action.UPDATE: "~",
    Action.RESTORE: "<",
    Action.MOVE: ">",
    Action.RETIRE: "-",
    Action.RESUME: "?",
    Action.BLOCKED: "!",
    Action.HELD: "=",
    Action.NO_OP: " ",
}


class Reason(StrEnum):
    """Why an action was chosen. For display only: later versions may add more."""

    NEW = "new"  # no take for this shot
    REQUEST_CHANGED = "request-changed"
    INPUT_CHANGED = "input-changed"  # a local image has different content
    MODEL_CHANGED = "model-changed"
    RETAKE_REQUESTED = "retake-requested"
    RETRY_REQUESTED = "retry-requested"
    LAST_ATTEMPT_FAILED = "last-attempt-failed"  # a temporary failure: a new attempt is planned
    RECORDED_FIELDS_CHANGED = "recorded-fields-changed"
    EARLIER_TAKE_MATCHES = "earlier-take-matches"
    SAME_FINGERPRINT_ELSEWHERE = "same-fingerprint-elsewhere"
    MOVED_BY_SPEC = "moved-by-spec"
    NOT_IN_SPEC = "not-in-spec"
    BACK_IN_SPEC = "back-in-spec"
    UNDER_WAY = "under-way"
    OUTCOME_UNKNOWN = "outcome-unknown"
    CLAIMED_ELSEWHERE = "claimed-elsewhere"  # another machine may have ordered it; the outcome is unknown as well
    FAILED_FOR_GOOD = "failed-for-good"
    OWNED_ELSEWHERE = "owned-elsewhere"  # another spec has this render and uses it
    SOURCE_NEW = "source-new"  # the shot that it follows from has no take yet
    SOURCE_CHANGED = "source-changed"  # the shot that it follows from has another take
    SOURCE_MOVED = "source-moved"  # the shot that it follows from has another name, and the same take
    NOT_APPROVED = "not-approved"  # held: the take that it would follow from needs an approval
    SOURCE_FAILED = "source-failed"  # held: the shot that it follows from is blocked
    SOURCE_HELD = "source-held"  # held: the shot that it follows from is held
    SOURCE_LACKING = "source-lacking"  # held: the take that it would follow from has no such result or frame
    SOURCE_LEFT_OUT = "source-left-out"  # held: the shot that it follows from is not part of the run
    ATTEMPTS_USED_UP = "attempts-used-up"  # failures that may pass, as often as `[provider] attempts` allows


class FieldChange(Record, frozen=True):
    """One changed field of a request; a missing side is None."""

    path: Annotated[str, Meta(description="JSON Pointer into the request; /files/… is a content hash")]
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one shot instance, and why."""

    address: ShotAddress
    action: Action
    reasons: tuple[Reason, ...] = ()
    changes: tuple[FieldChange, ...] = ()  # empty for create, where everything is new: see `differences.changes_of`
    fingerprint: Fingerprint | None = None  # None for retire, and while the source is not rendered
    task_id: TaskId | None = None  # the task to order, resume or keep
    estimate: Usd | None = None  # for spending actions, resume and held; None there means unknown
    limit_price: Usd | None = None  # the price for limits, if not the estimate: see `prices.limit_price`
    retake: int = 1
    attempt: int = 1
    number: int | None = field(default=None, compare=False)  # of the take, as `show` counts; None: not known
    request: Request | None = None  # None for retire
    source: tuple[str, int, int] | None = None  # file, line, column of the shot; None when it is not in the spec
    origin: str | None = None  # what it takes over from: an instance key, or the address of another spec's shot
    note: str | None = None  # further information for the reader, such as an error message
    cure: str | None = field(default=None, compare=False)  # what to do instead of an order that is not needed
    destination: Destination | None = None  # where the results of an order are sent; None: nowhere
    current: TaskId | None = field(default=None, compare=False)  # its take before an order
    source_takes: tuple[TaskId | None, ...] = field(default=(), compare=False)  # None: to come; empty: all of them are
    recorded: str | None = None  # digest of the order's parameters outside the fingerprint: see `recorded_digest`

    @property
    def draft(self) -> Fingerprint | None:
        """What is known of a fingerprint before the sources of its request are rendered."""
        return self.request.draft if self.request is not None and self.fingerprint is None else None

    @property
    def after(self) -> tuple[ShotAddress, ...]:
        """The shots that it follows from."""
        return self.request.after if self.request is not None else ()

    @property
    def labels(self) -> Mapping[str, str]:
        """The shot's labels; none for a shot that is not in the spec."""
        return (self.request.labels or {}) if self.request is not None else {}

    @property
    def reckoned(self) -> Usd | None:
        """The price used for all limits; None: unknown."""
        return self.estimate if self.limit_price is None else self.limit_price


@dataclass(frozen=True, slots=True)
class PlanPart:
    """That a plan is one shard of a whole plan, which is what is approved."""

    shard: str  # "2/5"
    digest: str  # of the whole plan
    whole: "Estimate"


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes of a run, sorted by spec and by the order of the spec's shots, and the warnings found."""

    provider: str
    changes: Sequence[Change]
    diagnostics: Sequence[Diagnostic] = ()
    spent: Mapping[str, tuple[Usd, int]] | None = None  # per spec: what its takes cost, and how many are unreported
    assumed: Mapping[str, tuple[Usd, int]] | None = None  # per spec: listed price of those, and how many have none
    outside: Sequence[Change] = ()  # tasks under way that the selection excludes: limits count them, too
    terms: Terms | None = None  # the limits and policies in force; None: no project
    offered: Mapping[str, Mapping[str, ShotRecord]] = field(default_factory=dict)  # per spec: what it may take over
    later: Sequence[Change] = ()  # orders that `--limit` leaves for a later run
    doubted: Mapping[ShotAddress, Remark] = field(default_factory=dict)  # kept takes that were decided against
    included: frozenset[ShotAddress] = frozenset()  # sources that nobody selected, and that selected shots need
    heirs: Mapping[TaskId, ShotAddress] = field(default_factory=dict)  # takes that change hands, also by later runs
    is_part: bool = False  # whether a selection leaves shots out; `spent` covers these as well
    variables: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)  # per spec; names the causes of changes
    part: PlanPart | None = None  # None: it is the whole

    def count(self, action: Action) -> int:
        """How many changes have this action."""
        return self.counts()[action]

    def counts(self) -> Counter[Action]:
        """How many changes have each action."""
        return Counter([change.action for change in self.changes])

    @property
    def pending(self) -> list[Change]:
        """Everything that is not up to date."""
        return [change for change in self.changes if change.action is not Action.NO_OP]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Money a plan would spend (`usd`, plus `unknown` shots without a price) and money already under way."""

    usd: Usd
    unknown: int
    under_way: Usd
    under_way_unknown: int


def estimate(changes: Iterable[Change]) -> Estimate:
    """Sum up a plan. Resumed tasks are already committed and are counted separately."""
    return _add(changes, lambda change: change.estimate)


def reckoning(changes: Iterable[Change]) -> Estimate:
    """The same with the prices used for limits: see `Change.reckoned`."""
    return _add(changes, lambda change: change.reckoned)


def reckoned(changes: Iterable[Change]) -> Usd | None:
    """The total used for limits, including money under way, if it exceeds the estimates; else None."""
    listed = list(changes)
    estimated, limits = estimate(listed), reckoning(listed)
    total = limits.usd + limits.under_way
    return total if total > estimated.usd + estimated.under_way else None


def _add(changes: Iterable[Change], price: Callable[[Change], Usd | None]) -> Estimate:
    listed = list(changes)
    usd, unknown = total_usd([price(change) for change in listed if change.action in SPENDING])
    under_way, under_way_unknown = total_usd([price(change) for change in listed if change.action is Action.RESUME])
    return Estimate(usd, unknown, under_way, under_way_unknown)


def is_open(change: Change) -> bool:
    """Whether a change is an order in progress, which a plan counts by itself."""
    return change.action is Action.RESUME and change.task_id is not None
