"""The lease of a whole spec and those of its shards exclude each other, and so do shards of different numbers.

Whoever takes one writes it first and looks at the others then, so that of two that come at once at least one sees the
other. Which numbers of shards there are is noted in the lease of the whole, by each shard that has its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ltxspec.errors import StorageError
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.clone import Holder
from ltxspec.storage.store.lease_state import LeaseState, written_time
from ltxspec.storage.store.port import SharedNotes

_TRIES = 8  # times that somebody else may be first
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LeaseParts:
    """All leases of one spec, as one of their holders sees the others.

    Args:
        notes: where leases are kept.
        key: of a shard, given as its number and their count; None: of the whole.
        shard: this holder's; None: it holds the whole.
    """

    notes: SharedNotes
    key: Callable[[tuple[int, int] | None], str]
    shard: tuple[int, int] | None = None

    @property
    def own(self) -> str:
        """The key of this holder's."""
        return self.key(self.shard)

    @property
    def part(self) -> str:
        """This holder's shard in words; empty for the whole."""
        return "" if self.shard is None else f"{self.shard[0]}/{self.shard[1]}"

    def rival(self, mine: LeaseState, clock: SystemClock) -> LeaseState | None:
        """Another lease of the spec that excludes this one, which is written already; None if there is none.

        What others left without releasing it is released here, so that they notice it if they are alive after all.

        Raises:
            StorageError: they cannot be reached, or one cannot be read.
        """
        if self.shard is None:
            return self._held(mine.parts, mine.holder, clock)
        whole = self._noted(self.shard[1], mine.holder, clock)
        if not whole.released:
            return whole
        return self._held([count for count in whole.parts if count != self.shard[1]], mine.holder, clock)

    def _held(self, counts: Iterable[int], holder: Holder, clock: SystemClock) -> LeaseState | None:
        keys = (self.key((number + 1, count)) for count in counts for number in range(count))
        found = (self._freed(key, holder, clock) for key in keys)
        return next((state for state in found if state is not None), None)

    def _freed(self, key: str, holder: Holder, clock: SystemClock) -> LeaseState | None:
        """The state of a lease that is held; None for one that is released, if need be here."""
        for _ in range(_TRIES):
            note = self.notes.read_note(key)
            state = None if note is None else LeaseState.decoded(note, key, self.notes.name)
            if note is None or state is None or state.released:
                return None
            if not state.is_free(clock.now(), holder.id):
                return state
            self.notes.write_note(key, replace(state, released=True).encoded(), note.tag)  # and look again
        raise self._too_fast(key)

    def _noted(self, count: int, holder: Holder, clock: SystemClock) -> LeaseState:
        """The lease of the whole: held by somebody, or released and with this number of shards."""
        key, at = self.key(None), written_time(_NEVER)
        for _ in range(_TRIES):
            note = self.notes.read_note(key)
            if note is None:
                state = LeaseState(holder, at, at, 0, 0, "", released=True)
            else:
                state = LeaseState.decoded(note, key, self.notes.name)
            if (state.released and count in state.parts) or not state.is_free(clock.now(), holder.id):
                return state
            parts = tuple(sorted({*state.parts, count}))
            changed = replace(state, released=True, parts=parts).encoded()
            self.notes.write_note(key, changed, None if note is None else note.tag)  # and look again
        raise self._too_fast(key)

    def _too_fast(self, key: str) -> StorageError:
        return StorageError(f"the lease `{key}` changes too fast", hint="run it again")
