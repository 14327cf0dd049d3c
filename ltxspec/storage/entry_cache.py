"""Keeps results that take long to make, such as stills of videos, one file for each. Losing them costs only time.

An entry that came with a repository, an archive or a copy is not trusted: its first line holds the file's inode and its
modification time, set to a whole second, as in `validation_cache`. A damaged entry is as good as none.
"""

import contextlib
import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.storage.durable import REAL, make_folder, opened, read_open_file, write_all
from ltxspec.storage.inside import open_file, remove, rename

_TITLE = "ltxspec entry 1"
_SECOND = 10**9  # nanoseconds
_KEY = re.compile(r"[0-9a-f]{64}")
_LARGEST = 64 * 2**20  # bytes of one entry
MOST_BYTES = 512 * 2**20  # of all entries


@dataclass(frozen=True, slots=True)
class _Kept:
    """An entry on disk."""

    path: Path
    bytes: int
    written: int  # nanoseconds


class EntryCache:
    """Entries by key, 64 hex digits that cover everything an entry depends on. Safe for threads and processes.

    It never raises: an unreadable entry is none, and errors of writing are ignored.
    """

    def __init__(self, folder: Path, within: Path | None = None, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self._within = within  # the folder that links must not lead out of
        self._most = most_bytes
        self._used: set[str] = set()
        self._grew = False

    def get(self, key: str) -> bytes | None:
        """An entry that this machine has made."""
        found = self._read(self._place(key))
        if found is None:
            return None
        data, expected = found
        head, _, rest = data.partition(b"\n")
        digest, _, content = rest.partition(b"\n")
        if head != expected or digest != _digest(content):
            return None
        self._used.add(key)
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keep an entry."""
        self._write(self._place(key), content, is_entry=True)
        self._used.add(key)

    def get_file(self, key: str, suffix: str) -> Path | None:
        """A file that `put_file` wrote, if it is unchanged."""
        path = self._place(key).with_suffix(suffix)
        digest = self.get(key)
        found = self._read(path) if digest is not None else None
        return path if found is not None and digest == _digest(found[0]) else None

    def put_file(self, key: str, suffix: str, content: bytes) -> Path:
        """Keep a file as it is, so that others can read it. Its hash is an entry."""
        path = self._place(key).with_suffix(suffix)
        self._write(path, content, is_entry=False)
        self.put(key, _digest(content))
        return path

    def _read(self, path: Path) -> tuple[bytes, bytes] | None:
        """The bytes of a file, and the first line that makes it an entry."""
        try:
            descriptor = open_file(str(path), os.O_RDONLY, within=None if self._within is None else str(self._within))
            expected = _header(os.fstat(descriptor))
            return read_open_file(descriptor, path, _LARGEST), expected
        except (OSError, StorageError):
            return None

    def _write(self, path: Path, content: bytes, *, is_entry: bool) -> None:
        ops = REAL.inside(self._within)
        with contextlib.suppress(OSError, StorageError):
            make_folder(path.parent, ops)
            # A name of its own for each writer. No fsync: losing an entry is harmless, and half of one is noticed.
            aside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
            try:
                with opened(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, ops) as descriptor:
                    if is_entry:
                        _write_entry(descriptor, content)
                    else:
                        write_all(descriptor, content)
                rename(str(aside), str(path), ops.within)
                self._grew = True
            finally:
                with contextlib.suppress(FileNotFoundError):
                    remove(str(aside), ops.within)

    def prune(self) -> None:
        """Remove the oldest entries while there is too much. Those of this run stay, and nothing else is touched."""
        if not self._grew:
            return
        with contextlib.suppress(OSError, StorageError):
            entries = sorted(self._entries(), key=lambda entry: entry.written)
            left = sum(entry.bytes for entry in entries) - self._most
            for entry in entries:
                if left <= 0:
                    return
                if entry.path.name[:64] not in self._used:
                    remove(str(entry.path), REAL.inside(self._within).within)
                    left -= entry.bytes

    def _entries(self) -> Iterator[_Kept]:
        """Every entry, and what a writer that was killed has left."""
        for folder in os.scandir(self.folder):
            if len(folder.name) == 2 and folder.is_dir(follow_symlinks=False):  # noqa: PLR2004 - two digits of a key
                for file in os.scandir(folder.path):
                    if _KEY.match(file.name) and file.is_file(follow_symlinks=False):
                        facts = file.stat(follow_symlinks=False)
                        yield _Kept(Path(file.path), facts.st_size, facts.st_mtime_ns)

    def _place(self, key: str) -> Path:
        if _KEY.fullmatch(key) is None:
            raise ValueError(f"not a key: {key!r}")
        return self.folder / key[:2] / key


def _write_entry(descriptor: int, content: bytes) -> None:
    now = time.time_ns() // _SECOND * _SECOND  # whole seconds: some file systems store nothing finer
    os.utime(descriptor, ns=(now, now))
    write_all(descriptor, b"\n".join((_header(os.fstat(descriptor)), _digest(content), content)))
    os.utime(descriptor, ns=(now, now))


def _header(file: os.stat_result) -> bytes:
    return f"{_TITLE} {file.st_ino} {file.st_mtime_ns}".encode()


def _digest(content: bytes) -> bytes:
    return sha256(content).hexdigest().encode()
