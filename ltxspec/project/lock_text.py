"""What git is given to compare in the place of a lockfile (`diff.ltxspec.textconv`)."""

from pathlib import Path

from ltxspec.errors import LockfileError
from ltxspec.lock.codec import decode_lockfile
from ltxspec.report.lock.text import lock_text
from ltxspec.storage.named import read_named


def textconv(path: Path) -> str:
    """A lockfile as text for people. One that cannot be read (in conflict, from a later version) is left as it is.

    Git stops at the first file for which this fails, so it fails only when there is no file that could be read.

    Raises:
        WrongUsage: the file cannot be read.
    """
    data = read_named(path, str(path))
    try:
        return lock_text(decode_lockfile(data, str(path), check_digests=False))
    except LockfileError:
        return data.decode("utf-8", "replace")
