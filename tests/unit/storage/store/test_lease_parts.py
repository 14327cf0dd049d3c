"""The lease of a whole spec and those of its shards: who may order beside whom."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from ltxspec.errors import LockHeld, StorageError
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.clone import Holder
from ltxspec.storage.store.bucket import Bucket
from ltxspec.storage.store.lease_parts import LeaseParts
from ltxspec.storage.store.lease_state import LeaseState, force_release, look_at
from ltxspec.storage.store.leases import Lease
from ltxspec.storage.store.port import Note

LIFE = 60
Part = tuple[int, int] | None


class Time(SystemClock):
    """What a machine's clock shows, which nothing but `passed` changes."""

    passed = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 10, tzinfo=UTC) + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed


@dataclass
class Meanwhile:
    """Notes of which somebody else takes a lease, right before one of this machine's steps."""

    notes: Bucket
    other: Lease
    left: int  # steps before that
    name: str = "memory://test"

    def read_note(self, key: str) -> Note | None:
        self._step()
        return self.notes.read_note(key)

    def write_note(self, key: str, content: bytes, expected: str | None) -> bool:
        self._step()
        return self.notes.write_note(key, content, expected)

    def _step(self) -> None:
        self.left -= 1
        if self.left == 0:
            with suppress(LockHeld):
                self.other.acquire(0)


@pytest.fixture
def notes() -> Bucket:
    return Bucket.in_memory("memory://test")


def key(part: Part) -> str:
    return "night.json" if part is None else f"night/{part[0]}-of-{part[1]}.json"


def lease(notes: Bucket | Meanwhile, name: str, part: Part = None, clock: SystemClock | None = None) -> Lease:
    holder = Holder(name, f"machine-{name}", 7, "ltxspec apply")
    return Lease(LeaseParts(notes, key, part), "night", holder, LIFE, clock or Time())


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (None, (1, 2), "the lease of `night` until"),
        ((1, 2), None, "the lease of shard 1/2 of `night` until"),
        ((2, 2), (1, 3), "the lease of shard 2/2 of `night` until"),
    ],
)
def test_one_that_orders_for_the_same_shots_waits(notes: Bucket, first: Part, second: Part, says: str) -> None:
    held, late = lease(notes, "a", first), lease(notes, "b", second)
    held.acquire(0)
    with pytest.raises(LockHeld, match=says) as refused:
        late.acquire(0)
    assert refused.value.hint is not None
    assert refused.value.hint.endswith(f"night{f' --shard {first[0]}/{first[1]}' if first else ''}`")
    held.renew()
    assert held.trouble() is None
    held.release()
    late.acquire(0)
    assert late.trouble() is None


def test_shards_of_one_number_are_held_at_once(notes: Bucket) -> None:
    held = [lease(notes, str(number), (number, 3)) for number in (1, 2, 3)]
    for one in held:
        one.acquire(0)
    assert [one.trouble() for one in held] == [None, None, None]


@pytest.mark.parametrize(("first", "second"), [(None, (1, 2)), ((1, 2), None), ((1, 2), (1, 3))])
def test_of_two_that_come_at_once_at_most_one_orders(notes: Bucket, first: Part, second: Part) -> None:
    ended = []
    for step in range(1, 9):
        other = lease(notes, "b", second)
        there = Meanwhile(notes, other, step)
        held = lease(there, "a", first)
        with suppress(LockHeld):
            held.acquire(0)
        ended.append((held.trouble() is None, other.trouble() is None))
        held.release()
        other.release()
    assert (True, True) not in ended
    assert {(True, False), (False, True)} <= set(ended)


@pytest.mark.parametrize(("first", "second"), [(None, (1, 2)), ((1, 2), None)])
def test_what_was_not_renewed_is_taken_away_for_good(notes: Bucket, first: Part, second: Part) -> None:
    clock, slow = Time(), Time()
    held = lease(notes, "a", first, slow)
    held.acquire(0)
    clock.passed = 2.0 * LIFE + 1
    lease(notes, "b", second, clock).acquire(0)
    held.renew()
    assert held.trouble() == "the lease of `night` was lost: somebody released it by force"


def test_a_release_takes_no_note_of_shards_away(notes: Bucket) -> None:
    held, shard = lease(notes, "a"), lease(notes, "b", (1, 2))
    held.acquire(0)
    _, note = look_at(notes, key(None))
    assert note is not None
    assert force_release(notes, key(None), held.holder, Time(), note)
    shard.acquire(0)
    held.release()
    with pytest.raises(LockHeld, match="shard 1/2"):
        lease(notes, "c").acquire(0)


def test_the_whole_forgets_numbers_of_shards_that_nobody_has(notes: Bucket) -> None:
    shard, held = lease(notes, "b", (1, 2)), lease(notes, "a")
    shard.acquire(0)
    shard.release()
    held.acquire(0)
    held.release()
    state, _ = look_at(notes, key(None))
    assert state is not None
    assert (state.parts, state.fence) == ((), 1)


def test_a_lease_of_a_shard_that_cannot_be_read_is_not_free(notes: Bucket) -> None:
    lease(notes, "b", (1, 2)).acquire(0)
    _, note = look_at(notes, key((1, 2)))
    assert note is not None
    assert notes.write_note(key((1, 2)), b"{}", note.tag)
    held = lease(notes, "a")
    with pytest.raises(StorageError, match="cannot be read"):
        held.acquire(0)
    assert held.fence is None
    state, _ = look_at(notes, key(None))
    assert state is not None
    assert state.released


@pytest.mark.parametrize("changed", [{"part": "x"}, {"parts": (0,)}, {"parts": (2000,)}])
def test_shards_that_cannot_be_are_not_read(changed: dict[str, object]) -> None:
    at = "2026-11-22T10:00:00.000Z"
    state = replace(LeaseState(Holder("a", "m", 7, "c"), at, at, LIFE, 1, "run"), **changed)  # type: ignore[arg-type]  # of any kind
    with pytest.raises(StorageError, match="cannot be read"):
        LeaseState.decoded(Note(state.encoded(), "tag"), "night.json", "store")
