"""Lets the provider put finished videos straight into the team's store, and takes them from there.

Each order of one result gets a signed address when it is sent. The video is read once from the store, hashed and
decoded like a download, and then copied inside the store: neither downloaded from the provider nor sent from here.
What is not there, or not usable, is downloaded from the provider as ever.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ltxspec.apply.ports import Archived, RenderOrder
from ltxspec.errors import LtxspecError, MediaError
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import open_videos, sent_list
from ltxspec.providers.hosts import is_private
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.store.incoming import Incoming, SetAside
from ltxspec.storage.store.videos import VideoStore
from ltxspec.values import TaskId

if TYPE_CHECKING:
    from ltxspec.storage.archive import FolderArchive

UPLOAD: Final = "uploadEndpoint"
_NAME: Final = re.compile(r"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\.0-[0-9a-f]{8}")  # the first result of a task
_LEAST_LIFE: Final = 3600  # seconds for which an address is valid
_LONGEST_LIFE: Final = 7 * 86400
_WAITS: Final = (0.5, 1.0, 2.0, 4.0)  # seconds: a task may end a moment before its video has arrived
_MOST_MISSED: Final = 2  # videos in a row that did not arrive, after which none is waited for


def is_direct(project: ProjectContext) -> bool:
    """Whether the provider is to put videos into the store: as configured, by default S3 that it can reach."""
    store, service = project.config.store, project.service
    if store.url is None or not service.address:
        return False
    if store.direct is not None:
        return store.direct
    provider = project.environ.get(service.address_variable) or project.service_config.base_url
    return store.url.startswith("s3://") and (not _is_private(store.endpoint) or _is_private(provider))


def _is_private(address: str | None) -> bool:
    return address is not None and is_private(urlsplit(address).hostname or "")


def direct_of(project: ProjectContext) -> "Direct | None":
    """What puts videos straight into the store; None if that is off. Raises as `open_store` does."""
    videos = open_videos(project) if is_direct(project) else None
    return None if videos is None else Direct(project, videos, Incoming(videos.objects, project.service.folder))


@dataclass(slots=True)
class Direct:
    """The videos of one run that the provider puts into the store. Its methods block, and never fail."""

    project: ProjectContext
    videos: VideoStore
    incoming: Incoming
    pause: Callable[[float], None] = field(default=SystemClock().pause)
    _awaited: set[TaskId] = field(default_factory=set)  # got an address in this run
    _aside: dict[str, list[SetAside]] = field(default_factory=dict)  # by SHA-256
    _missed: int = 0  # videos in a row that were awaited and did not arrive
    _is_ready: bool | None = None  # whether addresses can be used; None: not tried yet
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def address(self, order: RenderOrder) -> str | None:
        """Where the video of an order is to be put; None if it has several, or the store cannot be written."""
        if order.results != 1 or UPLOAD in order.body or not self._ready():
            return None
        life = min(max(2 * int(self.project.service_config.task_timeout), _LEAST_LIFE), _LONGEST_LIFE)
        try:
            address = self.incoming.address(order.task_id, life)
        except LtxspecError as error:
            self._give_up(error)
            return None
        if address is not None:
            self._awaited.add(order.task_id)
        return address

    def arriving(self, archive: "FolderArchive", name: str) -> Archived | None:
        """See `Arriving`."""
        found = _NAME.fullmatch(name)
        if found is None or self._is_ready is False:
            return None
        task = TaskId(found[1])
        try:
            key = self._set_aside(task)
            return None if key is None else self._taken(archive, name, task, key)
        except MediaError as error:
            self.project.warn(f"what the provider put into the store is not used, but downloaded: {error.line}")
        except LtxspecError as error:
            self._give_up(error)
        return None

    def keep(self, sha256: str) -> bool:
        """Make a video that arrived the store's own, by its hash; false if it has to be sent from here."""
        if not (found := self._aside.pop(sha256, [])):
            return False
        try:
            if not self.incoming.adopt(found, self.videos, sha256):
                return False
            sent_list(self.project, self.videos).add([sha256])
        except LtxspecError:
            return False  # sending it says what is wrong
        return True

    def _ready(self) -> bool:
        with self._guard:
            if self._is_ready is None:
                self._is_ready = True
                try:
                    self.videos.refuse_other_project()
                    self.incoming.try_writing()
                except LtxspecError as error:
                    self._give_up(error)
            return self._is_ready

    def _set_aside(self, task: TaskId) -> str | None:
        """The key of what arrived, which is waited for a moment if it was asked for in this run."""
        key = self.incoming.set_aside(task)
        waits = _WAITS if task in self._awaited and self._missed < _MOST_MISSED else ()
        for wait in waits:
            if key is not None:
                break
            self.pause(wait)
            key = self.incoming.set_aside(task)
        if task in self._awaited:
            self._missed = 0 if key is not None else self._missed + 1
        return key

    def _taken(self, archive: "FolderArchive", name: str, task: TaskId, key: str) -> Archived | None:
        """Read, hash and check what was set aside; it is archived here like a download."""
        sink = archive.begin(name)
        sink.restart()
        try:
            is_there = self.incoming.read(key, sink.write)
        except BaseException:
            sink.restart()
            raise
        if not is_there:
            return None
        try:
            archived = _finished(archive, name, sink.size)
        except MediaError:
            self.incoming.drop(key)
            raise
        self._aside.setdefault(archived.sha256, []).append(SetAside(task, key, archived.bytes))
        return archived

    def _give_up(self, error: LtxspecError) -> None:
        """Go on without the store: every video is downloaded from the provider."""
        self._is_ready = False
        self.project.warn(f"the provider does not put videos into the store: {error.line}")


def _finished(archive: "FolderArchive", name: str, size: int) -> Archived:
    """What the archive makes of a file of this size. Raises MediaError if it is no video, StorageError as the disk."""
    if not size:
        raise MediaError("it is empty")
    return archive.finish(name)
