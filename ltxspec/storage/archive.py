"""Finished videos, kept by content hash in a folder (`<aa>/<sha256>.<suffix>`), and a readable tree of links to them.

A download grows in `partial/<name>`, is checked there, and is renamed to its hash only when it is whole; until a
lockfile knows it, `arrived/<name>` does, so that a crash in between loses nothing. What cannot be played, or is not the
video that was recorded, is kept aside as `partial/<name>.rejected` for a person to look at: it may have been paid for.
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
from ltxspec.storage.inside import is_inside, refuse_links_outside, remove
from ltxspec.storage.links import SUFFIXES, LinkTree
from ltxspec.storage.partial import PartialFile, try_writing
from ltxspec.storage.videos import digest_of, hash_of, suffix_of

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SAFE_NAME = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,127}")  # no capitals: some file systems take them for small letters
_READ_ONLY = 0o444
_LARGEST_NOTE = 2**10  # bytes of what stands in `arrived`


class FolderArchive:
    """`apply.ports.Archive` in a folder.

    Args:
        root: the archive, such as `.ltxspec/archive`.
        renders: the readable tree, such as `renders`.
        check: raises MediaError for a file that does not decode as a video.
        ops: the system calls, for tests.
        project: nothing is written outside of this folder but in an archive that was configured to be elsewhere; by
            default the folder that holds `renders`.
        ident: `[project] id`, which tells projects apart that share the archive.
    """

    def __init__(
        self,
        root: Path,
        renders: Path,
        check: Callable[[Path], None],
        ops: FileOps = REAL,
        *,
        project: Path | None = None,
        ident: str = "",
    ) -> None:
        self._root = root
        self._project = project or renders.parent
        self.users = ArchiveUsers(root, self._project, ident, ops)
        self._tree = LinkTree(renders, self._project, self._copied, ops)
        self._check = check
        is_ours = Path(os.path.normpath(root)).is_relative_to(os.path.normpath(self._project))
        self._home = self._project if is_ours else root  # what no link of it may lead out of
        self._ops = ops.inside(self._project if is_ours else None)
        self._folders: dict[Path, bool] = {}  # those of the archive that were looked at -> whether they are its own

    def refuse_outside(self, specs: Iterable[str] = ()) -> None:
        """Refuse, before anything is downloaded, an archive or a tree of links that a link leads out of the project.

        Args:
            specs: those whose part of the tree will be written.

        Raises:
            StorageError: one does.
        """
        staging = (self._root / "partial", self._root / "arrived", self._root / "projects")
        refuse_links_outside(self._home, self._root, *staging)
        self._tree.refuse_outside(specs)

    def refuse_unwritable(self) -> None:
        """Refuse, before anything is paid for, an archive that cannot be written. Raises StorageError."""
        try_writing(self._root / "partial" / "writable", self._ops)

    def begin(self, name: str) -> PartialFile:
        """A partial file to download into; the same name finds it again after a crash. Raises StorageError."""
        partial = self._partial(name)
        with translated("create", partial.parent):
            make_folder(partial.parent, self._ops)
        return PartialFile(partial, self._ops)

    def finish(self, name: str, recorded: str | None = None) -> Archived:
        """Check the partial file and move it under its hash.

        Args:
            name: of the download.
            recorded: the SHA-256 that it must have, where one is recorded.

        Raises:
            MediaError: it is not a video, or not the recorded one; it is kept aside, the next download starts afresh.
            StorageError: the disk failed; the partial file is still there.
        """
        partial = self._partial(name)
        if not partial.is_file():
            raise StorageError(f"nothing was downloaded to `{partial}`", hint="run the command again")
        try:
            self._check(partial)
        except MediaError:
            self._reject(partial)
            raise
        return self._keep(partial, recorded)

    def recall(self, name: str) -> Archived | None:
        """What `finish` archived under this name, should a crash have come before it was recorded.

        The note is only a hint: the bytes are read again before they are recorded as what was paid for.
        """
        try:
            sha256, size = read_file(self._arrival(name), self._home, _LARGEST_NOTE).decode("ascii").split()
            return Archived(sha256, int(size)) if self.problem_with(sha256) is None else None
        except (OSError, ValueError, StorageError):
            return None  # then it is fetched again, at no cost

    def salvage(self, name: str, recorded: str | None = None) -> Archived | None:
        """`finish` for a partial file that can grow no more; None, and it stays as it is, when it is no whole video.

        Raises:
            MediaError, StorageError: as `finish`.
        """
        partial = self._partial(name)
        try:
            self._check(partial)
        except MediaError:
            return None
        return self._keep(partial, recorded)

    def claim(self, former: str, name: str) -> Archived | None:
        """What an earlier version archived, or downloaded whole, under another kind of name; from now on under `name`.

        Raises:
            StorageError: the disk failed.
        """
        with translated("move", self._arrival(former)):
            if self.recall(former) is not None:
                self._rename(self._arrival(former), self._arrival(name))
                return self.recall(name)
        with contextlib.suppress(MediaError):
            self._check(self._partial(former))
            return self._keep(self._partial(former), None, name)
        return None

    def forget(self, names: Sequence[str]) -> None:
        """These videos are written down in a lockfile: `recall` need not know them any more."""
        for name in names:
            with contextlib.suppress(OSError, StorageError):  # a few bytes more
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
        """What is wrong with a video, in words: not archived, or other bytes; None when it is as it should be.

        Raises:
            StorageError: it cannot be read.
        """
        path = self.path_of(sha256)
        if path is None:
            return f"video {sha256[:12]}… is not in the archive"
        with translated("read", path):
            return None if hash_of(path) == sha256 else f"`{path}` has changed since it was archived"

    def contents(self) -> dict[str, Path]:
        """Every video that is archived: SHA-256 -> file, sorted."""
        files = sorted(self._root.glob("[0-9a-f][0-9a-f]/*"))
        return {
            path.stem: path
            for path in files
            if path.suffix in SUFFIXES and _SHA256.fullmatch(path.stem) and path.stem.startswith(path.parent.name)
            if self._is_whole_file(path)
        }

    def arrived(self) -> dict[str, bytes]:
        """What was archived and is not known to be recorded: name -> what stands there, which holds its SHA-256.

        Raises:
            StorageError: it cannot be read.
        """
        folder = self._root / "arrived"
        with translated("read", folder):
            notes = sorted(folder.glob("*"))
        return {path.name: read_file(path, self._home, _LARGEST_NOTE) for path in notes}

    def remove(self, sha256: str) -> None:
        """Delete a video. Only for what no take refers to. Raises StorageError."""
        path = self.path_of(sha256)
        if path is not None:
            with translated("remove", path):
                remove_file(path, self._ops)

    def link(self, spec: str, instance: str, outputs: Sequence[Output]) -> None:
        """Point the readable tree at a shot's current outputs; see `LinkTree.show`.

        Raises:
            StorageError: the tree cannot be written, or a file of a user's stands in the way.
        """
        self.link_all(spec, {instance: outputs})

    def link_all(self, spec: str, current: Mapping[str, Sequence[Output]]) -> None:
        """As `link`, for several shots of a spec at once: instance -> current outputs, none for a retired shot."""
        self._tree.show(spec, {key: [self._find(output) for output in outputs] for key, outputs in current.items()})

    def _is_whole_file(self, path: Path) -> bool:
        """Whether a video is there, and not a link to something else: links are none that ltxspec made."""
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
        """The SHA-256 of a file that is a copy of an archived video."""
        sha256 = digest_of(file)
        return sha256 if self.has(sha256) else None

    def _partial(self, name: str) -> Path:
        """Names come from the provider: one that is no plain file name is replaced by its hash."""
        safe = name if _SAFE_NAME.fullmatch(name) else f"name-{_digest(name)}"
        return self._root / "partial" / safe

    def _arrival(self, name: str) -> Path:
        """Where what was archived under a name is noted until it is recorded."""
        return self._root / "arrived" / self._partial(name).name

    def _keep(self, partial: Path, recorded: str | None, name: str | None = None) -> Archived:
        """Archive a file that is known to be a video; `name`: what it is called until it is recorded."""
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
            home = self._root / sha256[:2] / f"{sha256}{suffix_of(partial)}"
            make_folder(home.parent, self._ops)
            self._rename(partial, home)  # also over a copy that was there: these bytes are known good
            with opened(home, os.O_RDONLY | os.O_NOFOLLOW, self._ops) as descriptor:
                os.fchmod(descriptor, _READ_ONLY)
            sync_folder(home.parent, self._ops)
            return Archived(sha256, size)

    def _reject(self, partial: Path) -> Path:
        """Keep a file aside, beside what was rejected before: only the very same bytes are not kept twice."""
        with translated("move", partial):
            sha256, number = hash_of(partial), 1
            aside = partial.with_name(f"{partial.name}.rejected")
            while aside.exists() and hash_of(aside) != sha256:
                number += 1
                aside = partial.with_name(f"{partial.name}.{number}.rejected")
            self._rename(partial, aside)
            return aside


def _digest(name: str) -> str:
    return sha256_hex(name.encode("utf-8", "surrogatepass"))[:32]
