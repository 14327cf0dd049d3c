"""Crash-safe writing: a crash leaves either the old file or the new one, never a partial one.

Every call that can fail is in `FileOps`, so that tests can make each of them fail; lockfiles, journals and finished
videos are written through nothing else. Bound to a folder (`FileOps.inside`), the calls cannot leave it.
"""

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from ltxspec.canonical import sha256_of
from ltxspec.errors import StorageError
from ltxspec.storage.inside import make_one_folder, open_file, refuse_outside, remove, rename

LARGEST = 256 * 2**20  # bytes of a file that is read whole; a lockfile of 100,000 takes is smaller

_CURES = {
    errno.ENOSPC: "free some space on the disk and run the command again",
    errno.EDQUOT: "free some of your disk quota and run the command again",
    errno.EACCES: "check who owns the file and its folder, and their permissions",
    errno.EPERM: "check who owns the file and its folder, and their permissions",
    errno.EROFS: "the disk is mounted read-only; run the command where the project can be written",
    errno.EISDIR: "there is a folder where a file is expected; move it away",
    errno.ENOTDIR: "there is a file where a folder is expected; move it away",
    errno.ENOLCK: "this file system cannot lock files; keep `.ltxspec` on a local disk",
    errno.EOPNOTSUPP: "this file system cannot do that; keep `.ltxspec` on a local disk",
}
_FILE, _FOLDER = 0o664, 0o775  # not world-writable, whatever the umask
_CHUNK = 2**24  # bytes per read
_PART = 2**20  # bytes per write of what is in pieces, and per read of what is not kept
_Read = TypeVar("_Read")
_CANNOT_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOTTY})


def sync(descriptor: int) -> None:
    """Flush a file to disk, also on macOS, where plain fsync stops at the drive's cache."""
    full = getattr(fcntl, "F_FULLFSYNC", None)
    if full is None:
        os.fsync(descriptor)
        return
    try:
        fcntl.fcntl(descriptor, full)
    except OSError:
        os.fsync(descriptor)  # the file system does not support it


@dataclass(frozen=True, slots=True)
class FileOps:
    """The system calls used for writing. The defaults are the real ones.

    `within` is the folder that they cannot leave, links resolved; None means no restriction.
    """

    open: Callable[[str, int, int, str | None], int] = open_file
    write: Callable[[int, memoryview], int] = os.write
    fsync: Callable[[int], None] = sync
    ftruncate: Callable[[int, int], None] = os.ftruncate
    replace: Callable[[str, str, str | None], None] = rename
    unlink: Callable[[str, str | None], None] = remove
    close: Callable[[int], None] = os.close
    within: str | None = None

    def inside(self, folder: Path | None) -> "FileOps":
        """The same system calls, restricted to a folder."""
        return self if folder is None else replace(self, within=str(folder))


REAL = FileOps()


def storage_error(what: str, path: Path, error: OSError) -> StorageError:
    """A `StorageError` such as "cannot write `x`: No space left on device", with a hint where one is known."""
    reason = error.strerror or type(error).__name__
    return StorageError(f"cannot {what} `{path}`: {reason}", hint=_CURES.get(error.errno or 0))


@contextlib.contextmanager
def translated(what: str, path: Path) -> Iterator[None]:
    """Turn an `OSError` inside into a `StorageError` that names the operation and the file."""
    try:
        yield
    except OSError as error:
        raise storage_error(what, path, error) from error


@contextlib.contextmanager
def opened(path: Path, flags: int, ops: FileOps = REAL, mode: int = _FILE) -> Iterator[int]:
    """A descriptor of a regular file or a folder, closed at the end; not inherited by child processes."""
    descriptor = ops.open(str(path), flags, mode, ops.within)
    try:
        yield descriptor
    finally:
        ops.close(descriptor)


def read_file(path: Path, within: Path | None = None, limit: int = LARGEST) -> bytes:
    """All bytes of a regular file; links are followed as long as they stay in the folder `within`.

    Raises:
        StorageError: it cannot be read, is outside `within`, is not a regular file, or exceeds `limit` bytes.
    """
    with translated("read", path):
        return _read(path, within, limit)


def read_if_exists(path: Path, within: Path | None = None, limit: int = LARGEST) -> bytes | None:
    """As `read_file`, or None when the file does not exist. Any other failure is an error.

    Raises:
        StorageError: the file cannot be read, or a link to it or to a folder above it is broken: the link's target (a
            disk that is not mounted) may hold the file.
    """
    return _if_exists(path, lambda: _read(path, within, limit))


def digest_if_exists(path: Path, within: Path | None = None) -> str | None:
    """SHA-256 of what `read_if_exists` reads, without having all of it in memory. Raises StorageError."""
    return _if_exists(path, lambda: sha256_of(_pieces(_opened_to_read(path, within), path, LARGEST, _PART)))


def _if_exists(path: Path, read: Callable[[], _Read]) -> _Read | None:
    try:
        return read()
    except FileNotFoundError as error:
        refuse_broken_link(path, error)
        return None
    except OSError as error:
        raise storage_error("read", path, error) from error


def _read(path: Path, within: Path | None, limit: int) -> bytes:
    return read_open_file(_opened_to_read(path, within), path, limit)


def _opened_to_read(path: Path, within: Path | None) -> int:
    return open_file(str(path), os.O_RDONLY, within=None if within is None else str(within))


def read_open_file(descriptor: int, path: Path, limit: int) -> bytes:
    """Everything in an open file, which is then closed. Raises OSError, or StorageError above `limit` bytes."""
    return b"".join(_pieces(descriptor, path, limit, _CHUNK))


def _pieces(descriptor: int, path: Path, limit: int, most: int) -> Iterator[bytes]:
    left = limit + 1
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        while left and (piece := file.read(min(left, most))):
            yield piece
            left -= len(piece)
    if not left:
        raise StorageError(f"`{path}` is larger than {_size(limit)}, the limit for such a file")


def _size(limit: int) -> str:
    return f"{limit // 2**20} MiB" if limit >= 2**20 else f"{limit:,} bytes"


def refuse_broken_link(path: Path, error: OSError | None = None) -> None:
    """Raise StorageError when a path, or a folder above it, is a broken link."""
    there = next((place for place in (path, *path.parents) if os.path.lexists(place)), None)
    if there is not None and there.is_symlink() and not there.exists():
        raise StorageError(
            f"cannot read `{path}`: the link `{there}` is broken",
            hint="mount or restore its target, or remove the link",
        ) from error


def make_folder(path: Path, ops: FileOps = REAL, mode: int = _FOLDER) -> None:
    """Create a folder and its parents, durably; `mode` applies to the folder itself. Raises OSError."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    free = replace(ops, within=None)
    for folder in reversed(missing):
        there = free if ops.within is not None and Path(ops.within).is_relative_to(folder) else ops
        make_one_folder(str(folder), mode if folder == path else _FOLDER, there.within)
        sync_folder(folder.parent, there)


def sync_folder(folder: Path, ops: FileOps = REAL) -> None:
    """Flush a folder's entries to disk. File systems that cannot do this are accepted. Raises OSError."""
    with opened(folder, os.O_RDONLY | os.O_DIRECTORY, ops) as descriptor:
        try:
            ops.fsync(descriptor)
        except OSError as error:
            if error.errno not in _CANNOT_SYNC:
                raise


def write_all(descriptor: int, data: bytes, ops: FileOps = REAL) -> None:
    """Write every byte, in as many calls as the system needs. Raises OSError."""
    rest = memoryview(data)
    while rest:
        taken = ops.write(descriptor, rest)
        if taken <= 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        rest = rest[taken:]


def replace_file(path: Path, data: bytes | Sequence[bytes], ops: FileOps = REAL, mode: int = _FILE) -> None:
    """Replace a file with `data`, which may be in pieces.

    A temporary file in the same folder, fsync, rename, fsync of the folder.

    The file keeps its permissions, except that it is never world-writable, and a link to it stays a link. A new file
    gets `mode`, subject to the umask. The caller holds a lock: the temporary name is fixed, so that a crash leaves at
    most one stray file, which the next call overwrites.

    Raises:
        StorageError: it cannot be written; the old file is intact.
    """
    with translated("write", path):
        if ops.within is not None:
            refuse_outside(Path(ops.within), path)
        target = Path(os.path.realpath(path))
        make_folder(target.parent, ops)
        temporary = target.with_name(f".{target.name}.tmp")
        try:
            with opened(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, ops, mode) as descriptor:
                with contextlib.suppress(FileNotFoundError):
                    os.fchmod(descriptor, stat.S_IMODE(os.lstat(target).st_mode) & ~stat.S_IWOTH)
                for part in [data] if isinstance(data, bytes) else _gathered(data):
                    write_all(descriptor, part, ops)
                ops.fsync(descriptor)
            ops.replace(str(temporary), str(target), ops.within)
        except OSError:
            with contextlib.suppress(OSError):
                ops.unlink(str(temporary), ops.within)
            raise
        sync_folder(target.parent, ops)


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces joined to parts of about a mebibyte."""
    part = bytearray()
    for piece in pieces:
        part += piece
        if len(part) >= _PART:
            yield bytes(part)
            part.clear()
    yield bytes(part)


def remove_file(path: Path, ops: FileOps = REAL) -> None:
    """Remove a file, durably; it need not exist. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        ops.unlink(str(path), ops.within)
        sync_folder(path.parent, ops)
