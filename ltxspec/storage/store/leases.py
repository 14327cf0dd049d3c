"""The lease of a spec: of several machines that apply it, one orders at a time.

A lease is a note that its holder renews until it is released. Whoever finds it expired may take it, and its fence, a
number that grows with every holder, tells later readers who came after whom.

Clocks of two machines are compared in one place only: a lease counts as expired a whole life after the time at which
its holder said that it would. The holder itself goes by the time that passed here since its last successful renewal,
and stops ordering a quarter of a life before it may expire.
"""

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ltxspec.errors import LockHeld, StorageError
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.clone import Holder
from ltxspec.storage.store.lease_parts import LeaseParts
from ltxspec.storage.store.lease_state import LeaseState, written_time
from ltxspec.storage.store.port import Note, SharedNotes

_PAUSE = 1.0  # seconds between two looks at a lease that somebody else holds
_TRIES = 8  # times that somebody else may be first in one look
_RENEWED_EACH, _SAFE_UNTIL = 1 / 3, 3 / 4  # shares of a life
_LATE = 1 / 2  # share of a life after which the holder does not wait for the heartbeat

OnWait = Callable[[str], None]


@dataclass(slots=True)
class Lease:
    """The lease of one spec, held by this process. Methods may be called from several threads.

    Args:
        parts: where it and the other leases of the spec are kept.
        spec: its spec.
        holder: this process.
        life: seconds.
        clock: this machine's.
    """

    parts: LeaseParts
    spec: str
    holder: Holder
    life: int
    clock: SystemClock
    _state: LeaseState | None = None
    _renewed: tuple[float, datetime] = (0.0, datetime(1970, 1, 1, tzinfo=UTC))  # when the last good renewal began
    _lost: str | None = None
    _failure: str = ""
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)
    _run: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def notes(self) -> SharedNotes:
        """Where it is kept."""
        return self.parts.notes

    @property
    def key(self) -> str:
        """Of the note that it is."""
        return self.parts.own

    @property
    def fence(self) -> int | None:
        """Its number; None while it is not held."""
        return None if self._state is None else self._state.fence

    def acquire(self, wait: float, on_wait: OnWait | None = None) -> None:
        """Take the lease, waiting for another holder if asked to.

        Args:
            wait: seconds.
            on_wait: called once with words about the holder, if there is one to wait for.

        Raises:
            LockHeld: somebody else holds it; the message says who, and until when.
            StorageError: the leases cannot be reached, or this one cannot be read.
        """
        deadline = self.clock.monotonic() + wait
        for _ in range(_TRIES):
            holder = self._try()
            while holder is not None:
                left = deadline - self.clock.monotonic()
                if left <= 0:
                    raise _held(self.spec, holder)
                if on_wait is not None:
                    on_wait(f"{holder.who} holds {holder.name(self.spec)}; waiting up to {left:.0f} s")
                    on_wait = None
                self.clock.pause(min(_PAUSE, left))
                holder = self._try_again(holder, deadline)
            if self._state is not None:
                return
        raise StorageError(f"the lease of `{self.spec}` changes too fast", hint="run it again")

    def _try(self) -> LeaseState | None:
        """One attempt. Returns who holds it; None if it is ours now, or if somebody else was first to change it."""
        note = self.notes.read_note(self.key)
        found = None if note is None else LeaseState.decoded(note, self.key, self.notes.name)
        started = self._moment()
        if found is not None and not found.is_free(started[1], self.holder.id):
            return found
        fence, parts = (1, ()) if found is None else (found.fence + 1, found.parts)
        times = (written_time(started[1]), self._end(started[1]))
        state = LeaseState(self.holder, *times, self.life, fence, self._run, part=self.parts.part, parts=parts)
        if not self._write(state, note):
            return None
        self._state, self._renewed, self._lost = state, started, None
        return self._rival(state)

    def _rival(self, state: LeaseState) -> LeaseState | None:
        """Who holds another lease that excludes this one, which is given back then."""
        try:
            rival = self.parts.rival(state, self.clock)
        except StorageError:
            self.release()
            raise
        if rival is not None:
            self.release()
        elif state.parts:
            self._state = replace(state, parts=())  # none of them is held, and none can be before this one is released
        return rival

    def _try_again(self, holder: LeaseState, deadline: float) -> LeaseState | None:
        """As `_try`, while there is time to wait: a store that is away for a moment is asked again."""
        try:
            return self._try()
        except StorageError:
            if self.clock.monotonic() >= deadline:
                raise
            return holder

    def renew(self, older_than: float = 0.0) -> None:
        """Put its end off, unless it was renewed so many seconds ago. What becomes of it is for `trouble` to say."""
        with self._one_at_a_time:
            if self._state is None or self._lost is not None or self._age() < older_than:
                return
            started = self._moment()
            state = replace(self._state, expires=self._end(started[1]))
            try:
                self._exchange(state, started)
            except StorageError as error:
                self._failure = error.summary

    def _exchange(self, state: LeaseState, started: tuple[float, datetime]) -> None:
        note = self.notes.read_note(self.key)
        now = None if note is None else LeaseState.decoded(note, self.key, self.notes.name)
        if now is None or now.run != self._run or now.released:
            self._lost = "somebody removed it" if now is None else _taken(now)
        elif self._write(state, note):
            self._state, self._renewed, self._failure = state, started, ""

    def trouble(self) -> str | None:
        """Why nothing may be ordered under this lease now, in words; None while it is certainly held."""
        if self._lost is None and self._age() > self.life * _LATE:
            self.renew(self.life * _LATE)
        if self._lost is not None:
            return f"the lease of `{self.spec}` was lost: {self._lost}"
        if self._state is None:
            return f"the lease of `{self.spec}` is not held"
        if self._age() > self.life * _SAFE_UNTIL:
            why = f": {self._failure}" if self._failure else ""
            return f"the lease of `{self.spec}` was not renewed in time{why}"
        return None

    def release(self) -> None:
        """Let others have it at once. What fails here is no harm: the lease expires."""
        with self._one_at_a_time, suppress(StorageError):
            if self._state is None or self._lost is not None:
                return
            note = self.notes.read_note(self.key)
            now = None if note is None else LeaseState.decoded(note, self.key, self.notes.name)
            if now is not None and now.run == self._run and not now.released:
                self._write(replace(self._state, released=True), note)
            self._state = None

    def _write(self, state: LeaseState, note: Note | None) -> bool:
        content = state.encoded()
        if self.notes.write_note(self.key, content, None if note is None else note.tag):
            return True
        now = self.notes.read_note(self.key)  # the reply to an earlier try may have been lost on its way
        return now is not None and now.content == content

    def _moment(self) -> tuple[float, datetime]:
        return self.clock.monotonic(), self.clock.now()

    def _age(self) -> float:
        """Seconds since the last good renewal. A machine that slept knows it by its other clock."""
        steady, wall = self._moment()
        return max(steady - self._renewed[0], (wall - self._renewed[1]).total_seconds())

    def _end(self, now: datetime) -> str:
        return written_time(now + timedelta(seconds=self.life))


@dataclass(slots=True)
class Heartbeat:
    """Renews leases in the background until it is stopped."""

    leases: list[Lease]
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, if there is anything to renew."""
        if self.leases:
            self._thread = threading.Thread(target=self._beat, name="leases", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, after a renewal that is under way."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _beat(self) -> None:
        pause = min(lease.life for lease in self.leases) * _RENEWED_EACH
        while not self._stop.wait(pause):
            for lease in self.leases:
                lease.renew()


def _taken(now: LeaseState) -> str:
    return "somebody released it by force" if now.released else f"{now.who} has it now"


def _held(spec: str, state: LeaseState) -> LockHeld:
    shard = f" --shard {state.part}" if state.part else ""
    return LockHeld(
        f"{state.who} holds {state.name(spec)} until {state.expires}",
        hint="wait until it has finished, or, if that machine is gone for certain, "
        f"`ltxspec lock force-release {spec}{shard}`",
    )
