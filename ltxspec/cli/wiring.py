"""Chooses the real adapters: project folder, configuration, catalog, lockfiles, provider, archive."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.cli.session import Session
from ltxspec.errors import Diagnostic, Problems, WrongUsage
from ltxspec.lock.journal import fold
from ltxspec.plan.actions import Change, Plan
from ltxspec.plan.owned import Owned
from ltxspec.plan.planner import PlanContext, plan_spec, spent
from ltxspec.plan.selection import Selection
from ltxspec.render.models import RenderedSpec
from ltxspec.storage.config import Config, load_config
from ltxspec.storage.files import ProjectFolder
from ltxspec.storage.packaged import read_model_documents
from ltxspec.storage.state import SpecPaths, read_state, spec_paths
from ltxspec.values import Json

if TYPE_CHECKING:
    from ltxspec.apply.ports import Provider
    from ltxspec.storage.archive import FolderArchive

_PROVIDERS = ("runware", "sandbox")


@dataclass(frozen=True, slots=True)
class Project:
    """A project as a command sees it."""

    root: Path
    folder: Path  # where the command was started; paths on the command line are relative to it
    config: Config
    provider: str
    catalog: Catalog
    files: ProjectFolder

    @property
    def local(self) -> Path:
        """What never leaves this machine: journals, caches, the archive, the sandbox's own lockfiles."""
        return self.root / ".ltxspec"

    @property
    def renders(self) -> Path:
        """The readable tree of links to current videos."""
        return self.root / "renders"

    @property
    def lockfiles(self) -> Path:
        """Where this provider's lockfiles are."""
        return self.paths_of("any").lockfile.parent

    def paths_of(self, spec: str) -> SpecPaths:
        """The files of one spec."""
        return spec_paths(self.root, self.config.project.lockfiles, self.provider, spec)

    def label(self, path: Path) -> str:
        """A path as users see it: relative to the project, with `/`."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()


def open_project(session: Session, provider: str | None = None) -> Project:
    """Find the project and read its configuration and the model catalog."""
    folder = session.folder
    if not folder.is_dir():
        raise WrongUsage(f"`{session.directory}` is not a folder", hint="-C takes the folder to work in")
    explicit = folder / session.config if session.config else None
    config = load_config(folder, explicit)
    root = config.root
    name = provider or os.environ.get("LTXSPEC_PROVIDER") or config.provider.name
    if name not in _PROVIDERS:
        raise WrongUsage(f"no provider is called `{name}`", hint=f"known: {', '.join(_PROVIDERS)}")
    catalog = load_catalog(read_model_documents(root / "schemas" / "models"))
    return Project(root, folder, config, name, catalog, ProjectFolder(root))


def render_specs(
    project: Project,
    paths: Sequence[str],
    variables: Mapping[str, Json] | None = None,
    problems: Problems | None = None,
) -> list[RenderedSpec]:
    """Read, expand, render and validate all specs under `paths` (default: `[project] specs`).

    Raises:
        Invalid: with every problem of every file, unless `problems` is given: then they are only collected there.
    """
    from ltxspec.cli.specs import read_specs

    found = problems if problems is not None else Problems()
    rendered = read_specs(project, paths, variables or {}, found)
    if problems is None:
        found.raise_if_errors()
    return rendered


def owned(project: Project, spec: str) -> Owned:
    """Lockfile and journal of a spec, read without taking its lock."""
    lockfile, events = read_state(project.paths_of(spec))
    return Owned(lockfile, fold(events))


def make_plan(
    project: Project,
    rendered: Sequence[RenderedSpec],
    selection: Selection,
    holdings: Mapping[str, Owned] | None = None,
) -> Plan:
    """Plan all rendered specs. `holdings` gives what is owned where it was read under a lock."""
    context = PlanContext(
        project.config.project.id, project.provider, project.catalog, selection, project.config.provider.attempts
    )
    changes: list[Change] = []
    diagnostics: list[Diagnostic] = []
    money = {}
    for spec in rendered:
        have = (holdings or {}).get(spec.name) or owned(project, spec.name)
        changes += plan_spec(spec, have, context)
        diagnostics += spec.diagnostics
        money[spec.name] = spent(have)
    _check_selection(selection, changes)
    return Plan(project.provider, changes, diagnostics, money)


def _check_selection(selection: Selection, changes: Sequence[Change]) -> None:
    """A pattern that names no shot is a typing error, not an empty plan."""
    unmatched = selection.unmatched(change.address for change in changes)
    if not unmatched:
        return
    from ltxspec.spec.suggest import nearest

    problems = Problems()
    known = [str(change.address) for change in changes]
    for text in unmatched:
        near = nearest(text, known)
        problems.error("unknown-address", f"no shot matches `{text}`", hint=f"did you mean `{near}`?" if near else None)
    problems.raise_if_errors()


def open_provider(project: Project) -> "Provider":
    """The render service this project talks to."""
    from ltxspec.providers.registry import PROVIDERS, ProviderSettings

    config = project.config
    return PROVIDERS[project.provider](
        ProviderSettings(
            base_url=os.environ.get("RUNWARE_BASE_URL") or config.runware.base_url,
            key=os.environ.get("RUNWARE_API_KEY"),
            sandbox_folder=project.local / "sandbox",
            sandbox_speed=config.sandbox.speed,
        )
    )


def open_archive(project: Project) -> "FolderArchive":
    """Where finished videos are kept."""
    from ltxspec.media.probe import check_decodes
    from ltxspec.storage.archive import FolderArchive

    return FolderArchive(project.root / project.config.archive.url, project.renders, check_decodes)


def local_places(project: Project) -> dict[str, str]:
    """Videos that are home: SHA-256 -> path as shown to users."""
    archive = open_archive(project)
    return {sha256: project.label(path) for sha256, path in archive.contents().items()}
