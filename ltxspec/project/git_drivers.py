"""Configures git to merge and show lockfiles with ltxspec. The settings are local to a clone: each needs them once."""

import shutil
from pathlib import Path

from ltxspec.storage.git import repository_of, run_git

# Git runs these in a shell. If ltxspec is not on its PATH (a graphical client), lockfiles are merged and shown as plain
# text, as git does without a driver; conflict markers are then left for `ltxspec lock merge`.
_MERGE = (
    "if command -v ltxspec >/dev/null 2>&1; "
    "then ltxspec lock merge --driver %O %A %B %P; "
    "else git merge-file %A %O %B; fi"
)
_SHOW = 'f() { command -v ltxspec >/dev/null 2>&1 && ltxspec lock textconv "$1" 2>/dev/null || cat "$1"; }; f'

SETTINGS = {
    "merge.ltxspec.name": "lockfiles of ltxspec: no paid task is lost",
    "merge.ltxspec.driver": _MERGE,
    "diff.ltxspec.textconv": _SHOW,
}


def install_drivers(folder: Path) -> bool:
    """Set the drivers that `.gitattributes` names, in the configuration of the repository around `folder`.

    Returns:
        Whether there is a repository and everything is set. Without a repository nothing happens.

    Raises:
        StorageError: git cannot read the repository, or is missing.
    """
    if repository_of(folder) is None:
        return False
    return all(run_git(folder, "config", "--local", name, value).returncode == 0 for name, value in SETTINGS.items())


def has_drivers(folder: Path) -> bool | None:
    """Whether the repository around `folder` is set up to merge lockfiles with ltxspec; None outside a repository.

    Whether git finds the command when it merges is a separate question: see `finds_command`.

    Raises:
        StorageError: git cannot read the repository, or is missing.
    """
    if repository_of(folder) is None:
        return None
    return run_git(folder, "config", "--get", "merge.ltxspec.driver").returncode == 0


def finds_command() -> bool:
    """Whether the drivers' command is on the PATH of this process, where git would look for it."""
    return shutil.which("ltxspec") is not None
