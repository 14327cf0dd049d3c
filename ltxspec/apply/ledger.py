"""The writer of a spec's journal and lockfile while the engine runs: each step is on disk before the next begins."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import MAXYEAR, UTC, datetime, timedelta
from decimal import Decimal

from msgspec import structs

from ltxspec.apply.archived import with_archived, with_video
from ltxspec.apply.orders import without_secrets
from ltxspec.apply.ports import Archived, Clock, SpecState, TaskReport
from ltxspec.apply.records import add_take, record_changes
from ltxspec.lock.journal import (
    Abandoned,
    Accepted,
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
from ltxspec.lock.models import Failure, Output, Take, readable
from ltxspec.plan.actions import Change
from ltxspec.plan.expectations import unmet
from ltxspec.plan.recorded import RecordedState
from ltxspec.redaction import redact_secrets, redact_url
from ltxspec.render.expectations import NONE, Expectations
from ltxspec.values import Json, TaskId


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as in lockfiles."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _time_of(written: str | None) -> datetime | None:
    """A recorded time; None if it is missing (an imported take), invalid, or so late that none could follow it."""
    try:
        found = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None and found.year < MAXYEAR else None


def time_after(wanted: str, known: Iterable[str | None]) -> str:
    """A time as written, or one millisecond after the latest of those known: a clock may have been set back."""
    at, others = _time_of(wanted), [found for found in map(_time_of, known) if found is not None]
    if at is None or not others or at > max(others):
        return wanted
    return timestamp(max(others) + timedelta(milliseconds=1))


class Ledger:
    """Lockfile and journal of one spec, while its lock is held."""

    def __init__(self, spec: str, state: SpecState, clock: Clock, wanted: Collection[str]) -> None:
        self.spec = spec
        self._state = state
        self._clock = clock
        self._wanted = wanted  # instance keys that the spec has now
        self.lockfile = state.read_lockfile()
        self._open: dict[TaskId, OpenTask] = {}
        for event in state.events():
            step(self._open, event)

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
        ordered = _time_of(self._open[task].intent.at) if task in self._open else None
        return timestamp(max(present, ordered) if ordered else present)

    def record(self, changes: Collection[Change]) -> None:
        """Record changes that cost nothing, all at once."""
        self.lockfile = record_changes(self.lockfile, changes, self._wanted)
        self._state.write_lockfile(self.lockfile)

    def archived(self, task: TaskId, outputs: Sequence[Output], archived: Sequence[Archived | None]) -> None:
        """Record the hashes of a take whose videos were fetched after it was recorded."""
        self.lockfile = with_archived(self.lockfile, task, outputs, archived)
        self._state.write_lockfile(self.lockfile)

    def intend(self, intent: Intent) -> OpenTask:
        """Record that an order is about to be sent; returns once on disk. It is dated after the shot's other orders."""
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
        self._append(Repeated(task, self.now(), None if order is None else without_secrets(order)))

    def accept(self, task: TaskId) -> None:
        """Record that the provider has the order."""
        self._append(Accepted(task, self.now()))

    def remark(self, task: TaskId, text: str) -> None:
        """Record what the provider says of a task in progress, for `plan` and `why`."""
        said = readable(str(redact_secrets(text)))
        if self._open[task].remark != said:
            self._append(Remarked(task, said, self.now()))

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
        self._append(Abandoned(task, readable(reason), self.now()))

    def outputs_of(self, task: TaskId) -> tuple[Output, ...]:
        """The journalled videos of a task, with the hashes that an earlier commit recorded in the lockfile."""
        records = [*self.lockfile.shots.values(), *self.lockfile.retired.values()]
        takes = [take for record in records if (take := record.take(task)) is not None]
        known = {name: output for take in takes for name, output in by_name(take.outputs).items()}
        now = by_name(self._open[task].outputs)
        return tuple(_with_hash(output, known.get(name)) for name, output in now.items())

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
        """Write a task into the lockfile, and close it when it has ended and all its videos are in the archive.

        Args:
            task: a task with journalled outputs or a journalled end.
            instance: the key to file it under (for a renamed shot it may differ from the intent's).
            archived: for each output the archived video, or None when it could not be fetched yet.
            wanted: whether the spec contains exactly this request now, so that the take becomes current.
            ttl: seconds the provider keeps the result, when that was requested.
            expect: what the spec expects of the videos now; those that do not meet it are marked.
        """
        outputs = tuple(map(_without_secrets, _with_archived(self.outputs_of(task), archived)))
        outputs = _marked(outputs, expect)
        take = self._as_recorded(_take(self._open[task], outputs, ttl))
        self.lockfile = add_take(self.lockfile, instance, take, wanted=wanted)
        self._state.write_lockfile(self.lockfile)
        if self._open[task].ended and all(item is not None for item in archived):
            self._append(Committed(task, self.now()))
        return take

    def _as_recorded(self, take: Take) -> Take:
        """Keep the recorded order time of a known task, whatever a journal from another machine says."""
        records = [*self.lockfile.shots.values(), *self.lockfile.retired.values()]
        times = (known.submitted_at for record in records if (known := record.take(take.task_id)) is not None)
        return structs.replace(take, submitted_at=next(filter(None, times), take.submitted_at))

    def close(self) -> None:
        """Drop closed tasks from the journal."""
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

    def _append(self, event: Event) -> None:
        self._state.append(event)
        step(self._open, event)

    def _append_outputs(self, event: Delivered | Finished | Failed) -> None:
        """Journal outputs. Signed addresses are secret: kept in memory for the download, never written to a file."""
        self._state.append(structs.replace(event, outputs=tuple(map(_without_secrets, event.outputs))))
        step(self._open, event)


def by_name(outputs: Iterable[Output]) -> dict[tuple[str, int], Output]:
    """A task's results by identity: the video's id, else its address without secrets, plus a number."""
    found: dict[tuple[str, int], Output] = {}
    seen = Counter[str]()
    for output in outputs:
        name = output.video_uuid or redact_url(output.video_url or "")
        found[name, seen[name]] = output
        seen[name] += 1
    return found


def _marked(outputs: tuple[Output, ...], expect: Expectations) -> tuple[Output, ...]:
    """The results, each with the expectations that it does not meet; without expectations, as they are."""
    if not expect:
        return outputs
    return tuple(
        structs.replace(output, unmet=tuple(unmet(expect, output.facts)) or None) if output.facts else output
        for output in outputs
    )


def _without_secrets(output: Output) -> Output:
    return structs.replace(output, video_url=redact_url(output.video_url)) if output.video_url else output


def _with_hash(output: Output, recorded: Output | None) -> Output:
    return (
        output
        if recorded is None
        else structs.replace(
            output, sha256=recorded.sha256, bytes=recorded.bytes, facts=recorded.facts, unmet=recorded.unmet
        )
    )


def _with_archived(outputs: Sequence[Output], archived: Sequence[Archived | None]) -> tuple[Output, ...]:
    """Outputs with their archived hash and size; an earlier recorded hash stays where nothing was fetched."""
    pairs = zip(outputs, archived, strict=True)
    return tuple(output if item is None else with_video(output, item) for output, item in pairs)


def _take(task: OpenTask, outputs: tuple[Output, ...], ttl: int | None) -> Take:
    """The lockfile entry of a task that has ended. Videos of a partly failed task are kept as its outputs."""
    intent = task.intent
    expires = None
    if ttl is not None and task.finished_at is not None:
        expires = timestamp(datetime.fromisoformat(task.finished_at) + timedelta(seconds=ttl))
    # a take with videos counts as succeeded; any partial failure was reported separately
    reason = task.failure.recorded if task.failure is not None and not outputs else {}
    return Take(
        task_id=intent.task_id,
        fingerprint=intent.fingerprint,
        model=str(intent.request["model"]),
        request=intent.request,
        status="succeeded" if outputs else "failed",
        cost=task.cost,
        outputs=outputs,
        inputs=intent.inputs,
        submitted_at=intent.at,
        finished_at=task.finished_at,
        expires_at=expires,
        retake=intent.retake,
        attempt=intent.attempt,
        fence=intent.fence,
        **reason,
    )
