"""What failed under another name: a failure belongs to the request, and renaming its shot does not undo it."""

from collections.abc import Iterable, Mapping, Sequence

from ltxspec.catalog.models import Catalog
from ltxspec.lock.models import Lockfile, Take
from ltxspec.plan.recorded import RecordedState, Spare, answers, every_fingerprint
from ltxspec.render.models import Request
from ltxspec.values import Fingerprint


def left_failures(
    recorded: RecordedState, wanted: Mapping[str, Request], catalog: Catalog
) -> Mapping[Fingerprint, Sequence[Spare]]:
    """What failed of requests that no longer have the same name, here or in other specs, by fingerprints.

    Args:
        recorded: what is recorded for the spec, with what is left in other specs.
        wanted: the requests of the spec by instance keys.
        catalog: the models.
    """
    found = failures(recorded.lockfile, wanted, catalog)
    for key, record in recorded.failed.items():
        for take in record.takes:
            for mark in every_fingerprint(take, catalog):
                found.setdefault(mark, []).append(Spare(key, take))
    return found


def failures(lockfile: Lockfile, wanted: Mapping[str, Request], catalog: Catalog) -> dict[Fingerprint, list[Spare]]:
    """Failed takes that their own key does not request any more, by every fingerprint of the order.

    A failure of a request that has succeeded since, under any key, is none.
    """
    every = [
        (key, take) for records in (lockfile.shots, lockfile.retired) for key in records for take in records[key].takes
    ]
    found: dict[Fingerprint, list[Spare]] = {}
    for key, take in every:
        own = wanted.get(key)
        if take.status == "failed" and (own is None or not answers(take, own, catalog)):
            for mark in every_fingerprint(take, catalog):
                found.setdefault(mark, []).append(Spare(key, take))
    if not found:
        return found
    good = {mark for _, take in every if take.status == "succeeded" for mark in every_fingerprint(take, catalog)}
    return {mark: spares for mark, spares in found.items() if mark not in good}


def is_for_good(failed: Take, attempt: int, max_attempts: int) -> bool:
    """Whether no other attempt is made unless somebody asks for it.

    Args:
        failed: the last take of a request.
        attempt: the number that the next attempt would have.
        max_attempts: how many attempts are made after failures that may pass.
    """
    return is_permanent(failed) or attempt > max_attempts


def is_permanent(failed: Take) -> bool:
    """Whether only an edit can help."""
    return failed.failure is None or failed.failure.permanent


def failure_note(failed: Take, foreign: Iterable[Spare]) -> str | None:
    """What the provider said, and the name under which it failed, if that was another one."""
    if failed.failure is None:
        return None
    name = next((one.key for one in foreign if one.take.task_id == failed.task_id), None)
    return f"{failed.failure.code}: {failed.failure.message}" + (f" (as `{name}`)" if name is not None else "")
