"""Access to the project's own files only: looked up next to the spec that names them, then at the project's root."""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from ltxspec.spec.files import FileProblem, refuse_hidden, refuse_odd, text_of
from ltxspec.spec.names import folded
from ltxspec.storage.inside import kind_of, open_real
from ltxspec.storage.spelling import FolderSpellings, composed, other_case
from ltxspec.suggest import nearest

LARGEST_POINTER = 1024  # bytes
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")


def pointed_at(data: bytes) -> str | None:
    """`sha256:<hex>` of the file a pointer refers to; None when the bytes are not a pointer."""
    match = _POINTER.match(data) if len(data) <= LARGEST_POINTER else None
    return f"sha256:{match.group(1).decode()}" if match else None


MAX_TEXT = 32 * 2**20  # bytes of a prompt or data file
MAX_BYTES = 256 * 2**20  # bytes of an image or audio file; providers accept far less
_MOST_NAMES = 500  # names in a folder that are compared for a "did you mean" hint
_CHUNK = 2**24  # bytes per read; most files are smaller, and are read in one piece


class ProjectFolder:
    """`spec.files.ProjectFiles` on disk, confined to one folder.

    Absolute paths, `..` and links that lead out of the folder, hidden files and folders, anything that is not a regular
    file (devices and pipes could block or never end), and files above a size limit are refused.

    Args:
        root: the project's root; it must exist.
        max_text: maximum bytes of a text file.
        max_bytes: maximum bytes of any other file.
    """

    def __init__(self, root: Path, *, max_text: int = MAX_TEXT, max_bytes: int = MAX_BYTES) -> None:
        self._root = os.path.realpath(root)
        self._max_text = max_text
        self._max_bytes = max_bytes
        self._spellings = FolderSpellings(self._root)
        self._found: dict[tuple[str, str], str] = {}  # (folder of the spec, path as written) -> real path
        self._digests: dict[tuple[str, int, int], str] = {}  # (real path, size, mtime in ns) -> digest; never on disk

    def read_text(self, path: str, *, beside: str, encoding: str | None = None) -> str:
        """Text of `path` as named in the file `beside`; see `spec.files.text_of`. Raises FileProblem."""
        data = b"".join(self._chunks(path, beside, self._max_text))
        return text_of(data, path, lambda: self.resolve(path, beside=beside), encoding)

    def read_bytes(self, path: str, *, beside: str) -> bytes:
        """The bytes of `path` as named in the file `beside`. Raises FileProblem, also for a Git LFS pointer."""
        data = self.read_media(path, beside=beside)
        if data is None:
            raise FileProblem(f"`{path}` is only a Git LFS pointer here", hint="fetch the file with `git lfs pull`")
        return data

    def read_media(self, path: str, *, beside: str) -> bytes | None:
        """As `read_bytes`, but None for a Git LFS pointer."""
        data = b"".join(self._chunks(path, beside, self._max_bytes))
        return None if pointed_at(data) is not None else data

    def sha256(self, path: str, *, beside: str) -> str:
        """`sha256:<hex>` of the bytes of `path` as named in the file `beside`. Raises FileProblem.

        A Git LFS pointer counts as the file it points to: a checkout without LFS must not look like an edit.
        Cached within this process for as long as the file's size and modification time stay the same.
        """
        real = self._find(path, beside)
        try:
            status = Path(real).stat()
        except OSError as error:
            raise _unreadable(path, error) from error
        key = (real, status.st_size, status.st_mtime_ns)
        if key not in self._digests:
            self._digests[key] = self._digest(path, beside, status.st_size)
        return self._digests[key]

    def _digest(self, path: str, beside: str, size: int) -> str:
        chunks = self._chunks(path, beside, self._max_bytes)
        if size <= LARGEST_POINTER:
            chunks = iter([b"".join(chunks)])
        digest = hashlib.sha256()
        for chunk in chunks:
            if (elsewhere := pointed_at(chunk)) is not None and size <= LARGEST_POINTER:
                return elsewhere
            digest.update(chunk)
        return f"sha256:{digest.hexdigest()}"

    def resolve(self, path: str, *, beside: str) -> str:
        """The path relative to the root, with `/` and without links, of an existing file. Raises FileProblem."""
        return os.path.relpath(self._find(path, beside), self._root).replace(os.sep, "/")

    def _find(self, path: str, beside: str) -> str:
        """The real path of an existing regular file within the root."""
        known = self._found.get((beside, path))
        if known is not None and os.path.isfile(known):  # noqa: PTH113  # called ten thousand times; Path is slow here
            return known
        _refuse_odd(path)
        folders = (Path(self._root, beside).parent, Path(self._root))
        candidates = dict.fromkeys(os.path.normpath(folder / path) for folder in folders)
        inside = [candidate for candidate in candidates if self._holds(candidate)]
        if not inside:
            raise FileProblem(f"`{path}` leads out of the project", hint=_COPY_IT)
        others = () if path.isascii() else (self._in_another_form(candidate) for candidate in inside)
        for candidate in (*inside, *filter(None, others)):
            refuse_hidden(self._inner(candidate), path)
            if os.path.lexists(candidate):
                self._found[beside, path] = real = self._follow(candidate, path)
                return real
        raise self._missing(path, inside)

    def _in_another_form(self, candidate: str) -> str | None:
        """The path of a file whose name is the same in another Unicode form."""
        found = self._spellings.find(self._inner(candidate), composed)
        return None if found is None else os.path.normpath(Path(self._root, found))

    def _follow(self, candidate: str, path: str) -> str:
        real = os.path.realpath(candidate)
        if not self._holds(real):
            raise FileProblem(f"`{path}` is a link that leads out of the project", hint=_COPY_IT)
        refuse_hidden(self._inner(real), path)
        try:
            mode = os.lstat(real).st_mode
        except FileNotFoundError:
            raise FileProblem(
                f"`{path}` is a link to something that does not exist", hint="remove it, or put the file in its place"
            ) from None
        except OSError as error:
            raise _unreadable(path, error) from error
        if not stat.S_ISREG(mode):
            if stat.S_ISDIR(mode):
                raise FileProblem(f"`{path}` is a folder")
            raise FileProblem(f"`{path}` is {kind_of(mode)}, not a file", hint="remove it")
        return real

    def _inner(self, absolute: str) -> str:
        """The path relative to the root, with `/`, of a path inside the root; empty for the root itself."""
        return absolute[len(self._root) :].replace(os.sep, "/").lstrip("/")

    def _holds(self, absolute: str) -> bool:
        return absolute == self._root or absolute.startswith(self._root.rstrip(os.sep) + os.sep)

    def _chunks(self, path: str, beside: str, limit: int) -> Iterator[bytes]:
        """The file's bytes, at most `limit` of them."""
        real = self._find(path, beside)
        try:
            with os.fdopen(open_real(self._root, real), "rb", buffering=0) as file:
                read = 0
                while chunk := file.read(_CHUNK):
                    read += len(chunk)
                    if read > limit:
                        raise FileProblem(f"`{path}` is larger than {_megabytes(limit)}")
                    yield chunk
        except OSError as error:
            raise _unreadable(path, error) from error

    def _missing(self, path: str, looked_at: Sequence[str]) -> FileProblem:
        places = [Path(os.path.relpath(place, self._root)).as_posix() for place in looked_at]
        hint = "write paths with `/`" if "\\" in path else None
        if hint is None:
            cased = (self._spellings.find(self._inner(place), folded) for place in looked_at)
            hint = other_case(path, next(filter(None, cased), None))
        near = next(filter(None, map(_similar, looked_at)), None)
        if hint is None and near is not None:
            hint = f"did you mean `{Path(path).with_name(near).as_posix()}`?"
        looked_for = f" (looked for {' and '.join(f'`{place}`' for place in places)})" if places != [path] else ""
        return FileProblem(f"`{path}` does not exist{looked_for}", hint=hint)


_COPY_IT = "only files of the project can be used, so that every machine renders the same; copy it into the project"


def _refuse_odd(path: str) -> None:
    refuse_odd(path)
    if path.startswith(("/", "~/", "\\")) or path[1:3] in (":\\", ":/"):
        raise FileProblem(f"`{path}` is an absolute path", hint=_COPY_IT)


def _unreadable(path: str, error: OSError) -> FileProblem:
    hint = "check its permissions" if error.errno in (errno.EACCES, errno.EPERM) else None
    return FileProblem(f"`{path}` cannot be read: {error.strerror}", hint=hint)


def _similar(place: str) -> str | None:
    """The name of a file in the same folder that is spelled almost the same."""
    try:
        with os.scandir(Path(place).parent) as entries:
            names = sorted(entry.name for entry in islice(entries, _MOST_NAMES))
    except OSError:
        return None
    return nearest(Path(place).name, names)


def _megabytes(limit: int) -> str:
    return f"{limit // 2**20} MiB" if limit >= 2**20 else f"{limit} bytes"
