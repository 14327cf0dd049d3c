"""What machines share, as they meet it: a store in memory that outlives them, whose every exchange may be the last.

A machine that died keeps its lease; whoever goes on knows that it is dead and releases it by force, so that only the
claims stand between two orders. Nobody waits for a lease to expire here: by then every service would show its tasks.
"""

from dataclasses import dataclass

from crash.death import Crash, Fate

from ltxspec.apply.claiming import Claiming
from ltxspec.canonical import sha256_hex
from ltxspec.project.running.leasing import HeldLeases
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.clone import Holder
from ltxspec.storage.store.claims import StoreClaims
from ltxspec.storage.store.lease_parts import LeaseParts
from ltxspec.storage.store.lease_state import force_release, look_at
from ltxspec.storage.store.leases import Lease
from ltxspec.storage.store.port import Note, SharedNotes

LIFE = 60  # seconds


@dataclass
class MortalNotes:
    """Notes with a point before and after every write."""

    notes: SharedNotes
    fate: Fate

    @property
    def name(self) -> str:
        return self.notes.name

    def read_note(self, key: str) -> Note | None:
        if self.fate.dead:
            raise Crash
        return self.notes.read_note(key)

    def write_note(self, key: str, content: bytes, expected: str | None) -> bool:
        what = key.partition("/")[0].removesuffix("s")
        self.fate.pass_point(f"{what}: before it is written")
        done = self.notes.write_note(key, content, expected)
        if self.fate.error is None:
            self.fate.pass_point(f"{what}: after it is written")
        return done


def agreeing(notes: SharedNotes, machine: str, spec: str, fate: Fate, clock: SystemClock) -> tuple[Claiming, Lease]:
    """The lease of a spec for one machine, and its claims; whoever has the lease is dead."""
    holder, key = Holder(sha256_hex(machine.encode())[:16], machine, 1, "apply"), f"leases/{spec}.json"
    state, note = look_at(notes, key)
    if state is not None and note is not None and not state.is_free(clock.now(), holder.id):
        force_release(notes, key, holder, clock, note)
    mortal = MortalNotes(notes, fate)
    lease = Lease(LeaseParts(mortal, lambda _: key), spec, holder, LIFE, clock)
    lease.acquire(0)
    return Claiming(StoreClaims(mortal, "claims", holder, clock), HeldLeases({spec: lease})), lease
