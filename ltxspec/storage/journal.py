"""The journal file: append-only, mode 0600. Events are written one by one, and brought to disk together."""

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from ltxspec.errors import LockfileError, StorageError
from ltxspec.lock.journal import Event, fold
from ltxspec.lock.journal_codec import decode_events, encode_event, events_in, intact_length
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

    Events are numbered from 1 in the order in which this object writes them. One thread may write while another syncs.
    """

    def __init__(self, path: Path, ops: FileOps = REAL) -> None:
        self.path = path
        self._ops = ops
        self._within = None if ops.within is None else Path(ops.within)
        self._length: int | None = None  # bytes of intact events, once known
        self._dirty = False  # whether a failed write left bytes after them
        self._guard = threading.Lock()
        self._written = 0  # number of the last event
        self._durable = 0  # number of the last event that is known to be on disk
        self._durable_length = 0  # bytes up to there
        self._lost: list[tuple[int, int]] = []  # first and last number of events that did not reach the disk

    def read(self) -> list[Event]:
        """The events so far. Raises as `read_events`."""
        data = read_if_exists(self.path, self._within) or b""
        events = decode_events(data, str(self.path))
        self._length = intact_length(data)
        self._dirty = len(data) > self._length
        if self._written == self._durable:
            self._durable_length = self._length
        return events

    def append(self, event: Event) -> None:
        """Add an event; it is on disk, with all earlier ones, when this returns.

        Raises:
            StorageError: it is not on disk; earlier events still are, as far as `is_on_disk` said so.
            LockfileError: the file was changed from outside; nothing is written to it.
        """
        self.write(event)
        self.sync()

    def write(self, event: Event) -> int:
        """Add an event, which is not on disk before `sync`, and return its number. Raises as `append`."""
        line = encode_event(event)
        with self._guard:
            if self._length is None:
                self.read()
            with translated("write", self.path):
                if not self._length and not self.path.exists():
                    self._create()
                with opened(self.path, os.O_WRONLY | os.O_APPEND, self._ops) as descriptor:
                    self._cut_torn_tail(descriptor)
                    self._write(descriptor, line)
            self._written += 1
            return self._written

    def sync(self) -> None:
        """Bring to disk whatever was written before this call.

        Raises:
            StorageError: nothing that was not on disk before is there now, nor will it be: it is taken back.
            LockfileError: the file was changed from outside.
        """
        with self._guard:
            number, length = self._written, self._length or 0
        if number == self._durable:
            return
        try:
            with translated("write", self.path), opened(self.path, os.O_WRONLY | os.O_APPEND, self._ops) as descriptor:
                if os.fstat(descriptor).st_size < length:
                    raise _changed(self.path)
                self._ops.fsync(descriptor)
        except (StorageError, LockfileError):
            self._take_back()
            raise
        with self._guard:
            self._durable, self._durable_length = number, length

    def is_on_disk(self, number: int) -> bool:
        """Whether an event is on disk. Raises StorageError if it never will be."""
        with self._guard:
            if any(first <= number <= last for first, last in self._lost):
                raise StorageError(f"an event could not be written to `{self.path}`", hint="run the command again")
            return number <= self._durable

    def compact(self) -> None:
        """Remove the file when no task is open: all closed ones are in the lockfile. Raises as `read_events`."""
        if not fold(self._each()).open:
            with translated("remove", self.path):
                remove_file(self.path, self._ops)
            self._length, self._dirty, self._durable_length = 0, False, 0

    def _each(self) -> Iterator[Event]:
        """The events so far, one by one: all of a long run take much memory. Raises as `read_events`."""
        with translated("read", self.path):
            size = self.path.stat().st_size if self.path.exists() else 0
            if not size or size != self._length:
                yield from self.read()
                return
            with opened(self.path, os.O_RDONLY, self._ops) as descriptor, os.fdopen(os.dup(descriptor), "rb") as file:
                yield from events_in(file, str(self.path))

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
            raise _changed(self.path)
        self._dirty = False

    def _write(self, descriptor: int, line: bytes) -> None:
        self._dirty = True  # until the line is known to be on disk
        try:
            write_all(descriptor, line, self._ops)
        except OSError:
            # Undo it at once: an event that was reported as not written must not appear later.
            with contextlib.suppress(OSError):  # then the next append truncates first
                self._ops.ftruncate(descriptor, self._length or 0)
            raise
        self._length = (self._length or 0) + len(line)
        self._dirty = False

    def _take_back(self) -> None:
        """Remove what was written and is not on disk: an event that was reported as not written must not appear later.

        The events are lost also if that fails: the next write removes them first.
        """
        with self._guard:
            self._lost.append((self._durable + 1, self._written))
            self._durable, self._length, self._dirty = self._written, self._durable_length, True
            with (
                contextlib.suppress(OSError),
                opened(self.path, os.O_WRONLY | os.O_APPEND, self._ops) as descriptor,
            ):
                if os.fstat(descriptor).st_size >= self._durable_length:
                    self._ops.ftruncate(descriptor, self._durable_length)


def _changed(path: Path) -> LockfileError:
    return LockfileError(
        f"journal `{path}` was changed or removed by another program while ltxspec was running",
        hint="run the command again; before anything is ordered, the provider is asked what it already has",
    )


def _up_to_root(path: Path) -> Sequence[Path]:
    """The folders above a journal, from its own to the project's root; only its own if there is no such root."""
    above = next((number for number, folder in enumerate(path.parents) if folder.name == _LOCAL), -1)
    return path.parents[: above + 2]
