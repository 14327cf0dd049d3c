"""Chooses the real adapters of a project: the provider and the archive."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.project.project import ProjectContext
from ltxspec.values import TaskId

if TYPE_CHECKING:
    from ltxspec.apply.ports import Provider
    from ltxspec.storage.archive import FolderArchive


def open_provider(
    project: ProjectContext, labels: Mapping[TaskId, str] | None = None, *, need_key: bool = True
) -> "Provider":
    """Open the render service of a project.

    Args:
        project: selects the service.
        labels: text that the sandbox burns into each task's video.
        need_key: false for downloads only, which never carry a key.
    """
    from ltxspec.media.animatic import write_animatic
    from ltxspec.project.service import address_setting, service_address
    from ltxspec.providers.registry import ProviderSettings, SandboxParts
    from ltxspec.providers.registry import open_provider as open_named
    from ltxspec.storage.clock import SystemClock

    service, configured = project.service, project.service_config.base_url
    sandbox = SandboxParts(
        catalog=project.catalog,
        make_video=write_animatic,
        folder=project.local / service.folder,
        speed=project.config.sandbox.speed,
        scenario=_scenario(project.environ.get("LTXSPEC_SANDBOX_SCENARIO")) if not service.address else None,
        label=lambda task: (labels or {}).get(TaskId(task)),
    )
    return open_named(
        project.provider,
        ProviderSettings(
            clock=SystemClock(),
            base_url=service_address(service, configured, project.environ),
            named_by=address_setting(service, configured, project.environ),
            key=project.environ.get(service.key) or (None if need_key else "not-needed"),
            poll_chunk=service.polling.batch,
            sandbox=sandbox,
        ),
    )


def open_archive(project: ProjectContext, specs: Iterable[str] = ()) -> "FolderArchive":
    """Open the archive of finished videos.

    Args:
        project: configures the location.
        specs: specs whose videos and links will be written; if there are any, an archive outside the project is
            reported once.

    Raises:
        StorageError: a symbolic link takes the archive or the tree of links out of the project.
    """
    from ltxspec.media.probe import check_decodes
    from ltxspec.storage.archive import FolderArchive

    root = project.root / project.config.archive.url
    archive = FolderArchive(root, project.renders, check_decodes, project=project.root, ident=project.config.project.id)
    written = list(specs)
    archive.refuse_outside(written)
    if written:
        _warn_of_another_place(project, root)
    return archive


def _warn_of_another_place(project: ProjectContext, archive: Path) -> None:
    """Warn if videos are stored outside the project: the location may come from a cloned repository."""
    place = archive.resolve()
    if not place.is_relative_to(project.root.resolve()):
        project.warn(f"videos are stored outside the project, in `{place}`: see `[archive] url` in `ltxspec.toml`")


def local_places(project: ProjectContext, *, from_here: bool = False) -> dict[str, str]:
    """Archived videos: SHA-256 -> path as shown to users, relative to the project or to the working directory."""
    from ltxspec.storage.paths import shown

    show = shown if from_here else project.label
    return {sha256: show(path) for sha256, path in open_archive(project).contents().items()}


def _scenario(source: str | None) -> str | bytes | None:
    """The faults that the sandbox simulates, as JSON: given directly or as a file name."""
    if not source or source.lstrip().startswith("{"):
        return source
    from ltxspec.storage.named import LARGEST_INPUT, read_named

    return read_named(Path(source), source, LARGEST_INPUT)
