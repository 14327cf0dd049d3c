"""Times of a task recorded by two machines: which one a merge keeps, and which changes of a time are valid.

A task is ordered once, but two branches may both record it: one ordered it, the other found it at the provider later
and recorded that time. The earlier times are more accurate, so a merge keeps them, and a time may become earlier. Takes
are numbered by the time of their order: an earlier time that moves a take before another one is valid only if one of
the compared versions recorded exactly that time. A time may also become later where the record was taken back and the
task was found again: see `is_found_again`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter

from ltxspec.lock.models import Take, moment
from ltxspec.values import ShotAddress, TaskId

Copies = Mapping[TaskId, Sequence[tuple[ShotAddress, Take]]]  # every copy of every take, and where it is recorded

TIMES: Mapping[str, Callable[[Take], str | None]] = {
    "/submittedAt": attrgetter("submitted_at"),
    "/finishedAt": attrgetter("finished_at"),
    "/expiresAt": attrgetter("expires_at"),
}


def earliest(ours: str | None, theirs: str | None) -> str | None:
    """The earlier of two times, or the only known one."""
    known = [time for time in (ours, theirs) if time is not None]
    return min(known, key=lambda time: (moment(time), time), default=None)


def is_in_order(
    path: str, take: Take, known: Sequence[Take], others: Iterable[Take], neighbours: Sequence[Take]
) -> bool:
    """Whether a changed time of a take may be the result of a merge.

    Args:
        path: which of its times, see `TIMES`.
        take: the take as recorded now.
        known: the earlier records of the take; at least one.
        others: the take as recorded in any of the compared versions.
        neighbours: the other takes of its shot now, as they were recorded before.
    """
    now, before = TIMES[path](take), [time for time in map(TIMES[path], known) if time is not None]
    if now is None or not _is_time(now) or not before or moment(now) > min(map(moment, before)):
        return False
    if any(TIMES[path](other) == now for other in others):
        return True
    if path != "/submittedAt":
        return take.submitted_at is not None and moment(take.submitted_at) <= moment(now)
    return all((item.sort_key < take.sort_key) is (item.sort_key < known[0].sort_key) for item in neighbours)


def is_found_again(path: str, take: Take, known: Sequence[Take], neighbours: Sequence[Take]) -> bool:
    """Whether a later time of a take may be that of a task that was found again at the provider.

    Its record had been taken back (`git revert`): the new one has the times at which the task was found, all of them
    after its known end. Both times of the record must be like that, and the takes keep their order.

    Args:
        path: which of its times, see `TIMES`.
        take: the take as recorded now.
        known: the earlier records of the take; at least one.
        neighbours: the other takes of its shot now, as they were recorded before.
    """
    ends = [moment(earlier.finished_at) for earlier in known if earlier.finished_at is not None]
    own = (take.submitted_at, take.finished_at)
    if path not in {"/submittedAt", "/finishedAt"} or not ends or None in own or not all(map(_is_time, map(str, own))):
        return False
    if not max(ends) < moment(take.submitted_at) <= moment(take.finished_at):
        return False
    return all((item.sort_key < take.sort_key) is (item.sort_key < known[0].sort_key) for item in neighbours)


def _is_time(written: str) -> bool:
    """Whether the text is a valid time: any text could be compared with one."""
    try:
        return datetime.fromisoformat(written).tzinfo is not None
    except ValueError:
        return False
