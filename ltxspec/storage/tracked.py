"""Asks git which lockfiles there should be: one that is missing from the disk is not one that never was.

A sparse checkout leaves files out, a submodule may not be fetched, a file may have been deleted by mistake. Taken for
empty, such a lockfile would have everything bought again.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from ltxspec.errors import LockfileError, StorageError
from ltxspec.storage.git import NoRepository, complaint, repository_of, run_git

_SUBMODULE = "160000"  # the mode of its entry
_UNKNOWN = "there are lockfiles missing, and git cannot tell whether there should be some"


class TrackedFolder:
    """What git's index holds of one folder. Git is asked once, when a file is found to be missing, and only then.

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
            raise LockfileError(
                f"lockfile `{shown}` is missing, but git tracks it: it records what was paid for",
                hint=f"bring it back with `git checkout -- {shown}` (in a sparse checkout `git sparse-checkout add "
                f"{os.path.relpath(self._folder, self._root)}`); `git rm {shown}` if it is gone on purpose",
            )

    def missing(self, suffix: str) -> list[Path]:
        """The files of the folder with this ending that git tracks and the disk lacks.

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
        """Asked from where the folder is, or would be: a submodule has an index of its own."""
        here = next(place for place in (self._folder, *self._folder.parents) if place.is_dir())
        inside = os.path.relpath(self._folder, here)
        try:
            if repository_of(here) is None:
                return {}
            done = run_git(here, "--literal-pathspecs", "ls-files", "--stage", "-z", "--", inside)
        except NoRepository:  # nothing above is one, whatever is called `.git` there
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
    """Those of some files that git's index holds, in one repository, one below the other; the last is the highest.

    Raises:
        StorageError: git cannot tell.
    """
    here = files[-1].parent
    names = [os.path.relpath(file, here) for file in files]
    try:
        if repository_of(here) is None:
            return []
        done = run_git(here, "--literal-pathspecs", "ls-files", "-z", "--", *names)
    except NoRepository:  # nothing above is one, whatever is called `.git` there
        return []
    if done.returncode != 0:
        raise StorageError(complaint(done), hint="check the repository with `git status`")
    known = {os.fsdecode(name) for name in done.stdout.split(b"\0")}
    return [file for file, name in zip(files, names, strict=True) if name in known]


def _real(path: Path) -> str:
    """The path with links of its folder followed; the file itself may be one, or not exist."""
    return str(Path(os.path.realpath(path.parent), path.name))
