"""The render services by name. Another one is one more package and one more line here.

A factory imports its package only when called, so that commands which need no service do not pay for HTTP.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.apply.ports import Clock, Provider
from ltxspec.errors import LtxspecError, ProviderRefused

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What factories may use; each takes what concerns it. Secrets are opaque and never shown."""

    clock: Clock
    base_url: str = "https://api.runware.ai/v1"
    key: str | None = field(default=None, repr=False)
    transport: "httpx.AsyncBaseTransport | None" = None  # replaces the network, for tests
    poll_chunk: int = 20  # tasks in one poll
    sandbox_folder: Path | None = None  # where the sandbox keeps its state; None: in memory
    sandbox_speed: float = 20.0  # how many times faster than real rendering
    scenario: Path | None = None  # faults that the sandbox shall play


Factory = Callable[[ProviderSettings], Provider]


def _runware(settings: ProviderSettings) -> Provider:
    """The paid service, over the network."""
    if not settings.key:
        raise ProviderRefused(
            "no API key is set for `runware`",
            provider_code="missingApiKey",
            whole_run=True,
            hint="set `RUNWARE_API_KEY`, or use `--provider sandbox`, which is free and offline",
        )
    from ltxspec.providers.runware.client import ApiKey, Connection
    from ltxspec.providers.runware.provider import RunwareProvider, Tuning

    connection = Connection(settings.base_url, ApiKey(settings.key), settings.transport)
    return RunwareProvider(connection, settings.clock, tuning=Tuning(poll_chunk=settings.poll_chunk))


PROVIDERS: Mapping[str, Factory] = {"runware": _runware}


def open_provider(name: str, settings: ProviderSettings) -> Provider:
    """The provider of this name, ready to use.

    Raises:
        LtxspecError: there is no such provider.
        ProviderRefused: it needs a key and has none.
    """
    factory = PROVIDERS.get(name)
    if factory is None:
        near = get_close_matches(name, PROVIDERS, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(f'`{known}`' for known in PROVIDERS)}"
        raise LtxspecError(f"there is no provider `{name}`", hint=hint)
    return factory(settings)
