"""Disks that the seed owns: system calls that fail, and what a power failure takes of writes that were never synced.

The files are real. Beside them this keeps what is durable: content that was synced, names whose folder was synced.
When the power fails, each write and each name that is not durable survives or not, as the salt decides; renames may be
lost one without the other, as file systems do.
"""

import os
import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path

from crash.death import kind_of_file
from crash.simulator.course import Course

from ltxspec.storage.durable import REAL, FileOps

_PLAIN = replace(REAL)  # the system calls themselves


@dataclass
class _Name:
    """A change of names that is not durable yet: made, renamed or removed."""

    what: str
    path: str
    source: str = ""
    before: bytes | None = None  # what stood under `path`

    @property
    def touched(self) -> set[str]:
        return {self.path, self.source} - {""}

    @property
    def folders(self) -> set[str]:
        return {str(Path(path).parent) for path in self.touched}


class Disk:
    """Every system call that writes, of all commands; they pass the points of the command at work.

    Args:
        keeps_synced: whether a torn file has at least what was synced of it, as where bytes are only added.
    """

    def __init__(self, *, keeps_synced: bool = False) -> None:
        self._keeps_synced = keeps_synced
        self.courses: list[Course] = []
        self._paths: dict[int, str] = {}
        self._content: dict[str, bytes | None] = {}  # files with unsynced bytes -> their durable content
        self._names: list[_Name] = []
        self._folders: set[str] = set()  # durable ones

    @contextmanager
    def in_charge(self) -> Iterator[None]:
        """Pass every system call of the storage layer through here. Its calls stand in one object, which is changed."""
        calls = {item.name: getattr(self, item.name) for item in fields(FileOps) if item.name != "within"}
        for name, call in calls.items():
            object.__setattr__(REAL, name, call)
        try:
            yield
        finally:
            for name in calls:
                object.__setattr__(REAL, name, getattr(_PLAIN, name))

    # --- durability -------------------------------------------------------------------------------

    def settle(self, roots: Sequence[Path]) -> None:
        """All is written back: what stands there now is durable."""
        self._content.clear()
        self._names.clear()
        self._folders = {str(root) for root in roots}
        for root in roots:
            self._folders |= {folder for folder, _, _ in os.walk(root / ".ltxspec")}
            self._folders |= {entry.path for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False)}

    def is_durable(self, path: Path, root: Path, words: str) -> bool:
        """Whether a file would be there, with these words in it, if the power failed now.

        What others have added to it since, and not synced yet, may go.
        """
        name = str(path)
        pending = any(name in change.touched for change in self._names)
        above = [folder for folder in path.parents if folder.is_relative_to(root)]
        lost_folder = any(str(folder) not in self._folders for folder in above)
        kept = self._content[name] if name in self._content else _bytes(name)
        return kept is not None and words.encode() in kept and path.exists() and not pending and not lost_folder

    def power_fails(self, root: Path, salt: int) -> None:
        """Undo some of what is not durable below a folder."""
        rng = random.Random(salt)
        kept: set[str] = set()
        for change in reversed(self._names):
            if not change.path.startswith(f"{root}/"):
                continue
            if rng.random() < 0.5 or change.touched & kept:
                kept |= change.touched
            else:
                _undo(change)
        for name, content in self._content.items():
            path = Path(name)
            if name.startswith(f"{root}/") and path.is_file():
                _put(path, rng.choice((content or b"", path.read_bytes(), self._torn(content, path.read_bytes(), rng))))
        for folder, _, _ in os.walk(root / ".ltxspec", topdown=False):
            if folder not in self._folders and rng.random() < 0.5:
                shutil.rmtree(folder, ignore_errors=True)

    def _torn(self, synced: bytes | None, data: bytes, rng: random.Random) -> bytes:
        added = self._keeps_synced and synced is not None and data.startswith(synced)
        return data[: rng.randint(len(synced or b"") if added else 0, len(data))]

    # --- system calls -----------------------------------------------------------------------------

    def open(self, path: str, flags: int, mode: int, within: str | None = None) -> int:
        exists = Path(path).exists()
        if flags & os.O_CREAT and not exists:
            self._call("create", path)
        elif self.courses and self.courses[-1].dead:
            self._call("open", path)
        if flags & os.O_TRUNC and exists:
            self._content.setdefault(path, Path(path).read_bytes())
        descriptor = _PLAIN.open(path, flags, mode, within)
        if flags & os.O_CREAT and not exists:
            self._names.append(_Name("make", path))
            self._content[path] = None
        self._paths[descriptor] = path
        return descriptor

    def write(self, descriptor: int, data: memoryview) -> int:
        path = self._paths.get(descriptor, "")
        self._call("write", path)
        if path not in self._content and path:
            self._content[path] = Path(path).read_bytes()
        written = _PLAIN.write(descriptor, data)
        self._point("after write", path)
        return written

    def fsync(self, descriptor: int) -> None:
        path = self._paths.get(descriptor, "")
        self._call("sync", path)
        if Path(path).is_dir():
            self._names = [change for change in self._names if path not in change.folders]
            self._folders |= {entry.path for entry in os.scandir(path) if entry.is_dir(follow_symlinks=False)}
        else:
            self._content.pop(path, None)
        self._point("after sync", path)

    def ftruncate(self, descriptor: int, length: int) -> None:
        path = self._paths.get(descriptor, "")
        self._call("truncate", path)
        if path not in self._content and path:
            self._content[path] = Path(path).read_bytes()
        _PLAIN.ftruncate(descriptor, length)

    def replace(self, source: str, target: str, within: str | None = None) -> None:
        self._call("rename", target)
        before = _bytes(target)
        _PLAIN.replace(source, target, within)
        self._names.append(_Name("rename", target, source, before))
        self._content.pop(target, None)
        if source in self._content:
            self._content[target] = self._content.pop(source)
        self._point("after rename", target)

    def unlink(self, path: str, within: str | None = None) -> None:
        self._call("remove", path)
        before = _bytes(path)
        _PLAIN.unlink(path, within)
        self._names.append(_Name("remove", path, before=before))
        self._point("after remove", path)

    def close(self, descriptor: int) -> None:
        self._paths.pop(descriptor, None)
        _PLAIN.close(descriptor)

    def _call(self, what: str, path: str) -> None:
        if self.courses:
            self.courses[-1].system_call(f"{kind_of_file(path)}: {what}")

    def _point(self, what: str, path: str) -> None:
        if self.courses:
            self.courses[-1].pass_point(f"{kind_of_file(path)}: {what}")


def _bytes(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


def _put(path: Path, data: bytes) -> None:
    """Write without passing a point, also where the file is read-only."""
    mode = path.stat().st_mode if path.exists() else 0o644
    path.unlink(missing_ok=True)
    path.write_bytes(data)
    path.chmod(mode)


def _undo(change: _Name) -> None:
    path = Path(change.path)
    if change.what == "make":
        path.unlink(missing_ok=True)
    elif change.what == "rename":
        if path.exists():
            Path(change.source).parent.mkdir(parents=True, exist_ok=True)
            path.replace(change.source)
        if change.before is not None:
            _put(path, change.before)
    elif change.before is not None and path.parent.is_dir():
        _put(path, change.before)
