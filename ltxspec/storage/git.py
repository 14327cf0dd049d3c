"""Reads from a git repository through the `git` command. Nothing is checked out and nothing is changed."""

import subprocess
from pathlib import Path

from ltxspec.errors import StorageError


def git(root: Path, *arguments: str) -> bytes:
    """Run git in `root` and return what it printed.

    Raises:
        StorageError: git is missing, this is no repository, or it refused; with git's own last line.
    """
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)  # noqa: S603,S607  # git from PATH, arguments as a list
    except FileNotFoundError as error:
        raise StorageError("git is not installed", hint="install git, or leave the revision out") from error
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()
        raise StorageError(f"git {arguments[0]} failed: {last[-1] if last else done.returncode}")
    return done.stdout


def files_at(root: Path, revision: str, folder: str, suffix: str) -> dict[str, bytes]:
    """Every file under `folder` (relative to `root`) with this suffix, as it was at a revision: path -> content."""
    commit = git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    listing = git(root, "ls-tree", "-r", "-z", "--name-only", commit, "--", folder).decode()
    return {path: git(root, "show", f"{commit}:./{path}") for path in listing.split("\0") if path.endswith(suffix)}
