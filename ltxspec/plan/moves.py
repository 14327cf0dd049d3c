"""What a `moved:` names, if that is not what its author meant: then the shot would be bought again without a word."""

from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from ltxspec.errors import Diagnostic
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Change, Reason
from ltxspec.plan.origins import names_of
from ltxspec.plan.recorded import record_under
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.values import ShotAddress, foreign_address


def idle_moves(
    spec: RenderedSpec,
    lockfile: Lockfile,
    other: Callable[[str], Lockfile],
    taken: AbstractSet[ShotAddress],
    heirs: Mapping[str, ShotAddress] = MappingProxyType({}),
    ordered: Callable[[str], Collection[str]] = lambda _: (),
) -> list[Diagnostic]:
    """Warnings about each `moved:` that moves nothing to a shot without takes of its own.

    Args:
        spec: the spec.
        lockfile: its lockfile.
        other: gives the lockfile of another spec, by name.
        taken: the shots that take over from another name.
        heirs: by the whole address of a name, the shot that takes over from it.
        ordered: gives the names of a spec's shots that have a task in progress.
    """
    shots: dict[str, list[Request]] = {}
    for request in spec.requests:
        if request.moved is not None:
            shots.setdefault(request.address.shot, []).append(request)
    wanted = {request.address.instance for request in spec.requests} if shots else set()
    found = (
        _second_heir(spec.name, requests, lockfile, heirs)
        or _idle(spec.name, requests, wanted, lockfile, other, ordered)
        for requests in shots.values()
        if taken.isdisjoint(request.address for request in requests)
    )
    return [diagnostic for diagnostic in found if diagnostic is not None]


def heirs_of(changes: Iterable[Change]) -> dict[str, ShotAddress]:
    """The shot that takes over from each name, by its whole address: the one whose `moved:` says so, else the first."""
    found: dict[str, ShotAddress] = {}
    for change in sorted(changes, key=lambda change: Reason.MOVED_BY_SPEC not in change.reasons):
        if change.origin is not None:
            origin = foreign_address(change.origin) or ShotAddress(change.address.spec, change.origin)
            found.setdefault(str(origin), change.address)
    return found


def _second_heir(
    spec: str, requests: list[Request], lockfile: Lockfile, heirs: Mapping[str, ShotAddress]
) -> Diagnostic | None:
    """The warning about a shot that names what another one takes over; None if it has takes, or is the only one."""
    if any(_has_takes(lockfile, request.address.instance) for request in requests):
        return None
    for request in requests:
        for name in names_of(request.address.instance, request.moved or ""):
            heir = heirs.get(name) or heirs.get(f"{spec}.{name}")
            if heir is not None:
                return Diagnostic(
                    "warning",
                    "moved",
                    f"`moved: {request.moved}` of `{request.address}` moves nothing: `{heir}` takes over from it, and "
                    "a take is moved to one shot only",
                    request.moved_place,
                    "remove this line, and the shot is rendered for its own price; "
                    f"or remove the shot `{heir}`, or its `moved:` if it has one, and the takes move here",
                )
    return None


def _idle(
    spec: str,
    requests: list[Request],
    wanted: set[str],
    lockfile: Lockfile,
    other: Callable[[str], Lockfile],
    ordered: Callable[[str], Collection[str]],
) -> Diagnostic | None:
    """The warning about one shot; None if it has takes, or gets some."""
    if any(_has_takes(lockfile, request.address.instance) for request in requests):
        return None
    moved = requests[0].moved or ""
    owner, dot, _ = moved.partition("[")[0].rpartition(".")
    is_elsewhere = bool(dot) and owner != spec
    source = other(owner) if is_elsewhere else lockfile
    key = moved[len(owner) + len(dot) :]
    names = [each for request in requests for each in names_of(request.address.instance, key)]
    named = [each for each in names if _has_takes(source, each)]
    where = requests[0].moved_place
    under_way = [] if named else [each for each in names if each in ordered(owner if is_elsewhere else spec)]
    if under_way:
        message = f"`moved: {moved}` moves nothing yet: `{under_way[0]}` has only a task in progress"
        hint = "run `ltxspec collect` first: its take is recorded and moves here then"
        return Diagnostic("warning", "moved", message, where, hint)
    if not named:
        holder = f"the lockfile of `{owner}`" if is_elsewhere else "the lockfile"
        message = f"`moved: {moved}` names nothing: {holder} has no takes of it"
        hint = "write the name under which the takes are recorded (`ltxspec show` lists them), or remove the line"
        return Diagnostic("warning", "moved", message, where, hint)
    if is_elsewhere:
        message = f"`moved: {moved}` moves nothing: `{owner}` still has that shot, or it is unknown whether it does"
        return Diagnostic(
            "warning", "moved", message, where, f"correct `{owner}`, remove the earlier shot, or remove this line"
        )
    if all(each in wanted for each in named):
        message = f"`moved: {moved}` moves nothing: `{named[0]}` is still a shot of this spec, and keeps its takes"
        return Diagnostic("warning", "moved", message, where, "remove the earlier shot, or this line")
    return None


def _has_takes(lockfile: Lockfile, key: str) -> bool:
    record = record_under(lockfile, key)
    return record is not None and bool(record.takes)
