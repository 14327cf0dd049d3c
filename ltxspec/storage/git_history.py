"""Finds in git's history when something entered a file, such as a take its lockfile."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.storage.git import git, open_git

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# What a user's or a repository's settings could change about a diff.
_PLAIN = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--text")


def added_lines(root: Path, path: str) -> Iterator[tuple[str, bytes]]:
    """Every line that a commit added to a file, with the id of the commit, the oldest commit first.

    Args:
        root: a folder of the repository.
        path: the file, relative to the folder.

    Raises:
        StorageError: there is no repository, or git is missing.
    """
    arguments = ("log", "--reverse", "--format=commit %H", "--patch", "--unified=0", *_PLAIN, "--", path)
    with open_git(root, "--literal-pathspecs", *arguments) as process:
        commit = ""
        for line in process.stdout or ():
            if line.startswith(b"commit "):
                commit = line[7:].strip().decode("ascii", "replace")
            elif line.startswith(b"+") and not line.startswith(b"+++ "):
                yield commit, line[1:]


def first_with(root: Path, text: str, pattern: str) -> list[tuple[str, str]]:
    """The files in which a text first appeared: (commit, path), the oldest first; of every branch, tag and stash.

    Args:
        root: a folder of the repository.
        text: what is looked for, literally.
        pattern: the files, as git's pathspec relative to the folder.

    Raises:
        StorageError: there is no repository, or git cannot read it.
    """
    arguments = ("--all", "--reverse", f"-S{text}", "--format=%x00%H", "--name-only", "-z", "--relative", *_PLAIN)
    listed = os.fsdecode(git(root, "log", *arguments, "--", pattern))
    found: dict[str, str] = {}
    commit = ""
    for part in listed.split("\0"):
        name = part.lstrip("\n")
        if _COMMIT.fullmatch(name):
            commit = name
        elif name and commit:
            found.setdefault(name, commit)
    return [(commit, path) for path, commit in found.items()]


def file_at(root: Path, commit: str, path: str) -> bytes | None:
    """The content of a file at a commit; None if it is not there. Raises StorageError."""
    try:
        return git(root, "cat-file", "blob", f"{commit}:./{path}")
    except StorageError:
        return None
