"""Puts the videos of a timeline into a folder under readable names: as copies, or as links to the archive.

What is there already is never replaced by something else: names contain the take's number, so that a file of one name
is always meant to have the same bytes.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ltxspec.errors import MediaError, StorageError
from ltxspec.project.project import ProjectContext
from ltxspec.report.timeline.models import Cut, Timeline
from ltxspec.storage.durable import translated
from ltxspec.storage.inside import refuse_outside
from ltxspec.storage.outputs import replacing, write_document
from ltxspec.storage.videos import hash_of

_CHUNK = 2**20  # bytes


@dataclass(frozen=True, slots=True)
class MediaFolder:
    """Where the videos go; `link`: as symbolic links to the archive instead of copies."""

    path: Path
    link: bool = False


@dataclass(frozen=True, slots=True)
class _Video:
    """A video of the archive, and the file that shows it."""

    source: Path
    target: Path
    sha256: str

    @property
    def is_linked(self) -> bool:
        return self.target.is_symlink() and os.path.realpath(self.target) == os.path.realpath(self.source)


def gather(project: ProjectContext, timeline: Timeline, folder: MediaFolder) -> Timeline:
    """Put the videos that are on this machine into the folder; in the timeline returned, they are there.

    Raises:
        StorageError: another file has one of the names (nothing is written then), the folder cannot be written, or a
            link in the project leads it out of the project.
        MediaError: a video was altered while it was copied.
    """
    path = Path(os.path.abspath(folder.path))  # noqa: PTH100  # links stay as they are
    if path.is_relative_to(project.root):
        refuse_outside(project.root, path)
    videos = _videos(timeline.cuts, path)
    for video in videos:
        _refuse_other(video)
    with translated("write", path):
        path.mkdir(parents=True, exist_ok=True)
    for video in videos:
        (_link if folder.link else _copy)(video)
    places = {cut.address: str(path / cut.take.file) for cut in timeline.cuts if cut.take is not None}
    return replace(timeline, cuts=tuple(_placed(cut, places.get(cut.address)) for cut in timeline.cuts))


def beside(timeline: Timeline, folder: Path) -> Timeline:
    """The timeline with places relative to its own folder, for the videos below it: both can be moved together."""
    home = Path(os.path.abspath(folder))  # noqa: PTH100  # links stay as they are

    def place(cut: Cut) -> str | None:
        found = cut.take.place if cut.take is not None else None
        is_below = found is not None and Path(found).is_relative_to(home)
        return Path(str(found)).relative_to(home).as_posix() if is_below else found

    return replace(timeline, cuts=tuple(_placed(cut, place(cut)) for cut in timeline.cuts))


def save_timeline(path: Path, text: str, begins: str) -> None:
    """Write the timeline to a file; an existing one is replaced completely or not at all.

    Raises:
        StorageError: it cannot be written, or there is a file that does not begin with `begins`.
    """
    write_document(path, [text.encode()], begins.encode())


def _placed(cut: Cut, place: str | None) -> Cut:
    """The cut with its video in another place, if it is on this machine."""
    if cut.take is None or cut.take.place is None or place is None:
        return cut
    return replace(cut, take=replace(cut.take, place=place))


def _videos(cuts: Sequence[Cut], folder: Path) -> list[_Video]:
    takes = (cut.take for cut in cuts if cut.take is not None)
    return [
        _Video(Path(take.place), folder / take.file, take.sha256)
        for take in takes
        if take.place is not None and take.sha256 is not None
    ]


def _refuse_other(video: _Video) -> None:
    if not os.path.lexists(video.target) or video.is_linked:
        return
    with translated("read", video.target):
        is_same = video.target.is_file() and not video.target.is_symlink() and hash_of(video.target) == video.sha256
    if not is_same:
        raise StorageError(
            f"`{video.target}` is another file and was left unchanged", hint="move it away, or name another folder"
        )


def _link(video: _Video) -> None:
    """A link; a copy that is there already stays."""
    if os.path.lexists(video.target):
        return
    with translated("write", video.target):
        video.target.symlink_to(os.path.relpath(os.path.realpath(video.source), os.path.realpath(video.target.parent)))


def _copy(video: _Video) -> None:
    """A copy of exactly the recorded bytes, also in place of a link."""
    if os.path.lexists(video.target) and not video.is_linked:
        return
    with replacing(video.target) as aside, translated("copy", video.target):
        digest = hashlib.sha256()
        with video.source.open("rb") as source, aside.open("xb") as copy:
            while piece := source.read(_CHUNK):
                digest.update(piece)
                copy.write(piece)
        if digest.hexdigest() != video.sha256:
            raise MediaError(f"`{video.source}` has changed since it was archived")
