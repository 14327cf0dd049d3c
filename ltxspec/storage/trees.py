"""A project as it stands in a commit or on disk, seen alike: its specs, lockfiles, model files, and what they name."""

import hashlib
import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, Self

from ltxspec.errors import StorageError, WrongUsage
from ltxspec.spec.files import SPEC_SUFFIXES, FileProblem, ProjectFiles, refuse_odd, says_it_is_a_spec, text_of
from ltxspec.storage.durable import read_if_exists, translated
from ltxspec.storage.files import MAX_BYTES, MAX_TEXT, ProjectFolder
from ltxspec.storage.git_objects import Blobs, Entry, list_tree
from ltxspec.storage.inside import refuse_outside
from ltxspec.storage.lfs import LARGEST_POINTER, pointed_at
from ltxspec.storage.paths import find_specs

_LINK, _SUBMODULE = "120000", "160000"


class Tree(ProjectFiles, Protocol):
    """One version of a project. Paths are relative to its root, with `/`."""

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None when there is none."""
        ...

    def names(self, folder: str, suffix: str) -> list[str]:
        """Paths of the files right in `folder` whose names end so, sorted; hidden ones left out."""
        ...

    def specs(self, starts: Sequence[str]) -> list[str]:
        """The spec files behind files and folders, as `storage.paths.find_specs` finds them. Missing ones are none."""
        ...


class FolderTree(ProjectFolder):
    """The working tree."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.root = root

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None when there is none. Raises StorageError."""
        return read_if_exists(self.root / path, self.root)

    def names(self, folder: str, suffix: str) -> list[str]:
        """As `Tree.names`. Raises StorageError."""
        place = self.root / folder
        refuse_outside(self.root, place)
        if not place.is_dir():
            return []
        with translated("read", place):
            found = [entry.name for entry in place.iterdir() if entry.is_file() and _counts(entry.name, suffix)]
        return [posixpath.normpath(posixpath.join(folder, name)) for name in sorted(found)]

    def specs(self, starts: Sequence[str]) -> list[str]:
        """As `Tree.specs`. Raises StorageError."""
        there = [start for start in starts if (self.root / start).exists()]
        return [self._label(path) for path in find_specs(there, self.root)]

    def _label(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()


class GitTree:
    """A commit, read through two git processes. Use it as a context manager.

    Links are not followed, wherever they lead: what they point to is not part of the file that names them.
    """

    def __init__(self, root: Path, commit: str, *, max_text: int = MAX_TEXT, max_bytes: int = MAX_BYTES) -> None:
        self._entries = list_tree(root, commit)
        self._blobs = Blobs(root)
        self._max_text = max_text
        self._max_bytes = max_bytes
        self._digests: dict[str, str] = {}  # blob -> digest
        self._folders: set[str] | None = None

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None when there is none. Raises StorageError, also for a link or a submodule."""
        entry = self._entries.get(posixpath.normpath(path))
        if entry is None:
            return None
        if _is_odd(entry):
            raise StorageError(
                f"`{path}` is a link or a submodule in the commit; there they are not followed",
                hint="commit the file itself",
            )
        return b"".join(self._blobs.chunks(entry.id))

    def names(self, folder: str, suffix: str) -> list[str]:
        """As `Tree.names`."""
        place = _prefix(folder)
        return sorted(
            path
            for path, entry in self._entries.items()
            if path.startswith(place) and _counts(path[len(place) :], suffix) and not _is_odd(entry)
        )

    def specs(self, starts: Sequence[str]) -> list[str]:
        """As `Tree.specs`. Raises WrongUsage for a start outside of the project."""
        found: dict[str, None] = {}
        for start in map(posixpath.normpath, starts):
            if start.startswith(("/", "../")) or start == "..":
                raise WrongUsage(f"`{start}` leads out of the project, where a commit has nothing")
            found.update(dict.fromkeys([start] if start in self._entries else self._specs_in(start)))
        return list(found)

    def read_text(self, path: str, *, beside: str) -> str:
        """UTF-8 text of `path` as named in the file `beside`; a BOM is dropped, CRLF becomes LF. Raises FileProblem."""
        data = self._read(self._find(path, beside), path, self._max_text)
        if pointed_at(data):
            raise FileProblem(f"`{path}` is kept in Git LFS, so its text is not in the commit")
        return text_of(data, path)

    def sha256(self, path: str, *, beside: str) -> str:
        """`sha256:<hex>` of the bytes of `path` as named in the file `beside`. Raises FileProblem."""
        blob = self._entries[self._find(path, beside)].id
        if blob not in self._digests:
            self._digests[blob] = self._hash(blob, path)
        return self._digests[blob]

    def resolve(self, path: str, *, beside: str) -> str:
        """The path relative to the root, of an existing file as named in the file `beside`. Raises FileProblem."""
        return self._find(path, beside)

    def _hash(self, blob: str, path: str) -> str:
        digest, size, head = hashlib.sha256(), 0, b""
        for chunk in self._blobs.chunks(blob):
            head = head or chunk
            size += len(chunk)
            digest.update(chunk)
        if size > self._max_bytes:
            raise FileProblem(f"`{path}` is larger than {self._max_bytes // 2**20} MiB")
        pointer = pointed_at(head) if size <= LARGEST_POINTER else None
        return pointer or f"sha256:{digest.hexdigest()}"

    def _find(self, path: str, beside: str) -> str:
        """The place in the tree of a file as written: beside the file that names it, or from the root."""
        refuse_odd(path)
        if path.startswith(("/", "~/", "\\")) or path[1:3] in (":\\", ":/"):
            raise FileProblem(f"`{path}` is no path within the project", hint="name it from the spec or from the root")
        places = [posixpath.normpath(posixpath.join(folder, path)) for folder in (posixpath.dirname(beside), "")]
        inside = [place for place in dict.fromkeys(places) if place != ".." and not place.startswith("../")]
        if not inside:
            raise FileProblem(f"`{path}` leads out of the project", hint="copy it into the project")
        for place in inside:
            if self._exists(place, path):
                return place
        named = " and ".join(f"`{place}`" for place in inside)
        raise FileProblem(f"`{path}` is not in the commit (looked for {named})", hint="was it committed?")

    def _exists(self, place: str, path: str) -> bool:
        """Whether a regular file is there. Raises FileProblem for anything else."""
        above = _parents(place)
        if any(self._entries[step].mode == _LINK for step in (place, *above) if step in self._entries):
            raise FileProblem(
                f"`{path}` is a link, or in a folder that is one; in a commit links are not followed",
                hint="commit the file itself",
            )
        entry = self._entries.get(place)
        if entry is not None and entry.mode == _SUBMODULE:
            raise FileProblem(f"`{path}` is another repository (a submodule)", hint="copy the file into the project")
        if entry is None and place in self._all_folders():
            raise FileProblem(f"`{path}` is a folder")
        return entry is not None

    def _all_folders(self) -> set[str]:
        if self._folders is None:
            self._folders = {folder for path in self._entries for folder in _parents(path)}
        return self._folders

    def _read(self, place: str, path: str, limit: int) -> bytes:
        pieces, size = [], 0
        for chunk in self._blobs.chunks(self._entries[place].id):
            size += len(chunk)
            if size <= limit:
                pieces.append(chunk)
        if size > limit:
            raise FileProblem(f"`{path}` is larger than {limit // 2**20} MiB")
        return b"".join(pieces)

    def _specs_in(self, folder: str) -> Iterator[str]:
        """Right in the folder all YAML files, below it those that say they are specs; in the order of a walk."""
        place = _prefix(folder)
        inside = [path for path in self._entries if path.startswith(place) and path.endswith(SPEC_SUFFIXES)]
        for path in sorted(inside, key=_walk_order(place)):
            steps = path[len(place) :].split("/")
            if any(step.startswith(".") for step in steps):
                continue
            says_so = not _is_odd(self._entries[path]) and says_it_is_a_spec(self.content(path) or b"")
            if len(steps) == 1 or says_so:
                yield path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self._blobs.__exit__(*details)


def _walk_order(place: str) -> Callable[[str], list[tuple[bool, str]]]:
    """Sort as `os.walk` goes: the files of a folder by name, then its folders."""

    def key(path: str) -> list[tuple[bool, str]]:
        *folders, name = path[len(place) :].split("/")
        return [*((True, folder) for folder in folders), (False, name)]

    return key


def _parents(path: str) -> Iterable[str]:
    """The folders a path is in, inside out, without the root."""
    while path := posixpath.dirname(path):
        yield path


def _prefix(folder: str) -> str:
    folder = posixpath.normpath(folder)
    return "" if folder == "." else f"{folder}/"


def _counts(name: str, suffix: str) -> bool:
    return "/" not in name and name.endswith(suffix) and not name.startswith(".")


def _is_odd(entry: Entry) -> bool:
    return entry.mode in (_LINK, _SUBMODULE)
