"""How each render service is opened. What is known of one without opening it stands in `services.py`.

A factory imports its package only when called, so that commands which need no service do not pay for HTTP.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from ltxspec.apply.ports import Clock, Provider
from ltxspec.catalog.models import Catalog
from ltxspec.errors import LtxspecError, ProviderRefused
from ltxspec.services import RUNWARE, SANDBOX, Polling, Service
from ltxspec.suggest import did_you_mean

if TYPE_CHECKING:
    import httpx

    from ltxspec.providers.sandbox.settings import Film

_IN_PROCESS = "http://sandbox.invalid/v1"  # a name that never resolves (RFC 6761): nothing can leave the process


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What factories may use; each takes what concerns it. Secrets are opaque and never shown."""

    clock: Clock
    base_url: str = ""  # the service's own when empty
    named_by: str | None = None  # the setting that names another address than this one, as shown to users
    key: str | None = field(default=None, repr=False)
    transport: "httpx.AsyncBaseTransport | None" = None  # replaces the network of a paid service, for tests
    poll_chunk: int = Polling().batch  # tasks in one poll
    sandbox: "SandboxParts | None" = None  # needed by the sandbox only


@dataclass(frozen=True, slots=True)
class SandboxParts:
    """What the sandbox is built from; the names are those of `sandbox.settings.SandboxSettings`."""

    catalog: Catalog  # the models it offers
    make_video: "Callable[[Film, Path], None]"  # writes a playable file
    folder: Path  # where its state lives
    speed: float = 20.0  # how many times faster than a real render
    scenario: str | bytes | None = None  # faults to play, as JSON
    label: Callable[[str], str | None] = lambda _: None  # task UUID -> what to burn into its video


Factory = Callable[[ProviderSettings], Provider]


def missing_key(service: Service) -> ProviderRefused:
    """The error for a service over the network without a key."""
    return ProviderRefused(
        f"no API key is set for `{service.name}`",
        provider_code="missingApiKey",
        whole_run=True,
        hint=f"set `{service.key}`, or use `--provider sandbox`, which is free and offline",
    )


def _runware(settings: ProviderSettings) -> Provider:
    """The paid service, over the network."""
    if not settings.key:
        raise missing_key(RUNWARE)
    from ltxspec.providers.runware.client import ApiKey, Connection
    from ltxspec.providers.runware.provider import RunwareProvider, Tuning

    address = settings.base_url or RUNWARE.address
    connection = Connection(address, ApiKey(settings.key), settings.transport, settings.named_by)
    return RunwareProvider(connection, settings.clock, tuning=Tuning(poll_chunk=settings.poll_chunk))


def _sandbox(settings: ProviderSettings) -> Provider:
    """The free stand-in: the same client, and a server inside this process instead of the network."""
    if settings.sandbox is None:
        raise ValueError("the sandbox needs its parts")
    from ltxspec.providers.runware.client import ApiKey, Connection
    from ltxspec.providers.runware.provider import RunwareProvider, Tuning
    from ltxspec.providers.sandbox.app import create_app
    from ltxspec.providers.sandbox.scenario import Scenario, read_scenario
    from ltxspec.providers.sandbox.settings import SandboxSettings
    from ltxspec.providers.sandbox.transport import SandboxTransport

    parts = settings.sandbox
    app = create_app(
        SandboxSettings(
            catalog=parts.catalog,
            clock=settings.clock,
            make_video=parts.make_video,
            folder=parts.folder,
            speed=parts.speed,
            scenario=read_scenario(parts.scenario) if parts.scenario else Scenario(),
            label=parts.label,
        )
    )
    connection = Connection(_IN_PROCESS, ApiKey(f"sandbox-{uuid4()}"), SandboxTransport(app))
    return RunwareProvider(connection, settings.clock, name=SANDBOX.name, tuning=Tuning(poll_chunk=settings.poll_chunk))


PROVIDERS: Mapping[str, Factory] = {RUNWARE.name: _runware, SANDBOX.name: _sandbox}


def open_provider(name: str, settings: ProviderSettings) -> Provider:
    """The provider of this name, ready to use.

    Raises:
        LtxspecError: there is no such provider.
        ProviderRefused: it needs a key and has none.
    """
    factory = PROVIDERS.get(name)
    if factory is None:
        hint = did_you_mean(name, PROVIDERS) or f"there are {', '.join(f'`{known}`' for known in PROVIDERS)}"
        raise LtxspecError(f"there is no provider `{name}`", hint=hint)
    return factory(settings)
