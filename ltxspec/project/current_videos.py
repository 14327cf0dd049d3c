"""The shots whose current videos are meant by addresses with wildcards, in the order in which a film shows them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from ltxspec.lock.models import Lockfile, ShotRecord
from ltxspec.plan.selection import Pattern
from ltxspec.project.load import every_spec
from ltxspec.project.lookup import RecordedShot, UnknownAddress, all_lockfiles, find, recorded_shots
from ltxspec.project.project import ProjectContext
from ltxspec.values import ShotAddress, typed_address

_Places = Mapping[ShotAddress, int]


def meant(project: ProjectContext, patterns: Sequence[str]) -> Mapping[ShotAddress, ShotRecord | None]:
    """The shots that addresses match, each with its record, or None if nothing is recorded of it.

    They stand in the order of the specs; what is in no spec that can be read comes last. A retired shot is meant only
    by an address that matches nothing else.

    Args:
        project: the project.
        patterns: addresses, also with wildcards, and names of specs.

    Raises:
        UnknownAddress: one of them matches nothing that is recorded or in a spec.
        LockfileError: a lockfile cannot be trusted.
    """
    lockfiles = all_lockfiles(project)
    recorded = {str(shot.address): shot for shot in recorded_shots(lockfiles)}
    in_specs = cache(lambda: _in_specs(project))  # reading them takes time, and one address needs no order
    found: dict[ShotAddress, ShotRecord | None] = {}
    for pattern in patterns:
        if (one := recorded.get(typed_address(pattern))) is not None:
            found[one.address] = one.record
            continue
        matched = _recorded(project, pattern, lockfiles, in_specs)
        active = [shot for shot in matched if not shot.retired]
        found |= _in_specs_too(pattern, in_specs()) if active or not matched else {}
        found |= {shot.address: shot.record for shot in active or matched}
    if len(found) <= 1:
        return found
    places = in_specs()
    return dict(sorted(found.items(), key=lambda item: (places.get(item[0], len(places)), item[0])))


def not_rendered(patterns: Iterable[str], found: Mapping[ShotAddress, ShotRecord | None]) -> list[str]:
    """Those of some patterns that match nothing that is recorded, only shots of specs.

    Args:
        patterns: as given to `meant`.
        found: its answer.
    """
    recorded = {address: None for address, record in found.items() if record is not None}
    return [pattern for pattern in patterns if not _in_specs_too(pattern, recorded)]


def _recorded(
    project: ProjectContext, pattern: str, lockfiles: Sequence[Lockfile], in_specs: Callable[[], _Places]
) -> list[RecordedShot]:
    """As `find`; empty if only specs have what the pattern matches."""
    try:
        return find(project, pattern, lockfiles)
    except UnknownAddress:
        if not _in_specs_too(pattern, in_specs()):
            raise
        return []


def _in_specs_too(pattern: str, in_specs: Iterable[ShotAddress]) -> dict[ShotAddress, ShotRecord | None]:
    """The shots of specs that a pattern matches, as if nothing were recorded of them."""
    wanted = Pattern(pattern)
    return {address: None for address in in_specs if address.spec == pattern or wanted.matches(address)}


def _in_specs(project: ProjectContext) -> _Places:
    """The shots of all specs that can be read, each with its place."""
    specs = every_spec(project, {}).rendered.values()
    requests = [request for spec in specs for request in spec.requests]
    return {request.address: place for place, request in enumerate(requests)}
