"""Names without a spec: records that no spec claims, takes that leave them, and takes that would be moved to them."""

from collections.abc import Collection, Iterable, Sequence

from ltxspec.errors import Diagnostic, LtxspecError, Refused
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.elsewhere import foreign_origins
from ltxspec.plan.origins import assign_origins
from ltxspec.plan.recorded import RecordedState, record_under
from ltxspec.project.load import every_spec
from ltxspec.project.lookup import UnknownAddress, recorded_names, recorded_state
from ltxspec.project.others import sources
from ltxspec.project.project import ProjectContext
from ltxspec.render.models import RenderedSpec
from ltxspec.suggest import did_you_mean, shown
from ltxspec.values import ShotAddress, Usd, money_text, total_usd

UNCLAIMED_ORDER = "unclaimed-order"
MOVED_IN_PROGRESS = "moved-in-progress"
_NAMED = 3  # shots that one warning names


def unclaimed(project: ProjectContext, rendered: Sequence[RenderedSpec], changes: Sequence[Change]) -> list[Diagnostic]:
    """Warnings about takes and orders that belong to no spec, for a plan of the whole project."""
    known = {spec.name for spec in rendered} | sources(changes)
    found, told = [], " ".join(change.note or "" for change in changes)
    for name in recorded_names(project):
        if name in known:
            continue
        state = recorded_state(project, name)
        found += _orders(name, state, told)
        lockfile, collect = state.lockfile, "run `ltxspec collect`; then, " if state.journal.open else ""
        takes = {
            take.task_id: take
            for record in (*lockfile.shots.values(), *lockfile.retired.values())
            for take in record.takes
        }
        if takes:
            cost, unknown = total_usd(take.cost for take in takes.values())
            file = project.label(project.paths_of(name).lockfile)
            count = "1 take" if len(takes) == 1 else f"{len(takes):,} takes"
            found.append(
                Diagnostic(
                    "warning",
                    "unclaimed-lockfile",
                    f"`{file}` belongs to no spec; it records {count} {_for_money(cost, unknown, len(takes))}",
                    hint=f"{collect}if `{name}` has another name now, "
                    f"`ltxspec lock mv {name} NEW-NAME` moves its takes",
                )
            )
    return found


def _orders(name: str, state: RecordedState, told: str) -> list[Diagnostic]:
    """A warning about orders that are in progress, but for those that a note of the plan names."""
    shots = [f"`{name}.{task.intent.instance}`" for task in state.journal.open.values()]
    shots = [shot for shot in shots if shot not in told]
    if not shots:
        return []
    them = "an order" if len(shots) == 1 else f"{len(shots):,} orders"
    message = f"no spec is named `{name}`, and {them} of it (for {_named(shots)}) may be in progress and billed"
    return [Diagnostic("warning", UNCLAIMED_ORDER, message, hint="`ltxspec collect` finishes what is in progress")]


def moved_in_progress(
    project: ProjectContext, changes: Sequence[Change], rendered: Sequence[RenderedSpec] = ()
) -> list[Diagnostic]:
    """Warnings about takes that would be moved away from a name for which an order is in progress.

    Its result would be recorded under the old name, and no shot would use it; what follows from the shot would be
    ordered with the take from before.

    Args:
        project: the project.
        changes: of the plan.
        rendered: the specs that it was made of: also a move within a spec that is only a source of the plan counts.
    """
    origins = foreign_origins(changes)
    names = {origin.spec for origin in origins.values()}
    in_progress = {
        ShotAddress(name, task.intent.instance)
        for name in names
        for task in recorded_state(project, name).journal.open.values()
    }
    found = {address: origin for address, origin in origins.items() if origin in in_progress}
    return [
        Diagnostic(
            "warning",
            MOVED_IN_PROGRESS,
            f"an order for `{origin}` is in progress, and its takes would be moved to `{address}`",
            hint="`ltxspec collect` finishes it; then its takes are moved together",
        )
        for address, origin in (found | _moved_within(project, changes, rendered)).items()
    ]


def _moved_within(
    project: ProjectContext, changes: Sequence[Change], rendered: Sequence[RenderedSpec]
) -> dict[ShotAddress, ShotAddress]:
    """The shots of the plan, and those that it follows from, to which `moved:` gives takes from within their spec.

    Only those with an order in progress under the earlier name that would be the take in use.
    """
    found: dict[ShotAddress, ShotAddress] = {}
    for spec in rendered:
        if all(request.moved is None for request in spec.requests):
            continue
        state, wanted = recorded_state(project, spec.name), {item.address.instance: item for item in spec.requests}
        if not state.journal.open:
            continue
        for key, origin in assign_origins(state.lockfile, wanted, project.catalog).items():
            record, marks = record_under(state.lockfile, origin), {*wanted[key].fingerprints}
            has_take = record is not None and any(take.status == "succeeded" for take in record.takes)
            tasks = [task.intent for task in state.journal.open.values() if task.intent.instance == origin]
            if has_take and any(not marks or intent.fingerprint in marks for intent in tasks):
                found[wanted[key].address] = ShotAddress(spec.name, origin)
    return {address: origin for address, origin in found.items() if address in _concerned(changes, rendered)}


def _concerned(changes: Sequence[Change], rendered: Sequence[RenderedSpec]) -> set[ShotAddress]:
    """The shots of a plan that are not up to date, and all that they follow from."""
    requests = {request.address: request for spec in rendered for request in spec.requests}
    todo = [change.address for change in changes if change.action is not Action.NO_OP]
    seen: set[ShotAddress] = set()
    while todo:
        address = todo.pop()
        if address not in seen:
            seen.add(address)
            todo += requests[address].after if address in requests else ()
    return seen


def refuse_moves_in_progress(diagnostics: Iterable[Diagnostic]) -> None:
    """Refuse a plan with such moves. Raises Refused."""
    for found in diagnostics:
        if found.code == MOVED_IN_PROGRESS:
            raise Refused(found.code, found.message, hint=found.hint)


def _for_money(cost: Usd, unknown: int, takes: int) -> str:
    """What takes cost: an unknown cost is never shown as 0."""
    if unknown == takes:
        return "of unknown cost"
    return f"for {money_text(cost)}" + (f", {unknown:,} of them of unknown cost" if unknown else "")


def moved_from_unknown(
    project: ProjectContext, planned: Collection[str], changes: Sequence[Change]
) -> list[Diagnostic]:
    """Warnings about takes that leave the lockfile of a name that no spec of the project has.

    Usually the spec has another name now; but a spec in another place, which is only planned by its path, may use them.

    Args:
        project: the project.
        planned: the specs that are known: where only some were planned, the others are read here.
        changes: the plan.
    """
    origins: dict[str, list[str]] = {}
    for origin in foreign_origins(changes).values():
        origins.setdefault(origin.spec, []).append(f"`{origin}`")
    if origins.keys() <= set(planned):
        return []
    specs = every_spec(project, {})
    known = {*planned, *specs.rendered, *specs.files, *specs.broken.values()}
    return [
        Diagnostic(
            "warning",
            "moved-from-unknown-spec",
            f"takes of {_named(shots)} are moved, but no spec in {_places(project)} is named `{name}`",
            hint=f"right if `{name}` has another name now; if a spec elsewhere is still named so, "
            "first add its place to `[project] specs`: without its takes it would buy them again",
        )
        for name, shots in origins.items()
        if name not in known
    ]


def _named(shots: Sequence[str]) -> str:
    more = f" and {len(shots) - _NAMED:,} more" if len(shots) > _NAMED else ""
    return ", ".join(shots[:_NAMED]) + more


def _places(project: ProjectContext) -> str:
    return " or ".join(f"`{folder}`" for folder in project.config.project.specs)


def without_spec(project: ProjectContext, names: Iterable[str]) -> list[Diagnostic]:
    """Warnings about names that takes are moved to although no spec of the project has them."""
    try:
        specs = every_spec(project, {})
    except LtxspecError as error:
        message = f"it is unknown whether a spec has the new name: {error.summary}"
        return [Diagnostic("warning", "no-such-spec", message, hint=error.hint)]
    known = list(dict.fromkeys([*specs.files, *filter(None, specs.broken.values())]))
    unread = [f"`{file}`" for file, name in specs.broken.items() if not name]
    besides = f" (besides {', '.join(unread)}, whose name cannot be read)" if unread else ""
    return [
        Diagnostic(
            "warning",
            "no-such-spec",
            f"no spec in {_places(project)} is named `{name}`{besides}: no plan uses takes that are moved there",
            hint=did_you_mean(name, known) or f"write a spec with `metadata: {{name: {name}}}`, or move them back",
        )
        for name in dict.fromkeys(names)
        if name not in known
    ]


def refuse_unknown_spec(project: ProjectContext, name: str) -> None:
    """Refuse a name that no spec has, and of which nothing is recorded with any provider.

    Nothing is refused if a spec cannot be read, since that may be the one. Raises UnknownAddress, LockfileError.
    """
    try:
        specs = every_spec(project, {})
    except LtxspecError:
        return
    recorded = [known for side in project.sides for known in recorded_names(side)]
    known = sorted({*specs.files, *specs.broken.values(), *recorded})
    if name in known or "" in known:
        return
    raise UnknownAddress(
        f"no spec in {_places(project)} is named {shown(name)}, and nothing is recorded under that name",
        hint=did_you_mean(name, known) or (f"the names are {_named([*map(shown, known)])}" if known else None),
    )
