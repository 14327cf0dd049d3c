"""Shots that follow from others: each waits for its own sources only, and is decided once their takes are recorded."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from ltxspec.apply.events import Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.lock.models import ShotRecord, Take
from ltxspec.plan.actions import Change
from ltxspec.plan.expectations import unmet_by
from ltxspec.plan.holding import approval, lack
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.sources import nth_take, output_of
from ltxspec.render.expectations import NONE
from ltxspec.render.models import Request
from ltxspec.render.references import Reference
from ltxspec.values import ShotAddress, TaskId

Replan = Callable[[Request, RecordedState], Change]  # decides on one shot, against what is recorded now
Fetch = Callable[[Ledger, Take], Awaitable[None]]  # archives the videos of a take, as far as possible, and records it

_ITS_SOURCE = "its source "
_HAS_TAKE = (Outcome.RENDERED, Outcome.COLLECTED, Outcome.RECORDED)


def no_replan(request: Request, _recorded: RecordedState) -> Change:
    """Of a run in which no shot follows from another one."""
    raise AssertionError(f"{request.address} follows from no shot")


class SourceMissing(Exception):
    """A shot cannot follow from its source in this run; the message says why."""


@dataclass(slots=True)
class Chains:
    """The orders of a run by address, and how those have ended that others wait for.

    Args:
        changes: all changes of the run.
        ledgers: the writers of its specs.
        before: the outcomes of what was in progress before anything is ordered.
        replan: decides on a shot whose sources are known.
        fetch: archives the take of a source that was recorded without its hash, such as an imported one.
        is_approved: whether somebody approved a take: then it may be other than expected.
        requests: every request of the specs, also outside the run's scope: what they need decides what may follow.
    """

    changes: Sequence[Change]
    ledgers: dict[str, Ledger]
    before: Sequence[ShotOutcome]
    replan: Replan
    fetch: Fetch
    is_approved: Callable[[TaskId], bool] = lambda _: False
    requests: Sequence[Request] = ()
    _fetched: dict[TaskId, "asyncio.Future[None]"] = field(default_factory=dict)
    _ended: dict[ShotAddress, "asyncio.Future[ShotOutcome | None]"] = field(default_factory=dict)
    _tasks: dict[ShotAddress, TaskId] = field(default_factory=dict)  # takes that sources have, or get in this run
    _failed: dict[ShotAddress, ShotOutcome] = field(default_factory=dict)
    _sources: dict[ShotAddress, Request] = field(default_factory=dict)  # with a gate, or with expectations

    def __post_init__(self) -> None:
        """Note which takes there are already."""
        self._sources = {one.address: one for one in self.requests if one.gate or one.expect != NONE}
        for change in self.changes:
            if change.action.spends:
                self._ended[change.address] = asyncio.get_running_loop().create_future()
            elif change.task_id is not None and change.request is not None:  # else an order for an earlier version
                self._tasks[change.address] = change.task_id
        for outcome in self.before:  # of other tasks of the shot as well: those are not what it keeps
            if outcome.task_id is not None and self._tasks.get(outcome.address) == outcome.task_id:
                self._note(outcome)

    def end(self, address: ShotAddress, outcome: ShotOutcome | None) -> None:
        """Let the shots go on that wait for this one; None: it ended by an unexpected error."""
        self._ended[address].set_result(outcome)

    async def completed(self, change: Change) -> Change:
        """The change of an order as it is decided now that its sources have takes.

        Raises:
            SourceMissing: a source has none.
        """
        request = change.request
        if request is None or change.fingerprint is not None:
            return change
        await self._wait_for(request)
        known = request.sources or (None,) * len(request.references)
        pairs = zip(request.references, known, strict=True)
        found = [sha256 or await self._output(reference) for reference, sha256 in pairs]
        ledger = self.ledgers[change.address.spec]
        return self.replan(request.beginning_with(found), ledger.state)

    def refuse_unapproved(self, change: Change) -> None:
        """Refuse an order whose source needs an approval and has none now: people decide while a run waits.

        Raises:
            SourceMissing: so it is.
        """
        references = change.request.references if change.request is not None else ()
        planned = change.source_takes or (None,) * len(references)
        for reference, task in zip(references, planned, strict=True):
            source = self._sources.get(reference.source)
            if source is None:
                continue
            take = self._take(reference, task)
            unmet = unmet_by(take, source.expect)
            if (source.gate or unmet) and not self.is_approved(take.task_id):
                lacking = f"is not as expected: {'; '.join(unmet.values())}" if unmet else "is not approved any more"
                cure = f"{approval(reference)} sets this free"
                raise SourceMissing(f"{_ITS_SOURCE}`{reference.source}` {lacking}; {cure}")

    async def _wait_for(self, request: Request) -> None:
        for source in request.after:
            if source not in self._ended:
                continue
            outcome = await asyncio.shield(self._ended[source])
            if outcome is None:
                raise SourceMissing(f"{_ITS_SOURCE}`{source}` was not finished")
            self._note(outcome)

    def _note(self, outcome: ShotOutcome) -> None:
        if outcome.outcome in _HAS_TAKE and outcome.task_id is not None:
            self._tasks[outcome.address] = outcome.task_id
        if outcome.outcome not in _HAS_TAKE:
            self._failed[outcome.address] = outcome

    async def _output(self, reference: Reference) -> str:
        """The hash of the output that a reference means. Raises SourceMissing."""
        source = reference.source
        if reference.take is None and (failed := self._failed.get(source)) is not None:
            raise SourceMissing(f"{_ITS_SOURCE}`{source}` {_ended_as(failed)}")
        if output_of(self._take(reference), reference.result) is None:
            await self._fetch(source, self._take(reference))
        take = self._take(reference)
        if (lacking := lack(reference, take)) is not None:
            raise SourceMissing(lacking)
        sha256 = output_of(take, reference.result)
        if sha256 is None:
            raise SourceMissing(f"the video of its source `{source}` cannot be fetched; try `ltxspec archive pull`")
        return sha256

    def _take(self, reference: Reference, planned: TaskId | None = None) -> Take:
        """The take that a reference means; `planned` if its source is outside the run. Raises SourceMissing."""
        source = reference.source
        ledger, task = self.ledgers.get(source.spec), self._tasks.get(source, planned)
        record = ledger.lockfile.shots.get(source.instance) if ledger is not None else None
        if record is None or (task is None and reference.take is None):
            raise SourceMissing(f"{_ITS_SOURCE}`{source}` has no take")
        take = _in_use(record, task) if reference.take is None else nth_take(record, reference.take)
        if take is None or take.status != "succeeded":
            raise SourceMissing(f"{_ITS_SOURCE}`{source}` has no such take")
        return take

    async def _fetch(self, source: ShotAddress, take: Take) -> None:
        """Archive a take once, however many shots follow from it."""
        if take.task_id not in self._fetched:
            self._fetched[take.task_id] = asyncio.ensure_future(self.fetch(self.ledgers[source.spec], take))
        await self._fetched[take.task_id]


def _in_use(record: ShotRecord, task: TaskId | None) -> Take | None:
    """The take of a task; the one in use where another was picked before all results of the task had arrived."""
    take = record.take(task or TaskId(""))
    return take if take is None or record.current is None else record.current_take


def _ended_as(outcome: ShotOutcome) -> str:
    words = {
        Outcome.FAILED: "failed",
        Outcome.UNRESOLVED: "is unresolved",
        Outcome.HELD_BACK: "was not ordered",
        Outcome.DETACHED: "is in progress; run `ltxspec collect`, and apply again",
    }
    word = words.get(outcome.outcome, "has no take")
    told = outcome.message or ""
    if outcome.outcome is Outcome.DETACHED or told.startswith(_ITS_SOURCE):  # the cause stands in that shot's own line
        return word
    return f"{word}: {told}" if told else word
