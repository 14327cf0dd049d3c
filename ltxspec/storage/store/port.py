"""The port of an object store: objects under keys, written completely or not at all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What a store says of an object."""

    key: str
    bytes: int
    modified: datetime
    sha256: str | None = None  # as recorded when it was stored; None: not recorded, or not asked for


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """What is recorded with an object: its hash, its size, and the type that it is served with."""

    sha256: str
    bytes: int
    type: str


LARGEST_NOTE = 2**16  # bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A small object that several machines change, and the tag of this version of it."""

    content: bytes
    tag: str


class SharedNotes(Protocol):
    """Small objects that several machines change, each of which sees what the others did.

    Every method raises StorageError if they cannot be reached: what could not be read is not missing.
    """

    @property
    def name(self) -> str:
        """Where they are, as shown to users; never with credentials."""
        ...

    def read_note(self, key: str) -> Note | None:
        """A note as it is now; None if there is none."""
        ...

    def write_note(self, key: str, content: bytes, expected: str | None) -> bool:
        """Write a note if it still has the expected tag; None: if there is none. Of several writers one succeeds.

        Returns:
            False if another one is there. A reply may get lost on the way: see whether it is this one.
        """
        ...


class ObjectStore(SharedNotes, Protocol):
    """A bucket, or a part of one. Every method raises StorageError if the store cannot be reached or refuses."""

    def put(self, key: str, content: Iterable[bytes], facts: ObjectFacts, *, replace: bool = False) -> bool:
        """Store an object, completely or not at all. What `content` raises passes through, and nothing is stored.

        Returns:
            False if there is one with this key already, which is left alone unless `replace` is set.
        """
        ...

    def get(self, key: str, write: Callable[[bytes], None]) -> bool:
        """Pass an object on, piece by piece. False, and nothing is written, if there is none."""
        ...

    def head(self, key: str) -> StoredObject | None:
        """What is recorded about an object; None if there is none."""
        ...

    def list(self, folder: str) -> Iterator[StoredObject]:
        """All objects below a folder, without their hashes."""
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects. Missing ones are no error."""
        ...

    def copy(self, source: str, target: str) -> bool:
        """Copy an object inside the store, over an existing one as well. False if there is no such source."""
        ...

    def upload_link(self, key: str, seconds: int) -> str | None:
        """An address to which anybody can PUT one object for some time; None if the store has no such addresses."""
        ...

    def link(self, key: str, seconds: int) -> str | None:
        """An address from which anybody can read an object for some time; None if the store has no such addresses."""
        ...
