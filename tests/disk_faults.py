"""A disk that fails at a chosen call: the far side of `storage.durable.FileOps`."""

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from ltxspec.storage.durable import REAL, FileOps


class Crash(BaseException):
    """The machine went down. No `Exception`, so that no clean-up for errors runs."""


@dataclass
class Disk:
    """Counts calls and fails one of them.

    Args:
        fail_at: number of the call that fails, from 1; None never fails.
        error: what it raises.
        only: names of the calls that count; all when empty.
        after: whether the call takes effect before it fails, as a crash just behind it would leave it.
    """

    fail_at: int | None = None
    error: BaseException | None = None
    only: tuple[str, ...] = ()
    after: bool = False
    calls: int = 0

    def ops(self) -> FileOps:
        """The system calls of this disk."""
        calls: dict[str, Any] = {item.name: self._wrap(item.name) for item in fields(FileOps) if item.name != "within"}
        return FileOps(**calls)

    def _wrap(self, name: str) -> Callable[..., Any]:
        real = getattr(REAL, name)

        def call(*arguments: Any) -> Any:
            if name == "close" or (self.only and name not in self.only):
                return real(*arguments)
            self.calls += 1
            if self.calls != self.fail_at:
                return real(*arguments)
            if self.after:
                real(*arguments)
            raise self.error or OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return call


def slow_writes(most: int = 3) -> FileOps:
    """A disk that takes at most a few bytes a call."""
    return replace(REAL, write=lambda descriptor, data: os.write(descriptor, data[:most]))


def half_a_write(error: BaseException) -> FileOps:
    """A disk that takes half of what it is given, and then no more."""
    state = {"done": False}

    def write(descriptor: int, data: memoryview) -> int:
        if state["done"]:
            raise error
        state["done"] = True
        return os.write(descriptor, data[: len(data) // 2])

    return replace(REAL, write=write)


def every_fault(work: Callable[[FileOps], object]) -> Iterator[tuple[int, bool]]:
    """Each (call, before or after) at which `work` can fail; `work` is run once, on a sound disk, to count."""
    sound = Disk()
    work(sound.ops())
    for call in range(1, sound.calls + 1):
        yield call, False
        yield call, True
