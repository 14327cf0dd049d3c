"""Converts a lockfile to the text that git compares instead of it (`diff.ltxspec.textconv`)."""

from pathlib import Path

from ltxspec.errors import LockfileError
from ltxspec.lock.codec import decode_lockfile
from ltxspec.report.lock.text import lock_text
from ltxspec.storage.named import read_named


def textconv(path: Path) -> str:
    """A lockfile as readable text. One that cannot be decoded (in conflict, from a later version) is returned as it is.

    Git stops at the first file for which this fails, so it fails only if the file cannot be read at all.

    Raises:
        WrongUsage: the file cannot be read.
    """
    data = read_named(path, str(path))
    try:
        return lock_text(decode_lockfile(data, str(path), check_digests=False))
    except LockfileError:
        return data.decode("utf-8", "replace")
