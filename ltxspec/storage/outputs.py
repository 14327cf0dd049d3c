"""Files that a command writes where its user says, such as a page or a film: a wrong name loses nothing."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.storage.durable import translated
from ltxspec.storage.inside import kind_of

# What is written under a lock, and what people write themselves.
_KEPT = {".lock.json": "a lockfile", ".review.json": "a record of verdicts", "ltxspec.toml": "the project's settings"}


def write_document(path: Path, pieces: Iterable[bytes], begins: bytes = b"") -> None:
    """Write a file, creating its folders; the old file stays until the new one is complete.

    Args:
        path: the file.
        pieces: its bytes.
        begins: how every file of this kind begins; one that begins otherwise is somebody's work and not replaced.

    Raises:
        StorageError: the file cannot be written, or may not be replaced (`replacing`); nothing has changed.
    """
    with replacing(path, begins) as aside, translated("write", path), aside.open("xb") as file:
        for piece in pieces:
            file.write(piece)


@contextlib.contextmanager
def replacing(path: Path, begins: bytes = b"") -> Iterator[Path]:
    """A new name beside a file, which what is written there replaces at the end; its folders are created.

    Raises:
        StorageError: the file cannot be written; it is a record of ltxspec, such as a lockfile; it is read-only, such
            as an archived video; or it is not empty and does not begin with `begins`. Nothing has changed.
    """
    _refuse_to_lose(path, begins)
    with translated("write", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}.part")
        aside.unlink(missing_ok=True)  # never through a link that someone put there
    try:
        yield aside
        with translated("write", path):
            aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _refuse_to_lose(path: Path, begins: bytes) -> None:
    if kind := next((kind for ending, kind in _KEPT.items() if path.name.endswith(ending)), None):
        raise StorageError(f"`{path}` would be {kind}, which this command does not write", hint="name another file")
    with translated("write", path):
        # A pipe or a device is read by someone else and must not be removed.
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, f"it is {kind_of(path.stat().st_mode)}, not a file")
        if not path.exists() or path.is_symlink():  # a link is replaced, and what it leads to stays
            return
        if not path.stat().st_mode & stat.S_IWUSR:
            raise StorageError(f"`{path}` is read-only, and is not replaced", hint="name another file, or remove it")
        with path.open("rb") as file:
            found = file.read(len(begins))
    if found and found != begins:
        raise StorageError(
            f"`{path}` is a file of another kind, and is not replaced", hint="name another file, or remove it"
        )
