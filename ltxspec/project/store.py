"""The object store of a project: opening it, and finding videos in it that this machine lacks."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ltxspec.apply.ports import Sink
from ltxspec.errors import LtxspecError, MediaError, Refused, StorageError
from ltxspec.lock.models import Output
from ltxspec.project.adapters import open_archive
from ltxspec.project.project import ProjectContext
from ltxspec.storage.file_lock import exclusive
from ltxspec.storage.store.opening import open_store
from ltxspec.storage.store.sent import SentList
from ltxspec.storage.store.videos import DamagedVideo, VideoStore

if TYPE_CHECKING:
    from ltxspec.storage.archive import FolderArchive
    from ltxspec.storage.store_config import StoreConfig

_PATIENCE = 600.0  # seconds to wait for another process that is fetching a video


def open_videos(project: ProjectContext, *, create: bool = False) -> VideoStore | None:
    """The videos of this provider in the configured store; None if there is no store for them.

    Args:
        project: configures the store.
        create: make the folder of a `file://` store, for what writes to it; one outside the project is reported.

    Raises:
        Refused, StorageError: see `open_store`.
    """
    config = project.config.store
    if not has_store(project):
        return None
    store = open_store(config, project.environ, create=create)
    if create and config.url is not None and config.url.startswith("file://"):
        _warn_of_another_place(project, Path(unquote(urlsplit(config.url).path)))
    return None if store is None else VideoStore(store, project.service.folder, project.config.project.id)


def has_store(project: ProjectContext) -> bool:
    """Whether videos of the provider go to a store."""
    config = project.config.store
    return config.url is not None and (config.free or not project.service.free)


def is_made(config: "StoreConfig") -> bool:
    """Whether the folder of a `file://` store exists; of other stores it is unknown without a request."""
    is_folder = config.url is not None and config.url.startswith("file://")
    return not is_folder or Path(unquote(urlsplit(config.url or "").path)).is_dir()


def _warn_of_another_place(project: ProjectContext, folder: Path) -> None:
    """Warn if videos are stored outside the project: the location may come from a cloned repository."""
    if not folder.resolve().is_relative_to(project.root.resolve()):
        project.warn(f"videos are stored outside the project, in `{folder}`: see `[store] url` in `ltxspec.toml`")


def needed_store(project: ProjectContext, *, create: bool = False) -> VideoStore:
    """As `open_videos`, for what cannot be done without a store. Raises Refused if there is none."""
    if (store := open_videos(project, create=create)) is not None:
        return store
    if project.config.store.url is not None:
        raise Refused(
            "no-store", "the sandbox's videos are not stored", hint="set `[store] free = true` to store them, too"
        )
    raise Refused("no-store", "there is no store", hint="name one in `[store] url` of `ltxspec.toml`")


def sent_list(project: ProjectContext, store: VideoStore) -> SentList:
    """This machine's list of what is in the store."""
    return SentList(project.local / "store", store.name, project.root)


def note_stored(project: ProjectContext, store: VideoStore, videos: Iterable[str]) -> None:
    """Note that videos were found intact in the store; they count as unsent if the list cannot be written."""
    try:
        sent = sent_list(project, store)
        sent.add(set(videos) - sent.read())
    except StorageError as error:
        project.warn(f"that the store has a video could not be noted: {error.line}")


def send(project: ProjectContext, store: VideoStore, sha256: str, place: Path) -> None:
    """Send one archived video, and note that the store has it. Raises StorageError."""
    store.put(sha256, place)
    sent_list(project, store).add([sha256])


def bring(project: ProjectContext, archive: "FolderArchive", store: VideoStore, sha256: str) -> bool:
    """Fetch a video from the store into the archive; False if the store does not have it.

    It is written to a temporary file, hashed, checked, and then moved into its place. What was cut short starts anew.

    Raises:
        DamagedVideo: the store has other bytes under this hash: nothing is archived then.
        StorageError: the store cannot be reached.
        MediaError: it has the right hash, and is no video.
        LockHeld: another process has been fetching videos for ten minutes.
    """
    guard = project.local / "store" / "fetching.lock"
    with exclusive(guard, wait=_PATIENCE, command="ltxspec", within=project.root, work="fetching from the store"):
        if archive.has(sha256):
            return True
        name = f"store-{sha256}"
        sinks: list[Sink] = []

        def write(piece: bytes) -> None:
            if not sinks:
                sinks.append(archive.begin(name))
                sinks[0].restart()
            sinks[0].write(piece)

        try:
            is_there = store.fetch(sha256, write)
        except BaseException:
            for sink in sinks:
                sink.restart()
            raise
        if is_there:
            note_stored(project, store, [sha256])
            archive.finish(name, sha256)
            archive.forget([name])
        return is_there


@dataclass(slots=True)
class Finder:
    """Finds videos by hash: in the archive, else in the store, from which they are archived.

    What the store does not give now counts as not on this machine, with one warning.
    """

    project: ProjectContext
    archive: "FolderArchive"
    _store: VideoStore | None = None
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _gone: set[str] = field(default_factory=set)
    _is_open: bool = False

    def __call__(self, sha256: str) -> Path | None:
        """The file of a video, or None."""
        place = self.archive.path_of(sha256)
        if place is not None or self.project.config.store.url is None:
            return place
        with self._guard:  # pages look in several threads
            if sha256 not in self._gone and not self._fetched(sha256):
                self._gone.add(sha256)
        return self.archive.path_of(sha256)

    def _fetched(self, sha256: str) -> bool:
        try:
            if not self._is_open:
                self._is_open, self._store = True, open_videos(self.project)
            return self._store is not None and bring(self.project, self.archive, self._store, sha256)
        except LtxspecError as error:
            self.project.warn(f"a video could not be fetched from the store: {error.line}")
            if not isinstance(error, DamagedVideo | MediaError):
                self._store = None  # it is away: asking for each video would take long
            return False


@dataclass(slots=True)
class StoredVideos:
    """Brings the videos of takes from the store, one take after the other; does nothing without a store.

    Args:
        project: whose store.
        archive: where they go.
        say: gets a line for each problem. A store that is away is asked once.
    """

    project: ProjectContext
    archive: "FolderArchive"
    say: Callable[[str], None]
    brought: int = 0  # videos
    _store: VideoStore | None = None
    _is_open: bool = False

    def bring(self, outputs: Sequence[Output]) -> None:
        """Fetch what is not archived. What the store does not give is left to the provider."""
        for sha256 in (output.sha256 for output in outputs):
            try:
                if not self._is_open:
                    self._is_open, self._store = True, open_videos(self.project)
                if self._store is None or sha256 is None or self.archive.has(sha256):
                    continue
                self.brought += bring(self.project, self.archive, self._store, sha256)
            except LtxspecError as error:
                self.say(error.line)
                if not isinstance(error, DamagedVideo | MediaError):
                    self._store = None


def video_finder(project: ProjectContext, archive: "FolderArchive | None" = None) -> Callable[[str], Path | None]:
    """A function that finds videos of this project by hash. Raises as `open_archive` does."""
    return Finder(project, archive or open_archive(project))


def stored_links(project: ProjectContext, outputs: Sequence[Output]) -> dict[str, str]:
    """Addresses of videos in the store: SHA-256 -> address, valid for `[store] link_life`. Empty without a store.

    What the store does not have, or gives no address of, is left out; a store that is away causes a warning.
    """
    links: dict[str, str] = {}
    try:
        store = open_videos(project)
        for sha256 in (output.sha256 for output in outputs if store is not None):
            link = store.link(sha256, project.config.store.link_life) if sha256 and store is not None else None
            if sha256 is not None and link is not None:
                links[sha256] = link
    except LtxspecError as error:
        project.warn(f"the store gives no addresses: {error.line}")
    return links


def unsent(project: ProjectContext, store: VideoStore, videos: Sequence[str]) -> list[str]:
    """Those of some videos that are archived here and not known to be in the store. Raises StorageError."""
    archive, sent = open_archive(project), sent_list(project, store).read()
    return [sha256 for sha256 in dict.fromkeys(videos) if sha256 not in sent and archive.has(sha256)]
