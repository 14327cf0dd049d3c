"""The journal file: append-only, mode 0600, every event on disk before the call returns."""

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

_PRIVATE, _PRIVATE_FOLDER = 0o600, 0o700  # it holds prompts that are not public yet
_OTHERS = 0o077
_LOCAL = ".ltxspec"  # what stands directly in a project's root


def read_events(path: Path, within: Path | None = None) -> list[Event]:
    """The events of a journal; none when there is no file, or only a torn line. Links keep to the folder `within`.

    Raises:
        LockfileError: it is damaged, or from a later ltxspec.
        StorageError: it cannot be read.
    """
    return decode_events(read_if_exists(path, within) or b"", str(path))


class JournalFile:
    """Writes one journal. The caller holds the exclusive lock, so nobody else appends.

    The file is opened anew for every event and must be exactly as long as this object left it: a journal that was
    deleted or changed by something else meanwhile is noticed before an order relies on it.
    """

    def __init__(self, path: Path, ops: FileOps = REAL) -> None:
        self.path = path
        self._ops = ops
        self._within = None if ops.within is None else Path(ops.within)
        self._length: int | None = None  # good bytes, once known
        self._dirty = False  # whether a write failed and left something behind them

    def read(self) -> list[Event]:
        """The events so far. Raises as `read_events` does."""
        data = read_if_exists(self.path, self._within) or b""
        events = decode_events(data, str(self.path))
        self._length = intact_length(data)
        self._dirty = len(data) > self._length
        return events

    def append(self, event: Event) -> None:
        """Add an event.

        Raises:
            StorageError: it is not on disk; what was there before still is.
            LockfileError: the file changed under us; nothing is written to it.
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
        """Remove the file when no task is open: every closed one stands in the lockfile. Raises StorageError."""
        if not fold(self.read()).open:
            with translated("remove", self.path):
                remove_file(self.path, self._ops)
            self._length, self._dirty = 0, False

    def _create(self) -> None:
        """Create the file, and make its name durable up to the project's root.

        The folders above may have been made a moment ago by something that did not sync them (a cache, a lock): an
        intent in a file whose folder is lost in a power cut would be no intent.
        """
        make_folder(self.path.parent, self._ops, _PRIVATE_FOLDER)
        with opened(self.path.parent, os.O_RDONLY | os.O_DIRECTORY, self._ops) as folder:
            if os.fstat(folder).st_mode & _OTHERS:  # made by something else, or by an earlier ltxspec
                os.fchmod(folder, _PRIVATE_FOLDER)
        with opened(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self._ops, _PRIVATE):
            pass
        for above in _up_to_root(self.path):
            sync_folder(above, self._ops)

    def _cut_torn_tail(self, descriptor: int) -> None:
        """Drop what a crash or a failed write left behind the last good line: it would swallow the next one."""
        good, size = self._length or 0, os.fstat(descriptor).st_size
        if size > good and self._dirty:
            self._ops.ftruncate(descriptor, good)
            self._ops.fsync(descriptor)
        elif size != good:
            raise LockfileError(
                f"journal `{self.path}` was changed or removed by something else while ltxspec was at work",
                hint="run the command again; before anything is ordered, the provider is asked what it already has",
            )
        self._dirty = False

    def _write(self, descriptor: int, line: bytes) -> None:
        self._dirty = True  # until the line is known to be on disk
        try:
            write_all(descriptor, line, self._ops)
            self._ops.fsync(descriptor)
        except OSError:
            # Take it back at once: an event that was reported as not written must not turn up later.
            with contextlib.suppress(OSError):  # then the next append does it first
                self._ops.ftruncate(descriptor, self._length or 0)
            raise
        self._length = (self._length or 0) + len(line)
        self._dirty = False


def _up_to_root(path: Path) -> Sequence[Path]:
    """The folders above a journal, from its own to the project's root; only its own where there is no such root."""
    above = next((number for number, folder in enumerate(path.parents) if folder.name == _LOCAL), -1)
    return path.parents[: above + 2]
