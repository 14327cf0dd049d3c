"""A download on disk that resumes after a crash where it stopped."""

import os
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.storage.durable import REAL, FileOps, make_folder, opened, remove_file, translated, write_all


class PartialFile:
    """`apply.ports.Sink`: a download on disk. Bytes written before a crash are kept: `size` is their number."""

    def __init__(self, path: Path, ops: FileOps = REAL) -> None:
        self._path = path
        self._ops = ops
        self._length: int | None = None  # bytes after this object's last write

    @property
    def size(self) -> int:
        """Bytes stored so far."""
        try:
            held = self._path.lstat().st_size
        except FileNotFoundError:
            held = 0
        if self._length is None:
            self._length = held
        return held

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            StorageError: the disk failed, or another process is writing to the same download.
        """
        expected = self.size if self._length is None else self._length
        with (
            translated("write", self._path),
            opened(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, self._ops) as descriptor,
        ):
            if os.fstat(descriptor).st_size != expected:
                raise StorageError(
                    f"another process is downloading to `{self._path}`", hint="run the command again when it is done"
                )
            self._length = None  # until all of it is written
            write_all(descriptor, data, self._ops)
        self._length = expected + len(data)

    def restart(self) -> None:
        """Discard what was downloaded so far. Raises StorageError."""
        with translated("remove", self._path):
            remove_file(self._path, self._ops)
        self._length = 0


def try_writing(path: Path, ops: FileOps) -> None:
    """Write a small file and remove it again. Raises StorageError, with a hint, if that fails."""
    with translated("write", path):
        make_folder(path.parent, ops)
        with opened(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, ops) as descriptor:
            write_all(descriptor, b"ltxspec\n", ops)
        ops.unlink(str(path), ops.within)
