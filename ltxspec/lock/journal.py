"""What is being bought now: an append-only list of events, folded into open tasks.

The journal is local and never committed. A task is open from its `intent` until it is `committed` (its take is in the
lockfile) or `abandoned` (definitely not accepted, nothing paid).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, structs

from ltxspec.formats import Money, Record, Text
from ltxspec.lock.models import Failure, Fence, Output
from ltxspec.values import Fingerprint, Json, TaskId, Usd

Stage = Literal["intent", "accepted", "finished", "failed"]
_Task = Annotated[TaskId, Meta(min_length=1)]
_Number = Annotated[int, Meta(ge=1)]


class _Event(Record, frozen=True, tag_field="event", tag=str.lower):
    """A line of the journal; `event` names its kind."""


class Intent(_Event, frozen=True):
    """An order about to be sent, with everything needed to watch it and to write its take."""

    left_out: ClassVar[frozenset[str]] = frozenset({"fence"})

    task_id: _Task
    instance: Text
    fingerprint: Annotated[Fingerprint, Meta(min_length=1)]
    retake: _Number
    attempt: _Number
    order: Mapping[str, Json]  # the exact task object that is POSTed, without secrets
    request: Mapping[str, Json]  # Request.body as planned, which the lockfile will record
    inputs: Mapping[str, str]
    estimate: Money | None
    at: Text  # RFC 3339, UTC; becomes the take's submittedAt
    fence: Fence | None = None  # of the lease under which it is sent


class Repeated(_Event, frozen=True):
    """The same request is about to be sent again under its id: the wait for it starts over."""

    left_out: ClassVar[frozenset[str]] = frozenset({"order"})

    task_id: _Task
    at: Text
    order: Mapping[str, Json] | None = None  # what is sent this time, if a later run built it again from the spec


class Accepted(_Event, frozen=True):
    """The provider confirmed the order (or refused a repeat because it already has it)."""

    task_id: _Task
    at: Text


class Remarked(_Event, frozen=True):
    """The provider said something about a task in progress that does not end it; for readers, it decides nothing."""

    task_id: _Task
    text: str
    at: Text


class Claimed(_Event, frozen=True):
    """Another machine had claimed the task, so this one sent nothing; for readers, it decides nothing."""

    task_id: _Task
    who: Text  # in words
    at: Text


class Delivered(_Event, frozen=True):
    """Some of several results are delivered, others still being rendered; `outputs` holds all seen so far."""

    task_id: _Task
    outputs: tuple[Output, ...]
    at: Text


class Finished(_Event, frozen=True):
    """The provider delivered all outputs, with URLs and cost. Videos may not be archived yet."""

    task_id: _Task
    outputs: tuple[Output, ...]
    cost: Money | None
    at: Text


class Failed(_Event, frozen=True):
    """The provider ended the task without a video; it may have been billed."""

    task_id: _Task
    code: str
    message: str
    permanent: bool
    cost: Money | None
    at: Text
    outputs: tuple[Output, ...] = ()  # siblings that did succeed when numberResults > 1

    @property
    def failure(self) -> Failure:
        """Why it failed."""
        return Failure(self.code, self.message, self.permanent)


class Committed(_Event, frozen=True):
    """The take is in the lockfile; the task is closed."""

    task_id: _Task
    at: Text


class Abandoned(_Event, frozen=True):
    """The order was definitely not accepted and nothing was paid; the task is closed without a take."""

    task_id: _Task
    reason: str
    at: Text


Event = Intent | Repeated | Accepted | Remarked | Claimed | Delivered | Finished | Failed | Committed | Abandoned


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task under way, as journalled."""

    intent: Intent
    stage: Stage = "intent"
    outputs: tuple[Output, ...] = ()
    cost: Usd | None = None
    failure: Failure | None = None
    finished_at: str | None = None
    sends: int = 1  # times the order was (perhaps) sent
    repeated_at: str | None = None
    remark: str | None = None  # what the provider said of it last
    claimed_by: str | None = None  # who else had claimed it when it was to be sent, while nothing else is known of it

    @property
    def sent_at(self) -> str:
        """When the order was last (perhaps) sent; RFC 3339, UTC."""
        return self.repeated_at or self.intent.at

    @property
    def ended(self) -> bool:
        """Whether the task's end at the provider is journalled; fetching and recording are left."""
        return self.stage in ("finished", "failed")


@dataclass(frozen=True, slots=True)
class JournalState:
    """The folded journal: open tasks by id, in the order they were opened."""

    open: Mapping[TaskId, OpenTask] = field(default_factory=dict)

    def by_instance(self, instance: str) -> list[OpenTask]:
        """Open tasks of one instance key."""
        return [task for task in self.open.values() if task.intent.instance == instance]


def fold(events: Iterable[Event]) -> JournalState:
    """Fold events into open tasks. Events of unknown tasks are ignored; a stage never goes back."""
    tasks: dict[TaskId, OpenTask] = {}
    for event in events:
        step(tasks, event)
    return JournalState(tasks)


def step(tasks: dict[TaskId, OpenTask], event: Event) -> None:
    """Fold one more event into `tasks`, in place: for a writer that keeps the folded state in memory."""
    if isinstance(event, Intent):
        tasks.setdefault(event.task_id, OpenTask(event))
    elif event.task_id in tasks:
        folded = _advance(_with_claim(tasks[event.task_id], event), event)
        if folded is None:
            del tasks[event.task_id]
        else:
            tasks[event.task_id] = folded


def _with_claim(task: OpenTask, event: Event) -> OpenTask:
    """The task with the claim of another machine, which an event of the order itself ends."""
    if isinstance(event, Claimed):
        return replace(task, claimed_by=event.who) if task.stage == "intent" else task
    return task if task.claimed_by is None or isinstance(event, Remarked) else replace(task, claimed_by=None)


def _advance(
    task: OpenTask,
    event: Repeated | Accepted | Remarked | Claimed | Delivered | Finished | Failed | Committed | Abandoned,
) -> OpenTask | None:
    """The task after one event; None when it is closed. A late event changes nothing."""
    match event:
        case Committed() | Abandoned():
            return None
        case Repeated(at=at, order=order):
            intent = task.intent if order is None else structs.replace(task.intent, order=order)
            task = replace(task, intent=intent, sends=task.sends + 1, repeated_at=at)
        case Finished(outputs=outputs, cost=cost, at=at):
            task = replace(task, stage="finished", outputs=outputs, cost=cost, finished_at=at, failure=None)
        case Failed(cost=cost, at=at, outputs=outputs) if task.stage != "finished":
            task = replace(task, stage="failed", failure=event.failure, cost=cost, finished_at=at, outputs=outputs)
        case Delivered(outputs=outputs) if not task.ended:
            task = replace(task, stage="accepted", outputs=outputs)
        case Remarked(text=text) if not task.ended:
            task = replace(task, remark=text)
        case Accepted() if task.stage == "intent":
            task = replace(task, stage="accepted")
    return task
