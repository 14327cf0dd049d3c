"""What other runs order for other specs while this one is at work: the locks of its own specs do not keep them out."""

from collections.abc import Callable, Collection
from itertools import chain

from ltxspec.errors import LtxspecError
from ltxspec.plan.actions import Change, Reason
from ltxspec.plan.recorded import every_fingerprint
from ltxspec.project.lookup import lockfile_names, recorded_state
from ltxspec.project.project import ProjectContext
from ltxspec.values import Fingerprint

_ON_PURPOSE = frozenset({Reason.RETAKE_REQUESTED, Reason.OWNED_ELSEWHERE})
_Stamp = tuple[tuple[int, int, int] | None, ...]


def rival_of(project: ProjectContext, own: Collection[str]) -> Callable[[Change], str | None]:
    """A function that says which other spec has a render by now that it did not have when this run was planned.

    It is to be asked after the own order is journalled and before it is sent: of two runs that order the same render at
    once, each journals first and looks then, so at least one of them sees the other.

    Args:
        project: the project.
        own: the specs that this run has locked.
    """
    read: dict[str, tuple[_Stamp, frozenset[Fingerprint]]] = {}

    def has(name: str, wanted: Collection[Fingerprint]) -> bool:
        stamp = _stamp(project, name)
        if name not in read or read[name][0] != stamp:
            read[name] = (stamp, _renders(project, name))
        return not read[name][1].isdisjoint(wanted)

    def rival(change: Change) -> str | None:
        if change.request is None or _ON_PURPOSE & set(change.reasons):
            return None
        journals = project.paths_of("any").journal.parent.glob("*.jsonl")
        names = {*lockfile_names(project), *(path.name.removesuffix(".jsonl") for path in journals)} - {*own}
        wanted = {*change.request.fingerprints}
        try:
            found = next((name for name in sorted(names) if has(name, wanted)), None)
        except LtxspecError as error:
            return error.line
        return f"`{found}` has ordered the same render meanwhile; plan again" if found is not None else None

    return rival


def _renders(project: ProjectContext, name: str) -> frozenset[Fingerprint]:
    """Every fingerprint of what a spec has bought or is buying."""
    have = recorded_state(project, name)
    records = (*have.lockfile.shots.values(), *have.lockfile.retired.values())
    takes = [take for record in records for take in record.takes if take.status == "succeeded"]
    bought = [every_fingerprint(take, project.catalog) for take in takes]
    ordered = [every_fingerprint(task.intent, project.catalog) for task in have.journal.open.values()]
    return frozenset(chain(*bought, *ordered))


def _stamp(project: ProjectContext, name: str) -> _Stamp:
    """What tells whether the files of a spec have changed."""
    paths, found = project.paths_of(name), list[tuple[int, int, int] | None]()
    for path in (paths.lockfile, paths.journal):
        try:
            status = path.stat()
            found.append((status.st_mtime_ns, status.st_size, status.st_ino))
        except OSError:
            found.append(None)
    return tuple(found)
