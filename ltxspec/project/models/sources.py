"""Reads what is published about models: from a file, an address, the provider's own, or an installed SDK."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from ltxspec.catalog.importing.document import Pin
from ltxspec.catalog.importing.published import NotPublished, Published, listed_airs, read_published, version_of
from ltxspec.errors import Location, WrongUsage
from ltxspec.project.project import ProjectContext
from ltxspec.services import DEFAULT, SERVICES, Service

_LARGEST: Final = 256 * 2**20  # bytes
_SEVERAL: Final = 2  # models from which on a source counts as a list of all

Fetch = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Source:
    """What one source says, and how it is pinned."""

    pin: Pin
    models: Sequence[Published]  # those that make videos
    complete: bool = False  # it lists every model of the provider: one that is missing is unlisted
    listed: frozenset[str] = frozenset()  # every name in it, also of models that make no videos or are not described
    one_each: bool = False  # each model has an address of its own below the pinned one

    def pin_of(self, published: Published) -> Pin:
        """The pin of one model."""
        return replace(self.pin, source=f"{self.pin.source}/{published.air}") if self.one_each else self.pin


def read_source(project: ProjectContext, source: str, names: Sequence[str] = (), fetch: Fetch | None = None) -> Source:
    """Read a source.

    Args:
        project: files are named from where it was opened.
        source: a file, an https address, the package of a provider's SDK, or a provider's name.
        names: the wanted models, which the provider is asked for one by one.
        fetch: reads an address; None: over the network.

    Raises:
        WrongUsage: there is no such source.
        NotPublished: it holds no schemas.
        StorageError: it cannot be read.
    """
    for service in SERVICES.values():
        if service.sdk and source == service.sdk:
            return _sdk(service)
        if service.schemas and source == service.name:
            return _provider(service, names, fetch or _fetch)
    if source.startswith(("https://", "http://")):
        return _read((fetch or _fetch)(source), _without_secrets(source))
    from ltxspec.storage.named import read_named

    path = project.folder / source
    return _read(
        read_named(path, source, _LARGEST), project.label(path.resolve()) if _is_in(project, path) else path.name
    )


def _is_in(project: ProjectContext, path: Path) -> bool:
    return path.resolve().is_relative_to(project.root.resolve()) and project.root == project.root.resolve()


def _read(content: bytes, name: str) -> Source:
    import orjson

    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        where = Location(name, error.lineno, error.colno)
        raise NotPublished(f"`{name}` is not JSON: {error.msg}", where=where, hint="name a file of schemas") from None
    try:
        models = read_published(document)
    except NotPublished as error:
        error.where = error.where or Location(name, 1, 1)
        raise
    version = version_of(document)
    pin = Pin(name, _date(version), version, DEFAULT.name)
    is_list = isinstance(document, dict) and isinstance(document.get("inference"), list)
    return Source(pin, _videos(models), is_list and len(models) >= _SEVERAL, listed_airs(document) | _names(models))


def _sdk(service: Service) -> Source:
    from importlib.metadata import PackageNotFoundError, distribution

    from ltxspec.catalog.importing.sdk_types import read_types, types_version

    try:
        package = distribution(service.sdk)
    except PackageNotFoundError:
        raise WrongUsage(
            f"`{service.sdk}` is not installed",
            hint=f"`pip install {service.sdk}` beside ltxspec, or name a file or an address",
        ) from None
    path = Path(str(package.locate_file(service.sdk_types)))
    if not path.is_file():
        raise NotPublished(f"`{service.sdk}` {package.version} has no generated types", hint="install a later one")
    text = path.read_text("utf-8")
    pin = Pin(service.sdk, _date(types_version(text)), package.version, service.name)
    models = read_types(text)
    return Source(pin, _videos(models), complete=True, listed=_names(models))


def _provider(service: Service, names: Sequence[str], fetch: Fetch) -> Source:
    if not names:
        raise WrongUsage("the provider is asked for one model at a time", hint=f"name them: `{service.name} AIR …`")
    found = [_read(fetch(f"{service.schemas}/{quote(name, safe=':@-._')}"), service.schemas) for name in names]
    models = [model for one in found for model in one.models]
    return Source(replace(found[0].pin, provider=service.name), models, one_each=True)


def _names(models: Sequence[Published]) -> frozenset[str]:
    return frozenset(name for model in models for name in (model.air, model.slug))


def _videos(models: Sequence[Published]) -> list[Published]:
    """The models that make videos, each once."""
    return [*{model.air: model for model in models if model.gives_video}.values()]


def _date(version: str | None) -> str:
    """The day of a version such as `20261012233936`; today for any other."""
    found = re.match(r"(20\d{2})-?([01]\d)-?([0-3]\d)", version or "")
    if found is not None:
        return "-".join(found.groups())
    from ltxspec.storage.clock import SystemClock

    return SystemClock().now().date().isoformat()


def _fetch(url: str) -> bytes:
    from ltxspec.providers.published import fetch_schema

    return fetch_schema(url)


def _without_secrets(url: str) -> str:
    """An address without its name, password and query, which may be secrets."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise WrongUsage("the address of the schemas is not valid", hint="write `https://HOST/PATH`") from None
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
