"""The archive: finished videos stored by content hash (`<aa>/<sha256>.<suffix>`), and a readable tree of links to them.

A download is written to `partial/<name>`, checked there, and renamed to its hash only when it is complete. Until a
lockfile records it, `arrived/<name>` does, so that a crash in between loses nothing. A file that cannot be played, or
that differs from the recorded video, is kept as `partial/<name>.rejected` for inspection: it may have been paid for.
"""

import contextlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from ltxspec.apply.ports import Archived
from ltxspec.canonical import sha256_hex
from ltxspec.errors import MediaError, StorageError
from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Output
from ltxspec.storage.archive_users import ArchiveUsers
from ltxspec.storage.durable import (
    REAL,
    FileOps,
    make_folder,
    opened,
    read_file,
    remove_file,
    replace_file,
    sync_folder,
    translated,
)
from ltxspec.storage.frames import FrameFiles
from ltxspec.storage.inside import is_inside, refuse_links_outside, remove
from ltxspec.storage.links import SUFFIXES, LinkTree
from ltxspec.storage.partial import PartialFile, try_writing
from ltxspec.storage.sidecars import SidecarFiles
from ltxspec.storage.videos import digest_of, hash_of, suffix_of

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SAFE_NAME = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,127}")  # no capitals: some file systems ignore case
_READ_ONLY = 0o444
_LARGEST_NOTE = 2**10  # bytes of a note in `arrived`


class FolderArchive:
    """`apply.ports.Archive` in a folder.

    Args:
        root: the archive, such as `.ltxspec/archive`.
        renders: the readable tree, such as `renders`.
        check: raises MediaError for a file that does not decode as a video; what it measures is recorded.
        ops: the system calls, for tests.
        project: nothing is written outside it, except in an archive configured elsewhere; by default `renders`' parent.
        ident: `[project] id`, which distinguishes projects that share the archive.
    """

    def __init__(
        self,
        root: Path,
        renders: Path,
        check: Callable[[Path], VideoFacts | None],
        ops: FileOps = REAL,
        *,
        project: Path | None = None,
        ident: str = "",
    ) -> None:
        self._root = root
        self.frames = FrameFiles(root / "frames", ops.inside(root))
        self.sidecars = SidecarFiles(root, ops.inside(root))
        self._project = project or renders.parent
        self.users = ArchiveUsers(root, self._project, ident, ops)
        self._tree = LinkTree(renders, self._project, self._copied, ops)
        self._check = check
        is_ours = Path(os.path.normpath(root)).is_relative_to(os.path.normpath(self._project))
        self._home = self._project if is_ours else root  # no link in the archive may lead out of this folder
        self._ops = ops.inside(self._project if is_ours else None)
        self._folders: dict[Path, bool] = {}  # folders checked so far -> whether they are inside the archive

    def refuse_outside(self, specs: Iterable[str] = ()) -> None:
        """Refuse, before anything is downloaded, an archive or a tree whose links lead out of the project.

        Args:
            specs: specs whose part of the tree will be written.

        Raises:
            StorageError: a link leads out of the project.
        """
        staging = tuple(self._root / name for name in ("partial", "arrived", "projects", "frames"))
        refuse_links_outside(self._home, self._root, *staging)
        self._tree.refuse_outside(specs)

    def refuse_unwritable(self) -> None:
        """Refuse an archive that cannot be written, before anything is paid for. Raises StorageError."""
        try_writing(self._root / "partial" / "writable", self._ops)

    def begin(self, name: str) -> PartialFile:
        """Open a partial file for a download; the same name finds it again after a crash. Raises StorageError."""
        partial = self._partial(name)
        with translated("create", partial.parent):
            make_folder(partial.parent, self._ops)
        return PartialFile(partial, self._ops)

    def finish(self, name: str, recorded: str | None = None) -> Archived:
        """Check the partial file and move it under its hash.

        Args:
            name: the download's name.
            recorded: the expected SHA-256, if one is recorded.

        Raises:
            MediaError: it is not a video, or not the recorded one; it is kept aside and the next download starts over.
            StorageError: the disk failed; the partial file is still there.
        """
        partial = self._partial(name)
        if not partial.is_file():
            raise StorageError(f"nothing was downloaded to `{partial}`", hint="run the command again")
        try:
            facts = self._check(partial)
        except MediaError:
            self._reject(partial)
            raise
        return self._keep(partial, recorded, facts)

    def recall(self, name: str) -> Archived | None:
        """What `finish` archived under this name, if a crash prevented it from being recorded.

        The note is only a hint: the file is hashed again before it is recorded as paid for.
        """
        try:
            sha256, size = read_file(self._arrival(name), self._home, _LARGEST_NOTE).decode("ascii").split()
            path = self.path_of(sha256) if self.problem_with(sha256) is None else None
            return None if path is None else Archived(sha256, int(size), self._measured(path))
        except (OSError, ValueError, StorageError):
            return None  # then it is downloaded again, at no cost

    def salvage(self, name: str, recorded: str | None = None) -> Archived | None:
        """As `finish`, errors included, for a file that cannot grow; None if it is no complete video (it is kept)."""
        partial = self._partial(name)
        try:
            facts = self._check(partial)
        except MediaError:
            return None
        return self._keep(partial, recorded, facts)

    def claim(self, former: str, name: str) -> Archived | None:
        """Take over, as `name`, a video that an earlier version archived or fully downloaded under a former name.

        Raises:
            StorageError: the disk failed.
        """
        with translated("move", self._arrival(former)):
            if self.recall(former) is not None:
                self._rename(self._arrival(former), self._arrival(name))
                return self.recall(name)
        with contextlib.suppress(MediaError):
            facts = self._check(self._partial(former))
            return self._keep(self._partial(former), None, facts, name)
        return None

    def forget(self, names: Sequence[str]) -> None:
        """Drop the notes of videos that a lockfile now records; `recall` no longer needs them."""
        for name in names:
            with contextlib.suppress(OSError, StorageError):  # a leftover note costs only a few bytes
                remove(str(self._arrival(name)), self._ops.within)

    def has(self, sha256: str) -> bool:
        """Whether these bytes are archived."""
        return self.path_of(sha256) is not None

    def path_of(self, sha256: str) -> Path | None:
        """Where a video is, or None when it is not archived."""
        if not _SHA256.fullmatch(sha256):
            return None
        candidates = (self._root / sha256[:2] / f"{sha256}{suffix}" for suffix in SUFFIXES)
        return next((path for path in candidates if self._is_whole_file(path)), None)

    def problem_with(self, sha256: str) -> str | None:
        """What is wrong with a video, in words: not archived, or changed bytes; None when it is intact.

        Raises:
            StorageError: it cannot be read.
        """
        path = self.path_of(sha256)
        if path is None:
            return f"video {sha256[:12]}… is not in the archive"
        with translated("read", path):
            return None if hash_of(path) == sha256 else f"`{path}` has changed since it was archived"

    def contents(self) -> dict[str, Path]:
        """Every archived video: SHA-256 -> file, sorted."""
        files = sorted(self._root.glob("[0-9a-f][0-9a-f]/*"))
        return {
            path.stem: path
            for path in files
            if path.suffix in SUFFIXES and _SHA256.fullmatch(path.stem) and path.stem.startswith(path.parent.name)
            if self._is_whole_file(path)
        }

    def arrived(self) -> dict[str, bytes]:
        """Videos archived but not known to be recorded: name -> content of the note, which holds the SHA-256.

        Raises:
            StorageError: it cannot be read.
        """
        folder = self._root / "arrived"
        with translated("read", folder):
            notes = sorted(folder.glob("*"))
        return {path.name: read_file(path, self._home, _LARGEST_NOTE) for path in notes}

    def remove(self, sha256: str) -> None:
        """Delete a video and its sidecar. Only for videos that no take refers to. Raises StorageError."""
        if (path := self.path_of(sha256)) is not None:
            with translated("remove", path):
                remove_file(path, self._ops)
                self.sidecars.remove(sha256)

    def link(self, spec: str, instance: str, outputs: Sequence[Output]) -> None:
        """Point the readable tree at a shot's current outputs; see `LinkTree.show`.

        Raises:
            StorageError: the tree cannot be written, or a user's file is in the way.
        """
        self.link_all(spec, {instance: outputs})

    def link_all(self, spec: str, current: Mapping[str, Sequence[Output]]) -> None:
        """As `link`, for several shots of a spec: instance -> current outputs (empty for a retired shot)."""
        self._tree.show(spec, {key: [self._find(output) for output in outputs] for key, outputs in current.items()})

    def _is_whole_file(self, path: Path) -> bool:
        """Whether a video is there as a regular file. Links are rejected: ltxspec never creates any here."""
        try:
            is_file = stat.S_ISREG(os.lstat(path).st_mode)
        except OSError:
            return False
        folder = path.parent
        if is_file and folder not in self._folders:
            self._folders[folder] = is_inside(self._home, folder)
        return is_file and self._folders[folder]

    def _find(self, output: Output) -> Path | None:
        return self.path_of(output.sha256) if output.sha256 else None

    def _rename(self, source: Path, target: Path) -> None:
        self._ops.replace(str(source), str(target), self._ops.within)

    def _copied(self, file: BinaryIO) -> str | None:
        """The SHA-256 of a file if it is a copy of an archived video, else None."""
        sha256 = digest_of(file)
        return sha256 if self.has(sha256) else None

    def _partial(self, name: str) -> Path:
        """Names come from the provider: one that is not a plain file name is replaced by its hash."""
        safe = name if _SAFE_NAME.fullmatch(name) else f"name-{sha256_hex(name.encode('utf-8', 'surrogatepass'))[:32]}"
        return self._root / "partial" / safe

    def _arrival(self, name: str) -> Path:
        """The note that records an archived video until a lockfile does."""
        return self._root / "arrived" / self._partial(name).name

    def _measured(self, path: Path) -> VideoFacts | None:
        with contextlib.suppress(MediaError):  # it was checked when it was archived
            return self._check(path)
        return None

    def _keep(self, partial: Path, recorded: str | None, facts: VideoFacts | None, name: str | None = None) -> Archived:
        """Archive a file that is known to be a video; `name` is its name until it is recorded."""
        with translated("archive", partial):
            with opened(partial, os.O_RDONLY | os.O_NOFOLLOW, self._ops) as descriptor:
                self._ops.fsync(descriptor)
            sha256, size = hash_of(partial), partial.stat().st_size
            if recorded not in (None, sha256):
                aside = self._reject(partial)
                raise MediaError(
                    f"the provider's video is not the one that was recorded (sha256 {sha256[:12]}…, "
                    f"not {str(recorded)[:12]}…); it is kept as `{aside}`"
                )
            arrival = self._arrival(name) if name is not None else self._root / "arrived" / partial.name
            replace_file(arrival, f"{sha256} {size}\n".encode("ascii"), self._ops)
            self.users.note([sha256])
            place = self._root / sha256[:2] / f"{sha256}{suffix_of(partial)}"
            make_folder(place.parent, self._ops)
            self._rename(partial, place)  # also over an existing copy: these bytes are verified
            with opened(place, os.O_RDONLY | os.O_NOFOLLOW, self._ops) as descriptor:
                os.fchmod(descriptor, _READ_ONLY)
            sync_folder(place.parent, self._ops)
            return Archived(sha256, size, facts)

    def _reject(self, partial: Path) -> Path:
        """Keep a file aside without overwriting earlier rejected ones; identical bytes are kept only once."""
        with translated("move", partial):
            sha256, number = hash_of(partial), 1
            aside = partial.with_name(f"{partial.name}.rejected")
            while aside.exists() and hash_of(aside) != sha256:
                number += 1
                aside = partial.with_name(f"{partial.name}.{number}.rejected")
            self._rename(partial, aside)
            return aside
