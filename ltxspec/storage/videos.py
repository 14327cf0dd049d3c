"""A video file's hash, and the suffix that fits its content."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from ltxspec.storage.inside import open_file

_QUICKTIME = frozenset({b"wide", b"mdat", b"moov", b"skip", b"pnot"})
_CHUNK = 2**20


def hash_of(path: Path) -> str:
    """The SHA-256 of a regular file. Raises OSError."""
    with os.fdopen(open_file(str(path), os.O_RDONLY), "rb") as file:
        return digest_of(file)


def digest_of(file: BinaryIO) -> str:
    """The SHA-256 of the rest of an open file. Raises OSError."""
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def suffix_of(path: Path) -> str:
    """`.webm`, `.mov` or `.mp4`, from the first bytes: EBML's magic number, or the brand of the `ftyp` box.

    Some other first boxes occur only in QuickTime files.
    """
    with os.fdopen(open_file(str(path), os.O_RDONLY), "rb") as file:
        start = file.read(12)
    if start.startswith(b"\x1a\x45\xdf\xa3"):
        return ".webm"
    return ".mov" if start[4:12] == b"ftypqt  " or start[4:8] in _QUICKTIME else ".mp4"
