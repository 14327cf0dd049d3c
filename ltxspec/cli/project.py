"""The project a command works on: its folder, configuration, catalog, and where everything of it is kept."""

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.cli.session import Session
from ltxspec.errors import WrongUsage
from ltxspec.storage.config import Config, load_config
from ltxspec.storage.durable import refuse_broken_link
from ltxspec.storage.files import ProjectFolder
from ltxspec.storage.inside import refuse_links_outside
from ltxspec.storage.packaged import read_model_documents, replaced_model_documents
from ltxspec.storage.state import SpecPaths, spec_paths
from ltxspec.storage.tracked import TrackedFolder

PROVIDERS = ("runware", "sandbox")
_LOCAL_FOLDERS = ("journal", "locks", "lockfiles", "cache", "review", "videos")


@dataclass(frozen=True, slots=True)
class Project:
    """A project as a command sees it."""

    root: Path
    folder: Path  # where the command was started; paths on the command line are relative to it
    config: Config
    provider: str
    catalog: Catalog
    files: ProjectFolder
    tracked: TrackedFolder | None = None  # what git knows of the lockfiles; asked when one is missing

    @property
    def local(self) -> Path:
        """What never leaves this machine: journals, caches, the archive, the sandbox's own lockfiles."""
        return self.root / ".ltxspec"

    @property
    def renders(self) -> Path:
        """The readable tree of links to current videos; the sandbox has its own, below the one of paid videos."""
        paid = self.root / "renders"
        return paid / "sandbox" if self.provider == "sandbox" else paid

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

    def label(self, path: Path) -> str:
        """A path as users see it: relative to the project, with `/`."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()


def open_project(session: Session, provider: str | None = None) -> Project:
    """Find the project and read its configuration and the model catalog.

    Raises:
        WrongUsage: there is no such folder or provider.
        Invalid: the configuration cannot be read.
        StorageError: a link leads out of the project from where commands write.
    """
    folder = session.folder
    if not folder.is_dir():
        raise WrongUsage(f"`{session.directory}` is not a folder", hint="-C takes the folder to work in")
    explicit = folder / session.config if session.config else None
    config = load_config(folder, explicit)
    sys.stderr.write("".join(f"warning: {remark}\n" for remark in config.remarks))
    root = config.root
    name = provider or os.environ.get("LTXSPEC_PROVIDER") or config.provider.name
    if name not in PROVIDERS:
        raise WrongUsage(f"no provider is called `{name}`", hint=f"known: {', '.join(PROVIDERS)}")
    catalog = _models(root)
    tracked = TrackedFolder(root, root / config.project.lockfiles)
    project = Project(root, folder, config, name, catalog, ProjectFolder(root), tracked)
    _refuse_links_outside(project)
    if session.verbose:
        _tell(project)
    return project


def _models(root: Path) -> Catalog:
    """The models in force; where the project has files of its own, with what they replace."""
    own = root / "schemas" / "models"
    documents = read_model_documents(own, root)
    return load_catalog(documents, replaced_model_documents(documents) if own.is_dir() else None)


def _refuse_links_outside(project: Project) -> None:
    """Every command may read lockfiles and write below `.ltxspec`; a repository may hold links there to anywhere.

    Files are guarded again when they are opened; here it is said before anything is done, and for what others write.
    """
    places = [project.local, project.local / "sandbox"]
    inner = [place / name for place in places for name in _LOCAL_FOLDERS]
    refuse_links_outside(project.root, *places, *inner, project.root / project.config.project.lockfiles)
    refuse_broken_link(project.root / project.config.project.lockfiles)


def _tell(project: Project) -> None:
    """`-v`: what is in force, where everything is."""
    rows = {
        "project": project.root,
        "config": project.config.file or "none, defaults",
        "provider": project.provider,
        "lockfiles": project.lockfiles,
        "models": ", ".join(model.air for model in project.catalog.models),
    }
    sys.stderr.write("".join(f"{name + ':':<10} {value}\n" for name, value in rows.items()))
