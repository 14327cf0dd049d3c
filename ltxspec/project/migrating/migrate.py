"""Turns earlier orders and their replies into a spec, and records what was rendered. Nothing is ordered."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ltxspec.apply.exchanges import Exchanges
from ltxspec.errors import Diagnostic
from ltxspec.lock.models import Take
from ltxspec.project.adapters import open_archive
from ltxspec.project.adopt import adopt_all
from ltxspec.project.adopt_check import recorded_tasks, requests_of
from ltxspec.project.archives.pull import is_archived
from ltxspec.project.load import LoadedSpecs, every_spec
from ltxspec.project.locks import locked
from ltxspec.project.lookup import readable_lockfiles, recorded_shots
from ltxspec.project.migrating.notes import notes_about
from ltxspec.project.migrating.orders import PastOrders, sort_orders
from ltxspec.project.migrating.spec import PastRender, counted_orders, named_shots, spec_text
from ltxspec.project.migrating.videos import PastTake, archive_beside
from ltxspec.project.project import ProjectContext
from ltxspec.report.wording import counted
from ltxspec.spec.files import SPEC_SUFFIXES
from ltxspec.storage.durable import REAL, replace_file
from ltxspec.storage.inside import refuse_outside
from ltxspec.values import ShotAddress, TaskId


@dataclass(frozen=True, slots=True)
class Origin:
    """Where earlier orders come from.

    Attributes:
        path: the folder or file.
        name: its path as the user wrote it.
        spec: the name for a new spec.
    """

    path: Path
    name: str
    spec: str


@dataclass(slots=True)
class Migrated:
    """What was made of earlier orders or of a table.

    Attributes:
        spec: the spec that was written, as a path in the project; None: none.
        shots: shots in it.
        takes: renders that were recorded.
        known: renders that were recorded before.
        videos: videos of these renders that are archived.
        missing: videos of them that are not.
        notes: what was left out, and what is left to do.
        warnings: problems of files, and takes that differ from their shots.
    """

    spec: str | None = None
    shots: int = 0
    takes: int = 0
    known: int = 0
    videos: int = 0
    missing: int = 0
    notes: list[str] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)


def migrate_exchanges(
    project: ProjectContext, origin: Origin, found: Exchanges, fetch: Callable[[Sequence[TaskId]], None]
) -> Migrated:
    """Write a spec for requests that no spec of the project makes, and record their finished renders.

    Args:
        project: the project; its own specs must be valid as far as they are read.
        origin: where the orders come from.
        found: the orders and results.
        fetch: fetches the videos of these tasks that are not archived yet.

    Raises:
        LockHeld, LockfileError, StorageError: as for every change of a lockfile.
    """
    for unread in readable_lockfiles(project)[1]:
        raise unread  # it may record these tasks already
    done, past = Migrated(), sort_orders(found, project.catalog)
    alone = counted_orders(found.orders)
    specs = every_spec(project, {})
    places = _places(project, past, specs)
    fresh = [key for key in past.renders if key not in places]
    if fresh:
        places |= _write_spec(project, origin, [(key, past.renders[key]) for key in fresh], alone, specs, done)
    if done.spec is not None:
        specs = every_spec(project, {})
    takes = _record(project, past, places, specs, done)
    beside = archive_beside(project, origin.path, origin.name, takes, alone)
    done.notes += [*notes_about(past, found, places), *beside.notes]
    tasks = {each.take.task_id for each in takes}
    fetch(sorted(tasks))
    done.videos, done.missing = _archived(project, tasks)
    return done


def _archived(project: ProjectContext, tasks: Collection[TaskId]) -> tuple[int, int]:
    """How many videos of these tasks are archived, and how many are not."""
    archive, shots = open_archive(project), recorded_shots(readable_lockfiles(project)[0])
    takes = {take.task_id: take for shot in shots for take in shot.record.takes if take.task_id in tasks}
    there = [is_archived(output, archive) for take in takes.values() for output in take.outputs]
    return sum(there), len(there) - sum(there)


def _places(project: ProjectContext, past: PastOrders, specs: LoadedSpecs) -> dict[str, ShotAddress]:
    """The shots of the project that make a request now, or that have a take of it, by what identifies the request."""
    by_mark: dict[str, ShotAddress] = {
        mark: address for address, request in reversed(requests_of(specs).items()) for mark in request.fingerprints
    }
    recorded, found = recorded_tasks(project), {}
    for key, render in past.renders.items():
        tasks = (TaskId(order.task) for order in render.orders if order.task is not None)
        place = next((recorded[task] for task in tasks if task in recorded), None)
        marks = (take.fingerprint for _, take in past.takes.get(key, ()))
        place = by_mark.get(key) or next((by_mark[mark] for mark in marks if mark in by_mark), None) or place
        if place is not None:
            found[key] = place
    return found


def _write_spec(  # everything that a spec depends on
    project: ProjectContext,
    origin: Origin,
    fresh: Sequence[tuple[str, PastRender]],
    alone: Mapping[str, int],
    specs: LoadedSpecs,
    done: Migrated,
) -> dict[str, ShotAddress]:
    """Write the new spec, if its file and its name are free. Returns where each of its requests is."""
    named = named_shots([render for _, render in fresh], alone, origin.name)
    orders = sum(len(render.orders) for _, render in fresh)
    about = (
        f"Written by `ltxspec init --from` for {counted(orders, 'earlier request')}.\n"
        f"Renders that were finished are recorded in {project.label(project.paths_of(origin.spec).lockfile)}."
    )
    text = spec_text(origin.spec, about, named)
    with locked(project, [origin.spec], command="init"):  # another one cannot write the same file meanwhile
        file, taken = spec_place(project, specs, origin.spec)
        if file is None:
            many = counted(len(fresh), "request")
            done.notes.append(f"{many} of no spec: `{taken}` stays as it is; `--name OTHER` writes a new spec for them")
            return {}
        refuse_outside(project.root, file)
        replace_file(file, text.encode(), REAL.inside(project.root))
    done.spec, done.shots = project.label(file), len(named)
    keys = {id(render): key for key, render in fresh}
    return {keys[id(render)]: ShotAddress(origin.spec, name) for name, render in named.items()}


def spec_place(project: ProjectContext, specs: LoadedSpecs, name: str) -> tuple[Path | None, str]:
    """The file for a new spec, and how messages call it; None, and the file that has its name, if that is taken."""
    folder = project.root / project.config.project.specs[0]
    if folder.suffix in SPEC_SUFFIXES:  # the configuration names single files
        folder = folder.parent
    file = folder / f"{name}.yaml"
    if name in specs.files:
        return None, specs.files[name]
    return (None if file.exists() else file), project.label(file)


def _record(
    project: ProjectContext, past: PastOrders, places: Mapping[str, ShotAddress], specs: LoadedSpecs, done: Migrated
) -> list[PastTake]:
    """Record the takes that are not recorded yet. Returns all takes of the orders, recorded now or before."""
    recorded = recorded_tasks(project)
    takes, every = dict[ShotAddress, list[Take]](), list[PastTake]()
    for key, pairs in past.takes.items():
        for order, take in pairs:
            owner = recorded.get(take.task_id)
            if owner is not None:
                done.known += 1
            elif key in places:
                takes.setdefault(places[key], []).append(take)
            if (place := owner or places.get(key)) is not None:
                every.append(PastTake(place, take, order))
    if takes:
        done.warnings += adopt_all(project, takes, specs)
        done.takes = sum(map(len, takes.values()))
    return every
