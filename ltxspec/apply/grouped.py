"""Brings the events of many shots to disk together: those that come while the disk is at work share its next turn."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field

from ltxspec.apply.ports import SpecState


@dataclass(slots=True)
class GroupedSyncs:
    """The syncs of one journal.

    Args:
        state: whose journal it is.
    """

    state: SpecState
    _turn: "asyncio.Future[None] | None" = None
    _thread: ThreadPoolExecutor | None = field(default=None, repr=False)

    async def reached(self, number: int) -> None:
        """Wait until an event is on disk.

        Raises:
            StorageError: it is not, and will not be.
        """
        while not self.state.is_on_disk(number):
            if self._turn is None:
                self._turn = asyncio.ensure_future(self._sync())
            await asyncio.shield(self._turn)

    async def _sync(self) -> None:
        """One turn of the disk, in a thread of its own: those of the archive may all be busy with videos."""
        self._thread = self._thread or ThreadPoolExecutor(1, "journal")
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, copy_context().run, self.state.sync)
        finally:
            self._turn = None
