"""The other specs of a project: what they have, what they still request, and how takes move from one to another."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from types import MappingProxyType

from msgspec.structs import replace

from ltxspec.apply.records import record_changes
from ltxspec.catalog.models import Catalog
from ltxspec.errors import LtxspecError
from ltxspec.lock.models import Lockfile, ShotRecord
from ltxspec.plan.actions import Change, Plan
from ltxspec.plan.cases import PlanContext
from ltxspec.plan.elsewhere import (
    LACKING,
    Offers,
    OtherSpec,
    foreign_origins,
    offers,
    owned_elsewhere,
    renders_to_buy,
    with_offers,
    without_moved,
    without_takes,
)
from ltxspec.plan.in_order import Offered, Planned, Verdicts, planned_in_order
from ltxspec.plan.planner import plan_spec
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.strays import strays_elsewhere
from ltxspec.project.links import with_gone
from ltxspec.project.load import LoadedSpecs, every_spec
from ltxspec.project.lookup import recorded_names, recorded_state
from ltxspec.project.project import ProjectContext
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.storage.state import FileSpecState
from ltxspec.values import Json, ShotAddress, TaskId, foreign_address

Others = Callable[[], Sequence[OtherSpec]]  # those that are not planned; called only if something would be bought


def others_on_disk(
    project: ProjectContext,
    rendered: Sequence[RenderedSpec],
    variables: Mapping[str, Json] = MappingProxyType({}),
    *,
    readable: bool = False,
) -> Others:
    """The specs that have lockfiles and are not planned, read when they are needed, with the variables of the run.

    With `readable`, those whose records cannot be read are left out: for runs that buy nothing.
    """
    every = cache(lambda: every_spec(project, variables))
    known = {spec.name for spec in rendered}

    def requests(name: str) -> Mapping[str, Request] | None:
        specs = every()
        if any(spec.file not in specs.every_file for spec in rendered):
            return None  # specs are also in places where this project does not look for them
        return _requests_of(name, specs)

    def read() -> list[OtherSpec]:
        found = []
        for name in recorded_names(project):
            if name in known:
                continue
            try:
                state = recorded_state(project, name)
            except LtxspecError:
                if not readable:
                    raise
                continue
            found.append(OtherSpec(name, state, partial(requests, name), project.catalog))
        return found

    return read


def others_of_side(specs: LoadedSpecs, recorded: Mapping[str, RecordedState], catalog: Catalog) -> Others:
    """The same for one side of a review, where everything has been read."""

    def read() -> list[OtherSpec]:
        return [
            OtherSpec(name, state, partial(_requests_of, name, specs), catalog)
            for name, state in recorded.items()
            if name not in specs.rendered
        ]

    return read


def planned_across(
    rendered: Sequence[RenderedSpec],
    have: Mapping[str, RecordedState],
    context: PlanContext,
    others: Others,
    verdicts: Verdicts = dict,
) -> Planned:
    """Plan each spec; what it would buy is taken over from other specs where these do not need it any more.

    Args:
        rendered: the specs to plan.
        have: what each of them has recorded.
        context: what planning needs to know besides.
        others: the remaining specs of the project.
        verdicts: what was decided about takes.

    Returns:
        The changes of all specs, and what each spec may take over: address in another spec -> its takes.
    """

    def plan(specs: Sequence[RenderedSpec]) -> Planned:
        return _planned(specs, have, context, others)

    return planned_in_order(rendered, have, context.selection, verdicts, plan)


def _planned(
    rendered: Sequence[RenderedSpec], have: Mapping[str, RecordedState], context: PlanContext, others: Others
) -> Planned:
    every = cache(lambda: _with_records(rendered, have, context.catalog, others))

    def elsewhere(name: str) -> set[TaskId]:
        return {task for other in every() if other.name != name for task in other.marks}

    planned = {s.name: plan_spec(s, have[s.name], context, partial(elsewhere, s.name)) for s in rendered}
    offered = _strays(rendered, have, planned, context.catalog)
    shown = {name: with_offers(have[name], Offers(dict(offered.get(name, {})))) for name in have}
    again = [spec for spec in rendered if spec.name in offered]
    planned |= {s.name: plan_spec(s, shown[s.name], context, partial(elsewhere, s.name)) for s in again}
    is_lacking = any(change.action in LACKING for changes in planned.values() for change in changes)
    if is_lacking and any(other.name != spec.name for spec in rendered for other in every()):
        used = [c for changes in planned.values() for c in changes if c.action not in LACKING and c.request]
        claimed = {change.task_id for change in used if change.task_id is not None}
        sought = {name: renders_to_buy(changes) for name, changes in planned.items()}
        for spec in rendered:
            others_of = [other for other in every() if other.name != spec.name]
            theirs = set().union(*(marks for name, marks in sought.items() if name != spec.name))
            found = offers(planned[spec.name], others_of, claimed, theirs)
            if found.records or found.failed:
                seen = with_offers(shown[spec.name], found)
                planned[spec.name] = plan_spec(spec, seen, context, partial(elsewhere, spec.name))
                taken = {str(origin) for origin in foreign_origins(planned[spec.name]).values()}
                offered[spec.name] = {**offered.get(spec.name, {}), **found.records}
                claimed |= {take.task_id for name in taken for take in offered[spec.name][name].takes}
            planned[spec.name] = owned_elsewhere(planned[spec.name], found)
    return without_moved([change for changes in planned.values() for change in changes]), offered


def _strays(
    rendered: Sequence[RenderedSpec],
    have: Mapping[str, RecordedState],
    planned: Mapping[str, Sequence[Change]],
    catalog: Catalog,
) -> dict[str, Offered]:
    """Retakes of shots that another branch moved to another one of the planned specs: see `plan/strays.py`."""
    every = [OtherSpec(spec.name, have[spec.name], partial(_requests, spec), catalog) for spec in rendered]
    taken = {
        str(foreign_address(c.origin) or ShotAddress(name, c.origin))
        for name in planned
        for c in planned[name]
        if c.origin
    }
    found: dict[str, Offered] = {}
    for spec in rendered:
        others = [other for other in every if other.name != spec.name]
        if records := strays_elsewhere(spec, have[spec.name], others, taken, catalog):
            found[spec.name] = records
            taken |= records.keys()
    return found


def _with_records(
    rendered: Sequence[RenderedSpec], have: Mapping[str, RecordedState], catalog: Catalog, others: Others
) -> list[OtherSpec]:
    """Every spec of the project that has records."""
    own = [OtherSpec(spec.name, have[spec.name], partial(_requests, spec), catalog) for spec in rendered]
    return [spec for spec in (*own, *others()) if spec.marks]


def sources(changes: Iterable[Change]) -> set[str]:
    """The specs that a plan takes over takes from."""
    return {origin.spec for origin in foreign_origins(changes).values()}


def move_takes(plan: Plan, states: Mapping[str, FileSpecState]) -> list[Lockfile]:
    """Move what a plan takes over from other specs, before anything else is recorded or ordered.

    The new record is written before the old one is removed: after a crash between the two, the takes are in both
    lockfiles, never in none.

    Args:
        plan: the plan, made under the locks.
        states: the locked specs: those planned, and those that takes are moved from.

    Returns:
        The lockfiles that takes were moved from; keys without takes count as retired, so that their links are removed.

    Raises:
        LockfileError, StorageError: a lockfile cannot be read or written.
    """
    gone: dict[str, dict[str, set[TaskId]]] = {}
    for spec, records in plan.offered.items():
        changes = [change for change in plan.changes if change.address.spec == spec]
        origins = foreign_origins(changes)
        moving = [change for change in changes if change.address in origins]
        if not moving:
            continue
        lockfile = states[spec].read_lockfile()
        shown = replace(lockfile, retired={**lockfile.retired, **records})
        moved = record_changes(shown, moving, ())
        for address, origin in origins.items():
            here = moved.shots[address.instance] if address.instance in moved.shots else ShotRecord(None, ())
            tasks = {take.task_id for take in records[str(origin)].takes if here.take(take.task_id) is not None}
            gone.setdefault(origin.spec, {}).setdefault(origin.instance, set()).update(tasks)
        rest = {key: record for key, record in moved.retired.items() if key not in records}
        states[spec].write_lockfile(replace(moved, retired=rest))
    return [_without_moved_takes(states[spec], keys) for spec, keys in gone.items()]


def _without_moved_takes(state: FileSpecState, keys: Mapping[str, set[TaskId]]) -> Lockfile:
    lockfile = state.read_lockfile()
    for key, tasks in keys.items():
        lockfile = without_takes(lockfile, key, tasks)
    state.write_lockfile(lockfile)
    return with_gone(lockfile, keys)


def _requests(spec: RenderedSpec) -> Mapping[str, Request] | None:
    """What a spec requests; None if it is unknown, because a run about other shots leaves some of it out."""
    if spec.left_out:
        return None
    return {request.address.instance: request for request in spec.requests}


def _requests_of(name: str, specs: LoadedSpecs) -> Mapping[str, Request] | None:
    """What a spec of this name requests: nothing if there is none, None if that is unknown."""
    if name in specs.rendered:
        return _requests(specs.rendered[name])
    return None if {name, ""} & set(specs.broken.values()) else {}
