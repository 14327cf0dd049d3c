"""The readable tree: `<spec>/<instance>.mp4`, links to archived videos under the names that users know.

What ltxspec did not make is never changed or removed: a file of a user's that stands in the way stays, and is reported.
"""

import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ltxspec.canonical import sha256_hex
from ltxspec.errors import StorageError
from ltxspec.storage.durable import REAL, FileOps, make_folder, translated
from ltxspec.storage.inside import refuse_outside

SUFFIXES = (".mp4", ".mov", ".webm")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff/\\:*?\"<>|]|^\.|[. ]$")
_LONGEST = 180  # bytes of a readable name; file systems take 255
_NUMBERED = re.compile(r"(?P<stem>.+)\.[1-9][0-9]{0,8}")
_ARCHIVED = re.compile(r"(?:.*/)?(?P<folder>[0-9a-f]{2})/(?P=folder)[0-9a-f]{62}\.(?:mp4|mov|webm)")

Videos = Sequence[Path | None]  # the archived file of each output; None for one that is not archived


@dataclass(frozen=True, slots=True)
class LinkTree:
    """The readable tree of one provider's current videos.

    Args:
        root: its folder, such as `renders`.
        project: nothing is written outside of this folder, whatever links lead there.
        archived: the SHA-256 of a file that holds the bytes of an archived video, as a copy of ours does; else None.
        ops: the system calls, for tests.
    """

    root: Path
    project: Path
    archived: Callable[[Path], str | None]
    ops: FileOps = REAL

    def refuse_outside(self, specs: Iterable[str] = ()) -> None:
        """Raise StorageError when the tree, or the part of one of these specs, lies outside of the project."""
        refuse_outside(self.project, self.root, *(self.root / file_name(spec) for spec in specs))

    def show(self, spec: str, wanted: Mapping[str, Videos]) -> None:
        """Point the tree at the videos of some instances: `<instance>.mp4`, or `<instance>.1.mp4`, `.2.mp4`, ….

        A number follows a dot, because a dash and a number may end another shot's name. An instance without videos
        loses every link it had. Links that are right are not touched.

        Raises:
            StorageError: the tree cannot be written; or a user's file is in the way, and all other links are right.
        """
        folder = self.root / file_name(spec)
        self.refuse_outside([spec])
        with translated("write", folder):
            present = _listing(folder)
            names = _names(wanted, present)
            stems = {stem for key in wanted for stem in _stems(key)}
            for name in sorted(present):
                if name not in names and _stem_of(name, stems) is not None and self._is_ours(folder / name):
                    (folder / name).unlink(missing_ok=True)
            if names:
                make_folder(folder, self.ops)
            in_the_way = [name for name, video in names.items() if not self._point(folder / name, video)]
        if in_the_way:
            raise StorageError(
                f"`{folder / in_the_way[0]}` was not made by ltxspec and stays as it is",
                hint="move it away, and run `ltxspec archive pull` to get the link",
            )

    def _is_ours(self, path: Path) -> bool:
        """Whether ltxspec made this: a link to an archived video, or a hard link or copy of one."""
        if path.is_symlink():
            return _ARCHIVED.fullmatch(path.readlink().as_posix()) is not None
        return path.is_file() and self.archived(path) is not None

    def _is_right(self, link: Path, target: str, video: Path) -> bool:
        """Whether a link, hard link or copy is as it should be."""
        if link.is_symlink():
            return str(link.readlink()) == target
        return link.is_file() and (link.samefile(video) or self.archived(link) == video.stem)

    def _point(self, link: Path, video: Path) -> bool:
        """Put a relative link in place; a hard link or a copy where there are no links. False: something else stays."""
        target = os.path.relpath(os.path.realpath(video), os.path.realpath(link.parent))
        if os.path.lexists(link):
            if self._is_right(link, target, video):
                return True
            if not self._is_ours(link):
                return False
        temporary = link.with_name(f".{link.name}.{os.getpid()}.tmp")
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
        return True


def file_name(name: str) -> str:
    """A spec name or instance key as a file name. Brackets and commas stay; what file systems refuse becomes `_`.

    A name that had to be changed or cut gets the start of its hash, so that two keys never share a file.
    """
    safe = _UNSAFE.sub("_", name)
    return name if safe == name and len(name.encode()) <= _LONGEST else _apart(name)


def _apart(name: str) -> str:
    """A file name that no other key has on any file system, not even on one that takes `Alley` for `alley`."""
    short = _UNSAFE.sub("_", name).encode()[:_LONGEST].decode("utf-8", "ignore")
    return f"{short}~{sha256_hex(name.encode('utf-8', 'surrogatepass'))[:8]}"


def _listing(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))  # noqa: PTH208  # names are all that is needed, of thousands of files
    except FileNotFoundError:
        return set()


def _stems(key: str) -> tuple[str, ...]:
    """The names that an instance's links may begin with."""
    return tuple(dict.fromkeys((file_name(key), _apart(key))))


def _names(wanted: Mapping[str, Videos], present: Iterable[str]) -> dict[str, Path]:
    """The links of some instances: name -> video.

    File systems that do not tell `Alley` from `alley` would give two shots one link: then the second one gets a name
    with the start of its hash.
    """
    taken: dict[str, set[str]] = {}  # names that are one file there
    for name in present:
        taken.setdefault(_fold(name), set()).add(name)
    names: dict[str, Path] = {}
    for key, videos in wanted.items():
        choices = [dict(_numbered(stem, videos)) for stem in _stems(key)]
        free = (choice for choice in choices if all(taken.get(_fold(name), set()) <= {name} for name in choice))
        for name, video in next(free, choices[-1]).items():
            taken.setdefault(_fold(name), set()).add(name)
            names[name] = video
    return names


def _numbered(stem: str, videos: Videos) -> Iterator[tuple[str, Path]]:
    for number, video in enumerate(videos, start=1):
        if video is not None:
            yield f"{stem}{'' if len(videos) == 1 else f'.{number}'}{video.suffix}", video


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _stem_of(name: str, stems: set[str]) -> str | None:
    """Whose link a file is, by its name; None when it is none of these instances'."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122  # a name, not a path
    if suffix not in SUFFIXES:
        return None
    if stem in stems:
        return stem
    numbered = _NUMBERED.fullmatch(stem)
    return numbered["stem"] if numbered is not None and numbered["stem"] in stems else None
