"""Starts git, in the one way that it is ever started here: nothing that a repository says can make it run something.

A folder of a project may be made to look like a repository of its own (`HEAD`, `objects`, `refs`, `config`), and git
would take it for one. So the repository is found here, by its `.git`, which git never checks out, and is named in each
call. Git reads what is there already: it fetches nothing, starts no helper, and sees no replaced commits.
"""

import os
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ltxspec.errors import StorageError

# All that git is told of the environment: where programs and the user's own settings are. No key, no token.
_KEPT = (
    "HOME",
    "LOGNAME",
    "TMPDIR",
    "USER",
    "XDG_CONFIG_HOME",
    "DEVELOPER_DIR",  # macOS: which of its gits
    "LD_LIBRARY_PATH",
    "SUDO_UID",  # whose repositories git trusts under sudo
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
)
_GIVEN = {
    "LC_ALL": "C",
    "GIT_ALLOW_PROTOCOL": "none",  # over what a repository allows, for every version of git
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_SETTINGS = (
    "safe.bareRepository=explicit",
    "protocol.ext.allow=never",
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "log.showSignature=false",
)
_OPTIONS = tuple(word for setting in _SETTINGS for word in ("-c", setting))


Process = subprocess.Popen[bytes]


class NoRepository(StorageError):
    """Git finds no repository here."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository, by absolute paths. `work_tree` is None for one without files."""

    directory: str
    work_tree: str | None

    @property
    def options(self) -> tuple[str, ...]:
        """How git is told."""
        tree = () if self.work_tree is None else (f"--work-tree={self.work_tree}",)
        return f"--git-dir={self.directory}", *tree


def repository_of(root: Path) -> Repository | None:
    """The repository that a folder is in; None when nothing above the folder is called `.git`.

    `GIT_DIR` and `GIT_WORK_TREE` together name it as well, as for git. `GIT_DIR` alone does not: git tells it to its
    hooks, as seen from their folder.

    Raises:
        NoRepository: what is called `.git` is none.
        StorageError: git is missing, or does not read it, because it is another user's or damaged.
    """
    folder = os.path.realpath(root)
    above = (Path(folder), *Path(folder).parents)
    top = next((str(place) for place in above if os.path.lexists(place / ".git")), None)
    directory, named = os.environ.get("GIT_DIR"), os.environ.get("GIT_WORK_TREE")
    if directory and named:
        work_tree = os.path.realpath(named)
        if _is_in(folder, work_tree) and (top is None or _is_in(work_tree, top)):  # not in a submodule
            return Repository(os.path.realpath(directory), work_tree)
    return None if top is None else _repository_at(top)


def inside_repository(root: Path) -> Repository:
    """As `repository_of`, where there must be one. Raises StorageError, NoRepository when there is none."""
    found = repository_of(root)
    if found is None:
        raise _no_repository()
    return found


@lru_cache(maxsize=64)
def _repository_at(top: str) -> Repository:
    """The repository whose `.git` is in this folder, as far as git itself agrees to read it."""
    done = _started(["-C", top, *_OPTIONS, "rev-parse", "--absolute-git-dir", "--show-toplevel"])
    directory, _, work_tree = os.fsdecode(done.stdout).removesuffix("\n").partition("\n")
    if done.returncode == 0:
        return Repository(directory, work_tree)
    if b"dubious ownership" in done.stderr:
        raise StorageError(
            f"git does not read the repository `{top}`, because it belongs to another user",
            hint=f"`git config --global --add safe.directory '{top}'`, if you trust who owns it",
        )
    if b"not a git repository (or any" in done.stderr:
        raise _no_repository()
    if directory and b"work tree" in done.stderr:
        return Repository(directory, None)
    raise StorageError(
        f"git cannot read the repository `{top}`: {complaint(done)}", hint=f"look at it with `git -C '{top}' status`"
    )


def run_git(
    root: Path, *arguments: str, told: bytes = b"", index: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git in `root`, whatever it answers.

    Args:
        root: a folder in the repository.
        arguments: what to run.
        told: what git reads from its standard input.
        index: a file that stands for the repository's index, for this call.

    Raises:
        NoRepository: there is none.
        StorageError: git is missing, or does not read the repository.
    """
    return _started(_command(root, arguments), told, index)


def git(root: Path, *arguments: str, told: bytes = b"", index: str | None = None) -> bytes:
    """Run git in `root` and return what it printed; otherwise as `run_git`.

    Raises:
        StorageError: git is missing, this is no repository, or it refused; with git's own words.
    """
    done = run_git(root, *arguments, told=told, index=index)
    if done.returncode != 0:
        raise StorageError(f"git {arguments[0]} failed: {complaint(done)}", hint="check the repository with `git fsck`")
    return done.stdout


def open_git(root: Path, *arguments: str, index: str | None = None) -> Process:
    """Start git in `root` to talk to over its pipes; otherwise as `run_git`."""
    command = ["git", *_command(root, arguments)]
    try:
        return subprocess.Popen(  # noqa: S603  # arguments as a list, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_with_index(index),
        )
    except FileNotFoundError as error:
        raise _no_git() from error


def complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    """What git says is wrong; advice that it adds is left out."""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    fatal = [line.removeprefix("fatal: ") for line in lines if line.startswith("fatal: ")]
    return next(iter(fatal or lines[-1:]), f"exit code {done.returncode}")


def environment() -> dict[str, str]:
    """The environment git runs in: it is told little, asks for no password, and never writes by the way."""
    told = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = [place for place in os.environ.get("PATH", os.defpath).split(os.pathsep) if place.startswith(os.sep)]
    return {**told, "PATH": os.pathsep.join(path) or os.defpath, **_GIVEN}


def _with_index(index: str | None) -> dict[str, str]:
    return environment() if index is None else {**environment(), "GIT_INDEX_FILE": index}


def _command(root: Path, arguments: tuple[str, ...]) -> list[str]:
    return ["-C", str(root), *_OPTIONS, *inside_repository(root).options, *arguments]


def _started(arguments: list[str], told: bytes = b"", index: str | None = None) -> subprocess.CompletedProcess[bytes]:
    command = ["git", *arguments]
    try:
        return subprocess.run(command, input=told, capture_output=True, check=False, env=_with_index(index))  # noqa: S603  # arguments as a list, no shell
    except FileNotFoundError as error:
        raise _no_git() from error


def _no_git() -> StorageError:
    return StorageError("git is not installed", hint="install git, or put it on the PATH")


def _no_repository() -> NoRepository:
    return NoRepository("this project is not in a git repository", hint="`git init` and commit the specs and lockfiles")


def _is_in(folder: str, above: str) -> bool:
    return os.path.commonpath((folder, above)) == above
