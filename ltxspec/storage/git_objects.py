"""Reads files and folders from a git repository, without checking out or changing anything."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from ltxspec.errors import StorageError
from ltxspec.storage.durable import LARGEST
from ltxspec.storage.git import Process, git, open_git, repository_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a commit: `mode` as git writes it (`100644`, `120000` for a link, `160000` for a submodule)."""

    mode: str
    id: str


def list_tree(root: Path, commit: str) -> dict[str, Entry]:
    """Every file of a commit below `root` by its path relative to `root`, with `/`. Uses a single process."""
    return list_entries(root, "-r", commit, "--", ".")


def list_entries(root: Path, *arguments: str) -> dict[str, Entry]:
    """The entries that `git ls-tree` lists with these arguments."""
    listing = git(root, "--literal-pathspecs", "ls-tree", "-z", *arguments)
    entries = {}
    for line in listing.split(b"\0")[:-1]:
        about, _, path = line.partition(b"\t")
        mode, _, name = about.decode("ascii").split(" ")
        entries[os.fsdecode(path)] = Entry(mode, name)
    return entries


class TooLarge(StorageError):
    """Content exceeds the size limit."""


class Blobs:
    """Contents by object id, from one git process that runs as long as this object. Use it as a context manager."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._process: Process | None = None

    def chunks(self, blob: str, size: int = 2**20, *, limit: int = LARGEST) -> Iterator[bytes]:
        """The content in pieces of at most `size` bytes; the caller must read all of them.

        Raises:
            TooLarge: it has more than `limit` bytes. Git reports the size first, so nothing is read.
            StorageError: git does not have it, as in a partial clone.
        """
        header, answers = self._ask(blob)
        if len(header) != 3 or header[1] != b"blob":  # noqa: PLR2004  # id, type, size
            raise StorageError(f"git does not have the content `{blob[:12]}`", hint="fetch the whole repository")
        left = self._size(header, limit)
        while left:
            piece = answers.read(min(left, size))
            if not piece:
                raise StorageError("git stopped in the middle of a file", hint="check the repository with `git fsck`")
            left -= len(piece)
            yield piece
        answers.read(1)  # the newline after the content

    def read(self, name: str, *, limit: int = LARGEST) -> tuple[str, bytes] | None:
        """Id and content of any object by id or revision, such as `HEAD^{tree}`; None when git does not have it.

        Raises:
            TooLarge: it has more than `limit` bytes.
        """
        header, answers = self._ask(name)
        if len(header) != 3:  # noqa: PLR2004  # id, type, size
            return None
        content = answers.read(self._size(header, limit))
        answers.read(1)  # the newline after the content
        return header[0].decode("ascii"), content

    def _size(self, header: list[bytes], limit: int) -> int:
        size = int(header[2])
        if size > limit:
            self.__exit__()  # discards the content that git is sending; the next request starts git again
            raise TooLarge(f"the content `{header[0][:12].decode('ascii')}` is larger than {limit // 2**20} MiB")
        return size

    def _ask(self, name: str) -> tuple[list[bytes], IO[bytes]]:
        """The fields of git's answer (none if git stopped), and the stream that the content follows on."""
        if self._process is None:
            self._process = open_git(self._root, "cat-file", "--batch")
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None:
            raise StorageError("communication with git failed")
        try:
            requests.write(f"{name}\n".encode())
            requests.flush()
        except BrokenPipeError:
            return [], answers
        return answers.readline().split(), answers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


BASE, OURS, THEIRS = 1, 2, 3  # git's numbers for the three versions of a file in conflict


def conflicts(root: Path, *places: str) -> dict[str, dict[int, bytes]]:
    """Files that a merge left unresolved: path -> contents by `BASE`, `OURS`, `THEIRS`; a side may be missing.

    Empty outside a repository.

    Args:
        root: a folder; paths are relative to it.
        places: files and folders to look at.
    """
    if repository_of(root) is None:
        return {}
    listing = git(root, "ls-files", "--unmerged", "-z", "--", *places)
    found: dict[str, dict[int, bytes]] = {}
    with Blobs(root) as blobs:
        for line in listing.split(b"\0")[:-1]:
            about, _, path = line.partition(b"\t")
            _, blob, stage = about.decode("ascii").split(" ")
            found.setdefault(os.fsdecode(path), {})[int(stage)] = b"".join(blobs.chunks(blob))
    return found
