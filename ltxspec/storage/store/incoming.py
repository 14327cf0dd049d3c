"""Videos that the provider itself puts into the store: `incoming/<task>`.

Whoever has the address of such an object can write it until the address expires. So it is never used where it is: it is
copied to a key that no address leads to, and what is hashed, checked and kept is that copy.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ltxspec.canonical import sha256_hex
from ltxspec.storage.store.port import ObjectFacts, ObjectStore, StoredObject
from ltxspec.storage.store.videos import VideoStore
from ltxspec.values import TaskId

_PROBE = b"ltxspec"
_RANDOM_BYTES = 12


@dataclass(frozen=True, slots=True)
class SetAside:
    """A copy of what arrived for a task, where nobody else can write."""

    task: TaskId
    key: str
    bytes: int


class Incoming:
    """What arrives in the store of one project.

    Args:
        store: where it arrives.
        folder: below which key; empty for paid videos.
    """

    def __init__(self, store: ObjectStore, folder: str = "") -> None:
        self._store = store
        self._folder = f"{folder}/incoming" if folder else "incoming"

    def try_writing(self) -> None:
        """Write and delete a small object, as the addresses will be used with the same rights. Raises StorageError."""
        key = f"{self._folder}/probe-{secrets.token_hex(_RANDOM_BYTES)}"
        self._store.put(key, [_PROBE], ObjectFacts(sha256_hex(_PROBE), len(_PROBE), "text/plain"))
        self._store.delete([key])

    def address(self, task: TaskId, seconds: int) -> str | None:
        """Where the video of a task can be put, for some time; None if the store signs nothing. Raises StorageError."""
        return self._store.upload_link(self._key(task), seconds)

    def set_aside(self, task: TaskId) -> str | None:
        """Copy what arrived for a task to a key of its own, which is returned; None if nothing did.

        Raises:
            StorageError: the store failed.
        """
        aside = f"{self._folder}/checked/{task}-{secrets.token_hex(_RANDOM_BYTES)}"
        return aside if self._store.copy(self._key(task), aside) else None

    def read(self, key: str, write: Callable[[bytes], None]) -> bool:
        """Pass on what was set aside. False if it is gone. Raises StorageError."""
        return self._store.get(key, write)

    def adopt(self, found: Sequence[SetAside], videos: VideoStore, sha256: str) -> bool:
        """Make what was set aside, and found to have this hash, the video of that hash, inside the store.

        Args:
            found: copies with that hash, at least one; all are deleted afterwards, with what arrived.
            videos: where it goes.
            sha256: the hash.

        Returns:
            False if it is gone, or not complete; then it is not adopted.

        Raises:
            StorageError: the store failed.
        """
        if not videos.adopt(found[0].key, sha256, found[0].bytes):
            return False
        self._store.delete([key for one in found for key in (one.key, self._key(one.task))])
        return True

    def drop(self, key: str) -> None:
        """Delete what was set aside, or a leftover. Raises StorageError."""
        self._store.delete([key])

    def leftovers(self) -> Iterator[tuple[TaskId, StoredObject]]:
        """Everything that arrived and is still there, with its task. Raises StorageError."""
        for item in self._store.list(self._folder):
            name = item.key.rpartition("/")[2]
            yield TaskId(name[:36]), item

    def _key(self, task: TaskId) -> str:
        return f"{self._folder}/{task}"
