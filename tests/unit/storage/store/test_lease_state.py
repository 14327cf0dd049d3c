"""What a lease says: what cannot be written on is not read."""

import json

import pytest

from ltxspec.errors import StorageError
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.clone import Holder
from ltxspec.storage.store.bucket import Bucket
from ltxspec.storage.store.lease_state import LeaseState, force_release, look_at
from ltxspec.storage.store.port import Note

KEY = "leases/night.json"
AT = "2026-11-22T10:00:00.000Z"
STATE = LeaseState(Holder("a", "machine", 7, "ltxspec apply"), AT, AT, 60, 3, "run", released=True)


def test_a_lease_is_read_as_it_was_written() -> None:
    assert LeaseState.decoded(Note(STATE.encoded(), "tag"), KEY, "store") == STATE


@pytest.mark.parametrize(("key", "number"), [("fence", -3), ("fence", 2**63), ("pid", 1e300), ("life", -5)])
def test_a_number_that_no_record_could_take_is_not_read(key: str, number: object) -> None:
    text = json.dumps(json.loads(STATE.encoded()) | {key: number}).encode()
    with pytest.raises(StorageError, match="cannot be read"):
        LeaseState.decoded(Note(text, "tag"), KEY, "store")
    notes = Bucket.in_memory("memory://test")
    notes.write_note(KEY, text, None)
    _, note = look_at(notes, KEY)
    assert note is not None
    assert force_release(notes, KEY, STATE.holder, SystemClock(), note)
    state, _ = look_at(notes, KEY)
    assert state is not None
    assert state.released
