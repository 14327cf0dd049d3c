"""Finds `ltxspec.toml` upwards from the current folder, and does not trust one that someone else may have put there.

The configuration decides what may be spent, and where videos and calls are sent. So the search ends at the root of the
git repository, and at folders and files that another user owns or can write to. The current folder is the user's own
choice: a file there is used, with a remark if anything about it is suspicious.
"""

import errno
import os
import shlex
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.storage.durable import read_open_file, translated
from ltxspec.storage.inside import open_file
from ltxspec.storage.tracked import tracked_files

CONFIG_NAME = "ltxspec.toml"
LARGEST_CONFIG = 2**20  # bytes
_OTHERS, _BY_OTHERS = "other users can write to", stat.S_IWOTH | stat.S_IWGRP
_ROOT = 0  # root can do anything anyway


@dataclass(frozen=True, slots=True)
class FoundConfig:
    """A configuration, or none, with remarks for the user."""

    file: Path | None = None  # absolute; its folder is the project's root
    data: bytes = b""
    remarks: tuple[str, ...] = ()


def find_config(start: Path) -> FoundConfig:
    """The nearest trusted `ltxspec.toml` in a folder or those above it.

    Args:
        start: the user's folder (or `-C`). Its owner counts as the user: the owner decides what is in it, and in a
            container the checkout often belongs to a user other than the one that runs ltxspec.

    Raises:
        StorageError: a file of that name cannot be read; or it is in the user's own repository and cannot be trusted;
            or git tracks one that is missing.
    """
    here = start.resolve()
    with translated("read", here):
        ours = {os.geteuid(), _ROOT, here.stat().st_uid}
        passed: list[Path] = []  # folders without one
        remarks: tuple[str, ...] = ()
        for place in (here, *here.parents):
            doubt = None if place == here else _doubt(place.stat(), ours, "its folder")
            if _holds(place, CONFIG_NAME, doubtful=doubt is not None):
                remarks = _missing(passed) if passed else ()
                found = _read(place, doubt, ours, stands_there=place == here)
                return replace(found, remarks=(*remarks, *found.remarks))
            passed.append(place)
            if is_root := os.path.lexists(place / ".git"):
                remarks = _missing(passed)
            if doubt is not None:
                return _beyond(place, ours, remarks, is_root=is_root)
            if is_root:
                break
    return FoundConfig(remarks=remarks)


def _beyond(place: Path, ours: Collection[int], remarks: tuple[str, ...], *, is_root: bool) -> FoundConfig:
    """No configuration, because the search ended at a folder that may be someone else's; a file above it is reported.

    Raises:
        StorageError: there is one above, in the same repository: it may hold the budget.
    """
    for above in place.parents:
        if _holds(above, CONFIG_NAME, doubtful=True):
            doubt = _doubt(place.stat(), ours, f"`{place}` below it") or ""
            found = _unused(above / CONFIG_NAME, doubt, place, stop=not is_root and _in_repository(above))
            return replace(found, remarks=(*remarks, *found.remarks))
        if os.path.lexists(above / ".git"):
            break
    return FoundConfig(remarks=remarks)


def _missing(places: Sequence[Path]) -> tuple[str, ...]:
    """A remark if git cannot say whether a configuration is missing from these folders; nothing if git tracks none.

    Raises:
        StorageError: git tracks a missing one: limits, policies and the project's id would silently not apply.
    """
    try:
        gone = tracked_files([place / CONFIG_NAME for place in places])
    except StorageError as error:
        return (f"there is no `{CONFIG_NAME}`, and git cannot tell whether there should be one: {error.line}",)
    if not gone:
        return ()
    top = next((place for place in (gone[0].parent, *gone[0].parents) if os.path.lexists(place / ".git")), places[-1])
    shown = shlex.quote(gone[0].relative_to(top).as_posix())
    word = shlex.quote(shown)
    raise StorageError(
        f"`{shown}` is missing, but git tracks it: it holds the limits, the policies and the project's id",
        hint=f"restore it with `git checkout -- {word}`; `git rm {word}` if it was removed on purpose",
    )


def read_config(file: Path) -> bytes:
    """The bytes of a configuration that the user named. Raises StorageError."""
    with translated("read", file):
        return read_open_file(open_file(str(file), os.O_RDONLY), file, LARGEST_CONFIG)


def _read(place: Path, doubt: str | None, ours: Collection[int], *, stands_there: bool) -> FoundConfig:
    """The file of a folder: used, used with a remark, or not used."""
    file = place / CONFIG_NAME
    if doubt is None:
        with translated("read", file):
            descriptor = open_file(str(file), os.O_RDONLY, within=str(place))
            status = os.fstat(descriptor)
            data = read_open_file(descriptor, file, LARGEST_CONFIG)
        around = _doubt(place.stat(), ours, "its folder") if stands_there else None
        doubt = _doubt(status, ours, "it") or _doubt_of_link(file, ours)
        if doubt is None and around is not None:
            return FoundConfig(file, data, (f"`{file}` is used, because you work in its folder; but {around}",))
        if doubt is None:
            if status.st_uid in (os.geteuid(), _ROOT):
                return FoundConfig(file, data)
            return FoundConfig(file, data, (f"`{file}` belongs to user {status.st_uid}, like the folder you work in",))
        if stands_there and (status.st_uid in ours or around is None):
            return FoundConfig(file, data, (f"`{file}` is used, because you work in its folder; but {doubt}",))
    return _unused(file, doubt, place, stop=stands_there or _in_repository(place))


def _doubt_of_link(file: Path, ours: Collection[int]) -> str | None:
    """As `_doubt`, for folders below the file's own that the file, being a link, leads through."""
    real = Path(os.path.realpath(file))
    inner = (folder for folder in real.parents if file.parent in folder.parents)
    return next(filter(None, (_doubt(folder.stat(), ours, f"`{folder}`") for folder in inner)), None)


def _unused(file: Path, doubt: str, place: Path, *, stop: bool) -> FoundConfig:
    """Skip a file with a remark, or stop: in the user's own repository or current folder, it may hold the budget.

    Args:
        file: the configuration.
        doubt: why it is not trusted.
        place: the folder in question.
        stop: whether to raise an error.

    Raises:
        StorageError: `stop` is set.
    """
    cure = _cure(file, place) if doubt.startswith(_OTHERS) else ""
    hint = f"{cure}if you trust it, name it: `--config {file}`"
    if stop:
        raise StorageError(f"`{file}` is not used: {doubt}", hint=hint)
    return FoundConfig(remarks=(f"`{file}` is not used: {doubt}; {hint}",))


def _in_repository(folder: Path) -> bool:
    return any(os.path.lexists(place / ".git") for place in (folder, *folder.parents))


def _cure(file: Path, place: Path) -> str:
    """The command that removes other users' write access to a file, and to a folder above or below it."""
    modes = {path: os.lstat(path).st_mode for path in (place, file)}
    writable = [str(path) for path, mode in modes.items() if mode & _BY_OTHERS and not stat.S_ISLNK(mode)]
    return f"`chmod go-w {shlex.join(writable)}`; " if writable else ""


def _doubt(status: os.stat_result, ours: Collection[int], what: str) -> str | None:
    """Why someone else may control a file or folder; None when nobody else can."""
    if status.st_uid not in ours:
        return f"{what} belongs to another user ({status.st_uid})"
    if status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and not _is_private(status.st_gid)):
        return f"{_OTHERS} {what}"
    return None


def _is_private(group: int) -> bool:
    """Whether a group is the private group that many systems create for each user, without further members.

    It has the user's number or the user's name. With such groups a umask of 002 is common.
    """
    import grp
    import pwd

    user = os.geteuid()
    if group != os.getegid():
        return False
    try:
        name, entry = pwd.getpwuid(user).pw_name, grp.getgrgid(group)
    except KeyError:  # a container may have no user database
        return user == group
    return (user == group or entry.gr_name == name) and set(entry.gr_mem) <= {name}


def _holds(place: Path, name: str, *, doubtful: bool) -> bool:
    """Whether a folder has an entry of that name, even a broken link."""
    try:
        os.lstat(place / name)
    except OSError as error:
        if error.errno == errno.ENOENT or doubtful:
            return False
        raise
    return True
