"""What apply needs of the world: a provider, a journal, a lockfile, an archive, a clock. Adapters implement these.

Arguments are frozen values, so a port grows by a field and not by a keyword.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ltxspec.lock.journal import Event
from ltxspec.lock.models import Failure, Lockfile, Output
from ltxspec.values import Json, TaskId, Usd


class TaskState(StrEnum):
    """What the provider says of a task. UNKNOWN (it does not know the task) is a state, not an error."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RenderOrder:
    """One paid job, exactly as it is sent: `body` includes taskUUID, includeCost and delivery options."""

    task_id: TaskId
    body: Mapping[str, Json]
    results: int  # numberResults: how many videos make the task complete
    whole: bool = True  # false when a secret in the body is not known here: then it can be watched, never sent


@dataclass(frozen=True, slots=True)
class TaskReport:
    """One look at a task. `outputs` holds every video seen so far, also when the task failed in part."""

    task_id: TaskId
    state: TaskState
    outputs: tuple[Output, ...] = ()
    cost: Usd | None = None  # sum of the outputs' costs; None when any is missing or not believable
    failure: Failure | None = None
    progress: int | None = None  # per cent
    exists: bool = False  # the provider showed positive proof that it has this task (a result, progress, a failure)
    heard: bool = True  # false when this look failed while looks at other tasks succeeded: it says nothing at all


class Acceptance(StrEnum):
    """How the provider took an order."""

    ACCEPTED = "accepted"
    ALREADY_KNOWN = "already-known"  # refused because this id was accepted before: nothing is charged again


@dataclass(frozen=True, slots=True)
class LocalMedia:
    """A local image to be uploaded before an order: where it stands in the request's body, and its bytes."""

    path: tuple[str | int, ...]  # keys and indexes from the body's root
    sha256: str
    name: str
    content: bytes


class Provider(Protocol):
    """A render service. Retries of reads live in the adapter; orders are sent exactly once a call."""

    @property
    def name(self) -> str:
        """The name in lockfiles and task ids."""
        ...

    async def upload(self, media: LocalMedia) -> str:
        """Store an image at the provider and return the media id to put in its place. Free; may be repeated."""
        ...

    async def submit(self, order: RenderOrder) -> Acceptance:
        """Send one order, once.

        Raises:
            ProviderRefused: a definite no; nothing was accepted or billed.
            NotSent: no byte of the order left this machine (no connection).
            SubmissionUncertain: no clear answer (timeout, 408, 429, 5xx, broken body); the order may be accepted.
        """
        ...

    async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
        """Look at tasks under way, many at once. Every task asked for is in the answer (UNKNOWN when not mentioned).

        Raises:
            ProviderUnavailable: the look itself failed; it says nothing about any task.
            ProviderRefused: with `whole_run`, when the key is bad.
        """
        ...

    async def look_up(self, task: RenderOrder) -> TaskReport:
        """Ask the provider's archive for a task that polling does not know. Raises as `poll` does."""
        ...

    async def details(self, task: TaskId) -> tuple[Json, Json]:
        """The request and the reply of any earlier task, as the archive kept them. Raises as `poll` does."""
        ...

    async def download(self, url: str, sink: "Sink") -> None:
        """Fetch a video into `sink`, resuming where it stopped. Never orders anything.

        Raises:
            ProviderUnavailable: it could not be fetched now; asking again is free.
        """
        ...

    async def close(self) -> None:
        """Close connections."""
        ...


class Sink(Protocol):
    """Where downloaded bytes go: an archive's temporary file."""

    @property
    def size(self) -> int:
        """Bytes held so far: where to resume."""
        ...

    def write(self, data: bytes) -> None:
        """Append."""
        ...

    def restart(self) -> None:
        """Throw away what is held: the server cannot resume."""
        ...


@dataclass(frozen=True, slots=True)
class Archived:
    """A video that is safely archived: checked size, hash and that it decodes."""

    sha256: str
    bytes: int


class Archive(Protocol):
    """Where finished videos are kept by content hash."""

    def begin(self, name: str) -> Sink:
        """A partial file to download into; `name` (see `apply.delivery.names_of`) finds it again after a crash."""
        ...

    def finish(self, name: str, recorded: str | None = None) -> Archived:
        """Check the partial file (decodes as a video) and move it under its hash.

        Raises MediaError when it is no video, or not the one whose SHA-256 was recorded; then it is kept aside.
        """
        ...

    def recall(self, name: str) -> Archived | None:
        """What an earlier `finish` of this name archived, should it not have been recorded."""
        ...

    def salvage(self, name: str, recorded: str | None = None) -> Archived | None:
        """As `finish`, for a partial file that can grow no more; None, and nothing is touched, if it is not whole."""
        ...

    def claim(self, former: str, name: str) -> Archived | None:
        """What an earlier version archived or downloaded whole under another name; from now on it is under this one."""
        ...

    def forget(self, names: Sequence[str]) -> None:
        """These videos are written down: `recall` need not know them any more. Never fails."""
        ...

    def has(self, sha256: str) -> bool:
        """Whether these bytes are archived."""
        ...

    def link(self, spec: str, instance: str, outputs: Sequence[Output]) -> None:
        """Point the readable tree `renders/<spec>/<instance>.mp4` at a shot's current outputs."""
        ...


class SpecState(Protocol):
    """Lockfile and journal of one spec, held under an exclusive lock for the time of an apply."""

    def read_lockfile(self) -> Lockfile:
        """The lockfile as it is on disk now (empty when there is none). Raises LockfileError; never guesses."""
        ...

    def write_lockfile(self, lockfile: Lockfile) -> None:
        """Replace the lockfile atomically, only when something changed."""
        ...

    def events(self) -> Sequence[Event]:
        """The journal so far; a torn last line is ignored. Raises LockfileError when it is damaged elsewhere."""
        ...

    def append(self, event: Event) -> None:
        """Add an event; returns only when it is on disk."""
        ...

    def compact(self) -> None:
        """Drop closed tasks from the journal, when nothing is open."""
        ...


class Clock(Protocol):
    """Time, so that tests can own it."""

    def now(self) -> datetime:
        """The time, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds for measuring waits."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
