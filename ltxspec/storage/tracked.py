"""Asks git which lockfiles should exist: a lockfile missing from disk is not the same as one that never existed.

A sparse checkout omits files, a submodule may not be fetched, a file may have been deleted by mistake. If such a
lockfile were treated as empty, everything would be bought again.
"""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from ltxspec.errors import LockfileError, StorageError
from ltxspec.storage.git import NoRepository, complaint, repository_of, run_git

_SUBMODULE = "160000"  # the mode of its index entry
_UNKNOWN = "there are lockfiles missing, and git cannot tell whether there should be some"
_UNREAD = "git cannot tell whether there are lockfiles in other folders"


class TrackedFolder:
    """The entries of one folder in git's index. Git is asked only once, when the first file is found to be missing.

    Args:
        root: the project's root, for messages.
        folder: the folder; it need not exist.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder
        self._entries: dict[str, str] | None = None  # real path -> mode

    def refuse_missing(self, file: Path) -> None:
        """Raise LockfileError for a file that is not on disk although git tracks it, or may track it."""
        entries = self._known()
        place = _real(file)
        shown = os.path.relpath(file, self._root)
        for parent in (self._folder, *self._folder.parents):
            if entries.get(_real(parent)) == _SUBMODULE:
                raise LockfileError(
                    f"lockfile `{shown}` is missing: its folder belongs to a submodule that is not checked out",
                    hint="git submodule update --init",
                )
        if place in entries:
            word, folder = shlex.quote(shown), shlex.quote(os.path.relpath(self._folder, self._root))
            raise LockfileError(
                f"lockfile `{shown}` is missing, but git tracks it: it records what was paid for",
                hint=f"restore it with `git checkout -- {word}` (in a sparse checkout `git sparse-checkout add "
                f"{folder}`); `git rm {word}` if it was removed on purpose",
            )

    def missing(self, suffix: str) -> list[Path]:
        """The files of the folder with this suffix that git tracks but that are not on disk.

        Raises:
            LockfileError: git cannot tell.
        """
        folder = Path(os.path.realpath(self._folder))
        tracked = [Path(place) for place in self._known() if place.endswith(suffix)]
        return sorted(place for place in tracked if place.parent == folder and not os.path.lexists(place))

    def _known(self) -> dict[str, str]:
        if self._entries is None:
            self._entries = self._ask()
        return self._entries

    def _ask(self) -> dict[str, str]:
        """Run git in the folder, or the nearest existing one above: a submodule has its own index."""
        here = next(place for place in (self._folder, *self._folder.parents) if place.is_dir())
        inside = os.path.relpath(self._folder, here)
        try:
            if repository_of(here) is None:
                return {}
            done = run_git(here, "--literal-pathspecs", "ls-files", "--stage", "-z", "--", inside)
        except NoRepository:  # no folder above is a repository, even if it contains a `.git`
            return {}
        except StorageError as error:
            raise LockfileError(f"{_UNKNOWN}: {error.summary}", hint=error.hint) from error
        if done.returncode != 0:
            raise LockfileError(f"{_UNKNOWN}: {complaint(done)}", hint="check the repository with `git status`")
        entries = {}
        for line in done.stdout.split(b"\0")[:-1]:
            about, _, path = line.partition(b"\t")
            entries[os.path.normpath(Path(os.path.realpath(here), os.fsdecode(path)))] = about[:6].decode()
        return entries


def tracked_files(files: Sequence[Path]) -> list[Path]:
    """Those of the files that git's index has. All are in one repository, ordered from the deepest folder upwards.

    Raises:
        StorageError: git cannot tell.
    """
    here = files[-1].parent
    names = [os.path.relpath(file, here) for file in files]
    try:
        if repository_of(here) is None:
            return []
        done = run_git(here, "--literal-pathspecs", "ls-files", "-z", "--", *names)
    except NoRepository:  # no folder above is a repository, even if it contains a `.git`
        return []
    if done.returncode != 0:
        raise StorageError(complaint(done), hint="check the repository with `git status`")
    known = {os.fsdecode(name) for name in done.stdout.split(b"\0")}
    return [file for file, name in zip(files, names, strict=True) if name in known]


def tracked_below(root: Path, suffix: str) -> dict[str, str]:
    """The files with this suffix that git tracks in a folder and those below: their paths from there, and their blobs.

    Raises:
        LockfileError: git cannot tell.
    """
    try:
        if repository_of(root) is None:
            return {}
        done = run_git(root, "ls-files", "--stage", "-z", "--", f":(glob)**/*{suffix}")
    except NoRepository:  # no folder above is a repository, even if it contains a `.git`
        return {}
    except StorageError as error:
        raise LockfileError(f"{_UNREAD}: {error.summary}", hint=error.hint) from error
    if done.returncode != 0:
        raise LockfileError(f"{_UNREAD}: {complaint(done)}", hint="check the repository with `git status`")
    entries = (line.partition(b"\t") for line in done.stdout.split(b"\0")[:-1])
    return {os.fsdecode(path): about.split()[1].decode() for about, _, path in entries}


def _real(path: Path) -> str:
    """The path with links in its folder followed; the file itself may be a link, or not exist."""
    return str(Path(os.path.realpath(path.parent), path.name))
