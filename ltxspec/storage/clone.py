"""What tells this clone from every other one: an id that no copy of its files has.

`.ltxspec` may be copied with a checkout, restored from a backup or from the cache of a CI job. Two machines that then
took each other's claims for their own would both order. So the id follows from random bytes and from two properties of
their file that no copy shares: its number and the time of its last change, which cannot be set. What changes them
without a copy (chmod) gives a new id as well: earlier claims are then somebody else's, which is safe. A copy made of
hard links shares both properties, so a file with several names is replaced.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from ltxspec.canonical import sha256_hex
from ltxspec.errors import StorageError
from ltxspec.storage.durable import read_if_exists, replace_file, translated

_BYTES = 16
_DIGITS = 16  # of the id
_MOST = 256  # bytes of the file


@dataclass(frozen=True, slots=True)
class Holder:
    """Who claims a task or holds a lease, as other machines see it."""

    id: str  # of the clone
    machine: str
    pid: int
    command: str


def this_clone(place: Path, command: str, within: Path | None = None) -> Holder:
    """This process, by the id of its clone, which is made when there is none.

    Args:
        place: the file of the id, in `.ltxspec`.
        command: what this process is doing.
        within: the folder that links must not lead out of.

    Raises:
        StorageError: the file cannot be read or written.
    """
    found = read_if_exists(place, within, _MOST)
    if not found or _status(place).st_nlink > 1:
        replace_file(place, secrets.token_hex(_BYTES).encode("ascii") + b"\n")
        found = read_if_exists(place, within, _MOST)
    if not found:
        raise StorageError(f"cannot read `{place}`, which was just written")
    return Holder(_id(found, _status(place)), os.uname().nodename, os.getpid(), command)


def known_clone(place: Path) -> str | None:
    """The id of this clone as others see it; None if it has none yet. Nothing is written. Raises StorageError."""
    found = read_if_exists(place, None, _MOST)
    return _id(found, _status(place)) if found else None


def _id(content: bytes, status: os.stat_result) -> str:
    return sha256_hex(b"%d:%d:" % (status.st_ino, status.st_ctime_ns) + content)[:_DIGITS]


def _status(place: Path) -> os.stat_result:
    with translated("read", place):
        return place.stat()
