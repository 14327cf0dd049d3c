"""What is owned of a shot: which takes answer a request, and which task id a new order would get."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ltxspec.catalog.models import Catalog, Model
from ltxspec.fingerprint import CURRENT_VERSION, fingerprint_of, version_of
from ltxspec.lock.journal import JournalState, OpenTask
from ltxspec.lock.models import Lockfile, Take
from ltxspec.render.models import Request
from ltxspec.values import Fingerprint


@dataclass(frozen=True, slots=True)
class Owned:
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


def open_by_fingerprint(journal: JournalState) -> dict[Fingerprint, list[OpenTask]]:
    """Tasks under way, by what was ordered."""
    found: dict[Fingerprint, list[OpenTask]] = {}
    for task in journal.open.values():
        found.setdefault(task.intent.fingerprint, []).append(task)
    return found


def spare_takes(lockfile: Lockfile, wanted: Mapping[str, Request]) -> dict[Fingerprint, str]:
    """Succeeded takes that their own key has no use for any more: fingerprint -> instance key that holds one.

    Keys gone from the spec come first, then retired ones, then shots whose request has changed.
    """
    spare: dict[Fingerprint, str] = {}
    for holders in (lockfile.retired, lockfile.shots):
        for key, record in holders.items():
            own = wanted.get(key)
            for take in record.takes:
                if take.status == "succeeded" and (own is None or own.fingerprint != take.fingerprint):
                    gone = holders is lockfile.shots and own is None
                    if gone or take.fingerprint not in spare:
                        spare[take.fingerprint] = key
    return spare


def latest(takes: Sequence[Take]) -> Take | None:
    """The newest take by the lockfile's order."""
    return max(takes, key=lambda take: take.sort_key, default=None)
