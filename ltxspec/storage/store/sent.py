"""Remembers on this machine which videos are in a store; those of takes that are not on this list are still to be sent.

A line is written only after the store has confirmed a video, so that a killed process leaves too few, never too many.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from ltxspec.canonical import sha256_hex
from ltxspec.storage.durable import REAL, make_folder, opened, read_if_exists, translated, write_all

_SHA256 = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


class SentList:
    """The list of one store.

    Args:
        folder: where the lists of this machine are.
        store: the store's name; each has a list of its own.
        within: no link may lead out of this folder.
    """

    def __init__(self, folder: Path, store: str, within: Path) -> None:
        self._path = folder / f"{sha256_hex(store.encode())[:32]}.sent"
        self._within = within

    def read(self) -> set[str]:
        """The hashes of the videos that the store has. Raises StorageError."""
        data = read_if_exists(self._path, self._within) or b""
        return {found.decode("ascii") for found in _SHA256.findall(data)}

    def add(self, videos: Iterable[str]) -> None:
        """Note that the store has these videos. Raises StorageError."""
        lines = "".join(f"\n{sha256}\n" for sha256 in sorted(videos)).encode("ascii")
        ops = REAL.inside(self._within)
        if lines:
            with translated("write", self._path):
                make_folder(self._path.parent, ops)
                flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
                with opened(self._path, flags, ops) as descriptor:
                    write_all(descriptor, lines, ops)
