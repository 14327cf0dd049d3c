"""Confines reads and writes to the project: no link in a repository leads them out of its folder.

A path is resolved first, following links. Then it is walked from the project's folder downwards, one folder at a time,
with each held open and without following links: if a folder is swapped for a link in between, the result is an error,
never a way out. Devices and pipes, which could block or never end, are refused.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from ltxspec.errors import StorageError

_WALK = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)  # macOS has no O_PATH
_AS_IT_STANDS = os.O_NOFOLLOW | os.O_EXCL  # flags that concern the name itself, not the target of a link there
_AT_ONCE = os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


def refuse_outside(root: Path, *places: Path) -> None:
    """Refuse places below `root` that links lead out of it. Paths that do not exist yet are accepted.

    Raises:
        StorageError: a place is outside.
    """
    base = os.path.realpath(root)
    for place in places:
        if not _is_in(base, os.path.realpath(place)):
            raise _leads_out(root, place)


def refuse_links_outside(root: Path, *folders: Path) -> None:
    """As `refuse_outside`, for folders and every link directly in them.

    Raises:
        StorageError: a link leads out of `root`, or a folder cannot be read.
    """
    refuse_outside(root, *folders)
    refuse_outside(root, *_links_in(folders))


def is_inside(root: Path, place: Path) -> bool:
    """Whether a path, links followed, is below `root`; it need not exist."""
    return _is_in(os.path.realpath(root), os.path.realpath(place))


@contextlib.contextmanager
def folder_of(within: str, path: str, *, follow: bool = False) -> Iterator[tuple[int, str]]:
    """The folder of a path, held open, and the path's name in it: for system calls that take a `dir_fd`.

    Args:
        within: the folder that the path must not leave; it may itself be reached through links.
        path: the path; it need not exist, but its folder must.
        follow: whether to follow a link at the path itself.

    Raises:
        StorageError: it leads out.
        OSError: the folder does not exist, or was replaced by a link.
    """
    base = os.path.realpath(within)
    folder, name = os.path.split(path)
    real = os.path.realpath(path) if follow else os.path.join(os.path.realpath(folder), name)  # noqa: PTH118  # texts
    if not _is_in(base, real):
        raise _leads_out(Path(within), Path(path))
    with _walked(base, real) as found:
        yield found


def open_real(base: str, real: str) -> int:
    """Open a regular file for reading by a path that is already resolved, so that it contains no links.

    Raises:
        OSError: it cannot be opened, is not a regular file, or one of the folders became a link.
    """
    with _walked(base, real) as (folder, name):
        return open_file(name, os.O_RDONLY | os.O_NOFOLLOW, folder=folder)


@contextlib.contextmanager
def _walked(base: str, real: str) -> Iterator[tuple[int, str]]:
    """The folder of a path, reached from `base` step by step, and the path's name in it. Raises OSError."""
    *folders, name = Path(os.path.relpath(real, base)).parts or (os.curdir,)
    descriptor = os.open(base, _WALK)
    try:
        for step in folders:
            inner = os.open(step, _WALK, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor, name
    finally:
        os.close(descriptor)


def open_file(path: str, flags: int, mode: int = 0o664, within: str | None = None, *, folder: int | None = None) -> int:
    """As `os.open`, for regular files (and folders, with O_DIRECTORY), without blocking.

    Args:
        path: what to open.
        flags: as for `os.open`. With O_NOFOLLOW or O_EXCL a link is not opened, wherever it leads.
        mode: permissions of a file that is created.
        within: the folder that the path must not leave; None allows any path, such as one that the user typed.
        folder: descriptor of an open folder that `path` is a plain name in; `within` is then not needed.

    Raises:
        StorageError: it leads out.
        OSError: it cannot be opened, or is neither a file nor a requested folder.
    """
    if within is None:
        descriptor = os.open(path, flags | _AT_ONCE, mode, dir_fd=folder)
    else:
        with folder_of(within, path, follow=not flags & _AS_IT_STANDS) as (parent, name):
            descriptor = os.open(name, flags | _AT_ONCE | os.O_NOFOLLOW, mode, dir_fd=parent)
    try:
        _refuse_odd(os.fstat(descriptor).st_mode, path, flags)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def rename(source: str, target: str, within: str | None = None) -> None:
    """As `os.replace`, both names within a folder. Raises StorageError, OSError."""
    if within is None:
        os.replace(source, target)  # noqa: PTH105  # the same call for "atomic" everywhere
        return
    with folder_of(within, source) as (here, old), folder_of(within, target) as (there, new):
        os.replace(old, new, src_dir_fd=here, dst_dir_fd=there)  # with held folders


def remove(path: str, within: str | None = None) -> None:
    """As `os.unlink`, within a folder. Raises StorageError, OSError."""
    if within is None:
        os.unlink(path)  # noqa: PTH108  # as `rename`
        return
    with folder_of(within, path) as (folder, name):
        os.unlink(name, dir_fd=folder)  # with a held folder


def make_one_folder(path: str, mode: int, within: str | None = None) -> None:
    """As `os.mkdir`, within a folder; it may already exist. Raises StorageError, OSError."""
    try:
        if within is None:
            os.mkdir(path, mode)  # noqa: PTH102  # as `rename`
            return
        with folder_of(within, path) as (folder, name):
            os.mkdir(name, mode, dir_fd=folder)  # with a held folder
    except FileExistsError:
        if not os.path.isdir(path):  # noqa: PTH112  # the path is a string
            raise


def kind_of(mode: int) -> str:
    """A description of something that is no regular file."""
    kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    return next((name for is_one, name in kinds if is_one(mode)), "a device")


def _refuse_odd(mode: int, path: str, flags: int) -> None:
    """Raise OSError for anything but a regular file or a requested folder."""
    if stat.S_ISDIR(mode) and not flags & os.O_DIRECTORY:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.EINVAL, f"it is {kind_of(mode)}, not a file", path)


def _is_in(base: str, real: str) -> bool:
    return real == base or real.startswith(base.rstrip(os.sep) + os.sep)


_ELSEWHERE = "; to keep videos elsewhere, set `[archive] url`"


def _leads_out(root: Path, place: Path) -> StorageError:
    """The error for a place that is outside, naming the link that leads there."""
    base = os.path.realpath(root)
    above = (*reversed(place.parents), place)
    way_out = (path for path in above if root in path.parents and not _is_in(base, os.path.realpath(path)))
    link = next(way_out, place)
    shown = link.relative_to(root) if link.is_relative_to(root) else link
    return StorageError(
        f"`{shown}` leads out of the project, to `{os.path.realpath(link)}`, where ltxspec reads and writes nothing",
        hint="remove the link, or replace it with its target" + (_ELSEWHERE if link.name == "archive" else ""),
    )


def _links_in(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                yield from [folder / entry.name for entry in entries if entry.is_symlink()]
        except (FileNotFoundError, NotADirectoryError):
            continue  # the code that needs the folder reports the problem
        except OSError as error:
            raise StorageError(f"cannot read `{folder}`: {error.strerror}", hint="check its permissions") from error
