"""Shots that follow from others: each waits for its own sources only, and is decided once their takes are recorded."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from ltxspec.apply.events import Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.source_takes import ITS_SOURCE, SourceMissing, SourceTakes
from ltxspec.errors import LtxspecError
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Change
from ltxspec.plan.holding import lack
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.sources import output_of
from ltxspec.render.models import Request
from ltxspec.render.references import Reference
from ltxspec.values import ShotAddress, TaskId

Replan = Callable[[Request, RecordedState], Change]  # decides on one shot, against what is recorded now
Fetch = Callable[[Ledger, Take], Awaitable[None]]  # archives the videos of a take, as far as possible, and records it

_HAS_TAKE = (Outcome.RENDERED, Outcome.COLLECTED, Outcome.RECORDED)


def no_replan(request: Request, _recorded: RecordedState) -> Change:
    """Of a run in which no shot follows from another one."""
    raise AssertionError(f"{request.address} follows from no shot")


@dataclass(slots=True)
class Chains:
    """The orders of a run by address, and how those have ended that others wait for.

    Args:
        changes: all changes of the run.
        takes: the takes of its shots; those that sources get are noted there.
        before: the outcomes of what was in progress before anything is ordered.
        replan: decides on a shot whose sources are known.
        fetch: archives the take of a source that was recorded without its hash, such as an imported one.
    """

    changes: Sequence[Change]
    takes: SourceTakes
    before: Sequence[ShotOutcome]
    replan: Replan
    fetch: Fetch
    _fetched: dict[TaskId, "asyncio.Future[None]"] = field(default_factory=dict)
    _ended: dict[ShotAddress, "asyncio.Future[ShotOutcome | None]"] = field(default_factory=dict)
    _failed: dict[ShotAddress, ShotOutcome] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note which takes there are already."""
        for change in self.changes:
            if change.action.spends:
                self._ended[change.address] = asyncio.get_running_loop().create_future()
            elif change.task_id is not None and change.request is not None:  # else an order for an earlier version
                self.takes.tasks[change.address] = change.task_id
        for outcome in self.before:  # of other tasks of the shot as well: those are not what it keeps
            if outcome.task_id is not None and self.takes.tasks.get(outcome.address) == outcome.task_id:
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
        ledger = self.takes.ledgers[change.address.spec]
        decided = self.replan(request.beginning_with(found), ledger.state)
        return replace(decided, source_takes=change.source_takes)  # of sources that were no part of the run

    async def _wait_for(self, request: Request) -> None:
        for source in request.after:
            if source not in self._ended:
                continue
            outcome = await asyncio.shield(self._ended[source])
            if outcome is None:
                raise SourceMissing(f"{ITS_SOURCE}`{source}` was not finished")
            self._note(outcome)

    def _note(self, outcome: ShotOutcome) -> None:
        if outcome.outcome in _HAS_TAKE and outcome.task_id is not None:
            self.takes.tasks[outcome.address] = outcome.task_id
        if outcome.outcome not in _HAS_TAKE:
            self._failed[outcome.address] = outcome

    async def _output(self, reference: Reference) -> str:
        """The hash of the output that a reference means. Raises SourceMissing."""
        source = reference.source
        if reference.take is None and (failed := self._failed.get(source)) is not None:
            raise SourceMissing(f"{ITS_SOURCE}`{source}` {_ended_as(failed)}")
        if output_of(self.takes.of(reference), reference.result) is None:
            await self._fetch(source, self.takes.of(reference))
        take = self.takes.of(reference)
        if (lacking := lack(reference, take)) is not None:
            raise SourceMissing(lacking)
        sha256 = output_of(take, reference.result)
        if sha256 is None:
            raise SourceMissing(f"the video of its source `{source}` cannot be fetched; try `ltxspec archive pull`")
        await self._written(source, take)
        return sha256

    async def _written(self, source: ShotAddress, take: Take) -> None:
        """Wait until the lockfile has the take: a run that is killed must know what its orders follow from."""
        try:
            await self.takes.ledgers[source.spec].written(take.task_id)
        except LtxspecError as error:
            raise SourceMissing(f"the take of its source `{source}` cannot be recorded: {error.line}") from error

    async def _fetch(self, source: ShotAddress, take: Take) -> None:
        """Archive a take once, however many shots follow from it."""
        if take.task_id not in self._fetched:
            self._fetched[take.task_id] = asyncio.ensure_future(self.fetch(self.takes.ledgers[source.spec], take))
        await self._fetched[take.task_id]


def _ended_as(outcome: ShotOutcome) -> str:
    words = {
        Outcome.FAILED: "failed",
        Outcome.UNRESOLVED: "is unresolved",
        Outcome.HELD_BACK: "was not ordered",
        Outcome.DETACHED: "is in progress; run `ltxspec collect`, and apply again",
    }
    word = words.get(outcome.outcome, "has no take")
    told = outcome.message or ""
    if outcome.outcome is Outcome.DETACHED or told.startswith(ITS_SOURCE):  # the cause stands in that shot's own line
        return word
    return f"{word}: {told}" if told else word
