"""When a run writes its lockfile: at once while it is small, and then ever more rarely.

Writing all of a lockfile after each of n shots would write n² bytes. What is recorded but not written yet is in the
journal, and its videos have their notes in the archive, so a run that is killed loses nothing.
"""

from dataclasses import dataclass, field
from typing import Final

from ltxspec.apply.ports import Clock

_PART: Final = 16  # a new sixteenth of the takes is written at once: all writes together are 17 times the last one
_PACE: Final = 100.0  # takes in a second that may be written again only because time has passed: about 200 kB
_WANTED_PACE: Final = 1000.0  # and because an order waits for them


@dataclass(slots=True)
class Checkpoints:
    """Counts what is not written yet.

    Args:
        clock: measures the time since the last write.
    """

    clock: Clock
    _waiting: int = 0
    _last: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin with a lockfile as it is on disk."""
        self._last = self.clock.monotonic()

    def is_due(self, recorded: int) -> bool:
        """Count one more change of a lockfile, and say whether to write it now.

        Args:
            recorded: how many tasks the lockfile has.
        """
        self._waiting += 1
        waited = self.clock.monotonic() - self._last
        return self._waiting * _PART >= recorded or waited * _PACE >= recorded

    def pause(self, recorded: int) -> float:
        """Seconds until it may be written because an order waits for it."""
        return self._last + recorded / _WANTED_PACE - self.clock.monotonic()

    def written(self) -> None:
        """The lockfile has been written."""
        self._waiting, self._last = 0, self.clock.monotonic()
