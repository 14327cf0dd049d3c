"""Records which project uses which videos of a shared archive: `projects/` in the archive has one list per project.

A project's list names the videos it archived and those its lockfiles have named since; entries are never removed. An
archive inside a project belongs to that project alone, except for videos on another project's list, and unless it is
inside another project nested in that one.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from ltxspec.canonical import sha256_hex
from ltxspec.storage.durable import (
    REAL,
    FileOps,
    make_folder,
    opened,
    read_if_exists,
    sync_folder,
    translated,
    write_all,
)
from ltxspec.storage.finding import CONFIG_NAME

_SHA256 = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_FOLDER = "projects"
_SIGNS = (CONFIG_NAME, ".ltxspec")  # either one marks a project


class ArchiveUsers:
    """One project's view of who uses an archive.

    Args:
        archive: the archive's folder.
        project: the project's root.
        ident: `[project] id`; empty if there is none.
        ops: the system calls, for tests.
    """

    def __init__(self, archive: Path, project: Path, ident: str, ops: FileOps = REAL) -> None:
        folder, root = os.path.realpath(archive), os.path.realpath(project)
        is_inside = folder.startswith(root.rstrip(os.sep) + os.sep)
        self._is_own = is_inside and not _is_in_another(Path(folder), Path(root))
        self._is_known = self._is_own or bool(ident)  # else another project at the same relative path shares the list
        self._root = root
        self._list = archive / _FOLDER / sha256_hex(f"{ident}\0{os.path.relpath(root, folder)}".encode())[:32]
        self._within = project if is_inside else None  # no link of such an archive may lead out of this folder
        self._ops = ops
        self._noted: set[str] | None = None

    def note(self, videos: Iterable[str]) -> None:
        """Add videos, by SHA-256, to this project's list, durably. Raises StorageError."""
        if self._is_own:
            return
        if self._noted is None:
            self._noted = _read(self._list, self._within)
        new = sorted(set(videos) - self._noted)
        if not new:
            return
        with translated("write", self._list):
            make_folder(self._list.parent, self._ops)
            with opened(self._list, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, self._ops) as descriptor:
                head = [] if os.fstat(descriptor).st_size else [f"# {self._root}"]
                # Each line starts with the line break, so that one cut short by a crash cannot spoil the next.
                write_all(descriptor, "".join(f"\n{line}" for line in (*head, *new)).encode(), self._ops)
                self._ops.fsync(descriptor)
            sync_folder(self._list.parent, self._ops)
        self._noted.update(new)

    def droppable(self, videos: Iterable[str]) -> set[str]:
        """Those of the videos, by SHA-256, that only this project uses. Raises StorageError."""
        with translated("read", self._list.parent):
            lists = sorted(self._list.parent.iterdir()) if self._list.parent.is_dir() else []
        others = set().union(*(_read(path, self._within) for path in lists if path != self._list))
        mine = set(videos) - others
        if self._is_own:
            return mine
        return mine & _read(self._list, self._within) if self._is_known else set()


def _is_in_another(archive: Path, root: Path) -> bool:
    """Whether a folder between a project's root and an archive in it is itself a project."""
    between = archive.parents[: len(archive.relative_to(root).parts) - 1]
    return any(os.path.lexists(folder / sign) for folder in between for sign in _SIGNS)


def _read(path: Path, within: Path | None) -> set[str]:
    return {found.decode("ascii") for found in _SHA256.findall(read_if_exists(path, within) or b"")}
