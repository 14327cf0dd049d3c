"""The shots whose current videos are meant by addresses with wildcards, in the order in which a film shows them."""

from collections.abc import Sequence

from ltxspec.project.load import every_spec
from ltxspec.project.lookup import RecordedShot, all_lockfiles, find
from ltxspec.project.project import ProjectContext
from ltxspec.values import ShotAddress


def meant(project: ProjectContext, patterns: Sequence[str]) -> list[RecordedShot]:
    """The recorded shots that addresses match, each once.

    Several stand in the order of the specs; what is in no spec that can be read comes last. A retired shot is
    meant only by an address that matches nothing else.

    Args:
        project: the project.
        patterns: addresses, also with wildcards, and names of specs.

    Raises:
        UnknownAddress: one of them matches nothing.
        LockfileError: a lockfile cannot be trusted.
    """
    lockfiles = all_lockfiles(project)
    found: dict[ShotAddress, RecordedShot] = {}
    for pattern in patterns:
        matched = find(project, pattern, lockfiles)
        found |= {shot.address: shot for shot in [shot for shot in matched if not shot.retired] or matched}
    if len(found) <= 1:
        return list(found.values())
    place = _places(project)
    return sorted(found.values(), key=lambda shot: (place.get(shot.address, len(place)), shot.address))


def _places(project: ProjectContext) -> dict[ShotAddress, int]:
    specs = every_spec(project, {}).rendered.values()
    requests = [request for spec in specs for request in spec.requests]
    return {request.address: place for place, request in enumerate(requests)}
