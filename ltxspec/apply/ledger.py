"""The writer of a spec's journal and lockfile while the engine runs: each step is on disk before the next begins."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from msgspec import structs

from ltxspec.apply.archived import with_archived
from ltxspec.apply.checkpoints import Checkpoints
from ltxspec.apply.grouped import GroupedSyncs
from ltxspec.apply.orders import without_secrets
from ltxspec.apply.ports import Archived, Clock, SpecState, TaskReport
from ltxspec.apply.record_index import RecordIndex
from ltxspec.apply.records import record_changes
from ltxspec.apply.takes import by_name, expiry, marked, take_of, with_hash, with_videos, without_secrets_of
from ltxspec.apply.times import time_after, time_of, timestamp
from ltxspec.lock.journal import (
    Abandoned,
    Accepted,
    Claimed,
    Committed,
    Delivered,
    Event,
    Failed,
    Finished,
    Intent,
    JournalState,
    OpenTask,
    Remarked,
    Repeated,
    step,
)
from ltxspec.lock.models import Failure, Lockfile, Output, Take, readable
from ltxspec.plan.actions import Change
from ltxspec.plan.recorded import RecordedState
from ltxspec.redaction import redact_message
from ltxspec.render.expectations import NONE, Expectations
from ltxspec.values import Json, TaskId

__all__ = ["Ledger", "by_name", "time_after", "timestamp"]


class Ledger:
    """Lockfile and journal of one spec, while its lock is held."""

    def __init__(self, spec: str, state: SpecState, clock: Clock, wanted: Collection[str]) -> None:
        self.spec = spec
        self._state = state
        self._clock = clock
        self._wanted = wanted  # instance keys that the spec has now
        self._index = RecordIndex(state.read_lockfile())
        self._checkpoints = Checkpoints(clock)
        self._syncs = GroupedSyncs(state)
        self._newest: dict[TaskId, int] = {}  # number of the last event of a task
        self._unwritten: dict[TaskId, Committed | None] = {}  # recorded since the lockfile was written; what closes it
        self._afterwards: list[Callable[[], None]] = []  # to do once they are written
        self._open: dict[TaskId, OpenTask] = {}
        for event in state.events():
            step(self._open, event)

    @property
    def lockfile(self) -> Lockfile:
        """What is recorded; the file on disk may lack the newest takes, which are in the journal."""
        return self._index.lockfile

    @property
    def unwritten(self) -> Collection[TaskId]:
        """Tasks whose takes the file on disk may lack."""
        return self._unwritten.keys()

    @property
    def open(self) -> Mapping[TaskId, OpenTask]:
        """Tasks under way, in the order they were opened."""
        return self._open

    @property
    def state(self) -> RecordedState:
        """What is recorded now."""
        return RecordedState(self.lockfile, JournalState(dict(self._open)))

    def now(self, task: TaskId | None = None) -> str:
        """The current time as recorded. An event of a task is never dated before its order, whatever the clock says."""
        present = self._clock.now()
        ordered = time_of(self._open[task].intent.at) if task in self._open else None
        return timestamp(max(present, ordered) if ordered else present)

    def takes(self, task: TaskId) -> Sequence[Take]:
        """What is recorded of a task, by every shot that has it."""
        return self._index.takes(task)

    def record(self, changes: Collection[Change]) -> None:
        """Record changes that cost nothing, all at once."""
        self._index.replace(record_changes(self.lockfile, changes, self._wanted))
        self.checkpoint()

    def archived(self, task: TaskId, outputs: Sequence[Output], archived: Sequence[Archived | None]) -> None:
        """Record the hashes of a take whose videos were fetched after it was recorded."""
        self._index.replace(with_archived(self.lockfile, task, outputs, archived))
        self.checkpoint()

    async def on_disk(self, task: TaskId) -> None:
        """Wait until all events of a task are on disk, as each step must before the one that follows it.

        Raises:
            StorageError: one of them is not; it will not appear later either.
        """
        if (number := self._newest.get(task)) is not None:
            await self._syncs.reached(number)

    def withdraw(self, task: TaskId) -> None:
        """Drop an order whose intent is not on disk: it was not sent."""
        self._open.pop(task, None)

    def intend(self, intent: Intent) -> OpenTask:
        """Record that an order is about to be sent, once it is `on_disk`. It is dated after the shot's other orders."""
        self._append(structs.replace(intent, at=self._after_others(intent)))
        return self._open[intent.task_id]

    def reopen(self, intent: Intent, outputs: Sequence[Output]) -> None:
        """Resume a recorded task whose journal is not on this machine: some of its results are still to come."""
        self._append(intent)
        self.accept(intent.task_id)
        self.deliver(intent.task_id, outputs)

    def plan_says(self, intent: Intent) -> None:
        """Use the current plan for an open task where a journal from another machine differs."""
        self._open[intent.task_id] = replace(self._open[intent.task_id], intent=intent)

    def repeat(self, task: TaskId, order: Mapping[str, Json] | None = None) -> None:
        """Record that the order is about to be sent once more; returns once that is on disk.

        Args:
            task: an open task.
            order: the body, if it was built again; None if it is exactly what was journalled.
        """
        self._append(Repeated(task, self.now(), None if order is None else without_secrets(order)), at_once=True)

    def accept(self, task: TaskId) -> None:
        """Record that the provider has the order."""
        self._append(Accepted(task, self.now()))

    def remark(self, task: TaskId, text: str) -> None:
        """Record what the provider says of a task in progress, for `plan` and `why`."""
        said = readable(redact_message(text))
        if self._open[task].remark != said:
            self._append(Remarked(task, said, self.now()))

    def claimed(self, task: TaskId, who: str) -> None:
        """Record who else has claimed a task, for `status` and `why`."""
        if self._open[task].claimed_by != (name := readable(redact_message(who))):
            self._append(Claimed(task, name, self.now()))

    def deliver(self, task: TaskId, outputs: Sequence[Output]) -> None:
        """Record some results; others are still being rendered."""
        self._append_outputs(Delivered(task, self._with_earlier(task, outputs), self.now()))

    def finish(self, task: TaskId, report: TaskReport) -> None:
        """Record that the provider delivered everything; the videos are not archived yet."""
        now = by_name(report.outputs)
        seen = [name for name in by_name(self._open[task].outputs) if name in now]
        ordered = tuple(now[name] for name in dict.fromkeys((*seen, *now)))
        self._append_outputs(Finished(task, ordered, report.cost, self.now(task)))

    def fail(self, task: TaskId, failure: Failure, report: TaskReport | None, *, unbilled: bool = False) -> None:
        """Record that the provider ended the task without (all of) its videos, or refused it permanently.

        Args:
            task: an open task.
            failure: why.
            report: what the provider says of the task; None if it refused the order.
            unbilled: no copy of the order can have been accepted, so its cost is known: none.
        """
        outputs = self._with_earlier(task, report.outputs if report else ())
        cost, at = report.cost if report else Decimal(0) if unbilled else None, self.now(task)
        self._append_outputs(Failed(task, **failure.recorded, cost=cost, at=at, outputs=outputs))

    def abandon(self, task: TaskId, reason: str) -> None:
        """Close an order without a take: it was definitely not accepted, and nothing was paid."""
        self._append(Abandoned(task, readable(reason), self.now()), at_once=True)

    def outputs_of(self, task: TaskId) -> tuple[Output, ...]:
        """The journalled videos of a task, with the hashes that an earlier commit recorded in the lockfile."""
        takes = self._index.takes(task)
        known = {name: output for take in takes for name, output in by_name(take.outputs).items()}
        now = by_name(self._open[task].outputs)
        return tuple(with_hash(output, known.get(name)) for name, output in now.items())

    def readdress(self, task: TaskId, outputs: Sequence[Output]) -> None:
        """Replace the results' addresses with those that worked; the next commit writes them."""
        self._open[task] = replace(self._open[task], outputs=tuple(outputs))

    def commit(
        self,
        task: TaskId,
        instance: str,
        archived: Sequence[Archived | None],
        *,
        wanted: bool,
        ttl: int | None = None,
        expect: Expectations = NONE,
    ) -> Take:
        """Record a task, and close it when it has ended and all its videos are in the archive.

        The lockfile is written when a checkpoint is due; until then the task stays open in the journal on disk.

        Args:
            task: a task with journalled outputs or a journalled end.
            instance: the key to file it under (for a renamed shot it may differ from the intent's).
            archived: for each output the archived video, or None when it could not be fetched yet.
            wanted: whether the spec contains exactly this request now, so that the take becomes current.
            ttl: seconds the provider keeps the result, when that was requested.
            expect: what the spec expects of the videos now; those that do not meet it are marked.
        """
        outputs = tuple(map(without_secrets_of, with_videos(self.outputs_of(task), archived)))
        outputs = marked(outputs, expect)
        take = self._as_recorded(take_of(self._open[task], outputs, expiry(self._open[task], ttl)))
        self._index.add(instance, take, wanted=wanted)
        is_closed = self._open[task].ended and all(item is not None for item in archived)
        self._unwritten[task] = Committed(task, self.now()) if is_closed else None
        if self._checkpoints.is_due(len(self._index)):
            self.checkpoint()
        if is_closed:
            self._open.pop(task, None)
            self._newest.pop(task, None)
        return take

    def checkpoint(self) -> None:
        """Write the lockfile, then close what it has in the journal. Raises StorageError, LockfileError."""
        self._state.write_lockfile(self._index.copy())
        self._checkpoints.written()
        while self._unwritten:
            task = next(iter(self._unwritten))
            if (closing := self._unwritten[task]) is not None:
                self._state.write(closing)
                step(self._open, closing)
            del self._unwritten[task]
        while self._afterwards:
            self._afterwards.pop()()

    async def written(self, task: TaskId) -> None:
        """Wait until the file on disk has what is recorded of a task, before something is ordered that follows from it.

        All who wait share one write, and what is written for them is bounded like other checkpoints.

        Raises:
            StorageError, LockfileError: as `checkpoint`.
        """
        while task in self._unwritten:
            pause = self._checkpoints.pause(len(self._index))
            if pause <= 0:
                self.checkpoint()
            else:
                await self._clock.sleep(pause)

    def when_written(self, action: Callable[[], None]) -> None:
        """Do something once the lockfile on disk has everything that is recorded: now, if it has."""
        if self._unwritten:
            self._afterwards.append(action)
        else:
            action()

    def _as_recorded(self, take: Take) -> Take:
        """Keep the recorded order time of a known task, whatever a journal from another machine says."""
        times = (known.submitted_at for known in self._index.takes(take.task_id))
        return structs.replace(take, submitted_at=next(filter(None, times), take.submitted_at))

    def close(self) -> None:
        """Write what is not written yet, and drop closed tasks from the journal. Raises as `checkpoint`."""
        if self._unwritten:
            self.checkpoint()
        self._state.sync()
        self._state.compact()

    def _with_earlier(self, task: TaskId, outputs: Sequence[Output]) -> tuple[Output, ...]:
        """The outputs in the order in which they were first seen; an output once seen is never dropped."""
        return tuple((by_name(self._open[task].outputs) | by_name(outputs)).values())

    def _after_others(self, intent: Intent) -> str:
        """The order's time, or one millisecond after the shot's last order if the clock is not later than that."""
        records = (self.lockfile.shots.get(intent.instance), self.lockfile.retired.get(intent.instance))
        known = [take.submitted_at for record in records if record for take in record.takes]
        known += [task.intent.at for task in self._open.values() if task.intent.instance == intent.instance]
        return time_after(intent.at, known)

    def _append(self, event: Event, *, at_once: bool = False) -> None:
        """Write an event; `at_once` for one that a step follows without `on_disk`."""
        if at_once:
            self._state.append(event)
        else:
            self._newest[event.task_id] = self._state.write(event)
        step(self._open, event)

    def _append_outputs(self, event: Delivered | Finished | Failed) -> None:
        """Journal outputs. Signed addresses are secret: kept in memory for the download, never written to a file."""
        written = structs.replace(event, outputs=tuple(map(without_secrets_of, event.outputs)))
        self._newest[event.task_id] = self._state.write(written)
        step(self._open, event)
