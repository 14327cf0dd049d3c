"""A working copy of the project: a real git repository, and what stands in it, read without ltxspec."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from crash.bench import SPEC
from crash.simulator.specs import FILE

Json = Any
_TASK = re.compile(rb'"taskUUID": ?"([0-9a-f-]{36})"')
LOCKFILE = f"lockfiles/{SPEC}.lock.json"
JOURNAL = f".ltxspec/journal/{SPEC}.jsonl"
_GIT = {
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C",
    "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.test", "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.test", "GIT_AUTHOR_DATE": "2026-11-22T10:00:00Z",
    "GIT_COMMITTER_DATE": "2026-11-22T10:00:00Z", "PATH": os.environ.get("PATH", ""), "GIT_EDITOR": "true",
}  # fmt: skip


@dataclass
class Checkout:
    """One working copy."""

    name: str
    root: Path
    own_files: dict[Path, bytes] = field(default_factory=dict)  # that a user put into `renders/`
    branches: list[str] = field(default_factory=lambda: ["main"])

    def git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run git here, whatever it answers."""
        return subprocess.run(["git", "-C", str(self.root), *arguments], capture_output=True, check=False, env=_GIT)

    @property
    def text(self) -> str:
        """The spec as it stands; empty when it is gone."""
        path = self.root / FILE
        return path.read_text() if path.exists() else ""

    def write(self, text: str) -> None:
        """Save the spec."""
        (self.root / FILE).parent.mkdir(parents=True, exist_ok=True)
        (self.root / FILE).write_text(text)

    @property
    def lock_bytes(self) -> bytes:
        """The lockfile as it stands; empty when there is none."""
        return bytes_of(self.root / LOCKFILE)

    @property
    def lock(self) -> Mapping[str, Json]:
        """The lockfile as JSON; without anything when it cannot be read."""
        return parsed(self.lock_bytes)

    @property
    def recorded(self) -> frozenset[str]:
        """Ids of the tasks that any lockfile here names."""
        folder = self.root / "lockfiles"
        names = sorted(folder.glob("*.lock.json")) if folder.is_dir() else []
        return frozenset().union(*(tasks_in(path.read_bytes()) for path in names))

    @property
    def journal(self) -> list[Json]:
        """The entries of the journal, as far as they can be read."""
        return entries(bytes_of(self.root / JOURNAL))

    @property
    def journalled(self) -> frozenset[str]:
        """Ids of the tasks that the journal names."""
        return frozenset(entry["taskUUID"] for entry in self.journal)

    @property
    def ordered(self) -> frozenset[str]:
        """Ids of the tasks that the journal still has open; a copied one closes what another lockfile holds."""
        closed = {entry["taskUUID"] for entry in self.journal if entry["event"] in ("committed", "abandoned")}
        return self.journalled - closed

    @property
    def archived(self) -> frozenset[str]:
        """Hashes of the videos in the archive."""
        folder = self.root / ".ltxspec/archive"
        if not folder.is_dir():
            return frozenset()
        inner = [entry for entry in os.scandir(folder) if len(entry.name) == 2]
        names = [file.name for one in inner for file in os.scandir(one.path)]
        return frozenset(name.partition(".")[0] for name in names if not name.endswith((".json", ".tmp")))  # sidecars

    @property
    def arrived(self) -> str:
        """What the archive notes of videos that no lockfile has yet."""
        folder = self.root / ".ltxspec/archive/arrived"
        return " ".join(path.read_text() for path in folder.iterdir()) if folder.is_dir() else ""

    def kept_in_git(self) -> list[bytes]:
        """The lockfile as every branch, remote branch and stash has it."""
        tips = self.git("for-each-ref", "--format=%(objectname)").stdout.decode().split()
        for stash in self.git("stash", "list", "--format=%H").stdout.decode().split():
            tips += [stash, f"{stash}^3"]  # the third parent has what was not tracked
        return [_lock_at(str(self.root), tip) for tip in dict.fromkeys(tips)]


_BLOBS: dict[str, bytes] = {}


def _lock_at(root: str, commit: str) -> bytes:
    if commit not in _BLOBS:
        command = ["git", "-C", root, "cat-file", "blob", f"{commit}:{LOCKFILE}"]
        _BLOBS[commit] = subprocess.run(command, capture_output=True, check=False, env=_GIT).stdout
    return _BLOBS[commit]


def bytes_of(path: Path) -> bytes:
    """The bytes of a file; none when it is not there."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return b""


@lru_cache(512)
def tasks_in(data: bytes) -> frozenset[str]:
    """Ids of the tasks that a lockfile names, also one with conflict markers."""
    return frozenset(found.decode() for found in _TASK.findall(data))


@lru_cache(512)
def parsed(data: bytes) -> Mapping[str, Json]:
    """A lockfile as JSON."""
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        found = {}
    return {"shots": {}, "retired": {}, **found} if isinstance(found, dict) else {"shots": {}, "retired": {}}


def entries(data: bytes) -> list[Json]:
    """The entries of a journal."""
    found = []
    for line in data.splitlines():
        try:
            found.append(orjson.loads(line)["entry"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            continue
    return found


_IGNORED = ".ltxspec/\nrenders/\n"


class Templates:
    """Repositories to begin with, made once for each text and copied from then on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, str], Path] = {}

    def copy(self, target: Path, text: str, config: str) -> None:
        """Put a bare `origin` and two clones, `A` and `B`, into a new folder."""
        key = (text, config)
        if key not in self._made:
            self._made[key] = self._make(text, config)
        shutil.copytree(self._made[key], target, symlinks=True)

    def _make(self, text: str, config: str) -> Path:
        home = self._folder / f"template-{len(self._made)}"
        first = Checkout("A", home / "A")
        first.root.mkdir(parents=True)
        first.git("init", "--quiet", "--template=", "--initial-branch=main")
        for name in ("specs", "lockfiles"):
            (first.root / name).mkdir()
            (first.root / name / ".keep").write_text("")
        (first.root / "ltxspec.toml").write_text(config)
        (first.root / ".gitignore").write_text(_IGNORED)
        (first.root / ".gitattributes").write_text("lockfiles/*.lock.json merge=binary\n")
        first.write(text)
        first.git("add", "--all")
        first.git("commit", "--quiet", "--message", "start")
        for name, options in (("origin", ["--bare"]), ("B", [])):
            command = ["git", "clone", "--quiet", "--template=", *options, str(first.root), str(home / name)]
            subprocess.run(command, check=True, capture_output=True, env=_GIT)
        first.git("remote", "add", "origin", "../origin")
        Checkout("B", home / "B").git("remote", "set-url", "origin", "../origin")
        first.git("fetch", "--quiet")
        first.git("branch", "--quiet", "--set-upstream-to=origin/main")
        return home
