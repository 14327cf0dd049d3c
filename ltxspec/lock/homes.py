"""Where each task counts: one task may be recorded under two names, and in two lockfiles, but was paid once."""

from collections.abc import Iterable

from msgspec.structs import replace

from ltxspec.lock.models import Lockfile, Take
from ltxspec.values import ShotAddress, TaskId

Homes = dict[TaskId, tuple[ShotAddress, Take]]


def homes(lockfiles: Iterable[Lockfile]) -> Homes:
    """Every task once: under the first name that is still a shot, else under the first; with any known cost."""
    found: Homes = {}
    every = sorted(lockfiles, key=lambda lockfile: lockfile.spec)
    sections = [(lockfile.spec, lockfile.shots) for lockfile in every]
    sections += [(lockfile.spec, lockfile.retired) for lockfile in every]
    for spec, records in sections:
        for key, record in sorted(records.items()):
            address = ShotAddress(spec, key)
            for take in record.takes:
                home, known = found.setdefault(take.task_id, (address, take))
                if known.cost is None and take.cost is not None:
                    found[take.task_id] = (home, replace(known, cost=take.cost))
    return found
