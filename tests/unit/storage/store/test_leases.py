"""The lease of a spec, at every place that may keep it, and by a clock that the test moves."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from shared_notes import Machines

from ltxspec.errors import LockHeld, StorageError
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.clone import Holder
from ltxspec.storage.store.bucket import Bucket
from ltxspec.storage.store.lease_parts import LeaseParts
from ltxspec.storage.store.lease_state import force_release, look_at
from ltxspec.storage.store.leases import Heartbeat, Lease
from ltxspec.storage.store.port import Note, SharedNotes

KEY, LIFE = "leases/night.json", 60
START = datetime(2026, 11, 22, 10, tzinfo=UTC)


@dataclass
class Time(SystemClock):
    """A machine's time: what passes, and what its clock shows in addition."""

    seconds: float = 0.0
    off: float = 0.0
    paused: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds + self.off)

    def monotonic(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.seconds += seconds


@dataclass
class Outage:
    """Notes that cannot be reached while `away` is set, or that lose the reply to a write that they made."""

    notes: SharedNotes
    away: bool = False
    loses_reply: bool = False
    name: str = "memory://test"

    def read_note(self, key: str) -> Note | None:
        self._reach()
        return self.notes.read_note(key)

    def write_note(self, key: str, content: bytes, expected: str | None) -> bool:
        self._reach()
        return self.notes.write_note(key, content, expected) and not self.loses_reply

    def _reach(self) -> None:
        if self.away:
            raise StorageError("the store is away")


def holder(name: str) -> Holder:
    return Holder(name, f"machine-{name}", 7, "ltxspec apply")


def lease(notes: SharedNotes, name: str, clock: SystemClock, life: int = LIFE) -> Lease:
    return Lease(LeaseParts(notes, lambda _: KEY), "night", holder(name), life, clock)


@pytest.fixture
def notes() -> Bucket:
    return Bucket.in_memory("memory://test")


def test_of_four_machines_one_gets_it_in_every_race(machines: Machines) -> None:
    places, clock = [machines() for _ in range(4)], Time()
    with ThreadPoolExecutor(4) as pool:
        for number in range(1, 6):
            racers = [lease(place, f"{n}", clock) for n, place in enumerate(places)]
            barrier = threading.Barrier(4)

            def attempt(one: Lease, barrier: threading.Barrier = barrier) -> bool:
                barrier.wait()
                try:
                    one.acquire(0)
                except LockHeld:
                    return False
                return True

            won = [one for one, is_ours in zip(racers, pool.map(attempt, racers), strict=True) if is_ours]
            assert [one.fence for one in won] == [number]
            won[0].renew()
            assert won[0].trouble() is None
            won[0].release()


def test_who_comes_second_is_told_who_has_it_and_until_when(notes: Bucket) -> None:
    lease(notes, "a", Time()).acquire(0)
    with pytest.raises(LockHeld) as held:
        lease(notes, "b", Time()).acquire(0)
    assert held.value.exit_code == 5
    assert "`ltxspec apply` (process 7 on machine-a, since 2026-11-22T10:00:00.000Z)" in held.value.summary
    assert held.value.summary.endswith("until 2026-11-22T10:01:00.000Z")
    assert "`ltxspec lock force-release night`" in (held.value.hint or "")


def test_who_waits_gets_it_when_it_is_released(notes: Bucket) -> None:
    clock, said = Time(), list[str]()
    first = lease(notes, "a", clock)
    first.acquire(0)
    second = lease(notes, "b", clock)

    def released(text: str) -> None:
        said.append(text)
        first.release()

    second.acquire(10, released)
    assert second.fence == 2
    assert said == [
        (
            "`ltxspec apply` (process 7 on machine-a, since 2026-11-22T10:00:00.000Z) holds the lease of `night`; "
            "waiting up to 10 s"
        )
    ]


@dataclass
class Slumber(Time):
    """A time in which something happens in its third pause."""

    happens: Callable[[], object] = bool

    def pause(self, seconds: float) -> None:
        super().pause(seconds)
        if len(self.paused) == 3:
            self.happens()


def test_who_waits_goes_on_waiting_while_the_store_is_away_for_a_moment(notes: Bucket) -> None:
    clock, place = Slumber(), Outage(notes)
    first = lease(notes, "a", clock)
    first.acquire(0)

    def back() -> None:
        first.release()
        place.away = False

    clock.happens = back
    second = lease(place, "b", clock)
    second.acquire(10, lambda _: setattr(place, "away", True))
    assert second.fence == 2
    with pytest.raises(StorageError, match="the store is away"):
        lease(place, "c", clock).acquire(10, lambda _: setattr(place, "away", True))


def test_a_lease_that_is_not_renewed_is_taken_a_whole_life_after_its_end_and_not_before(notes: Bucket) -> None:
    clock = Time()
    lease(notes, "a", clock).acquire(0)
    clock.seconds = 2 * LIFE
    with pytest.raises(LockHeld):
        lease(notes, "b", clock).acquire(0)
    clock.seconds = 2 * LIFE + 1
    other = lease(notes, "b", clock)
    other.acquire(0)
    assert other.fence == 2


def test_a_machine_whose_clock_is_a_life_ahead_takes_no_lease_that_is_alive(notes: Bucket) -> None:
    here = Time()
    first = lease(notes, "a", here)
    first.acquire(0)
    for here.seconds in range(0, 10 * LIFE, 20):
        first.renew()
        with pytest.raises(LockHeld):
            lease(notes, "b", Time(here.seconds, off=LIFE)).acquire(0)
    assert first.trouble() is None


def test_what_an_earlier_run_of_this_clone_left_is_taken_at_once(notes: Bucket) -> None:
    lease(notes, "a", Time()).acquire(0)
    again = lease(notes, "a", Time(1))
    again.acquire(0)
    assert again.fence == 2


def test_a_lease_that_somebody_took_is_lost_for_good(notes: Bucket) -> None:
    clock = Time()
    first, second = lease(notes, "a", clock), lease(notes, "b", clock)
    first.acquire(0)
    clock.seconds = 2 * LIFE + 1
    second.acquire(0)
    assert first.trouble() == (
        "the lease of `night` was lost: `ltxspec apply` (process 7 on machine-b, since 2026-11-22T10:02:01.000Z) "
        "has it now"
    )
    first.release()
    state, _ = look_at(notes, KEY)
    assert state is not None
    assert (state.holder.id, state.released) == ("b", False)


def test_a_store_that_is_away_is_waited_for_until_the_lease_is_no_longer_certain(notes: Bucket) -> None:
    clock, place = Time(), Outage(notes)
    held = lease(place, "a", clock)
    held.acquire(0)
    place.away = True
    clock.seconds = LIFE * 3 / 4
    assert held.trouble() is None
    clock.seconds += 0.1
    assert held.trouble() == "the lease of `night` was not renewed in time: the store is away"
    place.away = False
    assert held.trouble() is None, "nobody took it, and it was renewed"


def test_a_machine_that_slept_knows_it_by_its_other_clock(notes: Bucket) -> None:
    clock, place = Time(), Outage(notes)
    held = lease(place, "a", clock)
    held.acquire(0)
    place.away, clock.off = True, 3600.0  # the time that passed here does not count what the machine slept
    assert "was not renewed in time" in (held.trouble() or "")


def test_a_reply_that_is_lost_takes_nothing_away(notes: Bucket) -> None:
    place = Outage(notes, loses_reply=True)
    clock = Time()
    held = lease(place, "a", clock)
    held.acquire(0)
    assert held.fence == 1
    clock.seconds = LIFE * 0.6
    assert held.trouble() is None
    clock.seconds = LIFE * 1.2
    assert held.trouble() is None


def test_of_many_orders_that_wait_for_a_renewal_one_renews(notes: Bucket) -> None:
    clock = Time()
    held = lease(notes, "a", clock)
    held.acquire(0)
    clock.seconds = LIFE * 0.6
    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(lambda _: held.trouble(), range(8))] == [None] * 8
    first = notes.read_note(KEY)
    held.renew(older_than=1)
    assert notes.read_note(KEY) == first
    held.renew()
    assert notes.read_note(KEY) != first


def test_what_is_not_held_orders_nothing(notes: Bucket) -> None:
    held = lease(notes, "a", Time())
    assert held.fence is None
    assert held.trouble() == "the lease of `night` is not held"
    held.acquire(0)
    held.release()
    assert held.trouble() == "the lease of `night` is not held"


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"no JSON", b'{"holder":"a","machine":"m","pid":1,"command":"c","since":"x"}']
)
def test_a_lease_that_cannot_be_read_is_not_free_and_force_makes_it_so(content: bytes, notes: Bucket) -> None:
    notes.write_note(KEY, content, None)
    with pytest.raises(StorageError, match=f"the lease `{KEY}` in `memory://test` cannot be read"):
        lease(notes, "a", Time()).acquire(0)
    state, note = look_at(notes, KEY)
    assert state is None
    assert note is not None
    assert force_release(notes, KEY, holder("b"), Time(), note)
    held = lease(notes, "a", Time())
    held.acquire(0)
    assert (held.fence or 0) > START.timestamp(), "above every count of holders"


def test_a_lease_released_by_force_is_lost_by_its_holder_and_goes_on_counting(notes: Bucket) -> None:
    clock = Time()
    held = lease(notes, "a", clock)
    held.acquire(0)
    _, note = look_at(notes, KEY)
    assert note is not None
    assert force_release(notes, KEY, holder("b"), clock, note)
    clock.seconds = LIFE / 2 + 1
    assert held.trouble() == "the lease of `night` was lost: somebody released it by force"
    after = lease(notes, "b", clock)
    after.acquire(0)
    assert after.fence == 2
    assert not force_release(notes, KEY, holder("b"), clock, note), "it has changed since"


def test_there_is_nothing_to_see_where_there_is_no_lease(notes: Bucket) -> None:
    assert look_at(notes, KEY) == (None, None)


def test_the_heartbeat_renews_until_it_is_stopped(notes: Bucket) -> None:
    held = replace_life(notes)
    beat = Heartbeat([held])
    renewed = threading.Event()
    first = notes.read_note(KEY)
    beat.start()
    for _ in range(200):
        if notes.read_note(KEY) != first:
            renewed.set()
            break
        threading.Event().wait(0.01)
    beat.stop()
    assert renewed.is_set()
    last = notes.read_note(KEY)
    threading.Event().wait(0.1)
    assert notes.read_note(KEY) == last


def replace_life(notes: Bucket) -> Lease:
    """A lease that is renewed each tenth of a second or so."""
    held = lease(notes, "a", SystemClock())
    held.life = 0.06  # type: ignore[assignment]  # shorter than a configuration may say
    held.acquire(0)
    return held


def test_a_heartbeat_without_leases_does_nothing() -> None:
    beat = Heartbeat([])
    beat.start()
    beat.stop()


def test_a_note_says_who_holds_it_and_no_secret(notes: Bucket) -> None:
    lease(notes, "a", Time()).acquire(0)
    note = notes.read_note(KEY)
    assert note is not None
    written = orjson.loads(note.content)
    assert len(written.pop("run")) == 16
    assert written == {
        "holder": "a", "machine": "machine-a", "pid": 7, "command": "ltxspec apply",
        "since": "2026-11-22T10:00:00.000Z", "expires": "2026-11-22T10:01:00.000Z", "life": 60, "fence": 1,
        "released": False, "part": "", "parts": [],
    }  # fmt: skip
    assert replace(holder("a"), pid=8) != holder("a")
