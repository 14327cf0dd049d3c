"""Opens the configured object store; its credentials come from the environment alone."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ltxspec.errors import Refused, StorageError
from ltxspec.storage.store.port import ObjectStore
from ltxspec.storage.store_config import StoreConfig

if TYPE_CHECKING:
    from ltxspec.storage.store.bucket import Bucket

ALLOW_HTTP = "LTXSPEC_STORE_ALLOW_HTTP"
ENDPOINT = "LTXSPEC_STORE_ENDPOINT"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def open_store(config: StoreConfig, environ: Mapping[str, str], *, create: bool = False) -> ObjectStore | None:
    """The configured store; None if there is none. Nothing is asked of it yet.

    Args:
        config: where it is.
        environ: may replace the endpoint, and allow plain http; the store's library reads the credentials itself.
        create: make the folder of a `file://` store, for what writes to it.

    Raises:
        Refused: credentials would go to a service that only a file of the repository names, or over plain http.
        StorageError: its settings in the environment are invalid, or its folder does not exist or cannot be made.
    """
    if config.url is None:
        return None
    from ltxspec.storage.store.bucket import Bucket

    endpoint = _endpoint(config, environ)
    if config.url.startswith("memory://"):
        return _in_memory(config.url)
    if config.url.startswith("file://"):
        _refuse_missing(Path(unquote(urlsplit(config.url).path)), config.url, create=create)
    return Bucket.at(config.url, endpoint, config.timeout)


@functools.cache
def _in_memory(url: str) -> "Bucket":
    """A store that ends with this process: the same one for the same name."""
    from ltxspec.storage.store.bucket import Bucket

    return Bucket.in_memory(url)


def _refuse_missing(folder: Path, url: str, *, create: bool) -> None:
    if not create and not folder.is_dir():
        raise StorageError(f"the store `{url}` does not exist", hint="`ltxspec archive push` makes it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"the store `{folder}` cannot be made: {error.strerror}") from None


def _endpoint(config: StoreConfig, environ: Mapping[str, str]) -> str | None:
    """The address of the service, if it is not the usual one.

    Requests to S3 only carry a signature, which is valid for that host alone. Those to Azure may carry a token that
    whoever reads it can use: a cloned repository must not choose who gets it.
    """
    named = environ.get(ENDPOINT)
    endpoint = named or config.endpoint
    if endpoint is None:
        return None
    host = urlsplit(endpoint).hostname or ""
    if host in _LOOPBACK:
        return endpoint
    if endpoint.startswith("http://") and environ.get(ALLOW_HTTP) != "1":
        raise Refused(
            "insecure-service",
            f"videos are not sent to `{host}` over plain http: anyone on the network path could read them",
            hint=f"use https in `[store] endpoint`; if the network is safe, set {ALLOW_HTTP}=1",
        )
    if not named and (config.url or "").startswith("az://"):
        raise Refused(
            "foreign-service",
            f"credentials of Azure are not sent to `{host}`, which only `[store] endpoint` in `ltxspec.toml` names",
            hint=f"if this is your service, set it next to the credentials: {ENDPOINT}={endpoint}",
        )
    return endpoint
