"""The claim of a task: one machine of several may order it, and what is unclear stays somebody's."""

import threading
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest
from builders import task
from shared_notes import Machines
from unit.storage.store.test_leases import Outage, Time, holder

from ltxspec.apply.ports import RenderOrder
from ltxspec.errors import StorageError
from ltxspec.storage.store.bucket import Bucket
from ltxspec.storage.store.claims import StoreClaims
from ltxspec.storage.store.port import SharedNotes

KEY = f"claims/{task()}.json"


def order(number: int = 1) -> RenderOrder:
    return RenderOrder(task(number), {"taskUUID": task(number), "positivePrompt": "Rain over a secret harbour"}, 1)


def claims(notes: SharedNotes, name: str) -> StoreClaims:
    return StoreClaims(notes, "claims", holder(name), Time())


@pytest.fixture
def notes() -> Bucket:
    return Bucket.in_memory("memory://test")


def test_of_four_machines_one_claims_in_every_race(machines: Machines) -> None:
    places = [claims(machines(), f"{n}") for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        for number in range(1, 6):
            barrier = threading.Barrier(4)

            def attempt(
                one: StoreClaims, barrier: threading.Barrier = barrier, number: int = number
            ) -> tuple[str, bool]:
                barrier.wait()
                found = one.claim(order(number), 3, take_over=False)
                return found.holder, found.is_ours

            found = [*pool.map(attempt, places)]
            assert len({name for name, _ in found}) == 1, "all see the same one"
            assert [is_ours for _, is_ours in found].count(True) == 1


def test_a_claim_is_kept_by_whoever_made_it(notes: Bucket) -> None:
    first = claims(notes, "a").claim(order(), 3, take_over=False)
    assert (first.is_ours, first.is_new, first.fence) == (True, True, 3)
    again = claims(notes, "a").claim(order(), 4, take_over=False)
    assert (again.is_ours, again.is_new, again.fence) == (True, False, 3)
    other = claims(notes, "b").claim(order(), 4, take_over=False)
    assert (other.is_ours, other.is_new) == (False, False)
    assert other.who == "`ltxspec apply` (process 7 on machine-a, clone a) at 2026-11-22T10:00:00.000Z"


def test_with_consent_it_is_taken_over_and_the_first_one_has_it_no_more(notes: Bucket) -> None:
    claims(notes, "a").claim(order(), 3, take_over=False)
    taken = claims(notes, "b").claim(order(), 4, take_over=True)
    assert (taken.is_ours, taken.is_new, taken.holder) == (True, True, "b")
    assert claims(notes, "a").claim(order(), 3, take_over=False).holder == "b"


def test_a_claim_under_which_nothing_was_accepted_is_free_again(notes: Bucket) -> None:
    first, second = claims(notes, "a"), claims(notes, "b")
    first.claim(order(), 3, take_over=False)
    second.release(task())
    assert not second.claim(order(), 4, take_over=False).is_ours, "nobody releases what is not theirs"
    first.release(task())
    assert second.claim(order(), 4, take_over=False).is_new
    first.release(task(2))  # none there


def test_a_reply_that_is_lost_leaves_the_claim_with_whoever_wrote_it(notes: Bucket) -> None:
    found = claims(Outage(notes, loses_reply=True), "a").claim(order(), 3, take_over=False)
    assert found.is_ours


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"at": 3}'])
def test_a_claim_that_cannot_be_read_is_somebody_elses_until_it_is_taken_over(content: bytes, notes: Bucket) -> None:
    notes.write_note(KEY, content, None)
    found = claims(notes, "a").claim(order(), 3, take_over=False)
    assert (found.is_ours, found.who) == (False, "somebody whose claim cannot be read")
    claims(notes, "a").release(task())
    taken = claims(notes, "a").claim(order(), 3, take_over=True)
    assert (taken.is_ours, taken.is_new) == (True, True)
    assert claims(notes, "b").claim(order(), 4, take_over=False).holder == "a"


def test_a_store_that_is_away_claims_nothing(notes: Bucket) -> None:
    with pytest.raises(StorageError, match="the store is away"):
        claims(Outage(notes, away=True), "a").claim(order(), 3, take_over=False)


def test_a_claim_has_the_hash_of_the_order_and_nothing_of_its_words(notes: Bucket) -> None:
    claims(notes, "a").claim(order(), None, take_over=False)
    note = notes.read_note(KEY)
    assert note is not None
    assert b"harbour" not in note.content
    written = orjson.loads(note.content)
    assert len(written.pop("body")) == 64
    assert written == {
        "task": task(), "holder": "a", "machine": "machine-a", "pid": 7, "command": "ltxspec apply",
        "at": "2026-11-22T10:00:00.000Z", "fence": None, "released": False,
    }  # fmt: skip
