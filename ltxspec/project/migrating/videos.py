"""Archives videos that lie beside kept requests and replies, under the task that they belong to."""

import contextlib
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from ltxspec.apply.archived import with_archived
from ltxspec.apply.delivery import names_of
from ltxspec.apply.exchanges import Order
from ltxspec.apply.ports import Archived
from ltxspec.errors import LtxspecError, MediaError, StorageError
from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Output, Take
from ltxspec.media.checking import CHECKS
from ltxspec.project.adapters import open_archive
from ltxspec.project.links import relink
from ltxspec.project.locks import locked
from ltxspec.project.project import ProjectContext
from ltxspec.storage.archive import FolderArchive
from ltxspec.storage.links import SUFFIXES
from ltxspec.values import ShotAddress

_PIECE = 2**20  # bytes that are copied at once
_SHORTER = 0.5  # seconds by which a video may differ from its order, as in the checks of new videos
_ROLES = (".request", ".response", "_request", "_response", "-request", "-response")


@dataclass(frozen=True, slots=True)
class PastTake:
    """A recorded take, where it is recorded, and the order that it came from."""

    address: ShotAddress
    take: Take
    order: Order


@dataclass(slots=True)
class Beside:
    """What was found beside the documents: how many videos were archived, and remarks about the others."""

    archived: int = 0
    notes: list[str] = field(default_factory=list)


def archive_beside(
    project: ProjectContext, source: Path, name: str, takes: Sequence[PastTake], alone: Mapping[str, int]
) -> Beside:
    """Archive every video of these takes that is a file below the source, and record it.

    A file belongs to a result if its name is the id of the video, the name in the video's address, or the id of a task
    with one result; or if it is named as the only order of a document beside it, and has the size and length ordered.

    Args:
        project: the project.
        source: the folder with the documents, or one of them.
        name: its path as the user wrote it.
        takes: recorded takes.
        alone: document -> number of orders in it.

    Raises:
        LockHeld, LockfileError, StorageError: as for every change of a lockfile.
    """
    files, done = _Files(source, name, alone, takes), Beside()
    specs = sorted({each.address.spec for each in takes})
    if not files.by_name or not specs:
        return done
    archive = open_archive(project, specs)
    with locked(project, specs, command="import") as states:
        for spec in specs:
            lockfile = states[spec].read_lockfile()
            for each in takes:
                if each.address.spec == spec:
                    found = _archive_take(archive, files, each, done)
                    lockfile = with_archived(lockfile, each.take.task_id, each.take.outputs, found)
            states[spec].write_lockfile(lockfile)
            relink(project, [lockfile])
    for each in takes:
        archive.forget(names_of(each.take.task_id, each.take.outputs))
    return done


class _Files:
    """The videos below a folder, by their names without endings."""

    def __init__(self, source: Path, name: str, alone: Mapping[str, int], takes: Sequence[PastTake]) -> None:
        self._folder, self._name, self._alone = source if source.is_dir() else source.parent, name, alone
        self._is_folder = source.is_dir()
        self._stems = Counter(_stem_of(output) for each in takes for output in each.take.outputs)
        self.by_name: dict[str, list[Path]] = defaultdict(list)
        for path in _videos(self._folder, deep=self._is_folder):
            self.by_name[path.stem.lower()].append(path)

    def certain(self, take: Take, output: Output) -> list[Path]:
        """Files that are named after this result, and after no other one."""
        stem = _stem_of(output)
        names = [output.video_uuid or "", stem if self._stems[stem] == 1 else ""]
        names += [take.task_id] if len(take.outputs) == 1 else []
        return list(dict.fromkeys(path for name in names if name for path in self.by_name.get(name.lower(), ())))

    def beside(self, order: Order) -> list[Path]:
        """Files that are named after the document with this order, if it has no other, in the same folder."""
        document = order.place.file
        if self._alone.get(document) != 1:
            return []
        path = self._folder / Path(document).relative_to(self._name) if self._is_folder else Path(document)
        stem = path.stem
        for role in _ROLES:
            stem = stem.removesuffix(role)
        folder = path.parent if self._is_folder else self._folder
        return [found for found in self.by_name.get(stem.lower(), ()) if found.parent == folder]

    def shown(self, path: Path) -> str:
        """A file as shown to users."""
        return Path(self._name, path.relative_to(self._folder)).as_posix() if self._is_folder else path.name


def _stem_of(output: Output) -> str:
    """The name in a video's address, without its ending."""
    return PurePosixPath(urlsplit(output.video_url or "").path).stem.lower()


def _videos(folder: Path, *, deep: bool) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(inner for inner in folders if deep and not inner.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Path(place, name)


def _archive_take(archive: FolderArchive, files: _Files, each: PastTake, done: Beside) -> list[Archived | None]:
    take, found = each.take, list[Archived | None]()
    for output, label in zip(take.outputs, names_of(take.task_id, take.outputs), strict=True):
        if output.sha256 is not None and archive.has(output.sha256):
            found.append(None)
            continue
        archived = _archive_output(archive, files, each, output, label, done)
        done.archived += archived is not None
        found.append(archived)
    return found


def _archive_output(  # one result needs all of them: a class would only rename them
    archive: FolderArchive, files: _Files, each: PastTake, output: Output, label: str, done: Beside
) -> Archived | None:
    paths, is_certain = files.certain(each.take, output), True
    if not paths and len(each.take.outputs) == 1:
        paths, is_certain = files.beside(each.order), False
    if len(paths) > 1:
        names = ", ".join(f"`{files.shown(path)}`" for path in paths)
        done.notes.append(f"{each.address}: several files may be the video of task {each.take.task_id}: {names}")
    if len(paths) != 1:
        return None
    try:
        if not paths[0].is_file() or paths[0].is_symlink():
            raise StorageError("it is not a regular file")
        facts = CHECKS(paths[0])
        if not is_certain and not _fits(facts, each.take):
            message = "is not of the size or length ordered, and is left out"
            done.notes.append(f"{each.address}: `{files.shown(paths[0])}` {message}")
            return None
        return _copied(archive, paths[0], label, output.sha256)
    except (LtxspecError, OSError) as error:
        reason = error.line if isinstance(error, LtxspecError) else error.strerror
        done.notes.append(f"{each.address}: `{files.shown(paths[0])}` is not archived: {reason}")
        return None


def _copied(archive: FolderArchive, path: Path, label: str, recorded: str | None) -> Archived:
    """Copy a file into the archive, which checks it once more. Raises MediaError, StorageError, OSError."""
    sink = archive.begin(label)
    sink.restart()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            sink.write(piece)
    try:
        return archive.finish(label, recorded)
    except MediaError:
        with contextlib.suppress(StorageError):
            sink.restart()
        raise


def _fits(facts: VideoFacts | None, take: Take) -> bool:
    """Whether a video has the size and length of a request, as far as the request states them."""
    if facts is None:
        return False
    request = take.request
    sides = [(facts.width, request.get("width")), (facts.height, request.get("height"))]
    length = request.get("duration")
    is_long = not isinstance(length, int | float) or abs(facts.seconds - length) <= _SHORTER
    return is_long and all(wanted is None or wanted == side for side, wanted in sides)
