"""Reads files that the user names on the command line or in the environment: anywhere, but regular files only.

A pipe could block a command forever, and a device never ends.
"""

from pathlib import Path
from typing import Final

from ltxspec.errors import StorageError, WrongUsage
from ltxspec.storage.durable import LARGEST, read_file

LARGEST_INPUT: Final = 32 * 2**20  # bytes of input files: values, requests, replies, faults


def read_named(path: Path, name: str, limit: int = LARGEST) -> bytes:
    """All bytes of a file.

    Args:
        path: the file's path.
        name: the path as the user wrote it.
        limit: the maximum size in bytes.

    Raises:
        WrongUsage: there is no such file, or it cannot be read, is a pipe, a device or a folder, or is larger.
    """
    try:
        return read_file(path, limit=limit)
    except ValueError as error:
        raise WrongUsage(f"`{name}` cannot be read: it is not a valid file name") from error
    except StorageError as error:
        cause = error.__cause__
        if isinstance(cause, OSError):
            raise WrongUsage(f"`{name}` cannot be read: {cause.strerror}") from error
        raise WrongUsage(error.summary) from error
