"""Finished videos, kept by content hash in a folder (`<aa>/<sha256>.<suffix>`), and a readable tree of links to them.

A download grows in `partial/<name>`, is checked there, and is renamed to its hash only when it is whole; until a
lockfile knows it, `arrived/<name>` does, so that a crash in between loses nothing. What cannot be played is kept aside
as `partial/<name>.rejected` for a person to look at: it may have been paid for.
"""

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ltxspec.apply.ports import Archived
from ltxspec.canonical import sha256_hex
from ltxspec.errors import MediaError, StorageError
from ltxspec.lock.models import Output
from ltxspec.storage.durable import (
    REAL,
    FileOps,
    make_folder,
    opened,
    remove_file,
    replace_file,
    sync_folder,
    translated,
    write_all,
)

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SAFE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff/\\:*?\"<>|]|^\.|[. ]$")
_LONGEST = 180  # bytes of a readable name; file systems take 255
_CHUNK = 2**20
_READ_ONLY = 0o444
_SUFFIXES = (".mp4", ".mov", ".webm")
_MANY_OUTPUTS = 20  # of one task; links beyond that number are not looked for when they have become stale


class PartialFile:
    """`apply.ports.Sink`: a download on disk. What was written before a crash is still there: `size` says how much."""

    def __init__(self, path: Path, ops: FileOps = REAL) -> None:
        self._path = path
        self._ops = ops

    @property
    def size(self) -> int:
        """Bytes held so far."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def write(self, data: bytes) -> None:
        """Append. Raises StorageError."""
        with (
            translated("write", self._path),
            opened(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, self._ops) as descriptor,
        ):
            write_all(descriptor, data, self._ops)

    def restart(self) -> None:
        """Throw away what is held. Raises StorageError."""
        with translated("remove", self._path):
            self._path.unlink(missing_ok=True)


class FolderArchive:
    """`apply.ports.Archive` in a folder.

    Args:
        root: the archive, such as `.ltxspec/archive`.
        renders: the readable tree, such as `renders`.
        check: raises MediaError for a file that does not decode as a video.
        ops: the system calls, for tests.
    """

    def __init__(self, root: Path, renders: Path, check: Callable[[Path], None], ops: FileOps = REAL) -> None:
        self._root = root
        self._renders = renders
        self._check = check
        self._ops = ops

    def begin(self, name: str) -> PartialFile:
        """A partial file to download into; the same name finds it again after a crash. Raises StorageError."""
        partial = self._partial(name)
        with translated("create", partial.parent):
            make_folder(partial.parent, self._ops)
        return PartialFile(partial, self._ops)

    def finish(self, name: str) -> Archived:
        """Check the partial file and move it under its hash.

        Raises:
            MediaError: it is not a video; it is kept aside, and the next download starts afresh.
            StorageError: the disk failed; the partial file is still there.
        """
        partial = self._partial(name)
        if not partial.is_file():
            raise StorageError(f"nothing was downloaded to `{partial}`", hint="run the command again")
        try:
            self._check(partial)
        except MediaError:
            with translated("move", partial):
                partial.replace(partial.with_name(f"{partial.name}.rejected"))
            raise
        with translated("archive", partial):
            return self._keep(partial)

    def recall(self, name: str) -> Archived | None:
        """What `finish` brought home under this name, should a crash have come before anybody wrote it down."""
        try:
            sha256, size = self._arrival(name).read_text("ascii").split()
            return Archived(sha256, int(size)) if self.has(sha256) else None
        except (OSError, ValueError):
            return None  # then it is fetched again, at no cost

    def salvage(self, name: str) -> Archived | None:
        """`finish` for a partial file that can grow no more; None, and it stays as it is, when it is no whole video.

        Raises:
            StorageError: the disk failed.
        """
        partial = self._partial(name)
        try:
            self._check(partial)
        except MediaError:
            return None
        with translated("archive", partial):
            return self._keep(partial)

    def forget(self, names: Sequence[str]) -> None:
        """These videos are written down in a lockfile: `recall` need not know them any more."""
        for name in names:
            with contextlib.suppress(OSError):  # a few bytes more
                self._arrival(name).unlink()

    def has(self, sha256: str) -> bool:
        """Whether these bytes are home."""
        return self.path_of(sha256) is not None

    def path_of(self, sha256: str) -> Path | None:
        """Where a video is, or None when it is not home."""
        if not _SHA256.fullmatch(sha256):
            return None
        candidates = (self._root / sha256[:2] / f"{sha256}{suffix}" for suffix in _SUFFIXES)
        return next((path for path in candidates if path.is_file()), None)

    def problem_with(self, sha256: str) -> str | None:
        """What is wrong with a video, in words: not home, or other bytes; None when it is as it should be.

        Raises:
            StorageError: it cannot be read.
        """
        path = self.path_of(sha256)
        if path is None:
            return f"video {sha256[:12]}… is not in the archive"
        with translated("read", path):
            return None if _hash(path) == sha256 else f"`{path}` has changed since it was archived"

    def contents(self) -> dict[str, Path]:
        """Every video that is home: SHA-256 -> file, sorted."""
        files = sorted(self._root.glob("[0-9a-f][0-9a-f]/*"))
        return {path.stem: path for path in files if path.suffix in _SUFFIXES and _SHA256.fullmatch(path.stem)}

    def remove(self, sha256: str) -> None:
        """Delete a video. Only for what no take refers to. Raises StorageError."""
        path = self.path_of(sha256)
        if path is not None:
            with translated("remove", path):
                remove_file(path, self._ops)

    def link(self, spec: str, instance: str, outputs: Sequence[Output]) -> None:
        """Point the readable tree at a shot's current outputs: `<instance>.mp4`, or `<instance>.1.mp4`, `.2.mp4`, ….

        Outputs that are not home have no link; without outputs (a retired shot) every link of the instance goes. The
        number follows a dot, because a dash and a number may end another shot's name.

        Raises:
            StorageError: the tree cannot be written.
        """
        folder = self._renders / file_name(spec)
        stem = file_name(instance)
        wanted: dict[str, Path] = {}
        for number, output in enumerate(outputs, start=1):
            video = self.path_of(output.sha256) if output.sha256 else None
            if video is not None:
                name = stem if len(outputs) == 1 else f"{stem}.{number}"
                wanted[f"{name}{video.suffix}"] = video
        with translated("write", folder):
            for name in _possible_names(stem, len(outputs)):
                if name not in wanted:
                    (folder / name).unlink(missing_ok=True)
            for name, video in wanted.items():
                make_folder(folder, self._ops)
                _point(folder / name, video)

    def _partial(self, name: str) -> Path:
        """Names come from the provider: one that is no plain file name is replaced by its hash."""
        safe = name if _SAFE_NAME.fullmatch(name) else f"name-{_digest(name)}"
        return self._root / "partial" / safe

    def _arrival(self, name: str) -> Path:
        """Where it stands what came home under a name, until that is written down."""
        return self._root / "arrived" / self._partial(name).name

    def _keep(self, partial: Path) -> Archived:
        with opened(partial, os.O_RDONLY, self._ops) as descriptor:
            self._ops.fsync(descriptor)
        sha256, size = _hash(partial), partial.stat().st_size
        replace_file(self._root / "arrived" / partial.name, f"{sha256} {size}\n".encode("ascii"), self._ops)
        home = self._root / sha256[:2] / f"{sha256}{_suffix(partial)}"
        make_folder(home.parent, self._ops)
        self._ops.replace(str(partial), str(home))  # also over a copy that was there: these bytes are known good
        home.chmod(_READ_ONLY)
        sync_folder(home.parent, self._ops)
        return Archived(sha256, size)


def file_name(name: str) -> str:
    """A spec name or instance key as a file name. Brackets and commas stay; what file systems refuse becomes `_`.

    A name that had to be changed or cut gets the start of its hash, so that two keys never share a file.
    """
    safe = _UNSAFE.sub("_", name)
    if safe == name and len(name.encode()) <= _LONGEST:
        return name
    short = safe.encode()[:_LONGEST].decode("utf-8", "ignore")
    return f"{short}~{_digest(name)[:8]}"


def _digest(name: str) -> str:
    return sha256_hex(name.encode("utf-8", "surrogatepass"))[:32]


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _suffix(path: Path) -> str:
    """`.webm`, `.mov` or `.mp4`, told by the first bytes: EBML's magic number, or the brand of the `ftyp` box."""
    with path.open("rb") as file:
        start = file.read(12)
    if start.startswith(b"\x1a\x45\xdf\xa3"):
        return ".webm"
    return ".mov" if start[4:12] == b"ftypqt  " else ".mp4"


def _possible_names(stem: str, outputs: int) -> Iterator[str]:
    """Every name that an instance may have in the tree: its one video, or its numbered ones."""
    numbers = (f".{number}" for number in range(1, max(outputs, _MANY_OUTPUTS) + 1))
    return (f"{stem}{number}{suffix}" for number in ("", *numbers) for suffix in _SUFFIXES)


def _point(link: Path, video: Path) -> None:
    """Put a relative link in place, whatever stood there; a hard link or a copy where links are not to be had."""
    target = os.path.relpath(video.resolve(), link.parent.resolve())
    with contextlib.suppress(OSError):
        if str(link.readlink()) == target:
            return
    temporary = link.with_name(f".{link.name}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        temporary.symlink_to(target)
    except (OSError, NotImplementedError):
        try:
            temporary.hardlink_to(video)
        except (OSError, NotImplementedError):
            shutil.copyfile(video, temporary)
    temporary.replace(link)
    temporary.unlink(missing_ok=True)  # renaming onto another hard link to the same file does nothing
