"""Says that the service cannot be asked, while tasks are watched: at once, and then at growing intervals."""

from collections.abc import Callable

from ltxspec.apply.ports import Clock

_FIRST_PAUSE, _GROWTH, _LONGEST_PAUSE = 30.0, 2.0, 600.0  # seconds between two words about the same silence


class Silence:
    """Shared by all looks of a run: what keeps one from being answered keeps the others, too, and is said once.

    Args:
        clock: tells how long ago it was said.
        say: shows a message to whoever waits.
    """

    def __init__(self, clock: Clock, say: Callable[[str], None] = lambda _: None) -> None:
        self._clock = clock
        self._say = say
        self._due = 0.0  # when to say it again
        self._pause = 0.0
        self.trouble: str | None = None  # why the last look failed; None when it did not

    def failed(self, reason: str) -> None:
        """A look failed, and is repeated."""
        now = self._clock.monotonic()
        if self.trouble is None:
            self._due, self._pause = now, _FIRST_PAUSE
        self.trouble = reason
        if now >= self._due:
            self._say(f"{reason}; trying again")
            self._due, self._pause = now + self._pause, min(self._pause * _GROWTH, _LONGEST_PAUSE)

    def answered(self) -> None:
        """A look was answered: the next failure is news."""
        self.trouble = None
