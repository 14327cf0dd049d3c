"""Renders that other specs of the project own: what a spec can take over from them, and what it would buy again. Pure.

While a spec is planned, a record it may take over is among its retired ones, under its whole address
(`other-spec.shot`): planning then treats it like any other name that is gone, and a change names it as its origin.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from dataclasses import replace as with_fields
from functools import cached_property

from msgspec.structs import replace

from ltxspec.catalog.models import PROMPT, Catalog
from ltxspec.lock.journal import Intent
from ltxspec.lock.models import Lockfile, ShotRecord, Take
from ltxspec.plan.actions import SPENDING, Action, Change, Reason
from ltxspec.plan.failures import failures
from ltxspec.plan.recorded import RecordedState, every_fingerprint, record_under, spare_takes
from ltxspec.plan.same_words import letters
from ltxspec.render.models import Request
from ltxspec.values import Fingerprint, ShotAddress, TaskId, foreign_address

_CURE = "remove the shot there and its take moves here, or use the one video in both places"
_TAKEN = "another shot takes it over; keep one of the shots, and use its video in both places"
_UNREAD = "correct that spec: if it does not need the render, its take moves here then"
_LINES = ", with other line ends or spaces in its prompt"
_EARLIER = (
    "its take has line ends or spaces of an earlier ltxspec, and only a shot with that shot's template keeps it; "
    "use the one video in both places"
)
_COLLECT = "run `ltxspec collect` first"
LACKING = SPENDING | {Action.BLOCKED}  # a shot without a take of its request


@dataclass(frozen=True)
class OtherSpec:
    """What another spec has, and what it requests now."""

    name: str
    recorded: RecordedState
    requests: Callable[[], Mapping[str, Request] | None]  # empty: no spec has this name; None: unknown
    catalog: Catalog

    @cached_property
    def orders(self) -> Mapping[TaskId, Take | Intent]:
        """Each recorded take and each task in progress."""
        lockfile = self.recorded.lockfile
        records = (*lockfile.shots.values(), *lockfile.retired.values())
        found: dict[TaskId, Take | Intent] = {take.task_id: take for record in records for take in record.takes}
        return found | {task: one.intent for task, one in self.recorded.journal.open.items()}

    @cached_property
    def marks(self) -> Mapping[TaskId, AbstractSet[Fingerprint]]:
        """Every fingerprint of each order."""
        return {task: every_fingerprint(order, self.catalog) for task, order in self.orders.items()}

    def tasks_of(self, renders: Collection[Fingerprint]) -> set[TaskId]:
        """The tasks that made some renders."""
        if not renders or self.every_mark.isdisjoint(renders):
            return set()
        return {task for task, marks in self.marks.items() if not marks.isdisjoint(renders)}

    @cached_property
    def letters(self) -> AbstractSet[str]:
        """The prompts of all orders, without spaces."""
        return {letters(order.request.get(PROMPT)) for order in self.orders.values()}

    def by_earlier(self, key: str, bought: Fingerprint) -> AbstractSet[Fingerprint]:
        """The present fingerprints of a shot, if an order of it answers only by the rules of earlier versions."""
        request = (self.requests() or {}).get(key)
        if request is None or bought in request.versions or bought not in request.earlier():
            return frozenset()
        return frozenset(request.versions)

    @cached_property
    def every_mark(self) -> AbstractSet[Fingerprint]:
        """All of them."""
        return frozenset().union(*self.marks.values())


@dataclass(slots=True)
class Offers:
    """What other specs have of one spec's requests."""

    records: dict[str, ShotRecord] = field(default_factory=dict)  # by whole address: free to be taken over
    owned: dict[Fingerprint, str] = field(default_factory=dict)  # in use, or in progress: who has it, in words
    cures: dict[str, str] = field(default_factory=dict)  # by those words: what to do instead of buying it
    failed: dict[str, ShotRecord] = field(default_factory=dict)  # by whole address: what failed and is left there


def offers(
    changes: Iterable[Change],
    others: Iterable[OtherSpec],
    claimed: Collection[TaskId],
    sought: Collection[Fingerprint] = (),
) -> Offers:
    """Find what other specs have of the renders that a spec would buy, and of the shots that `moved:` names.

    Args:
        changes: the plan of one spec without regard to others.
        others: all other specs that have records.
        claimed: takes that another change of the plan uses.
        sought: renders that other specs would buy: their takes are not moved as history of another one.
    """
    requests = _buying(changes)
    wanted = {fingerprint for request in requests for fingerprint in request.fingerprints}
    prompts = {letters(request.body.get(PROMPT)) for request in requests}
    found = Offers()
    for other in others:
        named = _named_by_moves(requests, other)
        if not named and wanted.isdisjoint(other.every_mark) and prompts.isdisjoint(other.letters):
            continue
        free = _free_takes(other, wanted, claimed)
        present = other.requests()
        if present is not None:
            free |= {key: set() for key in named if key not in present and key not in free}
            found.failed |= _failed(other, wanted, present)
        _offer(found, other, wanted, free, {*claimed, *other.tasks_of(sought)})
    return found


def renders_to_buy(changes: Iterable[Change]) -> set[Fingerprint]:
    """Every fingerprint of what a spec lacks, and would buy or try again, without wanting another render of it."""
    return {fingerprint for request in _buying(changes) for fingerprint in request.fingerprints}


def _buying(changes: Iterable[Change]) -> list[Request]:
    buying = [
        change for change in changes if change.action in LACKING and Reason.RETAKE_REQUESTED not in change.reasons
    ]
    return [change.request for change in buying if change.request is not None]


def with_offers(recorded: RecordedState, found: Offers) -> RecordedState:
    """The state of a spec as if it had what it may take over."""
    lockfile = recorded.lockfile
    return RecordedState(
        replace(lockfile, retired={**lockfile.retired, **found.records}), recorded.journal, found.failed
    )


def owned_elsewhere(changes: Sequence[Change], found: Offers) -> list[Change]:
    """The changes, with a reason and a note where a render would be bought that another spec has and uses."""
    return [_marked(change, found) for change in changes]


def without_moved(changes: Sequence[Change]) -> list[Change]:
    """The changes of a whole plan without the retirement of shots whose takes another spec takes over."""
    taken = {change.origin for change in changes if change.origin is not None and foreign_address(change.origin)}
    return [change for change in changes if change.action is not Action.RETIRE or str(change.address) not in taken]


def foreign_origins(changes: Iterable[Change]) -> dict[ShotAddress, ShotAddress]:
    """The shots of other specs that changes take over: shot -> its origin."""
    found = {}
    for change in changes:
        origin = foreign_address(change.origin) if change.origin is not None else None
        if origin is not None:
            found[change.address] = origin
    return found


def without_takes(lockfile: Lockfile, key: str, taken: Collection[TaskId]) -> Lockfile:
    """A lockfile without takes of a key that another spec has now. A key without takes is removed."""
    sections = [lockfile.shots, lockfile.retired]
    for number, records in enumerate(sections):
        if key in records:
            record = records[key]
            kept = tuple(take for take in record.takes if take.task_id not in taken)
            current = record.current if any(take.task_id == record.current for take in kept) else None
            rest = {name: other for name, other in records.items() if name != key}
            sections[number] = {**rest, key: ShotRecord(current, kept)} if kept else rest
    return replace(lockfile, shots=sections[0], retired=sections[1])


def _named_by_moves(requests: Iterable[Request], other: OtherSpec) -> set[str]:
    """The keys of another spec's lockfile that `moved:` of a shot names."""
    lockfile = other.recorded.lockfile
    found = set()
    for request in requests:
        origin = foreign_address(request.moved) if request.moved is not None else None
        if origin is None or origin.spec != other.name:
            continue
        key = request.address.instance.partition("[")
        names = (origin.instance + "".join(key[1:]) if "[" not in origin.instance else origin.instance, origin.instance)
        found |= {name for name in names if name in lockfile.shots or name in lockfile.retired}
    return found


def _offer(
    found: Offers,
    other: OtherSpec,
    wanted: AbstractSet[Fingerprint],
    free: Mapping[str, set[TaskId]],
    kept: Collection[TaskId],
) -> None:
    """Add what another spec has: its free takes by key, and the owners of those that it uses.

    A key that is gone gives its whole history away, except for takes that are kept.
    """
    lockfile = other.recorded.lockfile
    gone = free.keys() - (other.requests() or {}).keys()
    for key in sorted({*lockfile.shots, *lockfile.retired}):
        record = record_under(lockfile, key) or ShotRecord(None, ())
        if key in free:
            takes = tuple(
                take for take in record.takes if take.task_id in free[key] or (key in gone and take.task_id not in kept)
            )
            current = record.current if any(take.task_id == record.current for take in takes) else None
            if takes:
                found.records[f"{other.name}.{key}"] = ShotRecord(current, takes)
        in_use = [take for take in record.takes if take.status == "succeeded" and take.task_id not in free.get(key, ())]
        owner = f"`{other.name}.{key}` has the same render"
        if other.requests() is None:
            owner += f"; it is unknown whether `{other.name}` still needs it"
        cure = _cure(other, key)
        for take in in_use:
            _own(found, owner, cure, other.marks[take.task_id] & wanted)
            _own(found, f"{owner}{_LINES}", _EARLIER, other.by_earlier(key, take.fingerprint) & wanted)
    for task in other.recorded.journal.open.values():
        owner = f"`{other.name}.{task.intent.instance}` has it in progress; `ltxspec collect` finishes that"
        marks = other.marks[task.intent.task_id]
        _own(found, owner, _cure_in_progress(other, task.intent.instance, marks), marks & wanted)
        earlier = other.by_earlier(task.intent.instance, task.intent.fingerprint) & wanted
        _own(found, f"{owner}{_LINES}", _EARLIER, earlier)


def _failed(other: OtherSpec, wanted: Collection[Fingerprint], present: Mapping[str, Request]) -> dict[str, ShotRecord]:
    """What failed of some renders in another spec that does not request them any more."""
    marks = failures(other.recorded.lockfile, present, other.catalog)
    found: dict[str, dict[TaskId, Take]] = {}
    for spare in (one for mark, spares in marks.items() if mark in wanted for one in spares):
        found.setdefault(f"{other.name}.{spare.key}", {})[spare.take.task_id] = spare.take
    return {key: ShotRecord(None, tuple(takes.values())) for key, takes in found.items()}


def _own(found: Offers, owner: str, cure: str, renders: Iterable[Fingerprint]) -> None:
    for mark in renders:
        found.owned.setdefault(mark, owner)
        found.cures.setdefault(owner, cure)


def _cure(other: OtherSpec, key: str) -> str:
    """What to do about a render that is recorded under a key and not free."""
    present = other.requests()
    if present is None:
        return _UNREAD
    return _CURE if key in present else _TAKEN


def _cure_in_progress(other: OtherSpec, key: str, marks: AbstractSet[Fingerprint]) -> str:
    """What to do about a render in progress: where no shot needs it any more, its take is free once it is recorded."""
    present = other.requests()
    if present is None:
        return f"{_COLLECT}, then {_UNREAD}"
    if key in present and not marks.isdisjoint(present[key].fingerprints):
        return f"{_COLLECT}; then {_CURE}"
    return f"{_COLLECT}: its take moves here then"


def _free_takes(
    other: OtherSpec, wanted: Collection[Fingerprint], claimed: Collection[TaskId]
) -> dict[str, set[TaskId]]:
    """The takes of some renders that another spec does not need, by key; none where it is unknown what it needs.

    A shot whose source is not known yet may still need any of its takes, and would lose what moves to this spec.
    """
    requests = other.requests()
    free: dict[str, set[TaskId]] = {}
    if requests is not None:
        for mark, spares in spare_takes(other.recorded.lockfile, requests, other.catalog).items():
            for spare in spares:
                own = requests.get(spare.key)
                is_known = own is None or own.fingerprint is not None
                if is_known and mark in wanted and spare.take.task_id not in claimed:
                    free.setdefault(spare.key, set()).add(spare.take.task_id)
    return free


def _marked(change: Change, found: Offers) -> Change:
    request = change.request
    if change.action not in SPENDING or request is None or Reason.RETAKE_REQUESTED in change.reasons:
        return change
    owner = next((found.owned[mark] for mark in request.fingerprints if mark in found.owned), None)
    if owner is None:
        return change
    return with_fields(
        change, reasons=(*change.reasons, Reason.OWNED_ELSEWHERE), note=owner, cure=found.cures.get(owner)
    )
