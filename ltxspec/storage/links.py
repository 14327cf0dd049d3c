"""The readable tree: `<spec>/<instance>.mp4`, links to archived videos under the names that users know.

Only what ltxspec made is changed or removed: a user's file that is in the way stays, and is reported.
"""

import contextlib
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ltxspec.canonical import sha256_hex
from ltxspec.errors import StorageError
from ltxspec.spec.names import folded
from ltxspec.storage.durable import REAL, FileOps, make_folder, opened, translated
from ltxspec.storage.inside import open_file, refuse_outside
from ltxspec.storage.listing import Listing, Listings

SUFFIXES = (".mp4", ".mov", ".webm")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff/\\:*?\"<>|]|^\.|[. ]$")
_LONGEST = 180  # bytes of a readable name; file systems allow 255
_NUMBERED = re.compile(r"(?P<stem>.+)\.[1-9][0-9]{0,8}")
_ARCHIVED = re.compile(r"(?:.*/)?(?P<folder>[0-9a-f]{2})/(?P=folder)[0-9a-f]{62}\.(?:mp4|mov|webm)")

Videos = Sequence[Path | None]  # the archived file of each output; None if it is not archived


@dataclass(frozen=True, slots=True)
class LinkTree:
    """The readable tree of one provider's current videos.

    Args:
        root: its folder, such as `renders`.
        project: nothing is written outside this folder, wherever links lead.
        archived: returns the SHA-256 of an open file if its bytes are an archived video (our copy), else None.
        ops: the system calls, for tests.
    """

    root: Path
    project: Path
    archived: Callable[[BinaryIO], str | None]
    ops: FileOps = REAL
    _listings: Listings = field(default_factory=lambda: Listings(_stems_of), compare=False, repr=False)

    def refuse_outside(self, specs: Iterable[str] = ()) -> None:
        """Raise StorageError when the tree, or the part of one of these specs, is outside the project."""
        refuse_outside(self.project, self.root, *(self.root / file_name(spec) for spec in specs))

    def show(self, spec: str, wanted: Mapping[str, Videos]) -> None:
        """Update the links of some instances: `<instance>.mp4`, or `<instance>.1.mp4`, `.2.mp4`, ….

        The number follows a dot, because another shot's name may end in a dash and a number. An instance without videos
        loses all its links. Correct links are left alone.

        Raises:
            StorageError: the tree cannot be written; or a user's file is in the way (all other links are made).
        """
        folder = self.root / file_name(spec)
        self.refuse_outside([spec])
        ops = self.ops.inside(self.project)
        with translated("write", folder):
            if any(video is not None for videos in wanted.values() for video in videos):
                make_folder(folder, ops)
            try:
                with opened(folder, os.O_RDONLY | os.O_DIRECTORY, ops) as held:
                    in_the_way = self._fill(_Held(folder, held), wanted)
            except FileNotFoundError:
                return  # nothing to show and nothing to remove
        if in_the_way:
            raise StorageError(
                f"`{folder / in_the_way[0]}` was not created by ltxspec and was left unchanged",
                hint="move it away, and run `ltxspec archive pull` to get the link",
            )

    def _fill(self, folder: "_Held", wanted: Mapping[str, Videos]) -> list[str]:
        """Make the links; returns the names where a user's file is in the way."""
        place = str(folder.path)
        present = self._listings.of(place, folder.descriptor)
        names = _names(wanted, present)
        stems = {stem for key in wanted for stem in _stems(key)}
        for name in sorted({name for stem in stems for name in present.of_stem(stem)} - names.keys()):
            if self._is_ours(folder, name):
                folder.unlink(name)
                present.discard(name)
        in_the_way = [name for name, video in names.items() if not self._point(folder, name, video)]
        for name in names:
            present.add(name)
        self._listings.keep(place, folder.descriptor, present)
        return in_the_way

    def _is_ours(self, folder: "_Held", name: str) -> bool:
        """Whether ltxspec made this: a link to an archived video, or a hard link to one or a copy of one."""
        target = folder.link(name)
        if target is not None:
            return _ARCHIVED.fullmatch(target.replace(os.sep, "/")) is not None
        return self._content(folder, name) is not None

    def _is_right(self, folder: "_Held", name: str, target: str, video: Path) -> bool:
        """Whether a link, hard link or copy is already correct."""
        held = folder.link(name)
        if held is not None:
            return held == target
        is_hard_link = os.path.samestat(
            os.stat(name, dir_fd=folder.descriptor, follow_symlinks=False), video.stat()
        )  # in a held folder
        return is_hard_link or self._content(folder, name) == video.stem

    def _content(self, folder: "_Held", name: str) -> str | None:
        """The SHA-256 of a file that holds an archived video; None for anything else."""
        try:
            with folder.opened(name) as file:
                return self.archived(file)
        except OSError:
            return None  # a folder, a pipe, or an unreadable file: not ours

    def _point(self, folder: "_Held", name: str, video: Path) -> bool:
        """Put a relative link in place; without link support a hard link or copy. False: another file is there."""
        target = os.path.relpath(os.path.realpath(video), os.path.realpath(folder.path))
        if folder.has(name):
            if self._is_right(folder, name, target, video):
                return True
            if not self._is_ours(folder, name):
                return False
        temporary, at = f".{name}.{os.getpid()}.tmp", folder.descriptor
        folder.unlink(temporary)
        try:
            os.symlink(target, temporary, dir_fd=at)  # in a held folder
        except (OSError, NotImplementedError):  # no links on this file system; no `dir_fd` on this platform
            try:
                os.link(video, temporary, dst_dir_fd=at)  # in a held folder
            except (OSError, NotImplementedError):  # no hard links here either, or no `dst_dir_fd`
                folder.copy(video, temporary)
        os.replace(temporary, name, src_dir_fd=at, dst_dir_fd=at)  # in a held folder
        folder.unlink(temporary)  # renaming onto another hard link to the same file does nothing
        return True


@dataclass(frozen=True, slots=True)
class _Held:
    """A folder held open: operations happen in it even if its path now leads elsewhere."""

    path: Path
    descriptor: int

    def has(self, name: str) -> bool:
        return self._mode(name) is not None

    def link(self, name: str) -> str | None:
        """A link's target; None for anything else."""
        mode = self._mode(name)
        return (
            os.readlink(name, dir_fd=self.descriptor) if mode is not None and stat.S_ISLNK(mode) else None
        )  # in a held folder

    def unlink(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self.descriptor)  # in a held folder

    def opened(self, name: str) -> BinaryIO:
        """Open a regular file for reading. Raises OSError."""
        return os.fdopen(open_file(name, os.O_RDONLY | os.O_NOFOLLOW, folder=self.descriptor), "rb")

    def copy(self, source: Path, name: str) -> None:
        """Copy a file into the folder. Raises OSError."""
        descriptor = open_file(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, folder=self.descriptor)
        with source.open("rb") as file, os.fdopen(descriptor, "wb") as copy:
            shutil.copyfileobj(file, copy)

    def _mode(self, name: str) -> int | None:
        try:
            return os.stat(name, dir_fd=self.descriptor, follow_symlinks=False).st_mode  # in a held folder
        except FileNotFoundError:
            return None


def file_name(name: str) -> str:
    """A spec name or instance key as a file name. Brackets and commas stay; characters file systems reject become `_`.

    A name that had to be changed or cut gets a hash prefix appended, so that two keys never share a file.
    """
    safe = _UNSAFE.sub("_", name)
    return name if safe == name and len(name.encode()) <= _LONGEST else _apart(name)


def _apart(name: str) -> str:
    """A file name that is unique to the key on any file system, even one that ignores case (`Alley`, `alley`)."""
    short = _UNSAFE.sub("_", name).encode()[:_LONGEST].decode("utf-8", "ignore")
    return f"{short}~{sha256_hex(name.encode('utf-8', 'surrogatepass'))[:8]}"


def _stems(key: str) -> tuple[str, ...]:
    """The stems that an instance's link names may have."""
    return tuple(dict.fromkeys((file_name(key), _apart(key))))


def _names(wanted: Mapping[str, Videos], present: Listing) -> dict[str, Path]:
    """The links of some instances: name -> video.

    On file systems that ignore case, `Alley` and `alley` would share one link: the second one then gets a name with a
    hash prefix.
    """
    taken: dict[str, set[str]] = {}  # names of this call that may denote the same file
    names: dict[str, Path] = {}
    for key, videos in wanted.items():
        choices = [dict(_numbered(stem, videos)) for stem in _stems(key)]
        free = (
            choice
            for choice in choices
            if all(present.like(name) | taken.get(folded(name), set()) <= {name} for name in choice)
        )
        for name, video in next(free, choices[-1]).items():
            taken.setdefault(folded(name), set()).add(name)
            names[name] = video
    return names


def _numbered(stem: str, videos: Videos) -> Iterator[tuple[str, Path]]:
    for number, video in enumerate(videos, start=1):
        if video is not None:
            yield f"{stem}{'' if len(videos) == 1 else f'.{number}'}{video.suffix}", video


def _stems_of(name: str) -> tuple[str, ...]:
    """The instance stems that a link's name may belong to; none for a name that no link has."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122  # a name, not a path
    if suffix not in SUFFIXES:
        return ()
    numbered = _NUMBERED.fullmatch(stem)
    return (stem,) if numbered is None else (stem, numbered["stem"])
