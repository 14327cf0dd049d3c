"""Uniform access to a project in a commit or on disk: specs, lockfiles, model files, and the files they name."""

import hashlib
import posixpath
from collections.abc import Callable, Container, Iterator, Sequence
from pathlib import Path
from typing import Protocol, Self

from ltxspec.errors import StorageError, WrongUsage
from ltxspec.spec.files import (
    SPEC_SUFFIXES,
    FileProblem,
    ProjectFiles,
    refuse_hidden,
    refuse_odd,
    says_it_is_a_spec,
    text_of,
)
from ltxspec.spec.lfs import KEEP_OUT
from ltxspec.spec.names import folded
from ltxspec.storage.durable import LARGEST, read_if_exists, translated
from ltxspec.storage.files import LARGEST_POINTER, MAX_BYTES, MAX_TEXT, ProjectFolder, pointed_at
from ltxspec.storage.git_checkout import LINK, SUBMODULE, Checkout, may_be_text, parents
from ltxspec.storage.git_objects import Blobs, TooLarge, list_tree
from ltxspec.storage.inside import refuse_outside
from ltxspec.storage.paths import find_specs, linked_folder
from ltxspec.storage.spelling import Spellings, composed, other_case

_MOST_LINKS = 40  # from one to the next, as in Linux
_LONGEST_TARGET = 2**16  # bytes


class FileTree(ProjectFiles, Protocol):
    """One version of a project. Paths are relative to its root, with `/`."""

    def content(self, path: str, limit: int = LARGEST) -> bytes | None:
        """The bytes of a file, at most `limit` of them; None when there is no such file."""
        ...

    def names(self, folder: str, suffix: str) -> list[str]:
        """Paths of the files directly in `folder` with this suffix, sorted, without hidden ones."""
        ...

    def specs(self, starts: Sequence[str]) -> list[str]:
        """The spec files in these files and folders, as by `storage.paths.find_specs`. Missing ones are skipped."""
        ...


class FolderTree(ProjectFolder):
    """The working tree."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.root = root

    def content(self, path: str, limit: int = LARGEST) -> bytes | None:
        """As `Tree.content`. Raises StorageError."""
        return read_if_exists(self.root / path, self.root, limit)

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
    """A commit, read through a few git processes. Use it as a context manager.

    Anything that a checkout would contain differently is an error: submodules among the files read here, and files
    whose attributes change their bytes (`storage/git_checkout.py`). Otherwise what is bought after the merge would not
    be what was reviewed. Links are errors, too, wherever they lead, with one exception: a spec, or a file that a spec
    names, may be a link to a file of the project, whose content is that of the commit.
    """

    def __init__(self, root: Path, commit: str, *, max_text: int = MAX_TEXT, max_bytes: int = MAX_BYTES) -> None:
        self._entries = list_tree(root, commit)
        self._checkout = Checkout(root, commit, self._entries)
        self._blobs = Blobs(root)
        self._max_text = max_text
        self._max_bytes = max_bytes
        self._digests: dict[str, str] = {}  # blob -> digest
        self._like_text: set[str] = set()  # blobs of images and sounds that git may treat as text
        self._folders: set[str] | None = None
        self._spellings = Spellings(self._entries)

    def content(self, path: str, limit: int = LARGEST) -> bytes | None:
        """As `Tree.content`. Raises StorageError, also for a file that a checkout would contain differently."""
        place = posixpath.normpath(path)
        self._refuse_elsewhere(place)
        if place not in self._entries:
            return None
        if (difference := self._checkout.changed(place)) is not None:
            raise StorageError(f"`{path}` {difference[0]}", hint=difference[1])
        try:
            return b"".join(self._blobs.chunks(self._entries[place].id, limit=limit))
        except TooLarge as error:
            raise StorageError(f"`{path}` is larger than {limit // 2**20} MiB") from error

    def names(self, folder: str, suffix: str) -> list[str]:
        """As `Tree.names`, including links, which cannot be read. Raises StorageError when the folder is a link."""
        self._refuse_elsewhere(posixpath.normpath(folder))
        place = _prefix(folder)
        return sorted(path for path in self._entries if path.startswith(place) and _counts(path[len(place) :], suffix))

    def specs(self, starts: Sequence[str]) -> list[str]:
        """As `Tree.specs`. Raises WrongUsage for a start outside the project."""
        found: dict[str, str] = {}  # where the file is -> its path
        for start in map(posixpath.normpath, starts):
            if start.startswith(("/", "../")) or start == "..":
                raise WrongUsage(f"`{start}` leads out of the project, which is not part of a commit")
            is_one = (
                start in self._entries or self._checkout.elsewhere(start) is not None
            )  # reading it reports the problem
            for path in [start] if is_one else self._specs_in(start):
                found.setdefault(self._linked(path), path)
        for start in starts:
            self._refuse_unfound(_prefix(start), found)
        return list(found.values())

    def _refuse_unfound(self, place: str, found: Container[str]) -> None:
        """Refuse a link to a folder with specs that are not found otherwise, as on disk."""
        links = [path for path, entry in self._entries.items() if entry.mode == LINK and path.startswith(place)]
        for link in links:
            target = self._leads_to(link)
            if link in found or "/." in f"/{link[len(place) :]}" or target not in self._all_folders():
                continue  # a link that is a start itself is refused when it is read
            for path in self._specs_in(target):
                if path not in found and self._may_be_spec(path):
                    raise linked_folder(link, target, posixpath.basename(path))

    def _leads_to(self, link: str) -> str:
        """The path that a link holds, from the root."""
        held = b"".join(self._blobs.chunks(self._entries[link].id, limit=_LONGEST_TARGET))
        target = held.decode(errors="surrogateescape")
        return posixpath.normpath(posixpath.join(posixpath.dirname(link), target))

    def read_text(self, path: str, *, beside: str, encoding: str | None = None) -> str:
        """Text of `path` as named in the file `beside`; see `spec.files.text_of`. Raises FileProblem."""
        place = self._find(path, beside)
        data = b"".join(self._chunks(place, path, self._max_text))
        if pointed_at(data):
            raise FileProblem(f"`{path}` is kept in Git LFS, so its text is not in the commit", hint=KEEP_OUT)
        self._refuse_changed(place, path, exact=False)
        return text_of(data, path, lambda: place, encoding)

    def sha256(self, path: str, *, beside: str) -> str:
        """`sha256:<hex>` of the bytes of `path` as named in the file `beside`. Raises FileProblem."""
        place = self._find(path, beside)
        self._refuse_changed(place, path, exact=True)
        blob = self._entries[place].id
        if blob not in self._digests:
            self._digests[blob] = self._hash(place, path)
        if blob in self._like_text and (difference := self._checkout.changed_text(place)) is not None:
            raise FileProblem(f"`{path}` {difference[0]}", hint=difference[1])
        return self._digests[blob]

    def resolve(self, path: str, *, beside: str) -> str:
        """The path, relative to the root, of an existing file as named in the file `beside`. Raises FileProblem."""
        return self._find(path, beside)

    def _hash(self, place: str, path: str) -> str:
        digest, size, head = hashlib.sha256(), 0, b""
        signs: set[int] = set()
        for chunk in self._chunks(place, path, self._max_bytes):
            head = head or chunk
            size += len(chunk)
            digest.update(chunk)
            if 0 not in signs:  # every normal picture has a 0, and further bytes do not matter then
                signs.update(chunk)
        if may_be_text(signs):
            self._like_text.add(self._entries[place].id)
        pointer = pointed_at(head) if size <= LARGEST_POINTER else None
        if pointer is None and head.startswith(b"version ") and self._checkout.is_in_lfs(place):
            raise FileProblem(f"`{path}` is a Git LFS pointer in an unknown format")
        return pointer or f"sha256:{digest.hexdigest()}"

    def _chunks(self, place: str, path: str, limit: int) -> Iterator[bytes]:
        try:
            yield from self._blobs.chunks(self._entries[place].id, limit=limit)
        except TooLarge as error:
            raise FileProblem(f"`{path}` is larger than {limit // 2**20} MiB") from error

    def _refuse_changed(self, place: str, path: str, *, exact: bool) -> None:
        if (difference := self._checkout.changed(place, exact=exact)) is not None:
            raise FileProblem(f"`{path}` {difference[0]}", hint=difference[1])

    def _refuse_elsewhere(self, place: str) -> None:
        if (difference := self._checkout.elsewhere(place)) is not None:
            raise StorageError(f"`{place}` {difference[0]}", hint=difference[1])

    def _find(self, path: str, beside: str) -> str:
        """The path in the tree of a file as written: next to the file that names it, or from the root."""
        refuse_odd(path)
        if path.startswith(("/", "~/", "\\")) or path[1:3] in (":\\", ":/"):
            raise FileProblem(
                f"`{path}` is not a path within the project", hint="name it from the spec or from the root"
            )
        places = [posixpath.normpath(posixpath.join(folder, path)) for folder in (posixpath.dirname(beside), "")]
        inside = [place for place in dict.fromkeys(places) if place != ".." and not place.startswith("../")]
        if not inside:
            raise FileProblem(f"`{path}` leads out of the project", hint="copy it into the project")
        others = () if path.isascii() else (self._spellings.find(place, composed) for place in inside)
        for place in map(self._linked, (*inside, *filter(None, others))):
            refuse_hidden(place, path)
            if self._exists(place, path):
                return place
        named = " and ".join(f"`{place}`" for place in inside)
        hint = other_case(path, next(filter(None, (self._spellings.find(place, folded) for place in inside)), None))
        raise FileProblem(f"`{path}` is not in the commit (looked for {named})", hint=hint or "was it committed?")

    def _linked(self, place: str) -> str:
        """Where a link to a file of the project leads, as a checkout follows it; the place itself for anything else."""
        found = place
        for _ in range(_MOST_LINKS):
            entry = self._entries.get(found)
            if entry is None:  # nothing, a folder, or out of the project
                return place
            if entry.mode != LINK:
                return found
            found = self._leads_to(found)
        return place

    def _exists(self, place: str, path: str) -> bool:
        """Whether a regular file is there. Raises FileProblem for anything else."""
        if (difference := self._checkout.elsewhere(place)) is not None:
            raise FileProblem(f"`{path}` {difference[0]}", hint=difference[1])
        if place in self._all_folders():
            raise FileProblem(f"`{path}` is a folder")
        return place in self._entries

    def _all_folders(self) -> set[str]:
        if self._folders is None:
            self._folders = {folder for path in self._entries for folder in parents(path)}
        return self._folders

    def _specs_in(self, folder: str) -> Iterator[str]:
        """All YAML files directly in the folder, and below it those that declare themselves specs; in walk order.

        Submodules count too, since they may contain specs, and so do files that a checkout may turn into specs. Reading
        them reports the problem.
        """
        place = _prefix(folder)
        inside = [path for path in self._entries if path.startswith(place) and self._is_wanted(path)]
        for path in sorted(inside, key=_walk_order(place)):
            steps = path[len(place) :].split("/")
            if any(step.startswith(".") for step in steps):
                continue
            if len(steps) == 1 or self._may_be_spec(path):
                yield path

    def _is_wanted(self, path: str) -> bool:
        return path.endswith(SPEC_SUFFIXES) or self._entries[path].mode == SUBMODULE

    def _may_be_spec(self, path: str) -> bool:
        """Whether a file declares itself a spec, or may do so in a checkout; also true when it cannot be read."""
        try:
            data = self.content(self._linked(path), self._max_text) or b""
        except StorageError:
            return True
        return pointed_at(data) is not None or says_it_is_a_spec(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self._checkout.__exit__(*details)
        self._blobs.__exit__(*details)


def _walk_order(place: str) -> Callable[[str], list[tuple[bool, str]]]:
    """Sort key in the order of `os.walk`: the files of a folder by name, then its folders."""

    def key(path: str) -> list[tuple[bool, str]]:
        *folders, name = path[len(place) :].split("/")
        return [*((True, folder) for folder in folders), (False, name)]

    return key


def _prefix(folder: str) -> str:
    folder = posixpath.normpath(folder)
    return "" if folder == "." else f"{folder}/"


def _counts(name: str, suffix: str) -> bool:
    return "/" not in name and name.endswith(suffix) and not name.startswith(".")
