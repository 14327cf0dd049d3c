"""Compares this clone with what `git ls-remote` said of a remote. Git is never made to ask one itself."""

import re
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.storage.git import git

_LINE = re.compile(r"(?P<commit>[0-9a-f]{40}(?:[0-9a-f]{24})?)\t(?P<name>refs/\S+|HEAD)")


def missing_heads(root: Path, listing: str) -> list[str]:
    """Branches and tags of a remote whose newest commit no reference of this clone has, such as `main` and `tags/v1`.

    Args:
        root: a folder in the clone.
        listing: the output of `git ls-remote --heads --tags`.

    Raises:
        StorageError: the listing is empty, or is something else.
    """
    lines = [_LINE.fullmatch(line) for line in listing.splitlines()]
    if not lines or None in lines:
        raise StorageError("this is not a list of a remote's branches", hint="`git ls-remote --heads --tags origin`")
    have = set(git(root, "for-each-ref", "--format=%(objectname) %(*objectname)").decode("ascii").split())
    absent = [line["name"] for line in lines if line is not None and line["commit"] not in have]
    return [name.removeprefix("refs/heads/").removeprefix("refs/") for name in absent]
