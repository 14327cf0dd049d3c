"""Takes of a name that is gone, whose shot lives on under another name.

One branch bought a retake while another branch renamed the shot: both names have the takes that were bought before.
"""

from collections.abc import Container, Iterable, Mapping
from types import MappingProxyType

from msgspec.structs import replace

from ltxspec.catalog.models import Catalog
from ltxspec.lock.merge import recorded_tasks
from ltxspec.lock.models import Lockfile, ShotRecord
from ltxspec.plan.elsewhere import OtherSpec
from ltxspec.plan.recorded import RecordedState, answers, record_under
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.values import TaskId

NOTE = "another take of this render was bought under the earlier name"


def strays(
    lockfile: Lockfile,
    wanted: Mapping[str, Request],
    keys: Container[str],
    catalog: Catalog,
    moves: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Shots that get the takes of a name that is gone: instance key -> that name.

    A name qualifies if it shares a task with the shot and has a take of the shot's present request that no shot has.

    Args:
        lockfile: what is recorded.
        wanted: the requests of the spec.
        keys: of the spec, with those of shots that are left out.
        catalog: the models.
        moves: the heirs that the spec names, which come before all others: see `assign_origins`.
    """
    gone = [key for key in {**lockfile.shots, **lockfile.retired} if key not in keys]
    if not gone:
        return {}
    live: dict[TaskId, set[str]] = {}
    for key in wanted:
        for take in lockfile.shots[key].takes if key in lockfile.shots else ():
            live.setdefault(take.task_id, set()).add(key)
    found: dict[str, str] = {}
    for name in gone:
        record = record_under(lockfile, name) or ShotRecord(None, ())
        heirs = {key for take in record.takes for key in live.get(take.task_id, ())}
        named = {key for key, origin in moves.items() if origin == name}
        heirs = heirs & named if named else heirs - moves.keys()
        for key in wanted if heirs else ():
            if key in heirs and key not in found and _has_more(record, wanted[key], live, catalog):
                found[key] = name
                break
    return found


def _has_more(record: ShotRecord, request: Request, live: Container[TaskId], catalog: Catalog) -> bool:
    """Whether a record has a take of a request that no shot has."""
    more = (take for take in record.takes if take.status == "succeeded" and take.task_id not in live)
    return any(answers(take, request, catalog) for take in more)


def strays_elsewhere(
    spec: RenderedSpec, recorded: RecordedState, others: Iterable[OtherSpec], taken: Container[str], catalog: Catalog
) -> dict[str, ShotRecord]:
    """The same for names that another spec has let go: what is recorded there, by whole address.

    Args:
        spec: the spec with the shots.
        recorded: what it has.
        others: other specs.
        taken: whole addresses of names that another shot takes over from.
        catalog: the models.
    """
    if spec.left_out:
        return {}
    lockfile, own = recorded.lockfile, recorded_tasks(recorded.lockfile)
    found: dict[str, ShotRecord] = {}
    for other in others:
        there = other.recorded.lockfile
        every = {**there.retired, **there.shots} if not own.isdisjoint(recorded_tasks(there)) else {}
        present = other.requests() if every else None
        for key in every if present is not None else ():
            address, record = f"{other.name}.{key}", record_under(there, key)
            if key not in (present or ()) and address not in taken and record is not None:
                found[address] = record
    if not found:
        return {}
    wanted = {request.address.instance: request for request in spec.requests}
    seen = replace(lockfile, retired={**lockfile.retired, **found})
    heirs = strays(seen, wanted, wanted.keys(), catalog)
    return {name: found[name] for name in heirs.values() if name in found}
