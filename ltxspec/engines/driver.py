"""The driver's side of a spread run: every record, limit and decision stays here.

Shards order, wait and fetch on other machines; what they write goes through the driver's journal and lockfiles, which
it has locked. An intent is on the driver's disk before the order is sent. So a machine that is lost loses nothing, and
a driver that is lost leaves what any interrupted apply leaves. Of a shard that is run twice, only the latest attempt is
heard: the other one cannot order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from msgspec import structs

from ltxspec.apply.engine import Job
from ltxspec.apply.events import ApplyEvent, Emit, EventKind, Outcome, ShotOutcome
from ltxspec.apply.ports import LocalMedia
from ltxspec.engines.account import account_of
from ltxspec.engines.agreeing import agreed_by, answers
from ltxspec.engines.messages import (
    Answer,
    Ask,
    Failure,
    SpecPart,
    Work,
    attached,
    attached_request,
    bare,
    bare_change,
)
from ltxspec.engines.parts import Part, retried
from ltxspec.errors import LtxspecError, Refused
from ltxspec.lock.journal import Event, Intent, JournalState, step
from ltxspec.lock.merge import merge_lockfiles
from ltxspec.lock.models import Lockfile, ShotRecord, Take
from ltxspec.plan.actions import Change
from ltxspec.plan.recorded import RecordedState
from ltxspec.project.remarks import Approvals
from ltxspec.project.running.rivals import rival_of
from ltxspec.project.running.run import PreparedRun, media_loader
from ltxspec.render.models import Request
from ltxspec.values import Fingerprint, ShotAddress, TaskId
from ltxspec.version import __version__

Records = Mapping[str, ShotRecord]
_REMEMBERED = 8  # answers of each attempt; it asks two questions at once at most


@dataclass(frozen=True, slots=True)
class Changed:
    """The records of a lockfile that differ from those that a shard last knew, and these."""

    shots: Records
    retired: Records
    shots_before: Records
    retired_before: Records


class Desk:
    """Answers the questions of shards.

    Args:
        run: the run, whose locks are held.
        parts: its shards.
        emit: called with each event.
        folder: the project, if the shards share the driver's files; None: they do not.
    """

    def __init__(self, run: PreparedRun, parts: Sequence[Part], emit: Emit, folder: str | None) -> None:
        self.run, self.parts = run, parts
        self.proved: Callable[[], None] = lambda: None  # called when a price was confirmed
        self.is_proved = False
        self._emit, self._folder = emit, folder
        self._jobs = {job.ledger.spec: job for job in run.jobs}
        self._lockfiles = {name: job.ledger.lockfile for name, job in self._jobs.items()}
        self._open = {name: dict(job.ledger.open) for name, job in self._jobs.items()}
        self._dirty: set[str] = set()
        self._answered: dict[tuple[str, int], Answer] = {}  # lately, by attempt and number
        self._attempts: dict[int, str] = {}
        self._intended: set[TaskId] = set()  # in this run
        self._bought: set[TaskId] = set()  # those of them that the provider did not have already
        self._reserved: dict[int, set[TaskId]] = {}
        self._decided: dict[ShotAddress, Change] = {}  # of shots whose sources got their takes in this run
        self._planned = {change.address: change for part in parts for change in part.changes}
        requests = [request for job in run.jobs for request in job.requests]
        self._requests = {request.address: request for request in requests}
        self._media = media_loader(run.project)
        self._rival = rival_of(run.project, list(self._jobs))
        self._approvals = Approvals(run.project)
        self._kinds: Mapping[str, Callable[..., object]] = {
            "begin": self._begin, "news": lambda _: None, "append": self._append, "records": self._records,
            "reserve": self._reserve, "budget": self._budget, "stop": self._stop, "media": self._load,
            "rival": lambda _, change: self._rival(self._whole(change)),
            "approved": lambda _, task: task in self._approvals,
            "replan": self._replan, "identify": self._identify,
            "earlier": lambda _, address: tuple(self._requests[address].earlier()), **answers(run.claiming),
        }  # fmt: skip

    def answer(self, asks: Sequence[Ask]) -> list[Answer]:
        """Answer questions that came together. What they record is on disk when this returns."""
        answers = [self._answered.get((ask.attempt, ask.number)) or self._one(ask) for ask in asks]
        if (failure := self._written()) is not None:
            pairs = zip(asks, answers, strict=True)
            answers = [replace(one, failure=failure) if ask.kind == "records" else one for ask, one in pairs]
        for ask, one in zip(asks, answers, strict=True):
            self._answered[ask.attempt, ask.number] = one
            self._answered.pop((ask.attempt, ask.number - _REMEMBERED), None)
        return answers

    def outcomes(self, part: Part, end: Sequence[ShotOutcome]) -> list[ShotOutcome]:
        """How the orders of a shard ended, with those that an earlier attempt of it had finished."""
        found = [self._own(outcome) for outcome in end]
        told = {outcome.address for outcome in found}
        for change in self._decided_now(part.orders):
            take = None if change.address in told else self._take(change)
            if take is not None:
                found.append(self._of_record(change, take))
        return found

    def lost(self, part: Part, why: str) -> list[ShotOutcome]:
        """How the orders of a shard stand that the cluster gave up, or that could not begin."""
        found = self.outcomes(part, ())
        told = {outcome.address for outcome in found}
        for change in self._decided_now(part.orders):
            if change.address not in told:
                is_open = change.task_id in self._open[change.address.spec]
                outcome = Outcome.UNRESOLVED if is_open else Outcome.HELD_BACK
                found.append(ShotOutcome(change.address, outcome, change.task_id, change.estimate, message=why))
        return found

    def _of_record(self, change: Change, take: Take) -> ShotOutcome:
        """How an order ended whose machine was lost after it had recorded it."""
        outcome = Outcome.RENDERED if take.status == "succeeded" else Outcome.FAILED
        if take.task_id not in self._bought:
            outcome = Outcome.RECORDED
        archived = all(output.sha256 for output in take.outputs)
        unmet = tuple(dict.fromkeys(key for output in take.outputs for key in output.unmet or ()))
        return ShotOutcome(
            change.address, outcome, take.task_id, change.estimate, take.cost, take.message,
            archived=archived, unmet=unmet,
        )  # fmt: skip

    @property
    def lockfiles(self) -> Iterable[Lockfile]:
        """The lockfiles as they are now."""
        return self._lockfiles.values()

    def _own(self, outcome: ShotOutcome) -> ShotOutcome:
        """An order that a lost machine placed was placed in this run."""
        if outcome.task_id not in self._bought:
            return outcome
        ended = Outcome.RENDERED if outcome.outcome is Outcome.COLLECTED else outcome.outcome
        return replace(outcome, outcome=ended, ordered_here=True)

    def _one(self, ask: Ask) -> Answer:
        stop = self.run.stop
        try:
            if ask.kind != "begin" and self._attempts.get(ask.shard) != ask.attempt:
                raise Refused("superseded", "this shard is run again by another machine, which goes on with it")
            for event in ask.events:
                self._emit(event)
            value = self._kinds[ask.kind](ask, *ask.arguments)
        except LtxspecError as error:
            return Answer(failure=Failure.of(error), stop=stop.asked(), by_user=stop.by_user)
        return Answer(value, stop=stop.asked(), by_user=stop.by_user)

    # --- the beginning of a shard

    def _begin(self, ask: Ask, version: str) -> Work:
        if version != __version__:
            summary = f"a machine of the cluster has ltxspec {version}, and this one {__version__}"
            raise Refused("other-version", summary, hint="install the same version on all of them")
        if ask.shard in self._attempts:
            text = f"shard {ask.shard + 1} of {len(self.parts)} is run again: its machine was lost"
            self._emit(ApplyEvent(EventKind.SHARD_REPEATED, text))
        self._attempts[ask.shard] = ask.attempt
        for task in self._reserved.pop(ask.shard, set()) - self._intended:
            self.run.budget.release(task)  # its machine was lost before it was ordered
        part, run = self.parts[ask.shard], self.run
        labels = {change.task_id: str(change.address) for change in part.changes if change.task_id is not None}
        return Work(
            run.project.provider, run.project.config, run.project.catalog, self._folder,
            tuple(self._part(self._jobs[spec], changes) for spec, changes in part.by_spec().items()),
            replace(run.settings, parallelism=part.parallelism, approved=True),
            part.is_limited and not self.is_proved, labels,
            agreed_by(run.claiming, list(self._jobs)), account_of(run.project, ask.attempt),
        )  # fmt: skip

    def _part(self, job: Job, changes: Sequence[Change]) -> SpecPart:
        spec = job.ledger.spec
        mine = {change.task_id for change in self._decided_now(changes) if change.task_id in self._intended}
        events = [event for event in self.run.states[spec].events() if event.task_id in mine & self._open[spec].keys()]
        return SpecPart(
            spec, self._lockfiles[spec], events, frozenset(self._keys(job)),
            [bare_change(self._as_it_stands(change)) for change in self._decided_now(changes)],
            job.retries, [bare(request) for request in job.requests if request.gate or request.expect],
            job.is_context,
        )  # fmt: skip

    def _as_it_stands(self, change: Change) -> Change:
        is_ordered = change.task_id in self._intended and change.action.spends
        return retried(change, self._state(change.address.spec)) if is_ordered else change

    def _keys(self, job: Job) -> set[str]:
        return {request.address.instance for request in job.requests} | self._lockfiles[job.ledger.spec].shots.keys()

    def _decided_now(self, changes: Iterable[Change]) -> list[Change]:
        return [self._decided.get(change.address, change) for change in changes]

    # --- records

    def _state(self, spec: str) -> RecordedState:
        return RecordedState(self._lockfiles[spec], JournalState(dict(self._open[spec])))

    def _append(self, ask: Ask, spec: str, event: Event) -> None:
        is_new = isinstance(event, Intent) and event.task_id in self._reserved.get(ask.shard, ())
        if is_new and (reason := self.run.stop.asked()) is not None:
            raise Refused("stopped", reason)
        self.run.states[spec].append(event)
        step(self._open[spec], event)
        if isinstance(event, Intent):
            self._intended.add(event.task_id)
            self._bought.update({event.task_id} if is_new else ())

    def _records(self, _: Ask, spec: str, changed: Changed) -> None:
        """Merge what a shard records into the lockfile; it is written when all questions of the moment are heard."""
        now = self._lockfiles[spec]
        keys = {*changed.shots, *changed.retired}

        def of(shots: Records, retired: Records) -> Lockfile:
            return Lockfile(
                now.provider, spec,
                {key: shots[key] for key in keys & shots.keys()},
                {key: retired[key] for key in keys & retired.keys()},
            )  # fmt: skip

        base = of(changed.shots_before, changed.retired_before)
        merged = merge_lockfiles(of(now.shots, now.retired), of(changed.shots, changed.retired), base)
        kept = {key: record for key, record in now.retired.items() if key not in merged.shots}
        self._lockfiles[spec] = structs.replace(
            now, shots={**now.shots, **merged.shots}, retired={**kept, **merged.retired}
        )
        self._dirty.add(spec)

    def _written(self) -> Failure | None:
        """Write the lockfiles that changed. Returns why one could not be written; it is tried again the next time."""
        failure = None
        for spec in sorted(self._dirty):
            try:
                self.run.states[spec].write_lockfile(self._lockfiles[spec])
                self._dirty.discard(spec)
            except LtxspecError as error:
                failure = Failure.of(error)
        return failure

    def _take(self, change: Change) -> Take | None:
        record = self._lockfiles[change.address.spec].shots.get(change.address.instance)
        return record.take(change.task_id) if record is not None and change.task_id is not None else None

    # --- limits and decisions

    def _reserve(self, ask: Ask, *order: Any) -> bool:
        if self.run.stop.asked() is None and not self.run.budget.reserve(*order):
            return False
        self._reserved.setdefault(ask.shard, set()).add(order[0])
        return True

    def _budget(self, _: Ask, name: str, *arguments: Any) -> object:
        found: object = getattr(self.run.budget, name)(*arguments)
        if name == "settle" and arguments[1]:  # a refusal that costs nothing proves no price
            self.is_proved = True
            self.proved()
        return found

    def _stop(self, _: Ask, reason: str) -> None:
        self.run.stop.stop(reason)

    def _load(self, _: Ask, change: Change) -> list[LocalMedia]:
        return self._media(change)

    def _replan(self, _: Ask, request: Request) -> Change:
        address = request.address
        whole = attached_request(request, self._named, self._earlier)
        decided = self.run.replan(whole, self._state(address.spec))
        self._decided[address] = replace(decided, source_takes=self._planned[address].source_takes)
        return bare_change(decided)

    def _identify(self, _: Ask, address: ShotAddress, names: Sequence[str]) -> tuple[Fingerprint, ...]:
        return tuple(self._named(address, names))

    def _named(self, address: ShotAddress, names: Sequence[str]) -> Sequence[Fingerprint]:
        identify = self._requests[address].identify
        return () if identify is None else identify(*names)

    def _earlier(self, address: ShotAddress) -> Sequence[Fingerprint]:
        return self._requests[address].earlier()

    def _whole(self, change: Change) -> Change:
        return attached(change, self._named, self._earlier)
