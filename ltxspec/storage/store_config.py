"""[store] of `ltxspec.toml`: the object store of a team."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from ltxspec.storage.toml_tables import TomlTable

SCHEMES = ("s3", "gs", "az", "file", "memory")
_HAS_ENDPOINT = ("s3", "az")
_SIGNS = ("s3://", "az://", "gs://")
_PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_WEEK = 7 * 86400
_REMOTE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_SHORTEST, _LONGEST = 3, 3600  # seconds of a lease
_NO_SECRETS = "credentials come from the environment, as the service's own tools read them (AWS_…, AZURE_…, GOOGLE_…)"


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """[store]; credentials are never part of it."""

    url: str | None = None  # `s3://bucket/prefix`, `gs://`, `az://container/prefix`, `file:///folder`
    endpoint: str | None = None  # of an S3-compatible service, or of an Azure emulator
    free: bool = False  # whether the videos of a free provider are stored, too
    timeout: float = 60.0  # seconds without any answer
    link_life: int = 3600  # seconds for which `output --url` is valid
    leases: str | None = None  # the git remote that keeps them; None: in the store, if there is one
    lease_life: int = 60  # seconds after which a lease ends that is not renewed
    direct: bool | None = None  # whether the provider puts videos into it; None: where that is known to work


def store_config(table: TomlTable) -> StoreConfig:
    """The table, with a default for every key; mistakes are collected in it."""
    usual = StoreConfig()
    url = table.text("url", "") or None
    store = StoreConfig(
        url=url,
        endpoint=table.address("endpoint", None),
        free=table.flag("free", default=usual.free),
        timeout=table.number("timeout", usual.timeout),
        link_life=table.integer("link_life", usual.link_life, 1, _WEEK),
        leases=table.text("leases", "") or None,
        lease_life=table.integer("lease_life", usual.lease_life, _SHORTEST, _LONGEST),
        direct=table.flag("direct", default=False) if "direct" in table.values else None,
    )
    if store.leases is not None and not _REMOTE.fullmatch(store.leases):
        table.error("`leases` in [store] is the name of a git remote", "leases", 'such as "origin"')
    if url is not None and (problem := _problem_with(url)):
        table.error(f"`url` in [store] {problem}", "url", "write it as s3://bucket/prefix, gs://…, az://… or file:///…")
    if store.endpoint is not None and not (url or "").startswith(tuple(f"{name}://" for name in _HAS_ENDPOINT)):
        table.error("`endpoint` in [store] is only for stores of `s3://` and `az://`", "endpoint")
    if store.endpoint is not None and _has_more(store.endpoint):
        table.error("`endpoint` in [store] is an address without user, query and fragment", "endpoint", _NO_SECRETS)
    if store.direct and not (url or "").startswith(_SIGNS):
        table.error(
            "`direct` in [store] needs a store of `s3://`, `az://` or `gs://`: others sign no addresses", "direct"
        )
    table.finish(_NO_SECRETS)
    return store


def _problem_with(url: str) -> str | None:
    """What is wrong with the address of a store, in words that follow its name."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "is not an address"
    if parts.scheme not in SCHEMES or "://" not in url:
        return "names no kind of store that is known"
    if _has_more(url):
        return "must not have a user, a query or a fragment: credentials come from the environment"
    if parts.scheme == "file":
        return None if not parts.netloc and parts.path.startswith("/") else "must name a folder from the root"
    if not _PLACE.fullmatch(parts.netloc):
        return "does not name a bucket"
    steps = parts.path.strip("/").split("/") if parts.path.strip("/") else []
    return None if all(map(_PLACE.fullmatch, steps)) else "has a prefix with other characters than letters, digits, ._-"


def _has_more(address: str) -> bool:
    """Whether an address has parts that may hold a secret."""
    return any(sign in address for sign in "?#@;%\\")
