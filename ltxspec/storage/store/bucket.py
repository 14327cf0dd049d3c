"""`ObjectStore` on the `obstore` library: S3, Azure, Google Cloud, folders and memory. Imported only when used."""

import contextlib
import fcntl
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self

import obstore
from obstore import exceptions
from obstore.store import AzureStore, GCSStore, LocalStore, MemoryStore, S3Store, from_url

from ltxspec.errors import StorageError
from ltxspec.redaction import redact_message
from ltxspec.storage.store.port import LARGEST_NOTE, Note, ObjectFacts, StoredObject

PART = 5 * 2**20  # bytes; S3's smallest part, and the largest object that is sent in one piece
_PARTS_AT_ONCE = 4
_PIECE = 2**20  # bytes, at least, that a download is passed on in
_CONNECT = timedelta(seconds=5)
_WHOLE = timedelta(hours=6)  # of one request; a silent server is given up much earlier
_NO_BUCKET = re.compile(r"NoSuchBucket|ContainerNotFound|bucket does not exist")
_METADATA_SERVICE = "169.254.169.254"  # asked for credentials when the environment has none
_MOST_SHOWN = 160  # characters of the library's own words

_Library = S3Store | AzureStore | GCSStore | LocalStore | MemoryStore


class Bucket:
    """A bucket, or a part of one.

    Args:
        library: the library's store.
        name: as shown to users.
    """

    def __init__(self, library: Any, name: str) -> None:
        self._library: _Library = library
        self._name = name
        self._keeps_facts = not isinstance(library, LocalStore)  # files have no metadata

    @classmethod
    def at(cls, url: str, endpoint: str | None, timeout: float) -> Self:
        """Open a store.

        Args:
            url: as in `[store] url`.
            endpoint: the address of the service; None: the usual one, or the one in the environment.
            timeout: seconds after which a service that does not answer is given up.

        Raises:
            StorageError: its settings in the environment are invalid.
        """
        if url.startswith("file://"):
            with _translated(url):
                return cls(from_url(url), url)
        settings: dict[str, Any] = {}
        if endpoint is not None:
            settings["endpoint"] = endpoint
        if url.startswith("s3://"):
            settings["checksum_algorithm"] = "sha256"  # of each part: S3 refuses one that was altered on the way
        silence = timedelta(seconds=timeout)
        client: dict[str, Any] = {
            "timeout": _WHOLE,
            "read_timeout": silence,
            "connect_timeout": _CONNECT,
        }
        if endpoint is not None and endpoint.startswith("http://"):
            client["allow_http"] = True
        retry = {"max_retries": 3, "retry_timeout": silence}
        with _translated(url):
            library: Any = from_url(url, client_options=client, retry_config=retry, **settings)  # type: ignore[call-overload]  # one of three kinds of settings
            return cls(library, url)

    @classmethod
    def in_memory(cls, name: str) -> Self:
        """An empty store that ends with the process."""
        return cls(MemoryStore(), name)

    @property
    def name(self) -> str:
        """See `ObjectStore.name`."""
        return self._name

    def put(self, key: str, content: Iterable[bytes], facts: ObjectFacts, *, replace: bool = False) -> bool:
        """See `ObjectStore.put`. A large object is sent in parts; it appears when the last one has arrived."""
        noted = {"Content-Type": facts.type, "sha256": facts.sha256} if self._keeps_facts else None
        with self._asked():
            if facts.bytes <= PART:
                return self._create(key, b"".join(content), noted, replace=replace)
            if not replace and self.head(key) is not None:
                return False  # no service creates an object from parts only if there is none
            obstore.put(
                self._library, key, iter(content),
                attributes=noted, use_multipart=True, chunk_size=PART, max_concurrency=_PARTS_AT_ONCE,
            )  # fmt: skip
        stored = self.head(key)
        if stored is None or stored.bytes != facts.bytes:
            raise StorageError(f"the store `{self._name}` accepted `{key}`, but does not have all of it")
        return True

    def _create(self, key: str, data: bytes, noted: Any, *, replace: bool) -> bool:
        try:
            mode: Any = "overwrite" if replace else "create"
            obstore.put(self._library, key, data, attributes=noted, mode=mode, use_multipart=False)
        except exceptions.AlreadyExistsError:
            return False
        return True

    def get(self, key: str, write: Callable[[bytes], None]) -> bool:
        """See `ObjectStore.get`."""
        with self._asked():
            try:
                found = obstore.get(self._library, key)
            except FileNotFoundError as error:
                return self._missing(error)
            for piece in found.stream(_PIECE):
                write(bytes(piece))
        return True

    def head(self, key: str) -> StoredObject | None:
        """See `ObjectStore.head`."""
        with self._asked():
            try:
                found = obstore.get(self._library, key, options={"head": True})
            except FileNotFoundError as error:
                self._missing(error)
                return None
            meta, noted = found.meta, dict(found.attributes)
        return StoredObject(meta["path"], meta["size"], meta["last_modified"], noted.get("sha256"))

    def list(self, folder: str) -> Iterator[StoredObject]:
        """See `ObjectStore.list`."""
        with self._asked():
            for page in obstore.list(self._library, folder):
                for meta in page:
                    yield StoredObject(meta["path"], meta["size"], meta["last_modified"])

    def delete(self, keys: Sequence[str]) -> None:
        """See `ObjectStore.delete`."""
        for key in keys:
            with self._asked(), contextlib.suppress(FileNotFoundError):
                obstore.delete(self._library, key)

    def copy(self, source: str, target: str) -> bool:
        """See `ObjectStore.copy`."""
        with self._asked():
            try:
                obstore.copy(self._library, source, target)
            except FileNotFoundError as error:
                return self._missing(error)
        return True

    def upload_link(self, key: str, seconds: int) -> str | None:
        """See `ObjectStore.upload_link`."""
        return self._signed("PUT", key, seconds)

    def link(self, key: str, seconds: int) -> str | None:
        """See `ObjectStore.link`."""
        return self._signed("GET", key, seconds)

    def _signed(self, method: Literal["GET", "PUT"], key: str, seconds: int) -> str | None:
        if isinstance(self._library, LocalStore | MemoryStore):
            return None
        with self._asked():
            return obstore.sign(self._library, method, key, timedelta(seconds=seconds))

    def read_note(self, key: str) -> Note | None:
        """See `SharedNotes.read_note`."""
        with self._asked():
            try:
                found = obstore.get(self._library, key)
            except FileNotFoundError as error:
                self._missing(error)
                return None
            if found.meta["size"] > LARGEST_NOTE or (tag := found.meta["e_tag"]) is None:
                raise StorageError(f"`{key}` in the store `{self._name}` is not what ltxspec writes there")
            return Note(bytes(found.bytes()), tag)

    def write_note(self, key: str, content: bytes, expected: str | None) -> bool:
        """See `SharedNotes.write_note`."""
        if expected is not None and isinstance(self._library, LocalStore):
            return self._exchange(key, content, expected)
        mode: Any = "create" if expected is None else {"e_tag": expected}  # a `version` would have to be known
        with self._asked():
            try:
                obstore.put(self._library, key, content, mode=mode, use_multipart=False)
            except (exceptions.AlreadyExistsError, exceptions.PreconditionError):
                return False
            except FileNotFoundError as error:
                return self._missing(error)
        return True

    def _exchange(self, key: str, content: bytes, expected: str) -> bool:
        """Compare and swap in a folder, of which the library knows none: under a lock of the folder."""
        guard = Path(str(getattr(self._library, "prefix", ""))) / ".ltxspec.lock"
        with self._asked():
            descriptor = os.open(guard, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o664)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                now = self.read_note(key)
                if now is None or now.tag != expected:
                    return False
                obstore.put(self._library, key, content, mode="overwrite", use_multipart=False)
            finally:
                os.close(descriptor)
        return True

    def _missing(self, error: FileNotFoundError) -> bool:
        """False for an object that is not there. Raises StorageError if it is the bucket."""
        if _NO_BUCKET.search(str(error)):
            raise error
        return False

    def _asked(self) -> contextlib.AbstractContextManager[None]:
        return _translated(self._name)


@contextlib.contextmanager
def _translated(name: str) -> Iterator[None]:
    """Turn the errors of the library into StorageError; a StorageError of a caller's own function passes through."""
    try:
        yield
    except (exceptions.BaseError, OSError, NotImplementedError) as error:  # the last: this kind of store cannot do it
        raise _failure(name, error) from None


def _failure(name: str, error: Exception) -> StorageError:
    text = str(error)
    if _NO_BUCKET.search(text) or isinstance(error, FileNotFoundError):
        return StorageError(f"the store `{name}` does not exist", hint="create the bucket, or correct `[store] url`")
    if _METADATA_SERVICE in text:
        return StorageError(f"there are no credentials for the store `{name}`", hint=_hint(name))
    if isinstance(error, exceptions.PermissionDeniedError | exceptions.UnauthenticatedError) or " 403 " in text:
        return StorageError(f"the store `{name}` refuses these credentials", hint=_hint(name))
    return StorageError(f"the store `{name}` does not answer as it should: {_words(text)}", hint="run it again later")


def _hint(name: str) -> str:
    if name.startswith("az:"):
        return "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY, or a SAS token"
    if name.startswith("gs:"):
        return "set GOOGLE_SERVICE_ACCOUNT, or GOOGLE_APPLICATION_CREDENTIALS"
    return "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION"


def _words(text: str) -> str:
    """The library's own words in short, without addresses: these may be signed."""
    line = text.partition("\n")[0].rpartition(" - ")[2].partition(": <")[0]
    return redact_message(line)[:_MOST_SHOWN].strip() or "no reason given"
