"""Reads from a git repository through the `git` command. Nothing is checked out and nothing is changed."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from ltxspec.errors import LtxspecError, StorageError

MAIN_BRANCHES = ("origin/HEAD", "origin/main", "main", "master")  # where a change is usually going, first one first

# What git tells the hooks it runs. It names the repository as seen from the hook's folder; here it is found anew.
_OF_HOOKS = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX")
_NOT_FOR_GIT = ("RUNWARE_API_KEY",)
_IS_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FETCH = "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in CI"


class UnknownRevision(LtxspecError):
    """The repository knows no such revision, or no history that two of them share."""

    code = "unknown-revision"


def git(root: Path, *arguments: str) -> bytes:
    """Run git in `root` and return what it printed.

    Raises:
        StorageError: git is missing, this is no repository, or it refused; with git's own words.
    """
    done = run_git(root, *arguments)
    if done.returncode != 0:
        raise StorageError(f"git {arguments[0]} failed: {_complaint(done)}")
    return done.stdout


def _complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    """What git says is wrong; advice that it adds is left out."""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    fatal = [line.removeprefix("fatal: ") for line in lines if line.startswith("fatal: ")]
    return next(iter(fatal or lines[-1:]), f"exit code {done.returncode}")


def run_git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in `root`, whatever it answers. Raises StorageError when there is no git."""
    command = ["git", "-C", str(root), *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=False, env=environment())  # noqa: S603  # arguments as a list, no shell
    except FileNotFoundError as error:
        raise no_git() from error


def no_git() -> StorageError:
    """What is said where there is no git."""
    return StorageError("git is not installed", hint="install git, or leave the revision out")


def environment() -> dict[str, str]:
    """The environment git runs in: it never asks for a password and never writes by the way.

    Git may run programs that a repository or a user configured (filters, hooks, helpers): none of them is handed the
    key that pays for renders.
    """
    kept: Mapping[str, str] = os.environ
    if "GIT_WORK_TREE" not in kept:
        kept = {name: value for name, value in kept.items() if name not in _OF_HOOKS}
    kept = {name: value for name, value in kept.items() if name not in _NOT_FOR_GIT}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def commit_of(root: Path, revision: str) -> str:
    """The id of the commit that a revision names.

    Raises:
        UnknownRevision: there is none, or it is no commit.
        StorageError: this is no repository.
    """
    commit = _commit(root, revision)
    if commit is None:
        inside_repository(root)
        is_cut = git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
        hint = _FETCH if is_cut else "name a branch, a tag or a commit of this repository"
        raise UnknownRevision(f"git knows no commit `{revision}`", hint=hint)
    return commit


def inside_repository(root: Path) -> None:
    """Raise StorageError unless `root` is in a git repository that git agrees to read."""
    done = run_git(root, "rev-parse", "--git-dir")
    if b"dubious ownership" in done.stderr:
        raise StorageError(
            "git does not read this repository, because it belongs to another user",
            hint=f"`git config --global --add safe.directory {root}`",
        )
    if done.returncode != 0:
        raise StorageError(
            "this project is not in a git repository", hint="`git init` and commit the specs and lockfiles"
        )


def merge_base(root: Path, one: str, other: str) -> str:
    """The commit from which two commits went apart.

    Raises:
        UnknownRevision: they share no history here.
    """
    done = run_git(root, "merge-base", "--end-of-options", one, other)
    if done.returncode != 0:
        raise UnknownRevision(f"`{_short(one)}` and `{_short(other)}` share no history here", hint=_FETCH)
    return done.stdout.decode().strip()


def main_branch(root: Path) -> str | None:
    """The first of the usual names of the main branch that exists."""
    return next((name for name in MAIN_BRANCHES if _commit(root, name) is not None), None)


def _commit(root: Path, revision: str) -> str | None:
    if not revision or revision.startswith("-"):
        return None
    done = run_git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    found = done.stdout.decode(errors="replace").strip()
    return found if done.returncode == 0 and _IS_COMMIT.fullmatch(found) else None


def _short(revision: str) -> str:
    return revision[:12] if _IS_COMMIT.fullmatch(revision) else revision


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a commit: `mode` as git writes it (`100644`, `120000` for a link, `160000` for a submodule)."""

    mode: str
    id: str


def list_tree(root: Path, commit: str, folder: str = ".") -> dict[str, Entry]:
    """Every file of a commit below `folder` by its path relative to `root`, with `/`. One process, however many."""
    listing = git(root, "ls-tree", "-r", "-z", commit, "--", folder)
    entries = {}
    for line in listing.split(b"\0")[:-1]:
        about, _, path = line.partition(b"\t")
        mode, _, name = about.decode("ascii").split(" ")
        entries[os.fsdecode(path)] = Entry(mode, name)
    return entries


class Blobs:
    """Contents by object id, from one git process that lives as long as this object. Use it as a context manager."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None

    def chunks(self, blob: str, size: int = 2**20) -> Iterator[bytes]:
        """The content in pieces of at most `size` bytes; always read it to its end.

        Raises:
            StorageError: git does not have it, as in a clone that left some out.
        """
        requests, answers = self._pipes()
        requests.write(f"{blob}\n".encode())
        requests.flush()
        header = answers.readline().split()
        if len(header) != 3 or header[1] != b"blob":  # noqa: PLR2004  # id, type, size
            raise StorageError(f"git does not have the content `{blob[:12]}`", hint="fetch the whole repository")
        left = int(header[2])
        while left:
            piece = answers.read(min(left, size))
            if not piece:
                raise StorageError("git stopped in the middle of a file", hint="check the repository with `git fsck`")
            left -= len(piece)
            yield piece
        answers.read(1)  # the line end behind the content

    def read(self, name: str) -> tuple[str, bytes] | None:
        """Id and content of any object by id or revision, such as `HEAD^{tree}`; None when git does not have it."""
        requests, answers = self._pipes()
        requests.write(f"{name}\n".encode())
        requests.flush()
        header = answers.readline().split()
        if len(header) != 3:  # noqa: PLR2004  # id, type, size
            return None
        content = answers.read(int(header[2]))
        answers.read(1)  # the line end behind the content
        return header[0].decode("ascii"), content

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            command = ["git", "-C", str(self._root), "cat-file", "--batch"]
            try:
                self._process = subprocess.Popen(  # noqa: S603  # arguments as a list, no shell
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()
                )
            except FileNotFoundError as error:
                raise no_git() from error
        if self._process.stdin is None or self._process.stdout is None:
            raise StorageError("git cannot be talked to")
        return self._process.stdin, self._process.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def files_at(root: Path, revision: str, folder: str, suffix: str) -> dict[str, bytes]:
    """Every file under `folder` (relative to `root`) with this suffix, as it was at a revision: path -> content."""
    entries = list_tree(root, commit_of(root, revision), folder)
    with Blobs(root) as blobs:
        return {path: b"".join(blobs.chunks(e.id)) for path, e in entries.items() if path.endswith(suffix)}


BASE, OURS, THEIRS = 1, 2, 3  # git's numbers for the three versions of a file in conflict


def conflicts(root: Path, *places: str) -> dict[str, dict[int, bytes]]:
    """Files that a merge left unresolved: path -> contents by `BASE`, `OURS`, `THEIRS`; a side may be missing.

    Empty outside of a repository.

    Args:
        root: a folder; paths are relative to it.
        places: files and folders to look at.
    """
    listing = run_git(root, "ls-files", "--unmerged", "-z", "--", *places)
    found: dict[str, dict[int, bytes]] = {}
    with Blobs(root) as blobs:
        for line in listing.stdout.split(b"\0")[:-1]:
            about, _, path = line.partition(b"\t")
            _, blob, stage = about.decode("ascii").split(" ")
            found.setdefault(os.fsdecode(path), {})[int(stage)] = b"".join(blobs.chunks(blob))
    return found
