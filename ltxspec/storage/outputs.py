"""Files that a command writes where its user says, such as a page or a film: a wrong name loses nothing."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.storage.durable import refuse_broken_link, translated
from ltxspec.storage.inside import kind_of

# What is written under a lock, and what people write themselves.
_KEPT = {
    ".lock.json": "a lockfile",
    ".review.json": "a record of verdicts",
    ".jsonl": "a journal",
    "ltxspec.toml": "the project's settings",
}
_DEVICES = {Path("/dev"), Path("/dev/fd"), Path("/proc/self/fd")}  # `/dev/stdout` is a link to what it is redirected to
# Endings of what people write: replaced by a command only if it begins as what the command writes.
_WRITTEN_BY_HAND = (".yaml", ".yml", ".toml", ".j2", ".csv", ".tsv")


def write_document(path: Path, pieces: Iterable[bytes], begins: bytes = b"") -> None:
    """Write a file, creating its folders; the old file stays until the new one is complete.

    Args:
        path: the file.
        pieces: its bytes.
        begins: how every file of this kind begins; one that begins otherwise is not replaced.
            Empty: files of every kind are replaced, except specs, templates, tables, and those whose name is hidden.

    Raises:
        StorageError: the file cannot be written, or may not be replaced (`replacing`); nothing has changed.
    """
    with replacing(path, begins, follow=True) as aside, translated("write", path), aside.open("xb") as file:
        for piece in pieces:
            file.write(piece)


@contextlib.contextmanager
def replacing(path: Path, begins: bytes = b"", *, follow: bool = False) -> Iterator[Path]:
    """A new name beside a file, which what is written there replaces at the end; its folders are created.

    Args:
        path: the file. It keeps its permissions; what replaces a link has the usual ones.
        begins: see `write_document`.
        follow: a link stays, and the file that it leads to is replaced. By default the link itself is replaced: where
            videos are, links lead to the archive.

    Raises:
        StorageError: the file cannot be written; it is a record of ltxspec, such as a lockfile; it is read-only, such
            as an archived video; or it is not empty and does not begin with `begins`. Nothing has changed.
    """
    if follow:
        refuse_broken_link(path)
    target = Path(os.path.realpath(path)) if follow else path
    _refuse_to_lose(path, target, begins)
    with translated("write", path):
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.{os.getpid()}.part")
        aside.unlink(missing_ok=True)  # never through a link that someone put there
    try:
        yield aside
        _refuse_to_lose(path, target, begins)  # writing may have taken long
        with translated("write", path):
            if not target.is_symlink():  # a link has no permissions of its own
                with contextlib.suppress(FileNotFoundError):
                    aside.chmod(stat.S_IMODE(target.stat().st_mode))
            aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def _refuse_to_lose(path: Path, target: Path, begins: bytes) -> None:
    names = path.name.lower(), target.name.lower()  # some file systems ignore case
    if kind := next((kind for ending, kind in _KEPT.items() if any(name.endswith(ending) for name in names)), None):
        raise StorageError(f"`{path}` would be {kind}, which this command does not write", hint="name another file")
    with translated("write", path):
        # A pipe or a device is read by someone else and must not be removed.
        if any(name.is_symlink() and name.absolute().parent in _DEVICES for name in (path, target)):
            raise OSError(errno.EINVAL, "it is a device, not a file")
        if target.exists() and not target.is_file():
            raise OSError(errno.EINVAL, f"it is {kind_of(target.stat().st_mode)}, not a file")
        if not target.exists() or target.is_symlink():
            return
        if not target.stat().st_mode & stat.S_IWUSR:
            raise StorageError(f"`{path}` is read-only, and is not replaced", hint="name another file, or remove it")
        is_by_hand = any(name.startswith(".") or name.endswith(_WRITTEN_BY_HAND) for name in names)
        if not begins and not is_by_hand:
            return
        with target.open("rb") as file:
            found = file.read(len(begins) or 1)  # without a beginning, any byte is somebody's work
    if found and found != begins:
        raise StorageError(
            f"`{path}` is a file of another kind, and is not replaced", hint="name another file, or remove it"
        )
