"""The ports of apply: a provider, a journal, a lockfile, an archive, a clock. Adapters implement them.

Arguments are frozen values, so that a port grows by a field rather than by a keyword.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ltxspec.lock.journal import Event
from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Failure, Lockfile, Output
from ltxspec.plan.usage import UsageQuestion, UsageReport
from ltxspec.values import Json, TaskId, Usd

if TYPE_CHECKING:
    from ltxspec.plan.actions import Change


class TaskState(StrEnum):
    """A task's state at the provider. UNKNOWN (it does not know the task) is a state, not an error."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RenderOrder:
    """One paid job, exactly as it is sent: `body` includes taskUUID, includeCost and delivery options."""

    task_id: TaskId
    body: Mapping[str, Json]
    results: int  # numberResults: the number of videos that complete the task
    whole: bool = True  # false when the body is not fully known: the order can be watched, but never sent


@dataclass(frozen=True, slots=True)
class TaskReport:
    """One look at a task. `outputs` holds every video seen so far, even if the task failed in part."""

    task_id: TaskId
    state: TaskState
    outputs: tuple[Output, ...] = ()
    cost: Usd | None = None  # sum of the outputs' costs; None when any is missing or implausible
    failure: Failure | None = None
    progress: int | None = None  # per cent
    exists: bool = False  # the provider gave proof that it has this task (a result, progress, a failure)
    remark: str | None = field(default=None, compare=False)  # what the look says about the task without ending it
    heard: bool = True  # false if this look failed while looks at other tasks succeeded: it says nothing


class Acceptance(StrEnum):
    """How the provider accepted an order."""

    ACCEPTED = "accepted"
    ALREADY_KNOWN = "already-known"  # refused because this id was accepted before: nothing is charged again


@dataclass(frozen=True, slots=True)
class LocalMedia:
    """A local image to upload before an order: its place in the request's body, and its bytes."""

    path: tuple[str | int, ...]  # keys and indexes from the body's root
    sha256: str
    name: str
    content: bytes


class Provider(Protocol):
    """A render service. The adapter retries reads; orders are sent exactly once per call."""

    @property
    def name(self) -> str:
        """The name in lockfiles and task ids."""
        ...

    async def upload(self, media: LocalMedia) -> str:
        """Store an image at the provider and return the media id that replaces it. Free; may be repeated."""
        ...

    async def submit(self, order: RenderOrder) -> Acceptance:
        """Send one order, once.

        Raises:
            ProviderRefused: definitely refused; nothing was accepted or billed.
            NotSent: no byte of the order left this machine (no connection).
            SubmissionUncertain: no clear answer (timeout, 408, 429, 5xx, broken body); the order may be accepted.
        """
        ...

    async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
        """Look at several tasks under way at once. The answer has every requested task (UNKNOWN if not mentioned).

        Raises:
            ProviderUnavailable: the look itself failed; it says nothing about any task.
            ProviderRefused: with `whole_run`, when the key is bad.
        """
        ...

    async def look_up(self, task: RenderOrder) -> TaskReport:
        """Ask the provider's archive about a task that polling does not show. Raises as `poll` does."""
        ...

    async def details(self, task: TaskId) -> tuple[Json, Json]:
        """The request and the reply of an earlier task, as archived. Raises as `poll` does."""
        ...

    async def usage(self, question: UsageQuestion) -> UsageReport:
        """What the provider itself says was used and charged, by day and model. Free.

        Raises:
            ProviderRefused: it has no such reports, or the key is bad.
            ProviderUnavailable: no answer, or one that cannot be read.
        """
        ...

    async def download(self, url: str, sink: "Sink") -> None:
        """Fetch a video into `sink`, resuming where it stopped. Never orders anything.

        Raises:
            ProviderUnavailable: it could not be fetched now; trying again is free.
        """
        ...

    async def close(self) -> None:
        """Close connections."""
        ...


@runtime_checkable
class HasAccount(Protocol):
    """A provider that says what the account of the key has."""

    async def account(self) -> Usd | None:
        """The balance in USD; None: not reported. Free. Raises as `Provider.poll` does."""
        ...


SourceMedia = Callable[["Change", Provider], Awaitable[Mapping[tuple[str | int, ...], str]]]
"""Stores what a request takes from other shots at the provider: place in the body -> media id.

Raises:
    LtxspecError: a video is gone everywhere, or cannot be read; nothing is ordered.
"""


Fill = Callable[[RenderOrder], Awaitable[Mapping[str, Json]]]
"""Adds parameters to an order when it is sent: addresses that are secret, valid for a while, and recorded nowhere."""


class Sink(Protocol):
    """The target of a download: an archive's temporary file."""

    @property
    def size(self) -> int:
        """Bytes written so far: where to resume."""
        ...

    def write(self, data: bytes) -> None:
        """Append."""
        ...

    def restart(self) -> None:
        """Discard the bytes written so far: the server cannot resume."""
        ...


@runtime_checkable
class AnySink(Sink, Protocol):
    """The target of a download of any file: what is no video is passed on as well."""

    takes_anything: bool


@dataclass(frozen=True, slots=True)
class Archived:
    """A safely archived video: its size, hash and decodability are checked."""

    sha256: str
    bytes: int
    facts: VideoFacts | None = None  # None: it could not be measured


class Archive(Protocol):
    """The store of finished videos, by content hash."""

    def begin(self, name: str) -> Sink:
        """A partial file to download into, found again by `name` (see `apply.delivery.names_of`) after a crash."""
        ...

    def finish(self, name: str, recorded: str | None = None) -> Archived:
        """Check the partial file (decodes as a video) and move it under its hash.

        Raises MediaError if it is not a video, or not the one whose SHA-256 was recorded; then it is set aside.
        """
        ...

    def recall(self, name: str) -> Archived | None:
        """The video that an earlier `finish` of this name archived, if it was not recorded."""
        ...

    def salvage(self, name: str, recorded: str | None = None) -> Archived | None:
        """As `finish`, for a file that will not grow further; None, and nothing is changed, if it is incomplete."""
        ...

    def claim(self, former: str, name: str) -> Archived | None:
        """Rename a video that an earlier version archived or fully downloaded as `former`; None if there is none."""
        ...

    def forget(self, names: Sequence[str]) -> None:
        """Note that these videos are recorded: `recall` no longer needs them. Never fails."""
        ...

    def has(self, sha256: str) -> bool:
        """Whether these bytes are archived."""
        ...

    def link(self, spec: str, instance: str, outputs: Sequence[Output]) -> None:
        """Point the readable tree `renders/<spec>/<instance>.mp4` at a shot's current outputs."""
        ...


class SpecState(Protocol):
    """Lockfile and journal of one spec, under an exclusive lock for the duration of an apply."""

    def read_lockfile(self) -> Lockfile:
        """The lockfile currently on disk (empty when there is none). Raises LockfileError; never guesses."""
        ...

    def write_lockfile(self, lockfile: Lockfile) -> None:
        """Replace the lockfile atomically, and only if it changed."""
        ...

    def events(self) -> Sequence[Event]:
        """The journal so far; an incomplete last line is ignored. Raises LockfileError for any other damage."""
        ...

    def append(self, event: Event) -> None:
        """Append an event; returns once it is on disk."""
        ...

    def write(self, event: Event) -> int:
        """Append an event without waiting for the disk, and return its number, which grows."""
        ...

    def sync(self) -> None:
        """Bring to disk what was written before, from any thread. Raises StorageError: what was not there is lost."""
        ...

    def is_on_disk(self, number: int) -> bool:
        """Whether an event is on disk. Raises StorageError if it was lost."""
        ...

    def compact(self) -> None:
        """Drop closed tasks from the journal, when nothing is open."""
        ...


class Clock(Protocol):
    """The time source, replaceable in tests."""

    def now(self) -> datetime:
        """The current time, timezone-aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds for measuring waits."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
