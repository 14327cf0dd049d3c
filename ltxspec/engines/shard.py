"""A shard's side of a spread run: orders, waits and fetches on this machine; what it records, the driver records."""

import asyncio
import contextlib
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.engine import Adapters, Job
from ltxspec.apply.engine import run as run_engine
from ltxspec.apply.events import ApplyEvent, RunSummary
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.task import StopSignal
from ltxspec.catalog.latency import expected_seconds
from ltxspec.engines.account import refuse_other
from ltxspec.engines.agreeing import asking
from ltxspec.engines.driver import Changed
from ltxspec.engines.messages import (
    Answer,
    Ask,
    Failed,
    Failure,
    ShardEnd,
    SpecPart,
    Work,
    attached,
    bare,
    bare_change,
    pack,
    unpack,
)
from ltxspec.errors import LtxspecError
from ltxspec.lock.journal import Event
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Change
from ltxspec.plan.recorded import RecordedState
from ltxspec.project.adapters import open_archive, open_provider
from ltxspec.project.project import ProjectContext
from ltxspec.project.running.source_media import SourceVideos
from ltxspec.project.running.storing import Storing
from ltxspec.render.models import Request
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.files import ProjectFolder
from ltxspec.values import ShotAddress, TaskId, Usd
from ltxspec.version import __version__

if TYPE_CHECKING:
    from ltxspec.apply.ports import Archive

_NEWS = 0.5  # seconds between two messages of a shard that has nothing to ask


class SharedStop(StopSignal):
    """The stop signal of the whole run, as far as this machine has heard of it."""

    def __init__(self) -> None:
        super().__init__()
        self.tell: Callable[[str], None] = lambda _: None

    def stop(self, reason: str, *, by_user: bool = False) -> None:
        """Stop further orders here, and in the other shards."""
        is_news = self.reason is None
        super().stop(reason, by_user=by_user)
        if is_news:
            with contextlib.suppress(LtxspecError):
                self.tell(reason)

    def heard(self, answer: Answer) -> None:
        """Note what an answer says of it."""
        if answer.stop is not None:
            super().stop(answer.stop, by_user=answer.by_user)


@dataclass(slots=True)
class Link:
    """The way to the driver.

    Args:
        send: carries a message to the driver and returns the answer. May be called by several threads.
        shard: which shard asks, from 0.
    """

    send: Callable[[bytes], bytes]
    shard: int
    stop: SharedStop = field(default_factory=SharedStop)
    attempt: str = field(default_factory=lambda: uuid.uuid4().hex)
    _events: list[ApplyEvent] = field(default_factory=list)
    _number: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def emit(self, event: ApplyEvent) -> None:
        """Note an event; the next message takes it along."""
        with self._guard:
            self._events.append(event)

    def ask(self, kind: str, *arguments: object) -> Any:
        """Ask the driver. Raises Failed with what went wrong there, or StorageError if it cannot be reached."""
        with self._guard:
            events, self._events = tuple(self._events), []
            self._number += 1
            message = pack(Ask(self.shard, self.attempt, kind, arguments, events, self._number))
        answer = cast("Answer", unpack(self.send(message)))
        self.stop.heard(answer)
        if answer.failure is not None:
            raise Failed(answer.failure)
        return answer.value

    async def news(self) -> None:
        """Tell what happens, and hear whether to stop, while there is nothing to ask."""
        while True:
            await asyncio.sleep(_NEWS)
            with contextlib.suppress(LtxspecError):
                await asyncio.to_thread(self.ask, "news")


class RemoteState:
    """`apply.ports.SpecState`, kept by the driver."""

    def __init__(self, link: Link, part: SpecPart) -> None:
        self._link, self._part, self._known = link, part, part.lockfile

    def read_lockfile(self) -> Lockfile:
        """The lockfile as this shard knows it."""
        return self._known

    def write_lockfile(self, lockfile: Lockfile) -> None:
        """Have the driver record what changed; returns once it is on the driver's disk."""
        known = self._known
        shots = {key: record for key, record in lockfile.shots.items() if record is not known.shots.get(key)}
        retired = {key: record for key, record in lockfile.retired.items() if record is not known.retired.get(key)}
        if shots or retired:
            before = [
                {key: old[key] for key in (*shots, *retired) if key in old} for old in (known.shots, known.retired)
            ]
            self._link.ask("records", self._part.spec, Changed(shots, retired, *before))
        self._known = lockfile

    def events(self) -> Sequence[Event]:
        """The journal's events of tasks that an earlier attempt of this shard left open."""
        return self._part.events

    def append(self, event: Event) -> None:
        """Have the driver journal an event; returns once it is on the driver's disk."""
        self._link.ask("append", self._part.spec, event)

    def write(self, event: Event) -> int:
        """As `append`: the driver answers once an event is on its disk."""
        self.append(event)
        return 0

    def sync(self) -> None:
        """Nothing: every event is on disk."""

    def is_on_disk(self, number: int) -> bool:
        """Always."""
        return number == 0

    def compact(self) -> None:
        """Nothing: the driver does it."""


class RemoteBudget(RunBudget):
    """The run's account, kept by the driver: one for all shards."""

    def __init__(self, link: Link, *, is_limited: bool) -> None:
        super().__init__(Decimal(0) if is_limited else None)  # the amount is the driver's
        self._link = link

    @property
    def open_orders(self) -> tuple[int, Usd]:
        """Not asked for here: the driver shows it."""
        return 0, Decimal(0)

    def has_room(self, task: TaskId) -> bool:
        """As `RunBudget.has_room`."""
        return bool(self._link.ask("budget", "has_room", task))

    def overspent(self) -> tuple[Usd, Usd] | None:
        """None: the driver reckons it for all shards."""
        return None

    def reserve(self, task: TaskId, estimate: Usd | None, spec: str = "", address: ShotAddress | None = None) -> bool:
        """As `RunBudget.reserve`."""
        return bool(self._link.ask("reserve", task, estimate, spec, address))

    def count(self, task: TaskId, estimate: Usd | None, spec: str = "", address: ShotAddress | None = None) -> None:
        """As `RunBudget.count`."""
        self._link.ask("budget", "count", task, estimate, spec, address)

    def resend(self, task: TaskId) -> None:
        """As `RunBudget.resend`."""
        self._link.ask("budget", "resend", task)

    def settle(self, task: TaskId, cost: Usd | None) -> None:
        """As `RunBudget.settle`."""
        self._link.ask("budget", "settle", task, cost)

    def release(self, task: TaskId) -> None:
        """As `RunBudget.release`."""
        self._link.ask("budget", "release", task)


def work(send: Callable[[bytes], bytes], shard: int, environ: "Any") -> bytes:
    """Carry out one shard of a run. May be run again, here or elsewhere, whatever became of it before.

    Args:
        send: carries a message to the driver and returns the answer.
        shard: which one, from 0.
        environ: holds the key, and the credentials of the store.

    Returns:
        A packed `ShardEnd`.
    """
    link = Link(send, shard)
    try:
        todo = cast("Work", link.ask("begin", __version__))
        link.stop.tell = partial(link.ask, "stop")
        with _project(todo, environ) as project:
            refuse_other(project, link.attempt, todo.account)
            summary = asyncio.run(_carry_out(project, todo, link))
    except LtxspecError as error:
        return pack(ShardEnd(failure=Failure.of(error)))
    return pack(ShardEnd(summary.outcomes, summary.unstored))


@contextlib.contextmanager
def _project(todo: Work, environ: "Any") -> Iterator[ProjectContext]:
    """The project on this machine: the driver's folder where it is shared, else one that is gone afterwards."""
    with contextlib.ExitStack() as stack:
        config = todo.config
        if todo.folder is not None:
            root = Path(todo.folder)
        else:
            root = Path(stack.enter_context(TemporaryDirectory(prefix="ltxspec-shard-")))
            config = replace(config, archive=replace(config.archive, url=".ltxspec/archive"))
        yield ProjectContext(root, root, config, todo.provider, todo.catalog, ProjectFolder(root), environ=environ)


async def _carry_out(project: ProjectContext, todo: Work, link: Link) -> RunSummary:
    jobs = [_job(part, link) for part in todo.parts]
    ledgers, clock = [job.ledger for job in jobs], SystemClock()
    provider = open_provider(project, dict(todo.labels))
    folder = open_archive(project, [ledger.spec for ledger in ledgers])
    archive: Archive = folder
    if todo.folder is None:
        from ltxspec.engines.far_archive import FarArchive

        archive = FarArchive(project, folder)
    storing = Storing(project, folder, ledgers, link.emit)
    if todo.folder is not None:
        storing.open()
    adapters = Adapters(
        provider, archive, clock, lambda change: link.ask("media", bare_change(change)), storing.emit, set(),
        SourceVideos(project, folder, clock, ledgers), partial(_replan, link),
        lambda change: cast("str | None", link.ask("rival", bare_change(change))),
        lambda task: bool(link.ask("approved", task)),
        partial(expected_seconds, project.catalog), asking(link.ask, todo.agreed),
    )  # fmt: skip
    telling = asyncio.create_task(link.news())
    try:
        budget = RemoteBudget(link, is_limited=todo.is_limited)
        summary = await run_engine(jobs, adapters, todo.settings, budget, link.stop)
        unstored = await storing.finish()
    finally:
        telling.cancel()
        await provider.close()
    with contextlib.suppress(LtxspecError):
        link.ask("news")
    return replace(summary, unstored=unstored)


def _job(part: SpecPart, link: Link) -> Job:
    ledger = Ledger(part.spec, RemoteState(link, part), SystemClock(), part.keys)
    changes = [attached(change, partial(_identify, link), partial(_earlier, link)) for change in part.changes]
    return Job(ledger, changes, part.retries, (), part.is_context, part.requests)


def _replan(link: Link, request: Request, _: RecordedState) -> Change:
    """Decide on a shot whose sources have takes. The driver does, which knows the records of all shards."""
    decided = cast("Change", link.ask("replan", bare(request)))
    return attached(decided, partial(_identify, link), partial(_earlier, link))


def _identify(link: Link, address: ShotAddress, names: Sequence[str]) -> Any:
    return link.ask("identify", address, names)


def _earlier(link: Link, address: ShotAddress) -> Any:
    return link.ask("earlier", address)
