"""Sends the videos of a run to the object store while it goes on.

Everything about a take is recorded and archived before its video is sent: a store that fails delays nothing and loses
nothing. What could not be sent is tried once more at the end of the run, with what earlier runs left; the rest is
reported, and `ltxspec archive push` sends it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ltxspec.apply.events import ApplyEvent, Emit, EventKind
from ltxspec.apply.ledger import Ledger
from ltxspec.errors import LtxspecError
from ltxspec.lock.merge import recorded_videos
from ltxspec.project.project import ProjectContext
from ltxspec.project.running.direct import Direct
from ltxspec.project.store import open_videos, send, sent_list, unsent
from ltxspec.report.wording import counted
from ltxspec.storage.archive import FolderArchive
from ltxspec.storage.store.videos import VideoStore
from ltxspec.values import ShotAddress, TaskId

_AT_ONCE = 2  # videos


@dataclass(slots=True)
class Storing:
    """The videos of one run on their way to the store; does nothing without a store.

    Args:
        project: whose store.
        archive: where the videos are.
        ledgers: of the specs of the run.
        tell: called with each event.
        direct: what the provider put into the store itself.
    """

    project: ProjectContext
    archive: FolderArchive
    ledgers: Sequence[Ledger]
    tell: Emit
    direct: Direct | None = None
    _store: VideoStore | None = None
    _is_ours: bool = False  # the store was found not to be another project's
    _under_way: list[asyncio.Task[None]] = field(default_factory=list)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    def open(self) -> None:
        """Open the store, before anything is ordered. Raises Refused or StorageError if its settings are wrong."""
        self._store = open_videos(self.project, create=True)

    def emit(self, event: ApplyEvent) -> None:
        """Pass an event on; a take that was recorded is sent to the store."""
        self.tell(event)
        if self._store is None or event.kind is not EventKind.SHOT_COMMITTED:
            return
        if event.address is not None and event.task_id is not None:
            self._under_way.append(asyncio.create_task(self._send_take(event.address, event.task_id)))

    async def finish(self) -> int:
        """Wait for what is being sent, and send what is left. Returns how many videos are not in the store."""
        if self._store is None:
            return 0
        await asyncio.gather(*self._under_way)
        left, reason = await asyncio.to_thread(self._send_rest, self._store)
        if left:
            text = f"{counted(left, 'video')} recorded and archived here, but not in the store yet: {reason}"
            self.tell(ApplyEvent(EventKind.NOT_STORED, text, code="store"))
        return left

    async def _send_take(self, address: ShotAddress, task: TaskId) -> None:
        async with self._places:
            await asyncio.to_thread(self._try, address, task)

    def _try(self, address: ShotAddress, task: TaskId) -> None:
        ledger = next((one for one in self.ledgers if one.spec == address.spec), None)
        record = ledger.lockfile.shots.get(address.instance) if ledger is not None else None
        take = record.take(task) if record is not None else None
        for output in take.outputs if take is not None else ():
            place = self.archive.path_of(output.sha256) if output.sha256 is not None else None
            if place is not None and output.sha256 is not None and self._store is not None:
                try:
                    self._send(self._store, output.sha256, place)
                except LtxspecError:
                    return  # `finish` tries again, and says why not

    def _send(self, store: VideoStore, sha256: str, place: Path) -> None:
        if not self._is_ours:
            store.refuse_other_project(used=bool(sent_list(self.project, store).read()))
            self._is_ours = True
        if self.direct is None or not self.direct.keep(sha256):
            send(self.project, store, sha256, place)

    def _send_rest(self, store: VideoStore) -> tuple[int, str]:
        """Send what is not known to be in the store. Returns how much is left, and why."""
        videos = [sha256 for ledger in self.ledgers for sha256 in recorded_videos(ledger.lockfile)]
        left: list[str] = []
        try:
            left = unsent(self.project, store, videos)
            while left:
                place = self.archive.path_of(left[0])
                if place is not None:
                    self._send(store, left[0], place)
                del left[0]
        except LtxspecError as error:
            return max(len(left), 1), error.line
        return 0, ""
