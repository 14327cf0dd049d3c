"""Runs git, the only way it is ever run here: nothing in a repository can make it start another program.

A folder of a project may be made to look like a repository of its own (`HEAD`, `objects`, `refs`, `config`), and git
would accept it as one. So the repository is located here, by its `.git`, which git never checks out, and is passed in
each call. Git only reads what is present: it fetches nothing, starts no helper, and sees no replaced commits.
`ask_remote` alone speaks to a remote, with the user's own settings for it, and without hooks.
"""

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from pathlib import Path

from ltxspec.errors import StorageError

# The environment variables passed to git: locations of programs and of the user's settings. No keys, no tokens.
_KEPT = (
    "HOME",
    "LOGNAME",
    "TMPDIR",
    "USER",
    "XDG_CONFIG_HOME",
    "DEVELOPER_DIR",  # macOS: which git to use
    "LD_LIBRARY_PATH",
    "SUDO_UID",  # whose repositories git trusts under sudo
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
)
_GIVEN = {
    "LC_ALL": "C",
    "GIT_ALLOW_PROTOCOL": "none",  # overrides the repository's settings, in every version of git
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
# What reaching a remote may need: agents, proxies, settings, and tokens of helpers. No key of a render service.
_FOR_REMOTES = re.compile(
    r"SSH_\w+|GIT_SSH\w*|GIT_ASKPASS|GIT_CONFIG_(?:COUNT|KEY_\d+|VALUE_\d+)|GIT_SSL_\w+|SSL_CERT_\w+"
    r"|(?:HTTPS?|ALL|NO)_PROXY|GH_TOKEN|GITHUB_TOKEN|CI_JOB_TOKEN",
    re.IGNORECASE,
)
_PROTOCOLS = "file:git:http:https:ssh"  # of remotes; none of them starts a program that an address names


Process = subprocess.Popen[bytes]
Done = subprocess.CompletedProcess[bytes]
_SPEAKING: set[Process] = set()  # to remotes
_GRACE = 1.0  # seconds between asking git to end and killing it


class NoRepository(StorageError):
    """Git finds no repository here."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository, by absolute paths. `work_tree` is None for a bare repository."""

    directory: str
    work_tree: str | None

    @property
    def options(self) -> tuple[str, ...]:
        """Git's options that select it."""
        tree = () if self.work_tree is None else (f"--work-tree={self.work_tree}",)
        return f"--git-dir={self.directory}", *tree


def repository_of(root: Path) -> Repository | None:
    """The repository that a folder is in; None when neither it nor a folder above contains `.git`.

    `GIT_DIR` and `GIT_WORK_TREE` together also select it, as in git. `GIT_DIR` alone does not: git sets it for its
    hooks, relative to their folder.

    Raises:
        NoRepository: the `.git` that was found is not a repository.
        StorageError: git is missing, or refuses to read it because another user owns it or because it is damaged.
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
    """As `repository_of`, but there must be one. Raises StorageError; NoRepository when there is none."""
    found = repository_of(root)
    if found is None:
        raise _no_repository()
    return found


@lru_cache(maxsize=64)
def _repository_at(top: str) -> Repository:
    """The repository whose `.git` is in this folder, provided that git agrees to read it."""
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
    root: Path, *arguments: str, stdin: bytes = b"", index: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git in `root`, whatever its exit code.

    Args:
        root: a folder in the repository.
        arguments: git's arguments.
        stdin: bytes for its standard input.
        index: a file to use as the repository's index in this call.

    Raises:
        NoRepository: there is no repository.
        StorageError: git is missing, or does not read the repository.
    """
    return _started(_command(root, arguments), stdin, index)


def ask_remote(
    root: Path, *arguments: str, timeout: float, stdin: bytes = b"", given: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """As `run_git`, for what speaks to a remote of the repository.

    Args:
        root: a folder in the repository.
        arguments: git's arguments.
        timeout: seconds after which it is given up.
        stdin: bytes for its standard input.
        given: environment variables for this call.

    Raises:
        StorageError: also when it takes too long.
    """
    patience = ("-c", "http.lowSpeedLimit=1", "-c", f"http.lowSpeedTime={ceil(timeout)}")  # if this process is killed
    own = {name: value for name, value in os.environ.items() if _FOR_REMOTES.fullmatch(name)}
    environ = {**own, **environment(), "GIT_ALLOW_PROTOCOL": _PROTOCOLS, **(given or {})}
    command = ["git", *_command(root, (*patience, *arguments))]
    try:
        return _run_group(command, stdin, environ, timeout)
    except FileNotFoundError as error:
        raise _no_git() from error
    except subprocess.TimeoutExpired:
        raise StorageError(f"git {arguments[0]} takes too long", hint="run it again later") from None


def _run_group(command: list[str], stdin: bytes, environ: Mapping[str, str], timeout: float) -> Done:
    """Run git as a process group: the helpers that it starts for a remote do not end when only git is killed."""
    with subprocess.Popen(  # noqa: S603  # arguments as a list, no shell
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environ,
        start_new_session=True,
    ) as process:
        _SPEAKING.add(process)
        try:
            output, errors = process.communicate(stdin, timeout)
        except BaseException:  # also Ctrl-C, which does not reach another session
            _end_group(process)
            raise
        finally:
            _SPEAKING.discard(process)
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def _end_group(process: Process) -> None:
    """End git and its helpers, after a moment in which they can remove their temporary files."""
    with suppress(ProcessLookupError, PermissionError):  # they have ended: macOS says the latter
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
        os.killpg(process.pid, signal.SIGKILL)


def end_remotes() -> None:
    """End every git that speaks to a remote, for a process that leaves at once without waiting for its threads."""
    for process in tuple(_SPEAKING):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def git(root: Path, *arguments: str, stdin: bytes = b"", index: str | None = None) -> bytes:
    """Run git in `root` and return its output; otherwise as `run_git`.

    Raises:
        StorageError: git is missing, this is not a repository, or git failed (its message is quoted).
    """
    done = run_git(root, *arguments, stdin=stdin, index=index)
    if done.returncode != 0:
        raise StorageError(f"git {arguments[0]} failed: {complaint(done)}", hint="check the repository with `git fsck`")
    return done.stdout


def open_git(root: Path, *arguments: str, index: str | None = None) -> Process:
    """Start git in `root` and communicate over its pipes; otherwise as `run_git`."""
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
    """Git's error message, without the advice that it adds."""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    fatal = [line.removeprefix("fatal: ") for line in lines if line.startswith("fatal: ")]
    return next(iter(fatal or lines[-1:]), f"exit code {done.returncode}")


def environment() -> dict[str, str]:
    """The environment git runs in: few variables, no password prompts, no optional locks."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = [place for place in os.environ.get("PATH", os.defpath).split(os.pathsep) if place.startswith(os.sep)]
    return {**kept, "PATH": os.pathsep.join(path) or os.defpath, **_GIVEN}


def _with_index(index: str | None) -> dict[str, str]:
    return environment() if index is None else {**environment(), "GIT_INDEX_FILE": index}


def _command(root: Path, arguments: tuple[str, ...]) -> list[str]:
    return ["-C", str(root), *_OPTIONS, *inside_repository(root).options, *arguments]


def _started(arguments: list[str], stdin: bytes = b"", index: str | None = None) -> subprocess.CompletedProcess[bytes]:
    command = ["git", *arguments]
    try:
        return subprocess.run(command, input=stdin, capture_output=True, check=False, env=_with_index(index))  # noqa: S603  # arguments as a list, no shell
    except FileNotFoundError as error:
        raise _no_git() from error


def _no_git() -> StorageError:
    return StorageError("git is not installed", hint="install git, or put it on the PATH")


def _no_repository() -> NoRepository:
    return NoRepository("this project is not in a git repository", hint="`git init` and commit the specs and lockfiles")


def _is_in(folder: str, above: str) -> bool:
    return os.path.commonpath((folder, above)) == above
