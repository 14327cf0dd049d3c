"""What is recorded for a shot: which takes answer a request, and which task id a new order would get."""

import contextlib
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from ltxspec.catalog.models import Catalog, Model
from ltxspec.fingerprint import fingerprint_of, version_of, versions_for
from ltxspec.lock.journal import Intent, JournalState, OpenTask
from ltxspec.lock.merge import append_takes
from ltxspec.lock.models import Age, Lockfile, ShotRecord, Take
from ltxspec.render.models import Request
from ltxspec.values import Fingerprint, TaskId


@dataclass(frozen=True, slots=True)
class RecordedState:
    """Lockfile and folded journal of one spec with one provider."""

    lockfile: Lockfile
    journal: JournalState = field(default_factory=JournalState)
    failed: Mapping[str, ShotRecord] = field(default_factory=dict)  # by whole address: in other specs, and left there

    def instances(self) -> list[str]:
        """Every instance key in the lockfile and in the journal."""
        ordered = (task.intent.instance for task in self.journal.open.values())
        return [*self.lockfile.shots, *self.lockfile.retired, *ordered]


def without(recorded: RecordedState, leaves_out: Callable[[str], bool]) -> RecordedState:
    """The state without the records of shots that are left out: their takes are not free for other shots."""
    shots, retired = (
        {key: record for key, record in records.items() if not leaves_out(key)}
        for records in (recorded.lockfile.shots, recorded.lockfile.retired)
    )
    lockfile = replace(recorded.lockfile, shots=shots, retired=retired)
    return RecordedState(lockfile, recorded.journal, recorded.failed)


def answers(take: Take, request: Request, catalog: Catalog) -> bool:
    """Whether a take was bought for exactly this request.

    Entries keep the algorithm version they were written with, and a later catalog may have other defaults: neither may
    cause a new order. So a take also answers if its recorded request, fingerprinted like the present one, gives the
    same fingerprint.
    """
    if take.fingerprint in request.fingerprints:
        return True
    model = catalog.find(take.model) if request.fingerprint is not None else None
    if model is None or take.model != request.body["model"]:
        return False
    if take.request.get("positivePrompt") != request.body.get("positivePrompt"):
        return False
    try:
        own = version_of(take.fingerprint)
        if fingerprint_of(model, request.body, request.inputs, own) == take.fingerprint:
            return True
        return _is_whole(take, model) and any(
            fingerprint_of(model, take.request, take.inputs, version_of(mark)) == mark for mark in request.versions
        )
    except ValueError:  # an unknown algorithm version, or a file whose hash was not recorded
        return False


def every_fingerprint(order: Take | Intent, catalog: Catalog) -> set[Fingerprint]:
    """The fingerprint of an order, and those by which an equal request is recognised: see `Request.fingerprints`.

    A later catalog may have other defaults: the request is fingerprinted as it would be now as well. A record has
    addresses without their queries. If only a signature is missing, it is found however the address is signed now.
    """
    found = {order.fingerprint}
    model = catalog.find(str(order.request.get("model")))
    if model is None:
        return found
    versions = versions_for(model, order.request)
    with contextlib.suppress(ValueError):  # a file whose hash was not recorded
        if _is_whole(order, model):
            found |= {fingerprint_of(model, order.request, order.inputs, version) for version in versions}
    return found


def _is_whole(order: Take | Intent, model: Model) -> bool:
    """Whether a recorded request is what was sent, except perhaps for the signatures of addresses.

    Records have no queries of addresses, and a query may name another picture (`?id=7`). Raises ValueError.
    """
    if len(versions_for(model, order.request)) == 1:  # no addresses
        return True
    return fingerprint_of(model, order.request, order.inputs, version_of(order.fingerprint)) == order.fingerprint


def next_order(takes: Iterable[Take], *, retake: bool) -> tuple[int, int]:
    """The (retake, attempt) of the next order for one fingerprint, given all its takes.

    A failed retake is tried again under its own number; imported takes count as the first.
    """
    by_retake: dict[int, list[Take]] = {}
    for take in takes:
        by_retake.setdefault(take.retake or 1, []).append(take)
    if not by_retake:
        return 1, 1
    highest = max(by_retake)
    if any(take.status == "succeeded" for take in by_retake[highest]):
        return (highest + 1, 1) if retake else (highest, 1)
    return highest, 1 + max(take.attempt or 1 for take in by_retake[highest])


def unused_order(
    order: tuple[int, int], task_id: Callable[[int, int], TaskId], recorded: Container[TaskId]
) -> tuple[TaskId, int, int]:
    """The task of this order, or of the next retake whose task is not recorded, with its retake and attempt.

    A take that moved to another shot keeps its id.

    An order under a recorded id would be charged a second time once the provider no longer knows the first.
    """
    number, attempt = order
    while (task := task_id(number, attempt)) in recorded:
        number, attempt = number + 1, 1
    return task, number, attempt


def is_needless(task: OpenTask, takes: Iterable[Take]) -> bool:
    """Whether an order that may never have arrived would duplicate an existing render.

    Args:
        task: the order; its `retake` is the total number of renders requested with it.
        takes: the shot's takes of the same request, regardless of the name they were bought under.
    """
    others = sum(take.status == "succeeded" and take.task_id != task.intent.task_id for take in takes)
    return task.stage == "intent" and others >= task.intent.retake


def open_by_fingerprint(journal: JournalState, catalog: Catalog) -> dict[Fingerprint, list[OpenTask]]:
    """Tasks under way, by every fingerprint of the order."""
    found: dict[Fingerprint, list[OpenTask]] = {}
    for task in journal.open.values():
        for fingerprint in every_fingerprint(task.intent, catalog):
            found.setdefault(fingerprint, []).append(task)
    return found


@dataclass(frozen=True, slots=True)
class Spare:
    """A take that its own key does not need, and that key."""

    key: str
    take: Take


def spare_takes(
    lockfile: Lockfile, wanted: Mapping[str, Request], catalog: Catalog
) -> dict[Fingerprint, Sequence[Spare]]:
    """Succeeded takes that their own key does not request any more, by every fingerprint of the order.

    Keys removed from the spec come first, then retired ones, then shots whose request has changed. A take that is also
    used by a key that still requests it (one branch renamed the shot, or it was copied from there) is not spare.
    """
    in_use: set[TaskId] = set()
    found: dict[Fingerprint, dict[tuple[int, str], list[Take]]] = {}
    for retired, holders in ((False, lockfile.shots), (True, lockfile.retired)):
        for key, record in holders.items():
            own = wanted.get(key)
            good = [take for take in record.takes if take.status == "succeeded"]
            mine = [take for take in good if own is not None and answers(take, own, catalog)]
            if mine:
                in_use.add(_used(record, mine).task_id)
            for take in good:
                if take in mine:
                    continue
                rank = int(retired) if own is None else 2
                for fingerprint in every_fingerprint(take, catalog):
                    found.setdefault(fingerprint, {}).setdefault((rank, key), []).append(take)
    return {fingerprint: _offers(by_key, in_use) for fingerprint, by_key in found.items()}


def _used(record: ShotRecord, mine: Sequence[Take]) -> Take:
    """The take that a shot uses, of the one or more takes that answer its own request."""
    return next((take for take in mine if take.task_id == record.current), None) or preferred(mine)


def _offers(by_key: Mapping[tuple[int, str], Sequence[Take]], in_use: Collection[TaskId]) -> list[Spare]:
    """The spare takes of one request by keys, given as (rank, key), in order of preference."""
    found = []
    for rank, key in sorted(by_key, key=lambda place: place[0]):
        takes = sorted(by_key[rank, key], key=_preference, reverse=True)
        found += [Spare(key, take) for take in takes if take.task_id not in in_use]
    return found


def record_under(lockfile: Lockfile, key: str | None) -> ShotRecord | None:
    """Everything recorded under a key, among the shots and the retired shots."""
    if key is None:
        return None
    live, retired = lockfile.shots.get(key), lockfile.retired.get(key)
    if live is None or retired is None:
        return live or retired
    return append_takes(live, retired)


def latest(takes: Sequence[Take]) -> Take | None:
    """The newest take in the lockfile's order."""
    return max(takes, key=lambda take: take.sort_key, default=None)


def preferred(takes: Sequence[Take]) -> Take:
    """The take to use if none is current, of one or more takes of a request: the picked one, else the newest."""
    return max(takes, key=_preference)


def _preference(take: Take) -> tuple[bool, Age]:
    return take.picked is not None, take.sort_key
