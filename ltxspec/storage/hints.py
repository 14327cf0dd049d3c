"""The provider's calls as files: one empty file for each task that was called about, until somebody has looked at it.

`ltxspec listen` leaves them, and an apply or collect on the same machine takes those of its tasks. They say when to
look, and nothing else; so nothing is lost with them, and nothing is won by inventing one.
"""

import contextlib
import os
import re
from collections.abc import Collection
from pathlib import Path

from ltxspec.errors import LtxspecError
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.durable import REAL, make_folder, opened, remove_file, translated
from ltxspec.values import TaskId

_TASK = re.compile(r"[0-9A-Za-z-]{1,64}")
_BEAT = "listening"  # the listener touches it; not the id of a task
_SILENT = 15.0  # seconds after which a listener that did not touch it is gone


class HintFolder:
    """The calls of one provider about the tasks of one project: `apply.calls.Hints` for runs, and the listener's side.

    Args:
        folder: where the files are.
        within: no link may lead out of this folder.
        pause: see `Hints.pause`.
    """

    def __init__(self, folder: Path, within: Path, pause: float) -> None:
        self._folder = folder
        self._ops = REAL.inside(within)
        self._pause = pause

    @property
    def pause(self) -> float:
        """See `Hints.pause`."""
        return self._pause

    def expected(self) -> bool:
        """See `Hints.expected`."""
        try:
            heard = (self._folder / _BEAT).stat().st_mtime
        except OSError:
            return False
        return abs(SystemClock().now().timestamp() - heard) < _SILENT

    def take(self, tasks: Collection[TaskId]) -> Collection[TaskId]:
        """See `Hints.take`."""
        wanted = set(tasks)
        found = [task for task in self.left() if task in wanted] if wanted else []
        self.drop(found)
        return found

    def left(self) -> list[TaskId]:
        """All tasks that were called about and not looked at since, sorted."""
        try:
            names = sorted(path.name for path in self._folder.iterdir())
        except OSError:
            return []
        return [TaskId(name) for name in names if name != _BEAT and _TASK.fullmatch(name)]

    def drop(self, tasks: Collection[TaskId]) -> None:
        """Forget calls. One that stays causes one look too many."""
        for task in tasks:
            if _TASK.fullmatch(task):
                with contextlib.suppress(OSError, LtxspecError):
                    remove_file(self._folder / task, self._ops)

    def leave(self, task: TaskId) -> None:
        """Note a call. Raises StorageError."""
        if _TASK.fullmatch(task) and task != _BEAT:
            self._touch(task)

    def beat(self) -> None:
        """Say that something listens: to be repeated every few seconds. Raises StorageError."""
        self._touch(_BEAT)

    def end(self) -> None:
        """Say that nothing listens any more."""
        with contextlib.suppress(OSError, LtxspecError):
            remove_file(self._folder / _BEAT, self._ops)

    def _touch(self, name: str) -> None:
        path = self._folder / name
        with translated("write", path):
            make_folder(self._folder, self._ops)
            with opened(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, self._ops, 0o600) as descriptor:
                os.utime(descriptor)
