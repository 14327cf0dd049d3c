"""Finds `ltxspec.toml` upwards from where one stands, and does not believe what somebody else may have put there.

The configuration says what may be spent, and where videos and calls are sent. So the search ends at the root of the git
repository, and at folders and files that belong to somebody else or that others may write. Where one stands is one's
own choice: there the file is used, and what is odd about it is said.
"""

import errno
import os
import shlex
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.storage.durable import read_open_file, translated
from ltxspec.storage.inside import open_file

CONFIG_NAME = "ltxspec.toml"
LARGEST_CONFIG = 2**20  # bytes
_OTHERS, _BY_OTHERS = "others may write", stat.S_IWOTH | stat.S_IWGRP
_ROOT = 0  # may do anything anyway


@dataclass(frozen=True, slots=True)
class Found:
    """A configuration, or none, and what the user should know about it."""

    file: Path | None = None  # absolute; its folder is the project's root
    data: bytes = b""
    remarks: tuple[str, ...] = ()


def find_config(start: Path) -> Found:
    """The nearest `ltxspec.toml` in a folder or those above it that can be believed.

    Args:
        start: where the user stands, or says to stand. Its owner counts as the user: whoever owns it decides what is in
            it, and in a container the checkout often belongs to another user than the one that runs.

    Raises:
        StorageError: a file of that name is there and cannot be read; or it stands in the user's own repository, and
            cannot be believed.
    """
    here = start.resolve()
    with translated("read", here):
        ours = {os.geteuid(), _ROOT, here.stat().st_uid}
        for place in (here, *here.parents):
            doubt = None if place == here else _doubt(place.stat(), ours, "its folder")
            if _holds(place, CONFIG_NAME, doubtful=doubt is not None):
                return _read(place, doubt, ours, stands_there=place == here)
            if doubt is not None or os.path.lexists(place / ".git"):
                break
    return Found()


def read_config(file: Path) -> bytes:
    """The bytes of a configuration that the user named. Raises StorageError."""
    with translated("read", file):
        return read_open_file(open_file(str(file), os.O_RDONLY), file, LARGEST_CONFIG)


def _read(place: Path, doubt: str | None, ours: Collection[int], *, stands_there: bool) -> Found:
    """The file of a folder: used, used with a remark, or not used."""
    file = place / CONFIG_NAME
    if doubt is None:
        with translated("read", file):
            descriptor = open_file(str(file), os.O_RDONLY, within=str(place))
            status = os.fstat(descriptor)
            data = read_open_file(descriptor, file, LARGEST_CONFIG)
        around = _doubt(place.stat(), ours, "its folder") if stands_there else None
        doubt = _doubt(status, ours, "it")
        if doubt is None and around is not None:
            return Found(file, data, (f"`{file}` is used, because you work in its folder; but {around}",))
        if doubt is None:
            if status.st_uid in (os.geteuid(), _ROOT):
                return Found(file, data)
            return Found(file, data, (f"`{file}` belongs to user {status.st_uid}, like the folder you work in",))
        if stands_there and (status.st_uid in ours or around is None):
            return Found(file, data, (f"`{file}` is used, because you work in its folder; but {doubt}",))
    return _unused(file, doubt, stands_there=stands_there)


def _unused(file: Path, doubt: str, *, stands_there: bool) -> Found:
    """Pass over a file, and say so. In the user's own repository, or where they stand, stop: it may hold the budget."""
    cure = _cure(file) if doubt.startswith(_OTHERS) else ""
    hint = f"{cure}if you trust it, name it: `--config {file}`"
    in_repository = any(os.path.lexists(folder / ".git") for folder in (file.parent, *file.parent.parents))
    if stands_there or in_repository:
        raise StorageError(f"`{file}` is not used: {doubt}", hint=hint)
    return Found(remarks=(f"`{file}` is not used: {doubt}; {hint}",))


def _cure(file: Path) -> str:
    """How to keep others out of a folder or file that they may write."""
    modes = {place: os.lstat(place).st_mode for place in (file.parent, file)}
    writable = [str(place) for place, mode in modes.items() if mode & _BY_OTHERS and not stat.S_ISLNK(mode)]
    return f"`chmod go-w {shlex.join(writable)}`; " if writable else ""


def _doubt(status: os.stat_result, ours: Collection[int], what: str) -> str | None:
    """Why a file or folder may say what somebody else wants; None when it cannot."""
    if status.st_uid not in ours:
        return f"{what} belongs to another user ({status.st_uid})"
    private = os.getegid() == os.geteuid() == status.st_gid  # the group that many systems make for each user alone
    if status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and not private):
        return f"{_OTHERS} {what}"
    return None


def _holds(place: Path, name: str, *, doubtful: bool) -> bool:
    """Whether something of that name is in a folder, be it a link that leads nowhere."""
    try:
        os.lstat(place / name)
    except OSError as error:
        if error.errno == errno.ENOENT or doubtful:
            return False
        raise
    return True
