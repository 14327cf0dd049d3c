"""A team's videos in an object store, by content hash: `videos/<aa>/<sha256>`.

What is in the store is never believed: a video is hashed while it is fetched, and hashed while it is sent, so that an
object under a hash that it does not have comes from somewhere else.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

from ltxspec.errors import Refused, StorageError
from ltxspec.storage.durable import translated
from ltxspec.storage.store.port import ObjectFacts, ObjectStore, StoredObject
from ltxspec.storage.videos import suffix_of

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PIECE = 2**20  # bytes that are read at once
_OWNER = "ltxspec.json"
_LARGEST_OWNER = 2**16  # bytes
_TYPES = {".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm"}


class DamagedVideo(StorageError):
    """The store has other bytes under a hash."""


class VideoStore:
    """The videos of one project in an object store.

    Args:
        store: where they are.
        folder: below which key; empty for paid videos.
        ident: `[project] id`, which the store is claimed for.
    """

    def __init__(self, store: ObjectStore, folder: str = "", ident: str = "") -> None:
        self._store = store
        self._videos = f"{folder}/videos" if folder else "videos"
        self._ident = ident

    @property
    def name(self) -> str:
        """The store as shown to users."""
        return self._store.name

    @property
    def objects(self) -> ObjectStore:
        """The store itself."""
        return self._store

    def has_owner(self) -> bool:
        """Whether the store says which project it belongs to. Raises StorageError."""
        return self._store.head(_OWNER) is not None

    def refuse_other_project(self, *, used: bool = False) -> None:
        """Refuse to write to, or delete from, a store of another project; a new store is claimed for this one.

        Args:
            used: this machine knows of videos there: a store without any owner is then not that one.

        Raises:
            Refused: it is another project's.
            StorageError: the store cannot be reached, says something else, or is empty although it was used.
        """
        claim = orjson.dumps({"project": self._ident})
        facts = ObjectFacts(hashlib.sha256(claim).hexdigest(), len(claim), "application/json")
        if not used and self._store.put(_OWNER, [claim], facts):
            return
        found = bytearray()

        def take(piece: bytes) -> None:
            if len(found) < _LARGEST_OWNER:
                found.extend(piece)

        if not self._store.get(_OWNER, take) and used:
            raise StorageError(
                f"the store `{self.name}` is empty, and this machine has sent videos there, or fetched some",
                hint="is it mounted? If it is a new one under the same name, `ltxspec archive push` fills it",
            )
        self._refuse_other(bytes(found))

    def _refuse_other(self, found: bytes) -> None:
        """The same by what the store says."""
        try:
            owner = orjson.loads(found)["project"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise StorageError(f"`{_OWNER}` in the store `{self.name}` does not say whose it is") from None
        if owner != self._ident:
            raise Refused(
                "foreign-store",
                f"the store `{self.name}` belongs to the project `{owner}`",
                hint="give each project a prefix of its own in `[store] url`",
            )

    def listed(self) -> dict[str, StoredObject]:
        """Every video in the store: SHA-256 -> what the store says of it. Raises StorageError."""
        found = ((item.key.rpartition("/")[2], item) for item in self._store.list(self._videos))
        return {name: item for name, item in found if _SHA256.fullmatch(name)}

    def put(self, sha256: str, video: Path, *, replace: bool = False) -> bool:
        """Send an archived video; False if the store has it already.

        Args:
            sha256: its hash.
            video: its file.
            replace: also where there is an object already, which is known to be damaged.

        Raises:
            StorageError: the file is not what its hash says, or the store or the disk failed; then nothing was stored.
        """
        with translated("read", video):
            size, suffix = video.stat().st_size, suffix_of(video)
        facts = ObjectFacts(sha256, size, _TYPES[suffix])
        return self._store.put(self._key(sha256), _checked(video, sha256), facts, replace=replace)

    def adopt(self, key: str, sha256: str, size: int) -> bool:
        """Copy an object that is known to have this hash to the place of that hash.

        Args:
            key: where it is; nobody else may write there.
            sha256: its hash.
            size: its bytes.

        Returns:
            Whether the store has all of it there.

        Raises:
            StorageError: the store failed.
        """
        if not self._store.copy(key, self._key(sha256)):
            return False
        found = self._store.head(self._key(sha256))
        return found is not None and found.bytes == size

    def fetch(self, sha256: str, write: Callable[[bytes], None]) -> bool:
        """Pass a video on, piece by piece; False if it is not in the store.

        Raises:
            DamagedVideo: the store has other bytes under this hash. What was written must not be used then.
            StorageError: the store failed; the same applies.
        """
        digest = hashlib.sha256()

        def take(piece: bytes) -> None:
            digest.update(piece)
            write(piece)

        if not self._store.get(self._key(sha256), take):
            return False
        if digest.hexdigest() != sha256:
            raise DamagedVideo(f"video {sha256[:12]}… in the store `{self.name}` is damaged: its hash is another one")
        return True

    def problem_with(self, sha256: str, size: int | None, *, deep: bool) -> str | None:
        """What is wrong with a stored video, in words; None when it is intact as far as it was looked at.

        Args:
            sha256: its hash.
            size: its recorded size in bytes; None: not recorded.
            deep: download it and compare its hash; otherwise the size and the hash that were stored with it.

        Raises:
            StorageError: the store cannot be reached.
        """
        found = self._store.head(self._key(sha256))
        if found is None:
            return f"video {sha256[:12]}… is not in the store"
        if size is not None and found.bytes != size:
            return f"video {sha256[:12]}… in the store has {found.bytes:,} bytes, not {size:,}"
        if found.sha256 is not None and found.sha256 != sha256:
            return f"video {sha256[:12]}… in the store was stored with another hash"
        if not deep and found.sha256 is not None:
            return None
        digest = hashlib.sha256()
        self._store.get(self._key(sha256), digest.update)
        return None if digest.hexdigest() == sha256 else f"video {sha256[:12]}… in the store is damaged"

    def has(self, sha256: str) -> bool:
        """Whether there is an object for this hash. Raises StorageError."""
        return self._store.head(self._key(sha256)) is not None

    def link(self, sha256: str, seconds: int) -> str | None:
        """An address of a video that is valid for some time; None if there is none. Raises StorageError."""
        return self._store.link(self._key(sha256), seconds) if self.has(sha256) else None

    def drop(self, sha256: str) -> None:
        """Delete a video. Only for videos that no take refers to. Raises StorageError."""
        self._store.delete([self._key(sha256)])

    def _key(self, sha256: str) -> str:
        if not _SHA256.fullmatch(sha256):
            raise StorageError("a video without a valid hash cannot be in the store")
        return f"{self._videos}/{sha256[:2]}/{sha256}"


def _checked(video: Path, sha256: str) -> Iterator[bytes]:
    """The bytes of a file. Raises StorageError at the end if their hash is another one."""
    digest = hashlib.sha256()
    with translated("read", video), video.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            yield piece
    if digest.hexdigest() != sha256:
        raise StorageError(f"`{video}` has changed since it was archived", hint="`ltxspec archive verify` lists such")
