"""Times as lockfiles and journals record them."""

from collections.abc import Iterable
from datetime import MAXYEAR, UTC, datetime, timedelta


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as in lockfiles."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def time_of(written: str | None) -> datetime | None:
    """A recorded time; None if it is missing (an imported take), invalid, or so late that none could follow it."""
    try:
        found = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None and found.year < MAXYEAR else None


def time_after(wanted: str, known: Iterable[str | None]) -> str:
    """A time as written, or one millisecond after the latest of those known: a clock may have been set back."""
    at, others = time_of(wanted), [found for found in map(time_of, known) if found is not None]
    if at is None or not others or at > max(others):
        return wanted
    return timestamp(max(others) + timedelta(milliseconds=1))
