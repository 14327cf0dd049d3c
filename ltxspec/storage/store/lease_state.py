"""What a lease says, as it is kept in a store or at a git remote."""

import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import orjson

from ltxspec.errors import StorageError
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.clone import Holder
from ltxspec.storage.store.port import Note, SharedNotes

_MOST = 2**53  # numbers of a lease are below it
_MOST_PARTS = 1000
_PART = re.compile(r"(?:[0-9]{1,4}/[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class LeaseState:
    """What a lease says."""

    holder: Holder
    since: str  # RFC 3339, as the other times
    expires: str
    life: int  # seconds between two ends, at most
    fence: int
    run: str  # of the process: no other writes the same
    released: bool = False
    part: str = ""  # "1/2" for the lease of a shard
    parts: tuple[int, ...] = ()  # in that of the whole spec: numbers of shards that leases were taken for

    def encoded(self) -> bytes:
        """As JSON."""
        return orjson.dumps(
            {
                "holder": self.holder.id, "machine": self.holder.machine, "pid": self.holder.pid,
                "command": self.holder.command, "since": self.since, "expires": self.expires, "life": self.life,
                "fence": self.fence, "run": self.run, "released": self.released, "part": self.part,
                "parts": self.parts,
            }
        )  # fmt: skip

    @classmethod
    def decoded(cls, note: Note, key: str, name: str) -> Self:
        """Read a lease. Raises StorageError: what cannot be read is not free."""
        try:
            found: Any = orjson.loads(note.content)
            about = (str(found["holder"]), str(found["machine"]), _number(found["pid"]), str(found["command"]))
            times = (str(found["since"]), str(found["expires"]))
            numbers = (_number(found["life"]), _number(found["fence"]))
            timedelta(seconds=numbers[0]) + max(map(read_time, times))  # can be reckoned with
            parts = (_part(found.get("part", "")), tuple(_count(one) for one in found.get("parts", ())))
            return cls(Holder(*about), *times, *numbers, str(found["run"]), found["released"] is True, *parts)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError):
            raise StorageError(
                f"the lease `{key}` in `{name}` cannot be read",
                hint="`ltxspec lock force-release SPEC`, once nobody applies that spec",
            ) from None

    def is_free(self, now: datetime, holder: str) -> bool:
        """Whether it may be taken: released, a whole life over its end, or left by an earlier run of this clone.

        The caller has the lock of the spec, so that no other process of this clone is at work on it.
        """
        over = read_time(self.expires) + timedelta(seconds=self.life)
        return self.released or self.holder.id == holder or now > over

    def name(self, spec: str) -> str:
        """The lease in words."""
        return f"the lease of shard {self.part} of `{spec}`" if self.part else f"the lease of `{spec}`"

    @property
    def who(self) -> str:
        """Its holder in words."""
        about = self.holder
        return f"`{about.command}` (process {about.pid} on {about.machine}, since {self.since})"


def look_at(notes: SharedNotes, key: str) -> tuple[LeaseState | None, Note | None]:
    """A lease as it is now; a note without a lease cannot be read. Raises StorageError if it cannot be reached."""
    note = notes.read_note(key)
    if note is None:
        return None, None
    try:
        return LeaseState.decoded(note, key, notes.name), note
    except StorageError:
        return None, note


def force_release(notes: SharedNotes, key: str, holder: Holder, clock: SystemClock, seen: Note) -> bool:
    """Release a lease that somebody else holds, if it is still as it was seen. Its fence goes on growing.

    One that cannot be read has lost its fence: the time, which no count of holders reaches, stands in for it.
    """
    now, text = clock.now(), written_time(clock.now())
    try:
        state = replace(LeaseState.decoded(seen, key, notes.name), released=True)
    except StorageError:
        state = LeaseState(holder, text, text, 0, int(now.timestamp()), secrets.token_hex(8), released=True)
    return notes.write_note(key, state.encoded(), seen.tag)


def _number(value: Any) -> int:
    """A number that can be written, one higher, wherever it goes on to. Raises TypeError, ValueError, OverflowError.

    A fence is recorded in journals and lockfiles: one that these refuse to read would take away what was paid for.
    """
    if not 0 <= (number := int(value)) < _MOST:
        raise ValueError(f"{number} is not a number of a lease")
    return number


def _part(value: Any) -> str:
    """The shard of a lease. Raises TypeError, ValueError."""
    if not _PART.fullmatch(value):
        raise ValueError(f"{value} is no shard")
    return str(value)


def _count(value: Any) -> int:
    """A number of shards. Raises TypeError, ValueError, OverflowError."""
    if not 0 < (count := int(value)) <= _MOST_PARTS:
        raise ValueError(f"{count} is no number of shards")
    return count


def read_time(time: str) -> datetime:
    """A time as written. Raises ValueError if it is none, or without its zone."""
    return datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def written_time(at: datetime) -> str:
    """A time as it is written."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
