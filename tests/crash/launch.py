"""Starts the real command, and kills it with SIGKILL at a chosen system call. Run as a script, by `commands.py`.

    python launch.py COMMAND…   with CRASH_ROOT, and CRASH_AT (number of the point) or CRASH_COUNT (file for the total)

Everything that changes something under CRASH_ROOT is a point before and after the call, and a write is one in its
middle. The calls are replaced before ltxspec is imported, and nothing of ltxspec knows.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

ROOT = os.path.realpath(os.environ["CRASH_ROOT"])
AT = int(os.environ.get("CRASH_AT", "0"))
_passed = 0


def main() -> None:
    """Replace the calls, then be `ltxspec`."""
    for name in ("replace", "rename", "unlink", "remove", "mkdir", "symlink", "chmod", "truncate"):
        _replace(name, _named)
    for name in ("fsync", "ftruncate", "fchmod"):
        _replace(name, lambda descriptor, *_, **__: _path_of(descriptor))
    _replace_write()
    _replace_open()
    from ltxspec import __main__ as command

    command.main()


def _pass_point() -> None:
    global _passed  # noqa: PLW0603  # one counter for the whole process is the point
    _passed += 1
    if _passed == AT:
        os.kill(os.getpid(), signal.SIGKILL)


def _path_of(descriptor: Any) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115  # pathlib's own calls may be replaced, too
    except OSError:
        return ""


def _named(path: Any, *_: Any, **options: Any) -> str:
    """Where a call is made: a name may be that of a file in a folder that is held open."""
    folder = options.get("dir_fd", options.get("src_dir_fd"))
    return os.fspath(path) if folder is None else os.path.join(_path_of(folder), os.fspath(path))  # noqa: PTH118  # as above


def _matters(path: str) -> bool:
    return os.path.realpath(path).startswith(ROOT)


def _replace(name: str, where: Callable[..., str]) -> None:
    real = getattr(os, name)

    def call(*arguments: Any, **options: Any) -> Any:
        if not _matters(where(*arguments, **options)):
            return real(*arguments, **options)
        _pass_point()
        result = real(*arguments, **options)
        _pass_point()
        return result

    setattr(os, name, call)


def _replace_write() -> None:
    real = os.write

    def write(descriptor: int, data: Any) -> int:
        if not _matters(_path_of(descriptor)):
            return real(descriptor, data)
        _pass_point()
        if _passed + 1 == AT:
            real(descriptor, bytes(data)[: len(data) // 2])
        _pass_point()
        taken = real(descriptor, data)
        _pass_point()
        return taken

    os.write = write


def _replace_open() -> None:
    real = os.open

    def opened(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
        if not flags & os.O_CREAT or not _matters(_named(path, **options)):
            return real(path, flags, *arguments, **options)
        _pass_point()
        descriptor = real(path, flags, *arguments, **options)
        _pass_point()
        return descriptor

    os.open = opened


def _leave(code: int, real: Callable[[int], Any] = os._exit) -> None:
    """What `os._exit` does, after telling how many points there were."""
    target = os.environ.get("CRASH_COUNT")
    if target:
        with open(target, "w", encoding="ascii") as file:  # noqa: PTH123  # pathlib may be replaced too
            file.write(str(_passed))
    real(code)


os._exit = _leave  # type: ignore[assignment]  # the command leaves through it

if __name__ == "__main__":
    sys.argv[0] = "ltxspec"
    main()
