"""What is done with the provider's calls: noted for a run that watches the task, else the task is collected.

A call says only that a look is worthwhile. Tasks that nobody calls about are looked at as well, at the start and then
more and more rarely, so that a lost call delays and never loses.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.events import ApplyEvent, Emit, EventKind
from ltxspec.errors import LockHeld, LtxspecError
from ltxspec.lock.journal import fold
from ltxspec.lock.journal_codec import decode_events, intact_length
from ltxspec.plan.document import PlanOptions
from ltxspec.project.collect import Collection, jobs_for, journalled, what_to_collect
from ltxspec.project.context_specs import with_referred
from ltxspec.project.locks import holding
from ltxspec.project.lookup import recorded_state
from ltxspec.project.project import ProjectContext
from ltxspec.project.running.run import PreparedRun, settings_of
from ltxspec.project.webhook import calls_of
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.durable import read_if_exists
from ltxspec.storage.hints import HintFolder
from ltxspec.values import TaskId

_ONE_LOOK = 1.0  # seconds: each task is looked at once, and what is not finished is left
_HELD = 2.0  # seconds before a spec that another process works on is tried again
_LONGEST = 600.0  # seconds between two looks at tasks that nobody calls about
_TOLD = frozenset(
    {
        EventKind.SHOT_COMMITTED, EventKind.SHOT_NOT_ARCHIVED, EventKind.SHOT_UNMET, EventKind.SHOT_FAILED,
        EventKind.SHOT_DELIVERED, EventKind.NOT_STORED, EventKind.SERVICE_SILENT,
    }
)  # fmt: skip


def open_in(journal: Path, within: Path, tasks: Sequence[TaskId]) -> list[TaskId]:
    """Those of some tasks that are open in a journal; only the lines that name them are read.

    Args:
        journal: the file.
        within: links must stay in this folder.
        tasks: their ids.

    Raises:
        LtxspecError: it cannot be read, or what it says of them is damaged.
    """
    data = read_if_exists(journal, within) or b""
    lines = data[: intact_length(data)].splitlines(keepends=True)
    about = b"".join(line for line in lines if any(task.encode() in line for task in tasks))
    return list(fold(event for event in decode_events(about, str(journal)) if event.task_id in tasks).open)


@contextlib.contextmanager
def prepare_look(project: ProjectContext, spec: str) -> Iterator[PreparedRun | None]:
    """Lock a spec, and prepare one look at its open tasks: what is finished is recorded, nothing is ordered.

    Yields:
        The run, valid while the lock is held; None if nothing is open.

    Raises:
        LockHeld: another process is working on the spec; it takes calls into account itself.
        LockfileError, StorageError: a record cannot be read or locked.
    """
    found = what_to_collect(project, ())
    collection = Collection([spec], with_referred(found.rendered, [spec]), found.broken)
    with holding(project, collection.names, wait=0.0, command="listen") as held:
        if not any(item.journal.open for item in held.recorded.values()):
            yield None
            return
        settings = settings_of(project, submit=False)
        limits = replace(settings.limits, task_timeout=_ONE_LOOK, patient=False)
        jobs = jobs_for(project, held, collection, PlanOptions())
        yield PreparedRun(project, jobs, replace(settings, limits=limits), RunBudget(None))


@dataclass(slots=True)
class Listening:
    """Takes calls from the web application, and looks at tasks in turns.

    Args:
        project: with the provider that calls.
        emit: called with what came of it.
        warn: called with what went wrong; the same is said once.
    """

    project: ProjectContext
    emit: Emit
    warn: Callable[[str], None]
    now: Callable[[], float] = field(default=SystemClock().monotonic)
    _said: set[str] = field(default_factory=set)
    _left: set[str] = field(default_factory=set)  # specs whose calls another process takes, and that was said
    _again: dict[str, float] = field(default_factory=dict)  # spec -> when it may be tried again
    _held: float = 0.0  # until then nothing is tried, because another process works on a spec
    _sweep: float = 0.0  # when to look at everything
    _wait: float = 0.0  # seconds from then to the next time

    def __post_init__(self) -> None:
        """Say each warning once, also those of what is called from here."""
        self.project = replace(self.project, warn=self._say_once, on_wait=lambda _: None)
        self._wait = self.project.config.webhook.look_every

    @property
    def calls(self) -> HintFolder:
        """Where calls are noted."""
        return calls_of(self.project)

    def heard(self, tasks: Sequence[TaskId]) -> None:
        """Note a call about tasks of this project that are open; others are ignored.

        Raises:
            LtxspecError: it cannot be noted now.
        """
        if not tasks:
            return
        for name in journalled(self.project):
            for task in open_in(self.project.paths_of(name).journal, self.project.root, tasks):
                self.calls.leave(task)

    def open_tasks(self) -> tuple[Mapping[TaskId, str], bool]:
        """The open tasks of records that can be read, each with its spec; and whether that is true of all records."""
        found: dict[TaskId, str] = {}
        whole = True
        for name in journalled(self.project):
            try:
                found.update(dict.fromkeys(recorded_state(self.project, name).journal.open, name))
            except LtxspecError as error:  # it holds up no other spec
                self._say_once(error.line)
                whole = False
        return found, whole

    def beat(self) -> None:
        """Say to runs on this machine that calls are received; never raises."""
        try:
            self.calls.beat()
        except LtxspecError as error:
            self._say_once(error.line)

    def turn(self) -> None:
        """Look at the tasks that were called about, unless another process does; never raises."""
        try:
            self._turn()
        except LtxspecError as error:
            self._say_once(error.line)

    def _turn(self) -> None:
        calls, now = self.calls.left(), self.now()
        if now < self._held or (not calls and now < self._sweep):
            return
        waiting, whole = self.open_tasks()
        if whole:
            self.calls.drop([task for task in calls if task not in waiting])
        specs = {waiting[task] for task in calls if task in waiting}
        if now >= self._sweep:
            specs = {*specs, *waiting.values()}
            self._sweep, self._wait = now + self._wait, min(2 * self._wait, _LONGEST)
        for spec in sorted(specs):
            if now >= self._again.get(spec, 0.0):
                self._collect(spec, [task for task in calls if waiting.get(task) == spec])

    def _collect(self, spec: str, calls: Sequence[TaskId]) -> None:
        """Look at the open tasks of a spec."""
        try:
            with prepare_look(self.project, spec) as run:
                if run is not None:
                    asyncio.run(run.carry_out(self._tell))
        except LockHeld:
            self._held = self.now() + _HELD  # by an apply or a collect: the calls are for it
            if calls and spec not in self._left:
                self._left.add(spec)
                left = f"`{spec}`: calls are left to the command that works on it"
                self.emit(ApplyEvent(EventKind.WAITING_FOR_LOCK, left))
            return
        except LtxspecError as error:
            self._again[spec] = self.now() + self.project.config.webhook.look_every
            self._say_once(error.line)
            return
        self._left.discard(spec)
        self.calls.drop(calls)
        if calls:
            self._wait = self.project.config.webhook.look_every
            self._sweep = min(self._sweep, self.now() + self._wait)

    def _tell(self, event: ApplyEvent) -> None:
        if event.kind in _TOLD:
            self.emit(event)

    def _say_once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self.warn(text)
