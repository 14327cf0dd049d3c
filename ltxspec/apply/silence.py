"""Reports that the service does not answer while tasks are watched: at once, then at growing intervals."""

from collections.abc import Callable

from ltxspec.apply.ports import Clock

_FIRST_PAUSE, _GROWTH, _LONGEST_PAUSE = 30.0, 2.0, 600.0  # seconds between two messages about the same silence


class Silence:
    """Shared by all looks of a run: they usually fail for the same reason, which is reported once.

    Args:
        clock: measures the time since the last message.
        say: shows a message to the user.
    """

    def __init__(self, clock: Clock, say: Callable[[str], None] = lambda _: None) -> None:
        self._clock = clock
        self._say = say
        self._due = 0.0  # when the next message is due
        self._pause = 0.0
        self.trouble: str | None = None  # why the last look failed; None if it succeeded

    def failed(self, reason: str) -> None:
        """Note a failed look, which is repeated."""
        now = self._clock.monotonic()
        if self.trouble is None:
            self._due, self._pause = now, _FIRST_PAUSE
        self.trouble = reason
        if now >= self._due:
            self._say(f"{reason}; trying again")
            self._due, self._pause = now + self._pause, min(self._pause * _GROWTH, _LONGEST_PAUSE)

    def answered(self) -> None:
        """Note an answered look: the next failure is reported at once."""
        self.trouble = None
