"""Pictures that were cut out of videos, kept in the archive under the hash of their bytes."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from ltxspec.errors import StorageError
from ltxspec.storage.durable import FileOps, make_folder, replace_file, translated


@dataclass(frozen=True, slots=True)
class FrameFiles:
    """A folder of pictures. Several shots may begin with one frame, and are ordered at the same time."""

    folder: Path
    ops: FileOps
    _writing: Lock = field(default_factory=Lock, repr=False)

    def keep(self, name: str, data: bytes) -> None:
        """Keep a picture as `<sha256>.<ending>`; one that is there stays as it is. Raises StorageError."""
        target = self.folder / name
        with self._writing:
            if _is_there(target):
                return
            with translated("create", self.folder):
                make_folder(self.folder, self.ops)
            try:
                replace_file(target, data, self.ops)
            except StorageError:
                if not _is_there(target):  # else another process was writing the same bytes, and was first
                    raise


def _is_there(target: Path) -> bool:
    return target.is_file() and not target.is_symlink()
