"""What the shots of a run share, and the state of one order in progress."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.claiming import UNCLAIMED, Claiming
from ltxspec.apply.events import ApplyEvent, Emit, EventKind, Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.polling import Poller
from ltxspec.apply.ports import Archive, Clock, LocalMedia, Provider, RenderOrder, SourceMedia
from ltxspec.apply.recovery import Facts, RecoveryLimits
from ltxspec.plan.actions import Change
from ltxspec.render.expectations import NONE, Expectations
from ltxspec.values import Json, ShotAddress, TaskId, Usd


async def no_source_media(_change: Change, _provider: Provider) -> Mapping[tuple[str | int, ...], str]:
    """Of a run in which no shot follows from another one."""
    return {}


class StopSignal:
    """Set when no further order may be sent: Ctrl-C, an empty account, a bad key."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self.by_user = False

    def asked(self) -> str | None:
        """Why no more orders may be sent; None while they may."""
        return self.reason

    def stop(self, reason: str, *, by_user: bool = False) -> None:
        """Stop further orders; the first reason is kept."""
        self.reason = self.reason or reason
        self.by_user = self.by_user or by_user


@dataclass(frozen=True, slots=True)
class RunContext:
    """What all shots of a run share."""

    provider: Provider
    archive: Archive
    clock: Clock
    poller: Poller
    poll_interval: float
    budget: RunBudget
    stop: StopSignal
    limits: RecoveryLimits
    emit: Emit
    detach: bool
    load_media: Callable[[Change], Sequence[LocalMedia]]
    submit: bool = True  # false for a run that only collects
    approved: bool = True  # whether sending an earlier run's orders again was approved
    arriving: set[TaskId] = field(default_factory=set)  # paid tasks whose videos are being fetched now
    source_media: SourceMedia = no_source_media
    rival: Callable[[Change], str | None] = lambda _: None  # who else orders the same render by now, in words
    refusal: Callable[[Change], str | None] = lambda _: None  # why it must not follow from its sources now, in words
    expected: Callable[[Mapping[str, Json]], float | None] = lambda _: None  # usual seconds of a request's render
    rendered: Callable[[TaskId], None] = lambda _: None  # the service has done an order: the next one may be placed
    remarked: set[tuple[str, ...]] = field(default_factory=set)  # what was said of videos unlike their orders
    claiming: Claiming = UNCLAIMED  # what other machines must agree to before an order

    @property
    def may_send(self) -> bool:
        """Whether an order may be sent now."""
        return self.submit and self.stop.asked() is None

    async def uploaded(self, change: Change) -> dict[tuple[str | int, ...], str]:
        """Store a request's images, local ones and those from other shots, at the provider: place in the body -> id."""
        local = {item.path: await self.provider.upload(item) for item in self.load_media(change)}
        return {**local, **await self.source_media(change, self.provider)}


@dataclass(slots=True)
class TaskRun:
    """One order in progress: what is known about it, and where it is recorded."""

    address: ShotAddress
    change: Change | None  # None: no shot requests it any more, it is only collected
    ledger: Ledger
    context: RunContext
    order: RenderOrder
    estimate: Usd | None
    facts: Facts
    ordered_here: bool  # in this run; otherwise an earlier run or another machine ordered it
    resumed: bool = False  # an earlier run sent it: sending again may cost again, and images are uploaded again
    delivered: int = 0  # results this run has recorded while others are still being rendered
    expect: Expectations = NONE  # of its videos, if no change says it: the run is about other shots
    unapproved: bool = False  # its source has lost its approval since it was ordered: it is not sent again
    unsent: int = 0  # attempts without a connection
    remark: str | None = None  # what the provider last said about the task without ending it
    claimed_here: bool = False  # by this run, so that it may be released if nothing was accepted
    elsewhere: str | None = None  # who else claimed the task, in words: nothing is sent from here
    sent: float = field(init=False)  # when the order was last sent, by the clock's `monotonic`; set by `follow`

    @property
    def task_id(self) -> TaskId:
        """The task's id at the provider."""
        return self.order.task_id

    @property
    def may_send(self) -> bool:
        """Whether the order may be sent (again) now; for one that no shot requests, whether it may be given up."""
        if self.facts.unwanted:
            return self.context.may_send
        if self.unapproved or self.elsewhere or not (self.order.whole and self.context.may_send):
            return False
        return not self.resumed or (self.context.approved and self.context.budget.has_room(self.task_id))

    def tell(self, kind: EventKind, message: str, **more: object) -> None:
        """Emit an event about this shot."""
        elapsed = round(self.facts.watched, 1)
        self.context.emit(
            ApplyEvent(kind, message, self.address, self.task_id, self.estimate, elapsed=elapsed, **more)  # type: ignore[arg-type]  # fields by name
        )

    def ends(
        self, outcome: Outcome, message: str | None = None, *, cost: Usd | None = None, archived: bool = True
    ) -> ShotOutcome:
        """The outcome of this shot in this run."""
        return ShotOutcome(
            self.address, outcome, self.task_id, self.estimate, cost, message, archived,
            ordered_here=self.ordered_here,
        )  # fmt: skip
