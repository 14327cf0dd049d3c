"""An archive that also receives what the provider put into the team's store, as if it had been downloaded."""

from collections.abc import Callable

from ltxspec.apply.ports import Archived
from ltxspec.storage.archive import FolderArchive

Arriving = Callable[[FolderArchive, str], Archived | None]
"""Brings the video of this name from the store into the archive, checked; None if it is not there, or not usable."""


class ReceivingArchive(FolderArchive):
    """`FolderArchive`; the video of a task is looked for in the store before it is downloaded from the provider."""

    arriving: Arriving | None = None

    def recall(self, name: str) -> Archived | None:
        """What arrived under this name: archived already and not recorded, or put into the store."""
        known = super().recall(name)
        return known if known is not None or self.arriving is None else self.arriving(self, name)
