"""Keeps what is written inside the project, whatever links a repository holds."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.storage.durable import translated


def refuse_outside(root: Path, *places: Path) -> None:
    """Refuse places below `root` that links lead out of it. What does not exist yet leads nowhere.

    Raises:
        StorageError: one does, or that cannot be determined.
    """
    with translated("read", root):
        base = os.path.realpath(root)
        for place in places:
            if not _is_in(base, place):
                above = (*reversed(place.parents), place)
                link = next((path for path in above if root in path.parents and not _is_in(base, path)), place)
                shown = link.relative_to(root) if link.is_relative_to(root) else link
                raise StorageError(
                    f"`{shown}` leads out of the project, to `{os.path.realpath(link)}`, where ltxspec writes nothing",
                    hint="remove the link; to keep videos elsewhere, set `[archive] url`",
                )


def _is_in(base: str, place: Path) -> bool:
    real = os.path.realpath(place)
    return real == base or real.startswith(base.rstrip(os.sep) + os.sep)


def refuse_links_outside(root: Path, *folders: Path) -> None:
    """As `refuse_outside`, for folders and every link right in them.

    Raises:
        StorageError: one leads out of `root`, or a folder cannot be read.
    """
    refuse_outside(root, *folders)
    refuse_outside(root, *_links_in(folders))


def _links_in(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        with translated("read", folder):
            try:
                with os.scandir(folder) as entries:
                    yield from [folder / entry.name for entry in entries if entry.is_symlink()]
            except (FileNotFoundError, NotADirectoryError):
                continue  # whoever needs the folder says what is wrong
