"""The state of a project as data: what each shot needs, where its video is, and the money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ltxspec.errors import Diagnostic
from ltxspec.lock.models import Take
from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.plan.actions import Action, Change, Plan, Reason, estimate
from ltxspec.plan.budgets import ProjectLimit
from ltxspec.plan.terms import SpendingLimits
from ltxspec.values import ShotAddress, Usd, total_usd


class ShotState(StrEnum):
    """What a shot needs. The value is the name in JSON."""

    UP_TO_DATE = "up-to-date"
    TO_BUY = "to-buy"  # new or changed: applying orders it
    TO_RECORD = "to-record"  # applying records something, and spends nothing
    IN_PROGRESS = "in-progress"
    FAILED = "failed"
    HELD = "held"  # waits for an approval, or for the shot that it follows from


def state_of(change: Change) -> ShotState:
    """What a shot needs, by what applying would do."""
    if change.action is Action.NO_OP:
        return ShotState.UP_TO_DATE
    if change.action is Action.RESUME:
        return ShotState.IN_PROGRESS
    if change.action is Action.BLOCKED or Reason.LAST_ATTEMPT_FAILED in change.reasons:
        return ShotState.FAILED
    if change.action is Action.HELD:
        return ShotState.HELD
    return ShotState.TO_BUY if change.action.spends else ShotState.TO_RECORD


class Expiry(StrEnum):
    """Whether the provider's link to a video still works, by the time that is recorded."""

    SOON = "soon"
    PAST = "past"


class Kept(StrEnum):
    """Where the current video of a shot is."""

    HERE = "here"  # in the archive
    ELSEWHERE = "elsewhere"  # archived by another machine
    NEVER = "never"  # its hash is not recorded: only the provider has it


@dataclass(frozen=True, slots=True)
class ShotStatus:
    """One shot.

    Attributes:
        address: its address.
        state: what it needs.
        change: what applying would do.
        take: its current take, if it has one.
        kept: where the current video is; None without a take.
        expires_at: when the provider's link ends, if that is recorded.
        expiry: whether that is soon, or past.
        note: why it failed, or since when it is in progress.
        remark: what was decided about its current take.
        unsent: how many of its videos are archived here and not known to be in the object store.
    """

    address: ShotAddress
    state: ShotState
    change: Change
    take: Take | None = None
    kept: Kept | None = None
    expires_at: str | None = None
    expiry: Expiry | None = None
    note: str | None = None
    remark: Remark | None = None
    unsent: int = 0

    @property
    def missing(self) -> int:
        """How many results its take lacks, of those that were ordered; 0 if another take is wanted."""
        keeps = self.state in {ShotState.UP_TO_DATE, ShotState.TO_RECORD}
        return self.take.missing if self.take is not None and keeps else 0


class FindingKind(StrEnum):
    """What `--check` found. The value is the name in JSON."""

    LINK_GONE = "link-gone"
    LINK_UNREACHABLE = "link-unreachable"
    VIDEO_MISSING = "video-missing"
    VIDEO_ALTERED = "video-altered"
    STORED_MISSING = "stored-missing"  # in the object store, as the next
    STORED_ALTERED = "stored-altered"
    INPUT_CHANGED = "input-changed"  # at a web address that the request names, as the next
    INPUT_GONE = "input-gone"
    PRICE_CHANGED = "price-changed"  # the provider charged something else than the model file lists
    TASK_UNKNOWN = "task-unknown"
    TASK_REMARK = "task-remark"  # the provider says something about a task in progress that does not end it
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a check that needs attention."""

    kind: FindingKind
    message: str
    address: ShotAddress | None = None


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """The state of all shots, and the money.

    Attributes:
        plan: what applying would do.
        shots: one entry per shot, in the order of the plan.
        limits: the limits of `[budget]`.
        left: what each spec may still spend, where that is limited.
        findings: what a check found.
        checked: whether provider and archive were asked.
        broken: shots with errors, of which nothing else is known; all instances of a shot count as one.
        diagnostics: problems of the specs, if any has an error; files of verdicts that cannot be read; videos that are
            not as expected.
        over_project: the limits that count over the whole project, without what is in progress.
    """

    plan: Plan
    shots: Sequence[ShotStatus]
    limits: SpendingLimits
    left: Mapping[str, Usd]
    findings: Sequence[Finding] = ()
    checked: bool = False
    broken: Sequence[ShotAddress] = ()
    diagnostics: Sequence[Diagnostic] = ()
    over_project: Sequence[ProjectLimit] = ()

    @property
    def is_broken(self) -> bool:
        """Whether some shots, or whole specs, have errors."""
        return bool(self.broken) or any(found.severity == "error" for found in self.diagnostics)

    def count(self, state: ShotState) -> int:
        """How many shots are in this state; one with two orders in progress is one shot."""
        return len({shot.address for shot in self.shots if shot.state is state})

    def decided(self, verdict: Verdict) -> int:
        """How many shots have a current take with this verdict."""
        return sum(shot.remark is not None and shot.remark.verdict is verdict for shot in self.shots)

    @property
    def project_left(self) -> list[tuple[ProjectLimit, Usd]]:
        """Each limit over the project, and what may still be spent of it in USD, at most."""
        return [
            (one, one.left_beside((*self.plan.changes, *self.plan.outside), self.limits.per_shot))
            for one in self.over_project
        ]

    @property
    def to_buy(self) -> tuple[Usd, int]:
        """What applying would order: (known sum, number of unknown prices)."""
        sums = estimate(self.plan.changes)
        return sums.usd, sums.unknown

    @property
    def held(self) -> tuple[Usd, int]:
        """What the shots that wait would cost: (known sum, number of unknown prices)."""
        return total_usd(change.estimate for change in self.plan.changes if change.action is Action.HELD)

    @property
    def in_progress(self) -> tuple[Usd, int]:
        """What is ordered and not recorded yet: (known sum, number of unknown prices)."""
        sums = estimate(self.plan.changes)
        return sums.under_way, sums.under_way_unknown
