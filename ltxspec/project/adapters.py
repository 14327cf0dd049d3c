"""Chooses the real adapters of a project, the provider at its address and the archive."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ltxspec.errors import Refused
from ltxspec.project.project import ProjectContext
from ltxspec.project.webhook import webhook_secrets
from ltxspec.providers.hosts import is_this_machine
from ltxspec.services import Service
from ltxspec.values import TaskId

_SCENARIO = "LTXSPEC_SANDBOX_SCENARIO"

if TYPE_CHECKING:
    from ltxspec.apply.ports import Fill, Provider
    from ltxspec.storage.archive import FolderArchive
    from ltxspec.storage.receiving import Arriving


def has_key(service: Service, environment: Mapping[str, str]) -> bool:
    """Whether the environment has the key that requests to the service need."""
    return not service.key or bool(environment.get(service.key, "").strip())


def service_address(service: Service, configured: str, environment: Mapping[str, str]) -> str:
    """The service's address: from the environment, else the configured one.

    Args:
        service: the service.
        configured: `base_url` of its table, or its default.
        environment: the environment of this process.

    Raises:
        Refused: the key would be sent to a host that only a file of the repository names, or over plain http to
            another machine.
    """
    named = environment.get(service.address_variable)
    if named:
        _refuse_cleartext(service, named, environment)
        return named
    usual, asked = urlsplit(service.address), urlsplit(configured)
    is_usual = (asked.scheme, asked.netloc) == (usual.scheme, usual.netloc)
    if environment.get(service.key) and not is_usual and not is_this_machine(asked.hostname or ""):
        address = configured.partition("?")[0]
        raise Refused(
            "foreign-service",
            f"`{service.key}` is not sent to `{asked.hostname}`, which only {_table(service)} names",
            hint=f"if this is your service, set it next to the key: {service.address_variable}={address}",
        )
    return configured


def address_setting(service: Service, configured: str, environment: Mapping[str, str]) -> str | None:
    """The setting that the service's address comes from, for messages; None for the service's own address."""
    named = environment.get(service.address_variable)
    if (named or configured) == service.address:
        return None
    return f"`{service.address_variable}`" if named else _table(service)


def _table(service: Service) -> str:
    return f"`[{service.name}] base_url` in `ltxspec.toml`"


def _refuse_cleartext(service: Service, address: str, environment: Mapping[str, str]) -> None:
    """Refuse to send the key unencrypted over a network."""
    try:
        asked = urlsplit(address)
        host = asked.hostname or ""
    except ValueError:
        return  # not an address: the client reports it
    is_safe = asked.scheme != "http" or is_this_machine(host) or environment.get(service.cleartext_variable) == "1"
    if is_safe or not environment.get(service.key):
        return
    allow = f"{service.cleartext_variable}=1"
    raise Refused(
        "insecure-service",
        f"`{service.key}` is not sent to `{host}` over plain http: anyone on the network path could read it",
        hint=f"use https in `{service.address_variable}`; if the network is safe, set {allow}",
    )


def open_provider(
    project: ProjectContext,
    labels: Mapping[TaskId, str] | None = None,
    *,
    need_key: bool = True,
    fill: "Fill | None" = None,
) -> "Provider":
    """Open the render service of a project.

    Args:
        project: selects the service.
        labels: text that the sandbox burns into each task's video.
        need_key: false for downloads only, which never carry a key.
        fill: adds addresses to orders when they are sent.
    """
    from ltxspec.media.animatic import write_animatic
    from ltxspec.media.looking import look
    from ltxspec.providers.registry import ProviderSettings, SandboxParts
    from ltxspec.providers.registry import open_provider as open_named
    from ltxspec.storage.clock import SystemClock

    service, configured = project.service, project.service_config.base_url
    sandbox = SandboxParts(
        catalog=project.catalog,
        make_video=write_animatic,
        look=look,
        folder=project.local / service.folder,
        speed=project.config.sandbox.speed,
        scenario=_scenario(project.environ.get(_SCENARIO)) if not service.address else None,
        scenario_name=_scenario_name(project.environ.get(_SCENARIO)),
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
            fill=fill,
            hidden=webhook_secrets(project.environ),
            sandbox=sandbox,
        ),
    )


def open_archive(
    project: ProjectContext, specs: Iterable[str] = (), arriving: "Arriving | None" = None
) -> "FolderArchive":
    """Open the archive of finished videos.

    Args:
        project: configures the location.
        specs: specs whose videos and links will be written; if there are any, an archive outside the project is
            reported once.
        arriving: finds videos that the provider put into the store.

    Raises:
        StorageError: a symbolic link takes the archive or the tree of links out of the project.
    """
    from ltxspec.media.checking import CHECKS
    from ltxspec.storage.receiving import ReceivingArchive

    root = project.root / project.config.archive.url
    ident = project.config.project.id
    archive = ReceivingArchive(root, project.renders, CHECKS, project=project.root, ident=ident)
    archive.arriving = arriving
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


def _scenario_name(source: str | None) -> str:
    """Where the faults are from: the file, or the variable that holds them."""
    return source if source and not source.lstrip().startswith("{") else _SCENARIO
