"""Lockfile and journal of one spec on disk: exclusively locked for an apply, or just read for a plan."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ltxspec.canonical import sha256_hex, sha256_of
from ltxspec.errors import LockfileError
from ltxspec.lock.codec import SUFFIX, Encoded, decode_lockfile, encoded_pieces
from ltxspec.lock.journal import Event
from ltxspec.lock.merge import merge_lockfiles
from ltxspec.lock.models import Lockfile
from ltxspec.services import SERVICES
from ltxspec.storage.durable import REAL, FileOps, digest_if_exists, read_if_exists, replace_file
from ltxspec.storage.file_lock import OnWait, exclusive
from ltxspec.storage.journal import JournalFile, read_events
from ltxspec.storage.tracked import TrackedFolder


@dataclass(frozen=True, slots=True)
class SpecPaths:
    """Paths of one spec's files. `spec` and `provider` are written to a new lockfile.

    If set, they must also match an existing lockfile; if empty, they are not compared.
    """

    lockfile: Path
    journal: Path
    guard: Path  # locked while an apply runs; its content only says who holds it
    spec: str = ""
    provider: str = ""
    root: Path | None = None  # no path may lead out of this folder
    tracked: TrackedFolder | None = None  # what git tracks in the lockfile's folder


def spec_paths(root: Path, lockfiles: str, provider: str, spec: str, tracked: TrackedFolder | None = None) -> SpecPaths:
    """The files of one spec with one provider. A free provider's files are separate from paid ones, and not in git.

    Args:
        root: the project's root.
        lockfiles: `[project] lockfiles`.
        provider: name of the provider.
        spec: `metadata.name` of the spec.
        tracked: what git tracks in the folder of paid lockfiles.
    """
    service = SERVICES[provider]
    local = root / ".ltxspec" / service.folder
    home = local / "lockfiles" if service.free else root / lockfiles / service.folder
    return SpecPaths(
        lockfile=home / f"{spec}{SUFFIX}",
        journal=local / "journal" / f"{spec}.jsonl",
        guard=local / "locks" / f"{spec}.lock",
        spec=spec,
        provider=provider,
        root=root,
        tracked=None if service.free else tracked,
    )


@contextlib.contextmanager
def open_state(
    paths: SpecPaths,
    *,
    wait: float = 0.0,
    command: str = "ltxspec",
    ops: FileOps = REAL,
    on_wait: OnWait | None = None,
) -> "Iterator[FileSpecState]":
    """Hold the state of one spec.

    Args:
        paths: its files.
        wait: seconds to wait for another process that holds it.
        command: what this process is doing, for the messages of other processes.
        ops: the system calls, for tests.
        on_wait: called once with the holder's description, if there is someone to wait for.

    Raises:
        LockHeld: another process holds it; the message says who.
        StorageError: it cannot be locked.
    """
    with exclusive(paths.guard, wait=wait, command=command, within=paths.root, on_wait=on_wait):
        yield FileSpecState(paths, ops)


def read_state(paths: SpecPaths) -> tuple[Lockfile, list[Event]]:
    """Lockfile and journal without the lock, for planning.

    The journal is read first: a running apply writes a take before it closes the task, so a task may be seen twice
    (open, and in the lockfile), but is never missed.

    Raises:
        LockfileError: one of them cannot be trusted.
        StorageError: one of them cannot be read.
    """
    events = read_events(paths.journal, paths.root)
    return _decode(_read(paths), paths), events


class FileSpecState:
    """`apply.ports.SpecState` on disk. Created by `open_state`, which holds the lock."""

    def __init__(self, paths: SpecPaths, ops: FileOps = REAL) -> None:
        self._paths = paths
        self._ops = ops.inside(paths.root)
        self._journal = JournalFile(paths.journal, self._ops)
        self._seen: str | None = None  # SHA-256 of the lockfile as this process last read or wrote it
        self._base: Lockfile | None = None  # its content
        self._place: str | None = None  # its real path once it has been read; links followed
        self._foreign: tuple[Lockfile, Lockfile] | None = None  # (theirs, base) of a change made from outside
        self._encoded: Encoded = {}  # blocks as they were last written

    def read_lockfile(self) -> Lockfile:
        """The lockfile as it is on disk now; empty when there is none. Raises LockfileError, StorageError."""
        data = _read(self._paths)
        lockfile = _decode(data, self._paths)
        self._note(None if data is None else sha256_hex(data), lockfile)
        self._foreign, self._place = None, os.path.realpath(self._paths.lockfile)
        return lockfile

    def write_lockfile(self, lockfile: Lockfile) -> None:
        """Replace the lockfile atomically, if anything changed.

        A lockfile that was changed or created from outside (a `git pull` in another window) since it was read here is
        merged with the new content: both record what was paid for.

        Raises:
            StorageError: it cannot be written; the old file is intact.
            LockfileError: the file was changed from outside and is unreadable now, or was removed, or replaced by a
                link. Nothing is written then: orders are recorded in the journal.
        """
        there = digest_if_exists(self._paths.lockfile, self._paths.root)
        if self._place is not None:
            self._refuse_displaced(there)
            if there != self._seen:
                there = self._notice(read_if_exists(self._paths.lockfile, self._paths.root))
        if self._foreign is not None:
            lockfile = merge_lockfiles(lockfile, *self._foreign)
        pieces = encoded_pieces(lockfile, self._encoded)
        digest = sha256_of(pieces)
        nothing_to_tell = there is None and not lockfile.shots and not lockfile.retired
        if digest != there and not nothing_to_tell:
            replace_file(self._paths.lockfile, pieces, self._ops)
            there = digest
        self._note(there, lockfile)

    def events(self) -> Sequence[Event]:
        """The journal's events so far. Raises LockfileError, StorageError."""
        return self._journal.read()

    def append(self, event: Event) -> None:
        """Add an event to the journal; returns once it is on disk. Raises StorageError, LockfileError."""
        self._journal.append(event)

    def write(self, event: Event) -> int:
        """Add an event that is not on disk before `sync`; its number. Raises StorageError, LockfileError."""
        return self._journal.write(event)

    def sync(self) -> None:
        """Bring all events to disk, from any thread. Raises StorageError, LockfileError: what was not there is lost."""
        self._journal.sync()

    def is_on_disk(self, number: int) -> bool:
        """Whether an event is on disk. Raises StorageError if it is lost."""
        return self._journal.is_on_disk(number)

    def compact(self) -> None:
        """Drop closed tasks from the journal, if no task is open. Raises StorageError."""
        self._journal.compact()

    def _refuse_displaced(self, there: str | None) -> None:
        """Raise LockfileError when the lockfile that was read is gone (another branch was checked out)."""
        name = self._paths.lockfile
        if self._place != os.path.realpath(name):
            raise LockfileError(f"lockfile `{name}` was replaced by a link while ltxspec was running", hint=_GO_ON)
        if there is None and self._seen is not None:
            raise LockfileError(f"lockfile `{name}` disappeared while ltxspec was running", hint=_GO_ON)

    def _note(self, digest: str | None, lockfile: Lockfile) -> None:
        self._seen, self._base = digest, lockfile if digest is not None else None

    def _notice(self, disk: bytes | None) -> str | None:
        """Remember a change made from outside; every later write includes it. Returns the hash of the file."""
        if disk is None:
            self._refuse_displaced(None)
            return None
        theirs, base = _decode(disk, self._paths), self._base or _decode(None, self._paths)
        if self._foreign is not None:
            earlier, base = self._foreign
            theirs = merge_lockfiles(theirs, earlier, base)
        self._foreign = (theirs, base)
        return sha256_hex(disk)


_GO_ON = (
    "restore it (`git checkout -- FILE`, or the branch it is on) and run the command again; "
    "what was ordered is in the journal"
)


def _read(paths: SpecPaths) -> bytes | None:
    """The lockfile's bytes; None if there never was one, as far as is known.

    Raises:
        LockfileError: it is missing although git tracks it.
        StorageError: it cannot be read, or a link leads out of the project.
    """
    data = read_if_exists(paths.lockfile, paths.root)
    if data is None and paths.tracked is not None:
        paths.tracked.refuse_missing(paths.lockfile)
    return data


def _decode(data: bytes | None, paths: SpecPaths) -> Lockfile:
    if data is None:
        return Lockfile(provider=paths.provider, spec=paths.spec or paths.lockfile.name.removesuffix(SUFFIX))
    lockfile = decode_lockfile(data, str(paths.lockfile))
    wanted = (("spec", paths.spec, lockfile.spec), ("provider", paths.provider, lockfile.provider))
    for what, expected, found in wanted:
        if expected and found != expected:
            raise LockfileError(
                f"lockfile `{paths.lockfile}` belongs to {what} `{found}`, not `{expected}`",
                hint="move it back to its place; takes of a renamed shot or spec move with `ltxspec lock mv`",
            )
    return lockfile
