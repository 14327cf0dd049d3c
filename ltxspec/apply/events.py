"""Events of an apply as values: the engine emits them, reports show them, nothing else prints."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ltxspec.values import ShotAddress, TaskId, Usd


class EventKind(StrEnum):
    """The kind of an event. The value is the `type` in JSON lines; later versions may add more."""

    WAITING_FOR_LOCK = "waiting-for-lock"
    SHOT_RECORDED = "shot-recorded"  # update, restore, move or retire: recorded, nothing spent
    SHOT_LOOKED_UP = "shot-looked-up"  # the provider was asked whether it already has this task
    SHOT_ADOPTED = "shot-adopted"  # the provider already has it: nothing is ordered again
    SHOT_UPLOADED = "shot-uploaded"  # a local image was stored at the provider
    SHOT_SUBMITTED = "shot-submitted"  # the order was sent; from here on money may be spent
    SHOT_ACCEPTED = "shot-accepted"
    SHOT_UNCLEAR = "shot-unclear"  # no clear answer to the order; look and wait, never use a new id
    SHOT_RUNNING = "shot-running"
    SHOT_REMARK = "shot-remark"  # the provider says something about a task in progress that does not end it
    SHOT_DELIVERED = "shot-delivered"  # some of several results were delivered; the others are still being rendered
    SHOT_RENDERED = "shot-rendered"  # the provider delivered; `cost` is what it reported
    SHOT_ARCHIVED = "shot-archived"
    SHOT_NOT_ARCHIVED = "shot-not-archived"  # paid and recorded, but the video is not archived yet
    SHOT_COMMITTED = "shot-committed"  # recorded in the lockfile
    SHOT_UNMET = "shot-unmet"  # recorded and archived, but not what `expect:` says
    SHOT_FAILED = "shot-failed"
    SHOT_UNRESOLVED = "shot-unresolved"  # outcome unknown; the next apply resumes it
    SHOT_HELD_BACK = "shot-held-back"  # not ordered: budget reached, stopping, or the account cannot pay
    NOT_STORED = "not-stored"  # recorded and archived here, but not in the object store yet
    SERVICE_SILENT = "service-silent"  # a look at tasks failed; it is repeated
    SERVICE_BUSY = "service-busy"  # the number of orders at a time was changed: the service is too busy, or no more
    SHARD_REPEATED = "shard-repeated"  # its machine was lost, or it was started twice: another one goes on with it
    STOPPING = "stopping"
    RUN_FINISHED = "run-finished"


@dataclass(frozen=True, slots=True)
class ApplyEvent:
    """One event. `message` alone must suffice for a reader that does not know `kind`."""

    kind: EventKind
    message: str
    address: ShotAddress | None = None
    task_id: TaskId | None = None
    estimate: Usd | None = None
    cost: Usd | None = None
    percent: int | None = None  # progress of one render, if the provider reports it
    elapsed: float | None = None  # seconds since the order was sent (or the run started)
    code: str | None = None  # the provider's or ltxspec's own error code
    summary: "RunSummary | None" = None  # with the last event


Emit = Callable[[ApplyEvent], None]


class Outcome(StrEnum):
    """How one shot ended in this run."""

    RENDERED = "rendered"  # ordered in this run and recorded
    COLLECTED = "collected"  # ordered earlier, recorded now
    RECORDED = "recorded"  # update, restore, move, retire
    FAILED = "failed"
    UNRESOLVED = "unresolved"
    HELD_BACK = "held-back"
    DETACHED = "detached"  # ordered, not waited for


@dataclass(frozen=True, slots=True)
class ShotOutcome:
    """How one shot ended in this run, with its money."""

    address: ShotAddress
    outcome: Outcome
    task_id: TaskId | None = None
    estimate: Usd | None = None
    cost: Usd | None = None
    message: str | None = None
    archived: bool = True  # false: paid and recorded, but the video could not be archived yet
    permanent: bool = True  # for a failure: false if the same request may succeed later
    missing: int = 0  # of several results: those that were not made
    unmet: tuple[str, ...] = ()  # keys of `expect:` that its videos do not meet
    billable: bool = True  # false: refused before it was accepted, so nothing can have been charged
    ordered_here: bool = True  # false: an earlier run or another machine ordered it
    retaken: ShotAddress | None = None  # not made: what has to be retaken for it; None: the next apply orders it


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The result of a run. `spent` is what the provider reported for the tasks that ended in it."""

    outcomes: tuple[ShotOutcome, ...]
    estimated: Usd  # of the orders placed in this run, as far as known
    spent: Usd
    spent_unknown: int  # finished or failed orders of this run whose cost the provider did not report
    in_flight: Usd  # estimates of tasks still under way or unresolved
    in_flight_count: int
    interrupted: bool = False
    in_flight_unknown: int = 0  # tasks under way whose price is unknown
    overspent: Usd = Decimal(0)  # by how much its orders exceeded a limit: a price was higher than listed
    limit: Usd | None = None  # that limit, else the run's
    ordering: bool = True  # false for collect, which orders nothing
    spent_before: Usd = Decimal(0)  # part of `spent`: ordered by an earlier run or another machine
    held: int = 0  # shots of the plan that wait for an approval or for their source, and were not ordered
    unstored: int = 0  # videos that are archived here, and could not be sent to the object store
    provider: str = ""  # for a free provider, amounts are what a paid one would charge; nothing is charged

    def count(self, outcome: Outcome) -> int:
        """The number of shots with this outcome."""
        return sum(1 for item in self.outcomes if item.outcome is outcome)

    @property
    def incomplete(self) -> bool:
        """Whether something is unfinished (failed in part or whole, unresolved, held back, not archived) or overspent.

        So is a video that does not meet its expectations. The exit code is 3 then.
        """
        left = {Outcome.FAILED, Outcome.UNRESOLVED, Outcome.HELD_BACK}
        return (
            self.overspent > 0
            or self.unstored > 0
            or any(item.outcome in left or not item.archived or item.missing or item.unmet for item in self.outcomes)
        )


NOTHING_DONE = RunSummary((), Decimal(0), Decimal(0), 0, Decimal(0), 0)  # of a run that has nothing to do
