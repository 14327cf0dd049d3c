"""The sidecars of archived videos: `<aa>/<sha256>.json` beside `<aa>/<sha256>.<suffix>`.

They are replaced atomically, but not flushed to disk: one that a crash destroys is written again.
"""

import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.lock.sidecar import Sidecar, decode_sidecar, encode_sidecar
from ltxspec.storage.durable import FileOps, opened, read_if_exists, translated, write_all

_NAME = re.compile(r"[0-9a-f]{64}\.json")
_FOLDER = re.compile(r"[0-9a-f]{2}")
_LARGEST = 16 * 2**20  # bytes
_FILE = 0o664


@dataclass(frozen=True, slots=True)
class SidecarFiles:
    """The sidecars of an archive.

    Args:
        root: the archive.
        ops: the system calls.
    """

    root: Path
    ops: FileOps

    def path_of(self, sha256: str) -> Path:
        """Where the sidecar of a video is, if there is one."""
        return self.root / sha256[:2] / f"{sha256}.json"

    def present(self) -> set[str]:
        """The videos, by SHA-256, that have a sidecar. Raises StorageError."""
        with translated("read", self.root):
            try:
                folders = [entry.path for entry in os.scandir(self.root) if _FOLDER.fullmatch(entry.name)]
            except FileNotFoundError:
                return set()
            names = [entry.name for folder in folders for entry in os.scandir(folder) if _NAME.fullmatch(entry.name)]
        return {name.removesuffix(".json") for name in names}

    def read(self, sha256: str) -> Sidecar | None:
        """The sidecar of a video; None if it is missing or unusable. Raises `TooNew`."""
        try:
            data = read_if_exists(self.path_of(sha256), self.root, _LARGEST)
        except StorageError:
            return None
        return None if data is None else decode_sidecar(data, sha256)

    def write(self, sidecar: Sidecar) -> None:
        """Replace the sidecar of a video. Raises StorageError."""
        path = self.path_of(sidecar.sha256)
        aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        with translated("write", path):
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
                with opened(aside, flags, self.ops, _FILE) as descriptor:
                    write_all(descriptor, encode_sidecar(sidecar), self.ops)
                self.ops.replace(str(aside), str(path), self.ops.within)
            except OSError:
                with contextlib.suppress(OSError):
                    self.ops.unlink(str(aside), self.ops.within)
                raise

    def remove(self, sha256: str) -> None:
        """Remove the sidecar of a video, if there is one. Raises OSError, StorageError."""
        with contextlib.suppress(FileNotFoundError):
            self.ops.unlink(str(self.path_of(sha256)), self.ops.within)
