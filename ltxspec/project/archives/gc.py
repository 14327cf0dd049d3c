"""Finds archived videos that are no longer referenced, and deletes them under the locks of an apply.

References come from lockfiles (of all providers, here and wherever git still has one), journals, and the notes about
videos that were archived but not recorded yet. If a lockfile or journal cannot be read, its references are unknown, so
nothing is deleted.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path

import orjson

from ltxspec.apply.ports import Clock
from ltxspec.lock.codec import SUFFIX, decode_lockfile
from ltxspec.lock.merge import recorded_videos
from ltxspec.project.adapters import open_archive
from ltxspec.project.collect import journalled
from ltxspec.project.lookup import lockfile_names
from ltxspec.project.project import ProjectContext
from ltxspec.storage.archive import FolderArchive
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.durable import read_file, translated
from ltxspec.storage.file_lock import exclusive
from ltxspec.storage.reachable import FoundFile, files_everywhere, inside_git, prefix_of
from ltxspec.storage.state import read_state

_SHA256 = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_OUR_FIELDS = frozenset({"spec", "shots", "retired"})
_DAY = 86400.0  # seconds


@dataclass(frozen=True, slots=True)
class Loose:
    """An archived video without any reference."""

    sha256: str
    path: Path
    bytes: int
    days: float  # since it was archived
    touched: int  # when that was, in nanoseconds; a video archived again since then is kept


@dataclass(frozen=True, slots=True)
class Pruned:
    """Videos that were (or would be) deleted, too young ones, whether git was searched, and possibly shared ones."""

    dropped: Sequence[Loose]
    young: Sequence[Loose]
    in_git: bool
    shared: Sequence[Loose] = ()

    @property
    def reason(self) -> str:
        """Why they were deleted."""
        holders = "no lockfile of any branch, tag, stash or worktree" if self.in_git else "no lockfile"
        return f"{holders} and no journal names it"


@dataclass(frozen=True, slots=True)
class Pruning:
    """How to prune.

    Args:
        min_days: younger videos are kept.
        dry_run: delete nothing, and take no lock.
        wait: seconds to wait for another command that is working on a spec.
    """

    min_days: float = 7.0
    dry_run: bool = False
    wait: float = 0.0


def prune(project: ProjectContext, how: Pruning, clock: Clock | None = None) -> Pruned:
    """Delete the unreferenced videos that this project archived.

    Args:
        project: the project that owns the archive.
        how: what may be deleted.
        clock: measures ages; None: the system clock.

    Raises:
        LockHeld: another command is working on a spec.
        LockfileError: a lockfile or journal cannot be read, here or in git.
        StorageError: something else cannot be read, or a file cannot be deleted.
    """
    archive = open_archive(project)
    with nullcontext() if how.dry_run else all_locks(project, how.wait):
        found = list(_loose(project, archive, clock or SystemClock()))
        ours = archive.users.droppable(item.sha256 for item in found)
        loose = [item for item in found if item.sha256 in ours]
        dropped = [item for item in loose if item.days >= how.min_days]
        young = [item for item in loose if item.days < how.min_days]
        if not how.dry_run:
            dropped = [item for item in dropped if _removed(archive, item)]
        shared = [item for item in found if item.sha256 not in ours]
        return Pruned(dropped, young, inside_git(project.root), shared)


def all_locks(project: ProjectContext, wait: float) -> ExitStack:
    """Hold every spec of all providers that has a lockfile or a journal, or that a command is working on."""
    with ExitStack() as stack:
        for side in project.sides:
            guards = side.paths_of("any").guard.parent.glob("*.lock")
            names = {*lockfile_names(side), *journalled(side), *(path.stem for path in guards)}
            for name in sorted(names):
                guard = side.paths_of(name).guard
                stack.enter_context(exclusive(guard, wait=wait, command="archive gc", within=project.root))
        return stack.pop_all()


def _loose(project: ProjectContext, archive: FolderArchive, clock: Clock) -> Iterator[Loose]:
    """Archived videos without any reference.

    The order of reading matters, because other checkouts may use this archive and hold other locks: an archived video
    has a note, and the note is removed only once a lockfile has its hash.
    """
    videos = archive.contents()
    named = references(project, archive)
    now = clock.now().timestamp()
    for sha256, path in videos.items():
        if sha256 not in named:
            with translated("read", path):
                facts = path.stat()
            yield Loose(sha256, path, facts.st_size, (now - facts.st_mtime) / _DAY, facts.st_mtime_ns)


def references(project: ProjectContext, archive: FolderArchive) -> set[str]:
    """The hashes of all videos that something refers to: lockfiles here and in git, journals, notes of the archive.

    Raises:
        LockfileError: a lockfile or journal cannot be read, here or in git.
        StorageError: something else cannot be read.
    """
    return {*_hashes(archive.arrived().values()), *_in_journals(project), *_in_lockfiles(project)}


def _removed(archive: FolderArchive, item: Loose) -> bool:
    """Delete a video, unless another checkout that shares the archive has archived it again meanwhile."""
    with translated("read", item.path):
        if item.path.stat().st_mtime_ns != item.touched:
            return False
    archive.remove(item.sha256)
    return True


def _hashes(contents: Iterable[bytes]) -> Iterator[str]:
    """Everything that looks like a SHA-256: keeping too much is better than too little."""
    for data in contents:
        yield from (found.decode("ascii") for found in _SHA256.findall(data))


def _in_journals(project: ProjectContext) -> Iterator[str]:
    """References from the journals of all providers, including journals that were set aside under any name."""
    for side in project.sides:
        folder = side.paths_of("any").journal.parent
        for name in journalled(side):
            read_state(side.paths_of(name))
        with translated("read", folder):
            yield from _hashes(read_file(path, project.root) for path in sorted(folder.glob("*")) if path.is_file())


def _in_lockfiles(project: ProjectContext) -> Iterator[str]:
    """References from the lockfiles of all providers, in this checkout and wherever git has one."""
    for side in project.sides:
        for name in lockfile_names(side):
            lockfile, _ = read_state(side.paths_of(name))
            yield from recorded_videos(lockfile)
    if inside_git(project.root):
        prefix = prefix_of(project.root)
        places = [f"{prefix}{project.label(side.lockfiles)}/" for side in project.sides]
        for found in files_everywhere(project.root, SUFFIX):
            _refuse_unreadable(found, prefix, places)
            yield from _hashes([found.data])
    else:
        files = (path for path in project.root.rglob(f"*{SUFFIX}") if path.is_file())
        yield from _hashes(read_file(path) for path in files)  # links are followed: keeping too much is better


def _refuse_unreadable(found: FoundFile, prefix: str, places: Sequence[str]) -> None:
    """Raise LockfileError for a lockfile of this project that cannot be read.

    Other tools use such file names, too. A lockfile that only a reflog still has may have been repaired since. From
    these, and from other projects in the repository, every hash counts as a reference anyway.
    """
    if not found.settled or not found.path.startswith(prefix):
        return
    if any(found.path.startswith(place) for place in places) or _seems_ours(found.data):
        decode_lockfile(found.data, str(found))


def _seems_ours(data: bytes) -> bool:
    """Whether this is, or was, a lockfile of ltxspec. Data that is not JSON counts: it may be a damaged one."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        return True
    return isinstance(document, dict) and "lockfileVersion" in document and not _OUR_FIELDS.isdisjoint(document)
