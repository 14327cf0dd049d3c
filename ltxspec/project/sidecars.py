"""Writes the sidecars of archived videos: what is missing, and what no longer agrees with the lockfile.

They are written once a lockfile records a take (at the end of a run, by `archive pull`, after `lock mv`), under the
lock of its spec. A sidecar that cannot be written only causes a warning: all of it is in the lockfile and in git.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from ltxspec.errors import LtxspecError
from ltxspec.lock.models import Lockfile
from ltxspec.lock.sidecar import RecordedVideo, Sidecar, SidecarTake, TooNew, entry, joined, recorded
from ltxspec.project.committed import checked_out
from ltxspec.project.project import ProjectContext
from ltxspec.storage.archive import FolderArchive
from ltxspec.storage.durable import translated
from ltxspec.storage.git import repository_of
from ltxspec.storage.git_history import added_lines
from ltxspec.values import TaskId

_TASK = re.compile(rb'"taskUUID": "([0-9a-f-]{36})"')


@dataclass(frozen=True)
class Scope:
    """What is looked at besides the videos that have no sidecar.

    Attributes:
        tasks: the tasks that this run recorded: the commit that is checked out is noted with them.
        shots: instance keys whose sidecars are compared with the lockfile.
        whole: compare all, and look in git's history for the commits that recorded the takes.
    """

    tasks: Collection[TaskId] = ()
    shots: Collection[str] = ()
    whole: bool = False

    def has(self, video: RecordedVideo) -> bool:
        """Whether the sidecar of a video is compared with the lockfile."""
        return self.whole or video.take.task_id in self.tasks or video.shot in self.shots


WHOLE = Scope(whole=True)
MISSING = Scope()


def describe(project: ProjectContext, archive: FolderArchive, lockfile: Lockfile, scope: Scope = MISSING) -> None:
    """Write the sidecars of the archived videos of a lockfile. Call it under the lock of its spec.

    Args:
        project: the project.
        archive: where the videos are.
        lockfile: what is recorded.
        scope: which sidecars are compared with it; those that are missing are written anyway.
    """
    try:
        present = archive.sidecars.present()
        found: dict[str, list[RecordedVideo]] = {}
        wanted: set[str] = set()
        for sha256, video in recorded(lockfile):
            found.setdefault(sha256, []).append(video)
            if sha256 not in present or scope.has(video):
                wanted.add(sha256)
        commits = _Commits(project, lockfile, scope)
        for sha256 in sorted(wanted):
            _write(project, archive, sha256, found[sha256], commits)
    except LtxspecError as error:
        project.warn(f"videos of `{lockfile.spec}` are missing their sidecars: {error.summary}")


def _write(
    project: ProjectContext, archive: FolderArchive, sha256: str, videos: Sequence[RecordedVideo], commits: "_Commits"
) -> None:
    """Write one sidecar, if it differs from the one that is there."""
    path = archive.path_of(sha256)
    if path is None:
        return
    try:
        known = archive.sidecars.read(sha256)
    except TooNew:
        return
    takes = tuple(entry(video, project.config.project.id) for video in videos)
    with translated("read", path):
        size = path.stat().st_size
    own = joined(known, Sidecar(sha256=sha256, bytes=size, takes=takes))
    mine = {take.video for take in takes}
    made = replace(own, takes=tuple(commits.added(take) if take.video in mine else take for take in own.takes))
    if made != known:
        archive.sidecars.write(made)


@dataclass(frozen=True)
class _Commits:
    """The commits of the takes of a lockfile; git is asked once, and only if an entry lacks one."""

    project: ProjectContext
    lockfile: Lockfile
    scope: Scope

    def added(self, take: SidecarTake) -> SidecarTake:
        """An entry with its commits, as far as they are known."""
        if take.commit is None and take.task_id in self.scope.tasks:
            take = replace(take, commit=self._checked_out)
        if take.recorded_in is None and self.scope.whole:
            take = replace(take, recorded_in=self._recording.get(take.task_id))
        return take

    @cached_property
    def _checked_out(self) -> str | None:
        try:
            return checked_out(self.project)
        except LtxspecError:  # git is missing, or does not read the repository
            return None

    @cached_property
    def _recording(self) -> Mapping[str, str]:
        """Task -> the first commit whose lockfile has it."""
        found: dict[str, str] = {}
        try:
            if self._checked_out is None or repository_of(self.project.root) is None:
                return found
            path = self.project.label(self.project.on(self.lockfile.provider).paths_of(self.lockfile.spec).lockfile)
            for commit, line in added_lines(self.project.root, path):
                if (named := _TASK.search(line)) is not None:
                    found.setdefault(named[1].decode(), commit)
        except LtxspecError:
            return {}
        return found
