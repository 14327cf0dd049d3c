"""The project a command works on: its folder, configuration, catalog, and where everything of it is kept."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.errors import WrongUsage
from ltxspec.services import DEFAULT, SERVICES, Service
from ltxspec.storage.config import Config, ServiceConfig, load_config
from ltxspec.storage.durable import refuse_broken_link
from ltxspec.storage.files import ProjectFolder
from ltxspec.storage.inside import refuse_links_outside
from ltxspec.storage.packaged import own_models, read_model_documents, replaced_model_documents
from ltxspec.storage.state import SpecPaths, spec_paths
from ltxspec.storage.tracked import TrackedFolder

_LOCAL_FOLDERS = ("journal", "locks", "lockfiles", "cache", "review", "videos")


def _log(warning: str) -> None:
    import logging

    logging.getLogger("ltxspec").warning("%s", warning)


@dataclass(frozen=True, slots=True)
class Project:
    """A project as its users see it, whether by command or from Python."""

    root: Path
    folder: Path  # where it was opened from: relative paths of the user are relative to it
    config: Config
    provider: str
    catalog: Catalog
    files: ProjectFolder
    tracked: TrackedFolder | None = None  # what git knows of the lockfiles; asked when one is missing
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)  # holds the key, and where the service is
    warn: Callable[[str], None] = _log  # is handed what went wrong beside the result
    on_wait: Callable[[str], None] = _log  # is handed who holds a lock that is waited for

    @property
    def service(self) -> Service:
        """What is known of the provider."""
        return SERVICES[self.provider]

    @property
    def service_config(self) -> ServiceConfig:
        """How the provider is configured; one without a network as the one that it stands in for."""
        return self.config.services.get(self.provider) or self.config.services[DEFAULT.name]

    @property
    def local(self) -> Path:
        """What never leaves this machine: journals, caches, the archive, the lockfiles of what is free."""
        return self.root / ".ltxspec"

    @property
    def renders(self) -> Path:
        """The readable tree of links to current videos; the sandbox has its own, below the one of paid videos."""
        return self.root / "renders" / self.service.folder

    @property
    def lockfiles(self) -> Path:
        """Where this provider's lockfiles are."""
        return self.paths_of("any").lockfile.parent

    def paths_of(self, spec: str) -> SpecPaths:
        """The files of one spec."""
        return spec_paths(self.root, self.config.project.lockfiles, self.provider, spec, self.tracked)

    def on(self, provider: str) -> "Project":
        """The same project with another provider."""
        return replace(self, provider=provider)

    @property
    def sides(self) -> "list[Project]":
        """The same project as each provider sees it."""
        return [self.on(name) for name in SERVICES]

    @property
    def paid(self) -> "list[Project]":
        """The same project as each paid provider sees it: what was paid for is recorded there, whoever renders now."""
        return [side for side in self.sides if not side.service.free]

    def label(self, path: Path) -> str:
        """A path as users see it: relative to the project, with `/`."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()


def open_project(
    folder: Path | str = ".",
    provider: str | None = None,
    *,
    config: str | None = None,
    environ: Mapping[str, str] = os.environ,
    warn: Callable[[str], None] = _log,
) -> Project:
    """Find the project and read its configuration and the model catalog.

    Args:
        folder: where to look for `ltxspec.toml`, upwards.
        provider: wins over `LTXSPEC_PROVIDER` and the configuration.
        config: a configuration file to use instead, relative to `folder`.
        environ: where the provider's key and address come from.
        warn: is handed what is odd and does not stop anything.

    Raises:
        WrongUsage: there is no such folder or provider.
        Invalid: the configuration cannot be read.
        StorageError: a link leads out of the project from where ltxspec writes.
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
    project = Project(root, here, settings, name, _models(root), ProjectFolder(root), tracked, environ, warn)
    _refuse_links_outside(project)
    return project


def known_provider(name: str) -> str:
    """The name of a provider. Raises WrongUsage for another one."""
    if name not in SERVICES:
        raise WrongUsage(f"no provider is called `{name}`", hint=f"known: {', '.join(SERVICES)}")
    return name


def _models(root: Path) -> Catalog:
    """The models in force; where the project has files of its own, with what they replace."""
    own = root / "schemas" / "models"
    documents = read_model_documents(own, root)
    if not own.is_dir():
        return load_catalog(documents)
    return load_catalog(documents, replaced_model_documents(documents), own_models(documents))


def _refuse_links_outside(project: Project) -> None:
    """Every command may read lockfiles and write below `.ltxspec`; a repository may hold links there to anywhere.

    Files are guarded again when they are opened; here it is said before anything is done, and for what others write.
    """
    places = [project.local / service.folder for service in SERVICES.values()]
    inner = [place / name for place in places for name in _LOCAL_FOLDERS]
    refuse_links_outside(project.root, *places, *inner, project.root / project.config.project.lockfiles)
    refuse_broken_link(project.root / project.config.project.lockfiles)
