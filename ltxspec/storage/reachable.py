"""Files of one kind anywhere git still has them: branches, tags, stashes, worktrees, indexes, merges, reflogs.

Only tips are searched, not their history: a file that was removed from a branch on purpose is not kept by its past.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.storage.durable import read_if_exists
from ltxspec.storage.git import git, repository_of, run_git
from ltxspec.storage.git_objects import Blobs

# Operations in progress, and heads that git merely remembers.
_UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")
_REMEMBERED = ("ORIG_HEAD", "FETCH_HEAD")
_TREE = b"40000"
_FILES = (b"100644", b"100755", b"100664")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One version of a file.

    Args:
        path: relative to the root of the repository, with `/`.
        place: a description of where it is, for users.
        data: its bytes.
        settled: false if only a log of git refers to it.
    """

    path: str
    place: str
    data: bytes
    settled: bool = True

    def __str__(self) -> str:
        return f"{self.path} ({self.place})"


@dataclass(frozen=True, slots=True)
class _Worktree:
    """A checkout of the repository; `dead` if its folder no longer exists."""

    path: Path
    dead: bool


def inside_git(root: Path) -> bool:
    """Whether a folder is in a git repository.

    Raises:
        StorageError: it is in one that git cannot read.
    """
    return repository_of(root) is not None


def prefix_of(root: Path) -> str:
    """A folder's path in its repository: empty for the root, else with `/` at the end."""
    return os.fsdecode(git(root, "rev-parse", "--show-prefix").rstrip(b"\n"))


def files_everywhere(root: Path, suffix: str) -> Iterator[FoundFile]:
    """Every version of every file with this suffix that the repository currently refers to; each content once.

    Raises:
        StorageError: git cannot read something, so the result would be incomplete.
    """
    trees = _Trees(root, suffix)
    with trees.objects:
        for commit in _lines(root, "rev-list", "--no-walk", "--all"):
            yield from trees.found(commit, f"in commit {commit[:12]}")
        for commit in _stashed(root):
            yield from trees.found(commit, "in a stash")
        for worktree in _worktrees(root):
            yield from _dead_index(trees, root) if worktree.dead else _worktree(trees, worktree.path)
        for commit in _lines(root, "rev-list", "--no-walk", "--all", "--reflog"):
            yield from trees.found(commit, f"in commit {commit[:12]}, which is in a reflog", settled=False)


@dataclass(slots=True)
class _Trees:
    """Walks the trees of commits, each tree once per path."""

    root: Path
    suffix: str
    objects: Blobs = field(init=False)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.objects = Blobs(self.root)

    def found(self, commit: str, place: str, *, settled: bool = True) -> Iterator[FoundFile]:
        """The files of a commit with the suffix that were not found before."""
        left = [(f"{commit}^{{tree}}", "")]
        while left:
            name, folder = left.pop()
            for mode, path, child in self._entries(name, folder):
                if (child, path) in self._seen:
                    continue
                if mode == _TREE:
                    self._seen.add((child, path))
                    left.append((child, f"{path}/"))
                elif mode in _FILES and path.endswith(self.suffix):
                    yield self.blob(child, path, place, settled=settled)

    def blob(self, name: str, path: str, place: str, *, settled: bool = True) -> FoundFile:
        """One file, by its object."""
        self._seen.add((name, path))
        return FoundFile(path, place, self._read(name)[1], settled)

    def is_new(self, name: str, path: str) -> bool:
        """Whether this content was not found at this path before."""
        return (name, path) not in self._seen

    def _entries(self, name: str, folder: str) -> Iterator[tuple[bytes, str, str]]:
        """Mode, path and object of each entry of a tree."""
        ident, data = self._read(name)
        width, at = len(ident) // 2, 0
        while at < len(data):
            end = data.index(b"\0", at)
            mode, _, entry = data[at:end].partition(b" ")
            at = end + 1 + width
            yield mode, folder + os.fsdecode(entry), data[end + 1 : at].hex()

    def _read(self, name: str) -> tuple[str, bytes]:
        read = self.objects.read(name)
        if read is None:
            raise StorageError(f"git does not have `{name}`", hint="fetch the whole repository, or run `git fsck`")
        return read


def _worktree(trees: _Trees, path: Path) -> Iterator[FoundFile]:
    """Files of a checkout: on disk, in its index with all sides of a conflict, and in a merge or rebase in progress."""
    pattern = f":(top)*{trees.suffix}"
    for line in git(path, "ls-files", "--stage", "--full-name", "-z", "--", pattern).split(b"\0")[:-1]:
        about, _, name = line.partition(b"\t")
        mode, blob, _ = about.split(b" ")
        label, ident = os.fsdecode(name), blob.decode("ascii")
        if mode in _FILES and trees.is_new(ident, label):
            yield trees.blob(ident, label, f"in the index of `{path}`")
    for head in (*_UNDER_WAY, *_REMEMBERED):
        commit = run_git(path, "rev-parse", "--verify", "--quiet", f"{head}^{{commit}}").stdout.decode().strip()
        if commit:
            yield from trees.found(commit, f"in `{head}` of `{path}`", settled=head in _UNDER_WAY)
    top = Path(os.fsdecode(git(path, "rev-parse", "--show-toplevel").rstrip(b"\n")))
    for name in git(path, "ls-files", "--cached", "--others", "--full-name", "-z", "--", pattern).split(b"\0")[:-1]:
        label = os.fsdecode(name)
        data = read_if_exists(top / label) if not (top / label).is_dir() else None
        if data is not None:
            yield FoundFile(label, f"on disk in `{path}`", data)


def _dead_index(trees: _Trees, root: Path) -> Iterator[FoundFile]:
    """Files in the indexes of worktrees whose folders no longer exist."""
    for line in git(root, "rev-list", "--objects", "--no-walk", "--all", "--indexed-objects").split(b"\n"):
        name, _, path = line.partition(b" ")
        ident, label = name.decode("ascii"), os.fsdecode(path)
        if label.endswith(trees.suffix) and trees.is_new(ident, label):
            yield trees.blob(ident, label, "in an index")


def _worktrees(root: Path) -> list[_Worktree]:
    """All checkouts, including this one. Raises StorageError for one that exists but is out of reach."""
    found = []
    for block in os.fsdecode(git(root, "worktree", "list", "--porcelain")).strip().split("\n\n"):
        lines = block.split("\n")
        path = Path(lines[0].removeprefix("worktree "))
        facts = {line.partition(" ")[0] for line in lines[1:]}
        if "bare" in facts:
            continue
        if "locked" in facts and not path.exists():
            raise StorageError(
                f"the worktree `{path}` is locked and cannot be reached now, so what it refers to is unknown",
                hint="mount its disk, or remove it with `git worktree unlock` and `git worktree prune`",
            )
        found.append(_Worktree(path, dead=not path.exists()))
    return found


def _stashed(root: Path) -> list[str]:
    """Commits of all stashes, including those that hold their index and their untracked files."""
    if run_git(root, "rev-parse", "--verify", "--quiet", "refs/stash").returncode != 0:
        return []
    logged = git(root, "log", "--walk-reflogs", "--format=%H %P", "refs/stash", "--")
    top = git(root, "rev-list", "--no-walk", "--parents", "refs/stash")  # also if its reflog is missing
    return list(dict.fromkeys((logged + top).decode("ascii").split()))


def _lines(root: Path, *arguments: str) -> list[str]:
    return git(root, *arguments).decode("ascii").split()
