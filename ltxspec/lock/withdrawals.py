"""Notes that were withdrawn: they are gone, and do not come back with a merge or an older export. Pure.

What stays is which note it was, by its author and time, and who withdrew it when; the text does not.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Protocol, TypeVar

from msgspec import Meta

from ltxspec.formats import Record
from ltxspec.values import TaskId

_MOMENT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"
Time = Annotated[str, Meta(pattern=_MOMENT, description="RFC 3339, UTC")]
_NoteTime = Annotated[str, Meta(pattern=_MOMENT, description="When it was written: with `noteBy`, which note")]


class Withdrawal(Record, frozen=True):
    """One note that no longer counts."""

    note_by: Annotated[str, Meta(description="Who had written the note, as it was recorded")] | None
    note_time: _NoteTime
    by: Annotated[str, Meta(description="Who withdrew it, as git knows them")] | None
    time: Time


class Signed(Protocol):
    """A note, as far as it says which one it is."""

    @property
    def by(self) -> str | None:
        """Who wrote it."""

    @property
    def time(self) -> str:
        """When."""


_Note = TypeVar("_Note", bound=Signed)


def left(notes: Iterable[_Note], withdrawn: Iterable[Withdrawal]) -> tuple[_Note, ...]:
    """The notes that were not withdrawn."""
    gone = {(item.note_by, item.note_time) for item in withdrawn}
    return tuple(note for note in notes if (note.by, note.time) not in gone)


def joined_withdrawals(
    several: Iterable[Mapping[TaskId, tuple[Withdrawal, ...]]],
) -> dict[TaskId, tuple[Withdrawal, ...]]:
    """Those of several files, by the task of the take: of each note the first one, in order."""
    found: dict[TaskId, dict[tuple[str | None, str], Withdrawal]] = {}
    every = ((task, item) for each in several for task, items in each.items() for item in items)
    for task, item in sorted(every, key=lambda pair: (_moment(pair[1].time), repr(pair[1]))):
        found.setdefault(task, {}).setdefault((item.note_by, item.note_time), item)
    return {
        task: tuple(sorted(items.values(), key=lambda item: (_moment(item.note_time), repr(item))))
        for task, items in found.items()
    }


def _moment(time: str) -> str:
    return time.removesuffix("Z")  # 10:00:00 is before 10:00:00.5
