"""Creates providers. Facts about a service that are needed without a provider are in `services.py`.

A factory imports its package only when called, so that commands that need no service do not load HTTP libraries.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from ltxspec.apply.ports import Clock, Fill, Provider
from ltxspec.catalog.media_facts import MediaFacts, facts_by_bytes
from ltxspec.catalog.models import Catalog
from ltxspec.errors import LtxspecError, ProviderRefused
from ltxspec.services import RUNWARE, SANDBOX, Polling, Service
from ltxspec.suggest import did_you_mean

if TYPE_CHECKING:
    import httpx

    from ltxspec.providers.sandbox.settings import Film

_IN_PROCESS = "http://sandbox.invalid/v1"  # never resolves (RFC 6761), so that nothing can leave the process


class UnknownProvider(LtxspecError):
    """No provider has this name."""

    code = "unknown-provider"


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Settings for factories; each uses those that concern it. Secrets are opaque and never shown."""

    clock: Clock
    base_url: str = ""  # empty: the service's own address
    named_by: str | None = None  # the setting that `base_url` comes from, as shown to users; None: the service's own
    key: str | None = field(default=None, repr=False)
    transport: "httpx.AsyncBaseTransport | None" = None  # replaces the network of a paid service, for tests
    poll_chunk: int = Polling().batch  # tasks per poll request
    fill: Fill | None = None  # adds addresses to an order when it is sent; nothing is added for the sandbox
    hidden: Sequence[str] = field(default=(), repr=False)  # secrets that a reply may repeat
    sandbox: "SandboxParts | None" = None  # only for the sandbox


@dataclass(frozen=True, slots=True)
class SandboxParts:
    """Components of the sandbox; the names are those of `sandbox.settings.SandboxSettings`."""

    catalog: Catalog  # the models it offers
    make_video: "Callable[[Film, Path], None]"  # writes a playable file
    folder: Path  # where its state is stored
    speed: float = 20.0  # how many times faster than a real render
    scenario: str | bytes | None = None  # behaviour and faults, as JSON
    scenario_name: str | None = None  # where that is from, for messages
    look: Callable[[bytes], MediaFacts] = facts_by_bytes  # what an image is
    label: Callable[[str], str | None] = lambda _: None  # task UUID -> text burned into its video


Factory = Callable[[ProviderSettings], Provider]


def missing_key(service: Service) -> ProviderRefused:
    """The error for a network service without a key."""
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
    connection = Connection(address, ApiKey(settings.key), settings.transport, settings.named_by, settings.hidden)
    return RunwareProvider(
        connection, settings.clock, tuning=Tuning(poll_chunk=settings.poll_chunk, fill=settings.fill)
    )


def _sandbox(settings: ProviderSettings) -> Provider:
    """The free simulated service: the same client, with a server inside this process instead of the network."""
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
            scenario=read_scenario(parts.scenario, parts.scenario_name) if parts.scenario else Scenario(),
            look=parts.look,
            label=parts.label,
        )
    )
    connection = Connection(_IN_PROCESS, ApiKey(f"sandbox-{uuid4()}"), SandboxTransport(app))
    return RunwareProvider(connection, settings.clock, name=SANDBOX.name, tuning=Tuning(poll_chunk=settings.poll_chunk))


_OF_A_SERVICE = re.compile(r"[a-z]+[A-Z]\w*")  # the form of their codes; those of ltxspec have hyphens


def kind_of_code(code: str) -> str | None:
    """The kind of error that a service means by a code, as in `ErrorKind`; None if no service has such a code."""
    from ltxspec.providers.runware.codes import ErrorKind, kind_of

    kind = kind_of(code) if _OF_A_SERVICE.fullmatch(code) else ErrorKind.UNKNOWN
    return None if kind is ErrorKind.UNKNOWN else kind.value


PROVIDERS: Mapping[str, Factory] = {RUNWARE.name: _runware, SANDBOX.name: _sandbox}


def open_provider(name: str, settings: ProviderSettings) -> Provider:
    """Create the provider of this name.

    Raises:
        UnknownProvider: there is no such provider.
        ProviderRefused: it needs a key and has none.
    """
    factory = PROVIDERS.get(name)
    if factory is None:
        hint = did_you_mean(name, PROVIDERS) or f"there are {', '.join(f'`{known}`' for known in PROVIDERS)}"
        raise UnknownProvider(f"there is no provider `{name}`", hint=hint)
    return factory(settings)
