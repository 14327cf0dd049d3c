"""Keeps the tree of links (`renders/`) and the sidecars of the archive in line with the lockfiles."""

import contextlib
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from ltxspec.errors import LtxspecError
from ltxspec.lock.merge import recorded_videos
from ltxspec.lock.models import Lockfile, Output, ShotRecord
from ltxspec.project.adapters import open_archive
from ltxspec.project.lookup import recorded_state
from ltxspec.project.project import ProjectContext
from ltxspec.project.sidecars import MISSING, Scope, describe


def relink(project: ProjectContext, lockfiles: Iterable[Lockfile], scope: Scope = MISSING) -> None:
    """Point the links of some specs at their current takes, and write missing sidecars; what is right is left alone.

    Call it under the locks of these specs. A tree that cannot be updated only causes a warning: everything it shows is
    recorded and archived.

    Args:
        project: the project.
        lockfiles: what is recorded now.
        scope: which sidecars are also compared with what is recorded.
    """
    for lockfile in lockfiles:
        try:
            archive = open_archive(project)
            archive.users.note(recorded_videos(lockfile))
            describe(project, archive, lockfile, scope)
            archive.link_all(lockfile.spec, _wanted(project, lockfile))
        except LtxspecError as error:
            project.warn(f"`{lockfile.spec}` is missing some of its links: {error.summary}")


def with_gone(lockfile: Lockfile, keys: Iterable[str]) -> Lockfile:
    """A lockfile as input for `relink`: keys that were removed count as retired, so that their links are removed."""
    gone = dict.fromkeys(keys, ShotRecord(None, ()))
    return replace(lockfile, retired={**gone, **lockfile.retired})


def _wanted(project: ProjectContext, lockfile: Lockfile) -> dict[str, Sequence[Output]]:
    """Each instance and its current outputs.

    Retired instances have none. Neither have instances with takes of the sandbox only: earlier versions put links to
    the sandbox's videos where the paid ones belong.
    """
    wanted: dict[str, Sequence[Output]] = dict.fromkeys(
        (*_only_previewed(project, lockfile.spec), *lockfile.retired), ()
    )
    for key, record in lockfile.shots.items():
        take = record.current_take
        wanted[key] = take.shown if take else ()
    return wanted


def _only_previewed(project: ProjectContext, spec: str) -> Iterable[str]:
    """Instances that have takes of a free provider."""
    found: list[str] = []
    for side in () if project.service.free else project.sides:
        if side.service.free:
            with contextlib.suppress(LtxspecError):
                found += recorded_state(side, spec).lockfile.shots
    return found
