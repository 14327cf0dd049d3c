"""What a `moved:` names, if that is not what its author meant: then the shot would be bought again without a word."""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from ltxspec.errors import Diagnostic
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Change, Reason
from ltxspec.plan.origins import names_of
from ltxspec.plan.recorded import RecordedState, record_under
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.values import ShotAddress, foreign_address


def idle_moves(
    spec: RenderedSpec,
    recorded: RecordedState,
    other: Callable[[str], RecordedState],
    taken: AbstractSet[ShotAddress],
    heirs: Mapping[str, ShotAddress] = MappingProxyType({}),
) -> list[Diagnostic]:
    """Warnings about each `moved:` that moves nothing to a shot without takes of its own.

    Args:
        spec: the spec.
        recorded: what is recorded for it.
        other: gives what is recorded for another spec, by name.
        taken: the shots that take over from another name.
        heirs: by the whole address of a name, the shot that takes over from it.
    """
    shots: dict[str, list[Request]] = {}
    for request in spec.requests:
        if request.moved is not None:
            shots.setdefault(request.address.shot, []).append(request)
    wanted = {request.address.instance for request in spec.requests} if shots else set()
    found = (
        _second_heir(spec.name, requests, recorded.lockfile, heirs)
        or _idle(spec.name, requests, wanted, recorded, other)
        for requests in shots.values()
        if taken.isdisjoint(request.address for request in requests)
    )
    return [diagnostic for diagnostic in found if diagnostic is not None]


def heirs_of(changes: Iterable[Change]) -> dict[str, ShotAddress]:
    """The shot that takes over from each name, by its whole address: the one whose `moved:` says so, else the first."""
    found: dict[str, ShotAddress] = {}
    for change in sorted(changes, key=lambda change: Reason.MOVED_BY_SPEC not in change.reasons):
        if change.origin is not None:
            found.setdefault(str(origin_of(change)), change.address)
    return found


def origin_of(change: Change) -> ShotAddress:
    """The name from which a change with an `origin` takes over."""
    return foreign_address(str(change.origin)) or ShotAddress(change.address.spec, str(change.origin))


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
    recorded: RecordedState,
    other: Callable[[str], RecordedState],
) -> Diagnostic | None:
    """The warning about one shot; None if it has takes, or gets some."""
    if any(_has_takes(recorded.lockfile, request.address.instance) for request in requests):
        return None
    moved = requests[0].moved or ""
    owner, dot, _ = moved.partition("[")[0].rpartition(".")
    is_elsewhere = bool(dot) and owner != spec
    source = other(owner) if is_elsewhere else recorded
    key = moved[len(owner) + len(dot) :]
    names = [each for request in requests for each in names_of(request.address.instance, key)]
    named = [each for each in names if _has_takes(source.lockfile, each)]
    where = requests[0].moved_place
    ordered = [each for each in names if source.journal.by_instance(each) and each not in named]
    if ordered and not (named or (not is_elsewhere and ordered[0] in wanted)):
        return _not_yet(requests[0], ordered[0])
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


def _not_yet(request: Request, ordered: str) -> Diagnostic:
    """The warning about a shot that names one whose first take is in progress."""
    message = f"`moved: {request.moved}` moves nothing yet: `{ordered}` is in progress"
    hint = f"run `ltxspec collect` first: its take then moves to `{request.address}`"
    return Diagnostic("warning", "moved", message, request.moved_place, hint)


def _has_takes(lockfile: Lockfile, key: str) -> bool:
    record = record_under(lockfile, key)
    return record is not None and bool(record.takes)
