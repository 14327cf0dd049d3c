"""What is owned of a shot: which takes answer a request, and which task id a new order would get."""

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from ltxspec.catalog.models import Catalog, Model
from ltxspec.fingerprint import CURRENT_VERSION, fingerprint_of, version_of
from ltxspec.lock.journal import JournalState, OpenTask
from ltxspec.lock.models import Age, Lockfile, ShotRecord, Take
from ltxspec.render.models import Request
from ltxspec.values import Fingerprint, TaskId


@dataclass(frozen=True, slots=True)
class RecordedState:
    """Lockfile and folded journal of one spec with one provider."""

    lockfile: Lockfile
    journal: JournalState = field(default_factory=JournalState)


def answers(take: Take, request: Request, catalog: Catalog) -> bool:
    """Whether a take was bought for exactly this request.

    Entries keep the algorithm version they were written with, and a later catalog may know other defaults: neither may
    ever buy anything. So a take also answers when its own recorded request, fingerprinted as the present one is, gives
    the same fingerprint.
    """
    if take.fingerprint == request.fingerprint:
        return True
    if take.request.get("positivePrompt") != request.body.get("positivePrompt") or take.model != request.body["model"]:
        return False
    model = catalog.find(take.model)
    if model is None:
        return False
    try:
        if _in_version_of(take, request, model) == take.fingerprint:
            return True
        return fingerprint_of(model, take.request, take.inputs) == request.fingerprint
    except ValueError:  # made by a version this ltxspec does not know, or of a file nobody kept the hash of
        return False


def _in_version_of(take: Take, request: Request, model: Model) -> Fingerprint:
    version = version_of(take.fingerprint)
    if version == CURRENT_VERSION:
        return request.fingerprint
    return fingerprint_of(model, request.body, request.inputs, version)


def next_order(takes: Iterable[Take], *, retake: bool) -> tuple[int, int]:
    """The (retake, attempt) of the next order for one fingerprint, given all its takes.

    A retake that was asked for and failed is tried again under its own number; imported takes count as the first.
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
) -> tuple[int, int]:
    """This order, or the next retake whose task is not recorded: a take that moved to another shot keeps its id.

    An order under a recorded id would be a second charge for it as soon as the provider has forgotten the first.
    """
    number, attempt = order
    while task_id(number, attempt) in recorded:
        number, attempt = number + 1, 1
    return number, attempt


def is_needless(task: OpenTask, takes: Iterable[Take]) -> bool:
    """Whether an order that perhaps never arrived would bring a render that is there already.

    Args:
        task: the order; its `retake` is the number of renders that were wanted with it.
        takes: the shot's takes of the same request, under whatever name they were bought.
    """
    others = sum(take.status == "succeeded" and take.task_id != task.intent.task_id for take in takes)
    return task.stage == "intent" and others >= task.intent.retake


def open_by_fingerprint(journal: JournalState) -> dict[Fingerprint, list[OpenTask]]:
    """Tasks under way, by what was ordered."""
    found: dict[Fingerprint, list[OpenTask]] = {}
    for task in journal.open.values():
        found.setdefault(task.intent.fingerprint, []).append(task)
    return found


@dataclass(frozen=True, slots=True)
class Spare:
    """A take that its own key has no use for, and that key."""

    key: str
    take: Take


def spare_takes(
    lockfile: Lockfile, wanted: Mapping[str, Request], catalog: Catalog
) -> dict[Fingerprint, Sequence[Spare]]:
    """Succeeded takes that no wanted shot owns as its own, by what was ordered.

    Keys gone from the spec come first, then retired ones, then shots whose request has changed. A take that a key which
    still wants it shows as well (one branch renamed the shot, or it was copied from there) is in use.
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
                found.setdefault(take.fingerprint, {}).setdefault((rank, key), []).append(take)
    return {fingerprint: _offers(by_key, in_use) for fingerprint, by_key in found.items()}


def _used(record: ShotRecord, mine: Sequence[Take]) -> Take:
    """Of the takes that answer a shot's own request, one or more, the one that it shows."""
    return next((take for take in mine if take.task_id == record.current), None) or preferred(mine)


def _offers(by_key: Mapping[tuple[int, str], Sequence[Take]], in_use: Collection[TaskId]) -> list[Spare]:
    """What the keys, given by (rank, key), have to offer of one request, in the order in which it is used."""
    found = []
    for rank, key in sorted(by_key, key=lambda place: place[0]):
        takes = sorted(by_key[rank, key], key=_preference, reverse=True)
        found += [Spare(key, take) for take in takes if take.task_id not in in_use]
    return found


def record_under(lockfile: Lockfile, key: str | None) -> ShotRecord | None:
    """Everything that stands under a key, among the shots and the retired ones."""
    if key is None:
        return None
    live, retired = lockfile.shots.get(key), lockfile.retired.get(key)
    if live is None or retired is None:
        return live or retired
    joined = live
    for take in retired.takes:
        joined = joined if joined.take(take.task_id) else joined.with_take(take)
    return replace(joined, current=live.current or retired.current)


def latest(takes: Sequence[Take]) -> Take | None:
    """The newest take by the lockfile's order."""
    return max(takes, key=lambda take: take.sort_key, default=None)


def preferred(takes: Sequence[Take]) -> Take:
    """Which take of one request, of one or more, is used where none is current: the one picked, else the newest."""
    return max(takes, key=_preference)


def _preference(take: Take) -> tuple[bool, Age]:
    return take.picked is not None, take.sort_key
