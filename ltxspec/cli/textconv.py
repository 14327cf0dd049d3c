"""What git is given to compare in the place of a lockfile (`diff.ltxspec.textconv`)."""

from pathlib import Path

from ltxspec.errors import LockfileError, WrongUsage
from ltxspec.lock.codec import decode_lockfile
from ltxspec.report.lock.text import lock_text


def textconv(path: Path) -> str:
    """A lockfile as text for people. One that cannot be read (in conflict, from a later version) is left as it is.

    Git stops at the first file for which this fails, so it fails only when there is no file.

    Raises:
        WrongUsage: the file cannot be opened.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WrongUsage(f"`{path}` cannot be read: {error.strerror}") from error
    try:
        return lock_text(decode_lockfile(data, str(path), check_digests=False))
    except LockfileError:
        return data.decode("utf-8", "replace")
