"""Caches successful validation, so that the same bytes are not validated twice. Losing it costs only time.

A file that came with a repository, an archive or a copy is not trusted: the first line holds the file's inode and its
modification time, set to a whole second. Both differ in a file that comes from elsewhere.
"""

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from ltxspec.errors import StorageError
from ltxspec.storage.durable import REAL, make_folder, opened, read_open_file, write_all
from ltxspec.storage.inside import open_file, remove, rename

_HEADER = "ltxspec verdicts 2"
_SECOND = 10**9  # nanoseconds
_LARGEST = 64 * 2**20  # bytes
_AT_MOST = 200_000  # digests kept; beyond that only those of the last run are kept


class FileVerdicts:
    """Digests of valid content, in one file. It never raises: an unreadable file is empty, write errors are ignored.

    A digest must cover everything the verdict depends on: the bytes, the rules and the version of ltxspec.
    Use it as a context manager, or call `save` at the end of the run.
    """

    def __init__(self, path: Path, within: Path | None = None) -> None:
        self._path = path
        self._within = within  # the folder that links must not lead out of
        self._known: set[str] | None = None  # read on first use
        self._asked: set[str] = set()
        self._added: set[str] = set()

    def __contains__(self, digest: str) -> bool:
        if self._known is None:
            self._known = set(read_lines(self._path, _HEADER, self._within))
        known = digest in self._known or digest in self._added
        if known:
            self._asked.add(digest)
        return known

    def add(self, digest: str) -> None:
        """Remember a digest; the next `save` writes it to disk."""
        self._added.add(digest)

    def save(self) -> None:
        """Write the added digests to disk."""
        known = self._known if self._known is not None else set(read_lines(self._path, _HEADER, self._within))
        if not self._added - known:
            return
        kept = known | self._added
        if len(kept) > _AT_MOST:
            kept = self._asked | self._added
        write_lines(self._path, _HEADER, sorted(kept), self._within)
        self._known, self._added = kept, set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.save()


def write_lines(path: Path, title: str, lines: Iterable[str], within: Path | None) -> None:
    """Write a cache file; errors are ignored.

    Args:
        path: the file; its folder is created.
        title: the first words of the first line, for the format.
        lines: the content.
        within: the folder that links must not lead out of.
    """
    ops = REAL.inside(within)
    with contextlib.suppress(OSError, StorageError):
        make_folder(path.parent, ops)
        # A temporary name per process: two commands may save at once. No fsync: losing the cache is harmless.
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            with opened(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, ops) as descriptor:
                _write(descriptor, title, lines)
            rename(str(temporary), str(path), ops.within)
        finally:
            with contextlib.suppress(FileNotFoundError):
                remove(str(temporary), ops.within)


def read_lines(path: Path, title: str, within: Path | None) -> list[str]:
    """The lines of a cache file that `write_lines` wrote here with this title; none of any other file."""
    try:
        descriptor = open_file(str(path), os.O_RDONLY, within=None if within is None else str(within))
        expected = _header(title, os.fstat(descriptor))
        header, *lines = read_open_file(descriptor, path, _LARGEST).decode("utf-8").splitlines()
    except (OSError, StorageError, ValueError):
        return []
    return lines if header == expected else []


def _write(descriptor: int, title: str, lines: Iterable[str]) -> None:
    now = time.time_ns() // _SECOND * _SECOND  # whole seconds: some file systems store nothing finer
    os.utime(descriptor, ns=(now, now))
    text = "\n".join([_header(title, os.fstat(descriptor)), *lines, ""])
    write_all(descriptor, text.encode())
    os.utime(descriptor, ns=(now, now))


def _header(title: str, file: os.stat_result) -> str:
    return f"{title} {file.st_ino} {file.st_mtime_ns}"
