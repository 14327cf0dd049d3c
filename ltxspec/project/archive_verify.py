"""Checks that every recorded video is in the archive and has the recorded hash."""

from collections.abc import Sequence
from dataclasses import dataclass

from ltxspec.errors import LtxspecError
from ltxspec.project.adapters import open_archive
from ltxspec.project.archive_pull import takes_of
from ltxspec.project.lookup import readable_lockfiles, recorded_shots
from ltxspec.project.project import ProjectContext


@dataclass(frozen=True, slots=True)
class Verified:
    """The result of a verification."""

    sound: int  # videos that are present and match their record
    bad: Sequence[str]  # one line for each other video: which one, and what is wrong
    unreadable: Sequence[LtxspecError]  # lockfiles


def verify_archive(project: ProjectContext, *, only_current: bool = False) -> Verified:
    """Check the archived videos of all recorded takes, or of the current ones only."""
    archive = open_archive(project)
    lockfiles, problems = readable_lockfiles(project)
    sound, bad = 0, []
    for holding, number, take, current in takes_of(recorded_shots(lockfiles)):
        for output in take.outputs if current or not only_current else ():
            try:
                problem = archive.problem_with(output.sha256) if output.sha256 else "never archived"
            except LtxspecError as error:
                problem = error.summary
            if problem is None:
                sound += 1
            else:
                bad.append(f"{holding.address}{'' if current else f' take {number}'}: {problem}")
    return Verified(sound, bad, problems)
