"""The journal file: append-only, mode 0600, every event is on disk before the call returns."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from ltxspec.errors import LockfileError
from ltxspec.lock.journal import Event, fold
from ltxspec.lock.journal_codec import decode_events, encode_event, intact_length
from ltxspec.storage.durable import (
    REAL,
    FileOps,
    make_folder,
    opened,
    read_if_exists,
    remove_file,
    sync_folder,
    translated,
    write_all,
)

_PRIVATE, _PRIVATE_FOLDER = 0o600, 0o700  # it holds unpublished prompts
_OTHERS = 0o077
_LOCAL = ".ltxspec"  # a folder directly in a project's root


def read_events(path: Path, within: Path | None = None) -> list[Event]:
    """A journal's events; none if there is no file, or only a torn line. Links must stay in the folder `within`.

    Raises:
        LockfileError: it is damaged, or was written by a later ltxspec.
        StorageError: it cannot be read.
    """
    return decode_events(read_if_exists(path, within) or b"", str(path))


class JournalFile:
    """Writes one journal. The caller holds the exclusive lock, so that nothing else appends.

    The file is reopened for every event and must have exactly the length that this object left: a journal that was
    deleted or changed from outside is noticed before an order relies on it.
    """

    def __init__(self, path: Path, ops: FileOps = REAL) -> None:
        self.path = path
        self._ops = ops
        self._within = None if ops.within is None else Path(ops.within)
        self._length: int | None = None  # bytes of intact events, once known
        self._dirty = False  # whether a failed write left bytes after them

    def read(self) -> list[Event]:
        """The events so far. Raises as `read_events`."""
        data = read_if_exists(self.path, self._within) or b""
        events = decode_events(data, str(self.path))
        self._length = intact_length(data)
        self._dirty = len(data) > self._length
        return events

    def append(self, event: Event) -> None:
        """Add an event.

        Raises:
            StorageError: it is not on disk; earlier events still are.
            LockfileError: the file was changed from outside; nothing is written to it.
        """
        line = encode_event(event)
        if self._length is None:
            self.read()
        with translated("write", self.path):
            if not self._length and not self.path.exists():
                self._create()
            with opened(self.path, os.O_WRONLY | os.O_APPEND, self._ops) as descriptor:
                self._cut_torn_tail(descriptor)
                self._write(descriptor, line)

    def compact(self) -> None:
        """Remove the file when no task is open: all closed ones are in the lockfile. Raises StorageError."""
        if not fold(self.read()).open:
            with translated("remove", self.path):
                remove_file(self.path, self._ops)
            self._length, self._dirty = 0, False

    def _create(self) -> None:
        """Create the file, and make its name durable up to the project's root.

        The folders above may have been created moments ago by code that did not sync them (a cache, a lock). If such a
        folder were lost in a power cut, so would be the intent in it.
        """
        make_folder(self.path.parent, self._ops, _PRIVATE_FOLDER)
        with opened(self.path.parent, os.O_RDONLY | os.O_DIRECTORY, self._ops) as folder:
            if os.fstat(folder).st_mode & _OTHERS:  # created by other code, or by an earlier ltxspec
                os.fchmod(folder, _PRIVATE_FOLDER)
        with opened(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self._ops, _PRIVATE):
            pass
        for above in _up_to_root(self.path):
            sync_folder(above, self._ops)

    def _cut_torn_tail(self, descriptor: int) -> None:
        """Drop bytes that a crash or a failed write left after the last intact line; they would corrupt the next."""
        good, size = self._length or 0, os.fstat(descriptor).st_size
        if size > good and self._dirty:
            self._ops.ftruncate(descriptor, good)
            self._ops.fsync(descriptor)
        elif size != good:
            raise LockfileError(
                f"journal `{self.path}` was changed or removed by another program while ltxspec was running",
                hint="run the command again; before anything is ordered, the provider is asked what it already has",
            )
        self._dirty = False

    def _write(self, descriptor: int, line: bytes) -> None:
        self._dirty = True  # until the line is known to be on disk
        try:
            write_all(descriptor, line, self._ops)
            self._ops.fsync(descriptor)
        except OSError:
            # Undo it at once: an event that was reported as not written must not appear later.
            with contextlib.suppress(OSError):  # then the next append truncates first
                self._ops.ftruncate(descriptor, self._length or 0)
            raise
        self._length = (self._length or 0) + len(line)
        self._dirty = False


def _up_to_root(path: Path) -> Sequence[Path]:
    """The folders above a journal, from its own to the project's root; only its own if there is no such root."""
    above = next((number for number, folder in enumerate(path.parents) if folder.name == _LOCAL), -1)
    return path.parents[: above + 2]
