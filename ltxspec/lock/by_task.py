"""Where each task counts: one task may be recorded under two names, and in two lockfiles, but was paid once."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from ltxspec.lock.models import Lockfile, Take
from ltxspec.values import ShotAddress, TaskId

TakesById = Mapping[TaskId, tuple[ShotAddress, Take]]  # with the address that it counts under


def takes_by_id(lockfiles: Iterable[Lockfile]) -> TakesById:
    """Every task once: under the first name that is still a shot, else under the first; with any known cost."""
    found: dict[TaskId, tuple[ShotAddress, Take]] = {}
    every = sorted(lockfiles, key=lambda lockfile: lockfile.spec)
    sections = [(lockfile.spec, lockfile.shots) for lockfile in every]
    sections += [(lockfile.spec, lockfile.retired) for lockfile in every]
    for spec, records in sections:
        for key, record in sorted(records.items()):
            address = ShotAddress(spec, key)
            for take in record.takes:
                counted, known = found.setdefault(take.task_id, (address, take))
                if known.cost is None and take.cost is not None:
                    found[take.task_id] = (counted, replace(known, cost=take.cost))
    return found
