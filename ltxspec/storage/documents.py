"""Writes files for people, such as pages and pictures: piece by piece to a temporary file that then replaces them."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from ltxspec.storage.durable import translated
from ltxspec.storage.inside import kind_of


def write_document(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file, creating its folders; the old file stays until the new one is complete.

    Raises:
        StorageError: the file cannot be written; nothing has changed.
    """
    with translated("write", path):
        # A pipe or a device is read by someone else and must not be removed.
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, f"it is {kind_of(path.stat().st_mode)}, not a file")
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}.part")
        aside.unlink(missing_ok=True)
        try:
            with aside.open("xb") as file:  # never through a link that someone put there
                for piece in pieces:
                    file.write(piece)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
