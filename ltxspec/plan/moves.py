"""What a `moved:` names, if that is not what its author meant: then the shot would be bought again without a word."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from ltxspec.errors import Diagnostic
from ltxspec.lock.models import Lockfile
from ltxspec.plan.origins import names_of
from ltxspec.plan.recorded import record_under
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.values import ShotAddress


def idle_moves(
    spec: RenderedSpec, lockfile: Lockfile, other: Callable[[str], Lockfile], taken: AbstractSet[ShotAddress]
) -> list[Diagnostic]:
    """Warnings about each `moved:` that moves nothing to a shot without takes of its own.

    Args:
        spec: the spec.
        lockfile: its lockfile.
        other: gives the lockfile of another spec, by name.
        taken: the shots that take over from another name.
    """
    shots: dict[str, list[Request]] = {}
    for request in spec.requests:
        if request.moved is not None:
            shots.setdefault(request.address.shot, []).append(request)
    wanted = {request.address.instance for request in spec.requests} if shots else set()
    found = (
        _idle(spec.name, requests, wanted, lockfile, other)
        for requests in shots.values()
        if taken.isdisjoint(request.address for request in requests)
    )
    return [diagnostic for diagnostic in found if diagnostic is not None]


def _idle(
    spec: str, requests: list[Request], wanted: set[str], lockfile: Lockfile, other: Callable[[str], Lockfile]
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
    if not named:
        holder = f"the lockfile of `{owner}`" if is_elsewhere else "the lockfile"
        message = f"`moved: {moved}` names nothing: {holder} has no takes of it"
        hint = "write the name under which the takes are recorded (`ltxspec show` lists them), or remove the line"
        return Diagnostic("warning", "moved", message, where, hint)
    if is_elsewhere:
        message = f"`moved: {moved}` moves nothing: `{owner}` still has that shot, or cannot be read as a whole"
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
