"""The records of shots and the files of their videos, for Python programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ltxspec.lock.models import ShotRecord, Take
from ltxspec.project.adapters import open_archive
from ltxspec.project.lookup import find
from ltxspec.project.project import ProjectContext
from ltxspec.values import ShotAddress, Usd, total_usd


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot, with everything that was rendered for it."""

    address: ShotAddress
    record: ShotRecord
    retired: bool  # removed from its spec
    _archived: Mapping[str, Path] = field(repr=False)  # by SHA-256

    @property
    def takes(self) -> Sequence[Take]:
        """All takes, in the order they were bought; failed ones too."""
        return self.record.takes

    @property
    def current(self) -> Take | None:
        """The take in use; None if none succeeded."""
        return self.record.current_take

    @property
    def cost(self) -> tuple[Usd, int]:
        """What the takes cost in USD, and how many of them did not report a cost."""
        return total_usd(take.cost for take in self.takes)

    def files(self, take: Take | None = None) -> list[Path]:
        """The archived videos of a take (default: the current one), in the order in which they are shown."""
        take = take or self.current
        found = [self._archived.get(output.sha256 or "") for output in (take.shown if take is not None else ())]
        return [path for path in found if path is not None]


def shots(project: ProjectContext, pattern: str | None = None) -> list[Shot]:
    """The shots that match an address (with wildcards, or a spec's name); all recorded shots without one.

    Raises:
        UnknownAddress: nothing matches.
        LockfileError: a lockfile cannot be trusted.
    """
    archived = open_archive(project).contents()
    return [Shot(item.address, item.record, item.retired, archived) for item in find(project, pattern)]
