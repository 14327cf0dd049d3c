"""Waits for changes of files. Their folders are watched, so that files may be replaced, or not exist yet."""

import os
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from ltxspec.errors import StorageError

if TYPE_CHECKING:
    from watchfiles.main import FileChange

_QUIET: Final = 60  # milliseconds without a change after which a group of changes is complete
_LONGEST: Final = 2_000  # milliseconds after which a group is complete in any case
_TURN: Final = 50  # milliseconds between two looks at whether to stop


class FolderWatch:
    """Watches folders, without those below them. Use it as a context manager.

    Args:
        stop: once it is set, waiting ends.
    """

    def __init__(self, stop: Event) -> None:
        self._stop = stop
        self._folders: dict[str, tuple[int, int]] = {}  # path -> which folder it was: a checkout may make another
        self._changes: Generator[set[FileChange], None, None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def cover(self, folders: Iterable[str]) -> bool:
        """Watch these folders, as far as they exist; returns whether changes before this call may have been missed.

        Raises:
            StorageError: the system watches no more folders.
        """
        wanted = _existing(folders)
        if self._changes is not None and wanted == self._folders:
            return False
        self._close()
        if wanted:
            self._open(wanted)
        return True

    def wait(self, is_relevant: Callable[[str], bool]) -> set[str]:
        """The absolute paths of the next group of relevant changes; none if it was stopped."""
        for changes in self._changes or ():
            found = {path for _, path in changes if is_relevant(path)}
            if found:
                return found
        return set()

    def _open(self, wanted: dict[str, tuple[int, int]]) -> None:
        from watchfiles import watch

        changes = watch(
            *wanted, watch_filter=None, recursive=False, debounce=_LONGEST, step=_QUIET, rust_timeout=_TURN,
            yield_on_timeout=True, stop_event=self._stop,
        )  # fmt: skip
        try:
            next(changes, None)  # watching begins with the first of them
        except FileNotFoundError:
            return  # one is gone by now: the next call looks again
        except OSError as error:
            hint = "raise the limit (Linux: `sysctl fs.inotify.max_user_watches`), or set WATCHFILES_FORCE_POLLING=1"
            raise StorageError(f"folders cannot be watched: {error.strerror or error}", hint=hint) from error
        self._folders, self._changes = wanted, changes

    def _close(self) -> None:
        if self._changes is not None:
            self._changes.close()
        self._folders, self._changes = {}, None


def with_parents(folders: Iterable[str], root: Path) -> set[str]:
    """Absolute paths of folders, and those that they are in up to the root: a checkout may make any of them anew."""
    found = {str(root)}
    for folder in folders:
        for place in (Path(folder), *Path(folder).parents):
            if str(place) in found:
                break
            found.add(str(place))
            if not place.is_relative_to(root):
                break
    return found


def _existing(folders: Iterable[str]) -> dict[str, tuple[int, int]]:
    found = {}
    for folder in sorted(folders):
        if os.path.isdir(folder):  # noqa: PTH112  # called for each folder after each change
            status = os.stat(folder)  # noqa: PTH116  # as above
            found[folder] = (status.st_dev, status.st_ino)
    return found
