"""The far side, in memory: a provider, a clock, an archive, a spec's state. They implement `ltxspec.apply.ports`."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ltxspec.apply.ports import (
    Acceptance,
    Archived,
    LocalMedia,
    RenderOrder,
    Sink,
    TaskReport,
    TaskState,
)
from ltxspec.errors import MediaError
from ltxspec.lock.journal import Event
from ltxspec.lock.models import Lockfile, Output
from ltxspec.plan.usage import UsageQuestion, UsageReport
from ltxspec.values import Json, TaskId

START = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.seconds += max(seconds, 0.0)


@dataclass
class FakeProvider:
    """Accepts, renders in `polls_needed` looks and counts charges; `script` answers submits in a test's own way."""

    name: str = "runware"
    polls_needed: int = 1
    cost: Decimal | None = Decimal("0.48")
    script: list[Callable[["FakeProvider", RenderOrder], Acceptance]] = field(default_factory=list)
    visible: bool = True  # whether polls show accepted tasks
    in_archive: bool = True  # whether look-ups show accepted tasks
    downloads_fail: bool = False
    charges: dict[TaskId, int] = field(default_factory=dict)
    looks: dict[TaskId, int] = field(default_factory=dict)
    reports: dict[TaskId, TaskReport] = field(default_factory=dict)  # fixed answers of polls
    submitted: list[RenderOrder] = field(default_factory=list)
    looked_up: list[TaskId] = field(default_factory=list)
    closed: bool = False

    async def upload(self, media: LocalMedia) -> str:
        return f"media-{media.sha256[-8:]}"

    async def submit(self, order: RenderOrder) -> Acceptance:
        await asyncio.sleep(0)
        self.submitted.append(order)
        if self.script:
            return self.script.pop(0)(self, order)
        return self.accept(order)

    def accept(self, order: RenderOrder) -> Acceptance:
        """What an honest provider does: charge once, refuse the second."""
        if order.task_id in self.charges:
            return Acceptance.ALREADY_KNOWN
        self.charges[order.task_id] = 1
        return Acceptance.ACCEPTED

    async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
        await asyncio.sleep(0)
        return {order.task_id: self.report(order) for order in tasks}

    def report(self, order: RenderOrder) -> TaskReport:
        if order.task_id in self.reports:
            return self.reports[order.task_id]
        if order.task_id not in self.charges or not self.visible:
            return TaskReport(order.task_id, TaskState.UNKNOWN)
        self.looks[order.task_id] = self.looks.get(order.task_id, 0) + 1
        if self.looks[order.task_id] < self.polls_needed:
            return TaskReport(order.task_id, TaskState.RUNNING, exists=True, progress=50)
        return self.finished(order)

    def finished(self, order: RenderOrder) -> TaskReport:
        outputs = tuple(
            Output(
                video_uuid=f"{order.task_id}-{number}",
                video_url=f"https://videos.example/{order.task_id}-{number}.mp4",
                cost=self.cost,
            )
            for number in range(order.results)
        )
        total = None if self.cost is None else self.cost * order.results
        return TaskReport(order.task_id, TaskState.SUCCEEDED, outputs, total, exists=True)

    async def look_up(self, task: RenderOrder) -> TaskReport:
        self.looked_up.append(task.task_id)
        if task.task_id in self.charges and self.in_archive:
            return self.finished(task)
        return TaskReport(task.task_id, TaskState.UNKNOWN)

    async def details(self, task: TaskId) -> tuple[Json, Json]:
        return {"taskUUID": task}, {"data": []}

    async def usage(self, question: UsageQuestion) -> UsageReport:
        return UsageReport(question.first, question.last, [])

    async def download(self, url: str, sink: Sink) -> None:
        if self.downloads_fail:
            raise MediaError("the address answers 404")
        sink.write(f"video of {url}".encode())

    async def close(self) -> None:
        self.closed = True


class MemorySink:
    """A partial file in memory."""

    def __init__(self) -> None:
        self.data = b""

    @property
    def size(self) -> int:
        return len(self.data)

    def write(self, data: bytes) -> None:
        self.data += data

    def restart(self) -> None:
        self.data = b""


class MemoryArchive:
    """Keeps videos by name; `broken` names fail the check."""

    def __init__(self) -> None:
        self.partial: dict[str, MemorySink] = {}
        self.home: dict[str, bytes] = {}
        self.links: dict[tuple[str, str], tuple[str | None, ...]] = {}
        self.broken: set[str] = set()
        self.whole: set[str] = set()  # partial files that hold a whole video
        self.recalled: dict[str, Archived] = {}  # home, and not written down
        self.forgotten: list[str] = []

    def begin(self, name: str) -> Sink:
        return self.partial.setdefault(name, MemorySink())

    def finish(self, name: str, recorded: str | None = None) -> Archived:
        if name in self.broken:
            raise MediaError("not a video")
        from hashlib import sha256

        data = self.partial.pop(name).data
        digest = sha256(data).hexdigest()
        if recorded not in (None, digest):
            raise MediaError("not the video that was recorded")
        self.home[digest] = data
        return Archived(digest, len(data))

    def recall(self, name: str) -> Archived | None:
        return self.recalled.get(name)

    def salvage(self, name: str, recorded: str | None = None) -> Archived | None:
        return self.finish(name, recorded) if name in self.whole else None

    def claim(self, former: str, name: str) -> Archived | None:
        if former in self.recalled:
            self.recalled[name] = self.recalled.pop(former)
        return self.recalled.get(name)

    def forget(self, names: Sequence[str]) -> None:
        self.forgotten += names

    def has(self, sha256: str) -> bool:
        return sha256 in self.home

    def link(self, spec: str, instance: str, outputs: Sequence[Output]) -> None:
        self.links[spec, instance] = tuple(output.sha256 for output in outputs)


class MemoryState:
    """Lockfile and journal in memory, and the order in which they were written."""

    def __init__(self, lockfile: Lockfile | None = None, events: Sequence[Event] = ()) -> None:
        self.lockfile = lockfile or Lockfile("runware", "night")
        self.journal: list[Event] = list(events)
        self.writes: list[str] = []
        self.compacted = False

    def read_lockfile(self) -> Lockfile:
        return self.lockfile

    def write_lockfile(self, lockfile: Lockfile) -> None:
        if lockfile != self.lockfile:
            self.writes.append("lockfile")
        self.lockfile = lockfile

    def events(self) -> Sequence[Event]:
        return list(self.journal)

    def append(self, event: Event) -> None:
        self.writes.append(type(event).__name__)
        self.journal.append(event)

    def write(self, event: Event) -> int:
        self.append(event)
        return len(self.journal)

    def sync(self) -> None:
        pass

    def is_on_disk(self, number: int) -> bool:
        return number <= len(self.journal)

    def compact(self) -> None:
        self.compacted = True
