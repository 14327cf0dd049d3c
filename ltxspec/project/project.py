"""The project a command works on: its folder, configuration, catalog, and the locations of its files."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ltxspec.catalog.model_places import at_their_lines
from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.catalog.price_examples import refuse_wrong_examples
from ltxspec.errors import Invalid, WrongUsage
from ltxspec.project.packaged_models import packaged_catalog
from ltxspec.services import DEFAULT, SERVICES, Service
from ltxspec.storage.config import Config, ServiceConfig, load_config
from ltxspec.storage.durable import read_file, refuse_broken_link
from ltxspec.storage.files import ProjectFolder
from ltxspec.storage.inside import refuse_links_outside
from ltxspec.storage.packaged import LARGEST_MODEL, own_models, read_model_documents, replaced_model_documents
from ltxspec.storage.state import SpecPaths, spec_paths
from ltxspec.storage.tracked import TrackedFolder

_LOCAL_FOLDERS = ("journal", "locks", "lockfiles", "cache", "review", "videos", "calls")


def _log(warning: str) -> None:
    import logging

    logging.getLogger("ltxspec").warning("%s", warning)


@dataclass(frozen=True, slots=True)
class ProjectContext:
    """A project, as used by the commands and from Python."""

    root: Path
    folder: Path  # where it was opened: the base of the user's relative paths
    config: Config
    provider: str
    catalog: Catalog
    files: ProjectFolder
    tracked: TrackedFolder | None = None  # git's list of lockfiles; used when one is missing
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)  # holds the key and the service's address
    warn: Callable[[str], None] = _log  # called with problems that do not prevent the result
    on_wait: Callable[[str], None] = _log  # called with the holder of a lock that is waited for

    @property
    def service(self) -> Service:
        """The facts about the provider."""
        return SERVICES[self.provider]

    @property
    def service_config(self) -> ServiceConfig:
        """The provider's configuration; a provider without a network uses that of the provider it simulates."""
        return self.config.services.get(self.provider) or self.config.services[DEFAULT.name]

    @property
    def local(self) -> Path:
        """The folder of what never leaves this machine: journals, caches, the archive, lockfiles of free providers."""
        return self.root / ".ltxspec"

    @property
    def renders(self) -> Path:
        """The tree of links to current videos; the sandbox has its own below that of paid videos."""
        return self.root / "renders" / self.service.folder

    @property
    def lockfiles(self) -> Path:
        """The folder of this provider's lockfiles."""
        return self.paths_of("any").lockfile.parent

    def paths_of(self, spec: str) -> SpecPaths:
        """The files of one spec."""
        return spec_paths(self.root, self.config.project.lockfiles, self.provider, spec, self.tracked)

    def on(self, provider: str) -> "ProjectContext":
        """The same project with another provider."""
        return replace(self, provider=provider)

    @property
    def sides(self) -> "list[ProjectContext]":
        """The project for each provider."""
        return [self.on(name) for name in SERVICES]

    @property
    def paid(self) -> "list[ProjectContext]":
        """The project for each paid provider: paid records are there, whichever provider renders now."""
        return [side for side in self.sides if not side.service.free]

    def label(self, path: Path) -> str:
        """A path as shown to users: relative to the project, with `/`."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()


def open_project(
    folder: Path | str = ".",
    provider: str | None = None,
    *,
    config: str | None = None,
    environ: Mapping[str, str] = os.environ,
    warn: Callable[[str], None] = _log,
) -> ProjectContext:
    """Find the project and read its configuration and the model catalog.

    Args:
        folder: where the search for `ltxspec.toml` starts; it continues in the parent folders.
        provider: overrides `LTXSPEC_PROVIDER` and the configuration.
        config: a configuration file to use instead, relative to `folder`.
        environ: holds the provider's key and address.
        warn: called with remarks that do not stop anything.

    Raises:
        WrongUsage: there is no such folder or provider.
        Invalid: the configuration cannot be read.
        StorageError: a symbolic link in a place that ltxspec writes to leads out of the project.
    """
    here = Path(folder).absolute()
    if not here.is_dir():
        raise WrongUsage(f"`{folder}` is not a folder", hint="name the folder to work in (`-C`)")
    settings = load_config(here, here / config if config else None)
    for remark in settings.remarks:
        warn(remark)
    root = settings.root
    name = provider or environ.get("LTXSPEC_PROVIDER") or settings.provider.name
    known_provider(name)
    tracked = TrackedFolder(root, root / settings.project.lockfiles)
    project = ProjectContext(root, here, settings, name, _models(root), ProjectFolder(root), tracked, environ, warn)
    _refuse_links_outside(project)
    return project


def known_provider(name: str) -> str:
    """Return `name` if a provider has this name. Raises WrongUsage otherwise."""
    if name not in SERVICES:
        raise WrongUsage(f"no provider is called `{name}`", hint=f"known: {', '.join(SERVICES)}")
    return name


def _models(root: Path) -> Catalog:
    """The active models; if the project has its own files, also the packaged ones that these replace."""
    own = root / "schemas" / "models"
    documents = read_model_documents(own, root)
    if not own.is_dir():
        return packaged_catalog()
    mine = own_models(documents)
    try:
        catalog = load_catalog(documents, replaced_model_documents(documents), mine)
    except Invalid as error:
        raise Invalid(at_their_lines(error.diagnostics, lambda name: _text_of(root, name))) from None
    refuse_wrong_examples(catalog, mine, lambda name: read_file(own / name, root, LARGEST_MODEL).decode())
    return catalog


def _text_of(root: Path, name: str) -> str | None:
    """The text of a model file of the project; None if it is not one, such as a packaged one."""
    path = root / name
    return read_file(path, root, LARGEST_MODEL).decode() if path.is_file() else None


def _refuse_links_outside(project: ProjectContext) -> None:
    """Refuse symbolic links out of the project where commands read lockfiles or write: a repository may contain them.

    Files are checked again when they are opened. This check comes before anything is done, and covers files that other
    programs write.
    """
    places = [project.local / service.folder for service in SERVICES.values()]
    inner = [place / name for place in places for name in _LOCAL_FOLDERS]
    refuse_links_outside(project.root, *places, *inner, project.root / project.config.project.lockfiles)
    refuse_broken_link(project.root / project.config.project.lockfiles)
