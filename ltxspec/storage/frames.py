"""Pictures that were cut out of videos, kept in the archive under the hash of their bytes."""

from dataclasses import dataclass
from pathlib import Path

from ltxspec.storage.durable import FileOps, make_folder, replace_file, translated


@dataclass(frozen=True, slots=True)
class FrameFiles:
    """A folder of pictures."""

    folder: Path
    ops: FileOps

    def keep(self, name: str, data: bytes) -> None:
        """Keep a picture as `<sha256>.<ending>`; one that is there stays as it is. Raises StorageError."""
        target = self.folder / name
        if target.is_file() and not target.is_symlink():
            return
        with translated("create", self.folder):
            make_folder(self.folder, self.ops)
        replace_file(target, data, self.ops)
