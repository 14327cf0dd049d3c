"""Finds files for which a checkout of a commit would differ from the commit.

A review reads content from a commit; an apply after the merge reads files of a checkout. A checkout follows links,
fills submodules, and changes bytes for some attributes in `.gitattributes`: `working-tree-encoding` writes the text in
another encoding (in which other characters may become quotes), `ident` inserts object names, `filter` runs a program on
it. `text` and `eol` only change line endings. Reading a text ignores those, so they matter only for images and sounds,
where every byte counts; and under `text=auto` only for those that git may treat as text.
"""

import os
import posixpath
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

from ltxspec.errors import StorageError
from ltxspec.storage.git import Process, git, inside_repository, open_git
from ltxspec.storage.git_objects import Blobs, Entry, list_entries

LINK, SUBMODULE = "120000", "160000"
_ATTRIBUTES = ("working-tree-encoding", "ident", "filter", "text", "eol")
_NONE = ("unspecified", "unset")
_FILE = ".gitattributes"
_LARGEST = 2**20  # bytes of an attributes file
_PLAIN = ("-c", "core.splitIndex=false", "-c", "core.sparseCheckout=false")  # the index below is complete

Difference = tuple[str, str]  # what is wrong with a path (follows its name in a message), and the hint


class Checkout:
    """What a checkout makes of a commit. Use it as a context manager.

    Args:
        root: the project's root.
        commit: the commit.
        entries: its files below the root.

    Raises:
        StorageError: in the commit, the root or a folder above it is a link or a submodule.
    """

    def __init__(self, root: Path, commit: str, entries: Mapping[str, Entry]) -> None:
        self._root = root
        self._entries = entries
        prefix = _prefix_of(root)
        above = _above(root, commit, prefix)
        for path, entry in above.items():
            if entry.mode in (LINK, SUBMODULE):
                raise StorageError(f"`{path}` {_LINKED[0]}", hint="review the project where the link leads")
        files = {prefix + path: entry for path, entry in entries.items() if posixpath.basename(path) == _FILE}
        self._files = {path: entry for path, entry in (above | files).items() if posixpath.basename(path) == _FILE}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: Process | None = None

    def elsewhere(self, path: str) -> Difference | None:
        """Whether a path is, or is inside, a link or a submodule: its content is then not in the commit."""
        for step in (path, *parents(path)):
            mode = self._entries[step].mode if step in self._entries else ""
            if mode == LINK:
                return _LINKED
            if mode == SUBMODULE:
                return "is another repository (a submodule), or in one", "copy the file into the project"
        return None

    def changed(self, path: str, *, exact: bool = False) -> Difference | None:
        """Whether a checkout would have different bytes of a file than the commit.

        Args:
            path: the file.
            exact: for an image or a sound: every byte counts, and a Git LFS pointer counts as the file.

        Raises:
            StorageError: git gives no answer.
        """
        found = self._attributes(path) if self._files else {}
        for name in _ATTRIBUTES[:3]:
            value = found.get(name, _NONE[0])
            if value not in _NONE and not (exact and (name, value) == ("filter", "lfs")):
                return _attributed(name if value == "set" else f"{name}={value}")
        if exact and found.get("eol") == "crlf" and found["text"] not in ("unset", "auto"):  # see `changed_text`
            return _attributed("eol=crlf")
        return None

    def changed_text(self, path: str) -> Difference | None:
        """As `changed`, for a file whose every byte counts and that git may treat as text: see `may_be_text`."""
        found = self._attributes(path) if self._files else {}
        return _attributed("eol=crlf") if (found.get("eol"), found.get("text")) == ("crlf", "auto") else None

    def is_in_lfs(self, path: str) -> bool:
        """Whether Git LFS replaces the file's pointer with the file in a checkout."""
        return bool(self._files) and self._attributes(path)["filter"] == "lfs"

    def _attributes(self, path: str) -> dict[str, str]:
        """The attributes of a path in the commit; the file need not exist."""
        process = self._process = self._process or self._started()
        requests, answers = process.stdin, process.stdout
        if requests is None or answers is None:
            raise StorageError("communication with git failed")
        try:
            requests.write(os.fsencode(path) + b"\0")
            requests.flush()
        except BrokenPipeError as error:
            raise _gave_up() from error
        answer = b""
        while answer.count(b"\0") < 3 * len(_ATTRIBUTES):  # path, attribute, value
            piece = os.read(answers.fileno(), 2**16)
            if not piece:
                raise _gave_up()
            answer += piece
        words = answer.decode(errors="replace").split("\0")
        return dict(zip(words[1::3], words[2::3], strict=False))

    def _started(self) -> Process:
        """Git, with the commit's attributes in a temporary index: `check-attr --source` needs a more recent git."""
        with Blobs(self._root) as blobs:
            for path, entry in self._files.items():
                if entry.mode == LINK:
                    raise StorageError(f"`{path}` {_LINKED[0]}", hint=_LINKED[1])
                for _ in blobs.chunks(entry.id, limit=_LARGEST):  # git would silently skip one that it cannot read
                    pass
        self._folder = tempfile.TemporaryDirectory(prefix="ltxspec-")
        index = str(Path(self._folder.name, "index"))
        lines = (f"{entry.mode} {entry.id}\t".encode() + os.fsencode(path) for path, entry in self._files.items())
        git(
            self._root,
            *_PLAIN,
            "update-index",
            "-z",
            "--index-info",
            stdin=b"".join(b"%b\0" % line for line in lines),
            index=index,
        )
        return open_git(self._root, *_PLAIN, "check-attr", "--cached", "-z", "--stdin", *_ATTRIBUTES, index=index)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def may_be_text(signs: Collection[int]) -> bool:
    """Whether git may change the line endings of a file under `text=auto`: it has some, and nothing that prevents it.

    Args:
        signs: the bytes that occur in it. Git leaves a file alone that has a 0, or already has a carriage return.
    """
    return ord("\n") in signs and ord("\r") not in signs and 0 not in signs


def parents(path: str) -> Iterator[str]:
    """The folders above a path, innermost first, without the root."""
    while path := posixpath.dirname(path):
        yield path


_LINKED: Difference = (
    "is a link, or in a folder that is one; in a commit links are not followed",
    "commit the file itself",
)


def _attributed(attribute: str) -> Difference:
    return (
        f"has the attribute `{attribute}` in `.gitattributes`: a checkout would have other bytes than the commit",
        "remove the attribute from the files that ltxspec reads",
    )


def _gave_up() -> StorageError:
    return StorageError("git does not report which attributes a file has", hint="check the repository with `git fsck`")


def _prefix_of(root: Path) -> str:
    """The root's path in its repository: empty for the top, else with `/` at the end."""
    top = inside_repository(root).work_tree
    inside = "." if top is None else os.path.relpath(os.path.realpath(root), os.path.realpath(top))
    return "" if inside == "." else f"{inside.replace(os.sep, '/')}/"


def _above(root: Path, commit: str, prefix: str) -> dict[str, Entry]:
    """Entries of the root and the folders above it in a commit, with the attributes files of those folders."""
    if not prefix:
        return {}
    folders = [prefix.rstrip("/"), *parents(prefix.rstrip("/"))]
    files: Iterable[str] = (posixpath.join(folder, _FILE) for folder in ("", *folders[1:]))
    return list_entries(root, "--full-tree", commit, "--", *folders, *files)
