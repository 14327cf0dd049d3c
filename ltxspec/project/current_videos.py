"""The shots whose current videos are meant by addresses with wildcards, in the order in which a film shows them."""

from collections.abc import Mapping, Sequence
from functools import cache

from ltxspec.lock.models import ShotRecord
from ltxspec.plan.selection import Pattern
from ltxspec.project.load import every_spec
from ltxspec.project.lookup import RecordedShot, all_lockfiles, find, recorded_shots
from ltxspec.project.project import ProjectContext
from ltxspec.values import ShotAddress, typed_address


def meant(project: ProjectContext, patterns: Sequence[str]) -> Mapping[ShotAddress, ShotRecord | None]:
    """The shots that addresses match, each with its record, or None if nothing is recorded of it.

    They stand in the order of the specs; what is in no spec that can be read comes last. A retired shot is meant only
    by an address that matches nothing else.

    Args:
        project: the project.
        patterns: addresses, also with wildcards, and names of specs.

    Raises:
        UnknownAddress: one of them matches nothing.
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
        named = _matching(recorded, pattern, in_specs())
        found |= named or {shot.address: shot.record for shot in find(project, pattern, lockfiles)}
    if len(found) <= 1:
        return found
    places = in_specs()
    return dict(sorted(found.items(), key=lambda item: (places.get(item[0], len(places)), item[0])))


def _matching(
    recorded: Mapping[str, RecordedShot], pattern: str, in_specs: Mapping[ShotAddress, int]
) -> dict[ShotAddress, ShotRecord | None]:
    """The shots that a pattern matches: of the specs, and recorded ones that are not retired."""
    wanted = Pattern(pattern)
    active = {shot.address: shot.record for shot in recorded.values() if not shot.retired}
    every = dict.fromkeys((*active, *in_specs))
    return {address: active.get(address) for address in every if address.spec == pattern or wanted.matches(address)}


def _in_specs(project: ProjectContext) -> Mapping[ShotAddress, int]:
    """The shots of all specs that can be read, each with its place."""
    specs = every_spec(project, {}).rendered.values()
    requests = [request for spec in specs for request in spec.requests]
    return {request.address: place for place, request in enumerate(requests)}
