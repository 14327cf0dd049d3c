"""Git repositories for acceptance tests: a project with lockfiles, branches, and ltxspec as the merge driver."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from acceptance.commands import ltxspec
from sharing import made_by_worker

from ltxspec.lock.codec import decode_lockfile, encode_lockfile
from ltxspec.lock.models import Lockfile

# Whose commits these are, and nothing of the machine's own configuration.
_IDENTITY = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(folder: Path, *arguments: str, check: bool = True, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run git; ltxspec is found on its path as it is after an installation (unless `path` is another one)."""
    commands = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **_IDENTITY, "PATH": path or commands},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or done.returncode == 0, f"git {arguments}\n{done.stdout}\n{done.stderr}"
    return done


def repository(folder: Path, *, driver: bool = True) -> Path:
    """A repository with a project in it; without the driver git merges lockfiles as plain text.

    It is made once for each worker and copied, and all have the same project id.
    """
    shutil.copytree(made_by_worker(_make), folder, symlinks=True, dirs_exist_ok=True)
    if not driver:
        git(folder, "config", "--remove-section", "merge.ltxspec")
    git(folder, "update-index", "-q", "--refresh")  # the files are the same, and not where they were
    return folder


def _make(folder: Path) -> None:
    git(folder, "init", "--quiet", "--initial-branch=main")
    ltxspec("init", "--name", "night", cwd=folder)
    commit(folder, "a project")


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", f"--message={message}")


def branch(folder: Path, name: str, start: str = "main") -> None:
    git(folder, "checkout", "--quiet", "-B", name, start)


def write_lockfile(folder: Path, lockfile: Lockfile) -> Path:
    path = folder / "lockfiles" / f"{lockfile.spec}.lock.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(encode_lockfile(lockfile))
    return path


def read_lockfile(folder: Path, spec: str = "night") -> Lockfile:
    path = folder / "lockfiles" / f"{spec}.lock.json"
    return decode_lockfile(path.read_bytes(), str(path))
