"""Sends the videos of recorded takes to the object store: what it has already is not sent again."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ltxspec.errors import LtxspecError
from ltxspec.project.adapters import open_archive
from ltxspec.project.archives.pull import Good, takes_of
from ltxspec.project.lookup import readable_lockfiles, recorded_shots
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import needed_store, sent_list
from ltxspec.storage.store.port import StoredObject
from ltxspec.storage.store.videos import VideoStore

_AT_ONCE = 4  # videos


@dataclass(slots=True)
class Pushed:
    """What was sent, or would be.

    Attributes:
        sent: how many videos were sent.
        bytes: their size.
        present: how many were in the store already.
        absent: how many are neither there nor on this machine.
        failed: how many could not be sent.
        unread: how many lockfiles could not be read.
    """

    sent: int = 0
    bytes: int = 0
    present: int = 0
    absent: int = 0
    failed: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Video:
    """A video of this machine that the store lacks."""

    sha256: str
    shown: str  # the shot, and the take if it is not the current one
    place: Path
    bytes: int
    damaged: bool  # in the store, where it has another size


Elsewhere = Callable[[Sequence[Video]], Iterable[LtxspecError | None]]  # sends videos; why one could not be sent


def push_videos(
    project: ProjectContext,
    say: Callable[[str], None],
    *,
    dry_run: bool = False,
    elsewhere: Elsewhere | None = None,
) -> Pushed:
    """Send every video that a lockfile names, that is on this machine, and that the store does not have.

    Each is sent completely or not at all; one that was cut short is sent anew the next time. A problem with one does
    not affect the others.

    Args:
        project: whose takes and store.
        say: gets a line for each video and problem; it is `Good` if it is no problem.
        dry_run: send nothing.
        elsewhere: sends them, by other machines that see the archive; None: this process.

    Raises:
        Refused: there is no store, or it belongs to another project.
        StorageError: the store cannot be reached.
    """
    store = needed_store(project, create=not dry_run)
    named, problems = _named(project)
    for problem in problems:
        say(f"error[{problem.code}]: {problem.line}")
    there = store.listed()
    pushed = Pushed(unread=len(problems))
    missing = list(_missing(project, named, there, pushed))
    if dry_run:
        for video in missing:
            say(Good(f"{video.shown}: would be sent ({video.bytes / 1e6:.1f} MB)"))
        pushed.sent, pushed.bytes = len(missing), sum(video.bytes for video in missing)
        return pushed
    present = there.keys() & named.keys()
    if missing or (present and not store.has_owner()):
        store.refuse_other_project()
    if missing:
        _send_all(project, store, missing, pushed, say, elsewhere)
    sent_list(project, store).add(present - sent_list(project, store).read())
    return pushed


def put(store: VideoStore, video: Video) -> LtxspecError | None:
    """Send one video; returns why it could not be sent."""
    try:
        store.put(video.sha256, video.place, replace=video.damaged)
    except LtxspecError as error:
        return error
    return None


def _named(project: ProjectContext) -> tuple[Mapping[str, str], Sequence[LtxspecError]]:
    """The videos of all takes: SHA-256 -> the first shot with it; and lockfiles that cannot be read."""
    lockfiles, problems = readable_lockfiles(project)
    named: dict[str, str] = {}
    for holding, number, take, current in takes_of(recorded_shots(lockfiles)):
        for output in take.outputs:
            if output.sha256 is not None:
                named.setdefault(output.sha256, f"{holding.address}{'' if current else f' take {number}'}")
    return named, problems


def _missing(
    project: ProjectContext, named: Mapping[str, str], there: Mapping[str, StoredObject], pushed: Pushed
) -> Iterator[Video]:
    """Videos on this machine that the store lacks, or has with another size. Counts the others."""
    archive = open_archive(project)
    for sha256, shown in named.items():
        place, stored = archive.path_of(sha256), there.get(sha256)
        size = place.stat().st_size if place is not None else None
        if stored is not None and size in (None, stored.bytes):
            pushed.present += 1
        elif place is None or size is None:
            pushed.absent += 1
        else:
            yield Video(sha256, shown, place, size, damaged=stored is not None)


def _send_all(
    project: ProjectContext,
    store: VideoStore,
    videos: Sequence[Video],
    pushed: Pushed,
    say: Callable[[str], None],
    elsewhere: Elsewhere | None,
) -> None:
    sent = sent_list(project, store)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        results = elsewhere(videos) if elsewhere is not None else pool.map(partial(put, store), videos)
        for number, (video, error) in enumerate(zip(videos, results, strict=True), start=1):
            count = f"[{number}/{len(videos)}] {video.shown}"
            if error is not None:
                pushed.failed += 1
                say(f"{count}: {error.line}")
                continue
            sent.add([video.sha256])
            pushed.sent += 1
            pushed.bytes += video.bytes
            again = " again: the one in the store was damaged" if video.damaged else ""
            say(Good(f"{count}: sent{again} ({video.bytes / 1e6:.1f} MB)"))
