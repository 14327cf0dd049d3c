"""The render services that ltxspec knows, as plain facts: what each is called, costs, keeps and needs.

Nothing else asks for a service by its name. Another one is an entry here, a package below `providers/`, and the line of
`providers/registry.py` that opens it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Polling:
    """How often a service is asked about tasks; times in seconds."""

    interval: float = 2.0  # until the first look at a task; the waits grow
    longest: float = 15.0  # between two looks
    batch: int = 20  # tasks in one request


@dataclass(frozen=True, slots=True)
class Service:
    """One render service.

    Args:
        name: as in lockfiles, in task ids, and for `--provider`.
        free: whether it charges nothing. Lockfiles of a free one never leave this machine; the others are in git.
        folder: what it keeps is in a folder of this name, beside the lockfiles, links and journals of others.
        address: where it is; empty when it runs inside this process and needs no key.
        key: the environment variable that holds its key.
        address_variable: the one that names another address.
        cleartext_variable: the one that lets the key go to another machine over plain http, when it is `1`.
        polling: how often it is asked; `[name]` in `ltxspec.toml` may say otherwise of one with an address.
    """

    name: str
    free: bool = False
    folder: str = ""
    address: str = ""
    key: str = ""
    address_variable: str = ""
    cleartext_variable: str = ""
    polling: Polling = field(default_factory=Polling)


RUNWARE = Service(
    "runware",
    address="https://api.runware.ai/v1",
    key="RUNWARE_API_KEY",
    address_variable="RUNWARE_BASE_URL",
    cleartext_variable="RUNWARE_ALLOW_HTTP",
)
SANDBOX = Service("sandbox", free=True, folder="sandbox", polling=Polling(0.1, 1.0))
SERVICES: Mapping[str, Service] = {service.name: service for service in (RUNWARE, SANDBOX)}
DEFAULT = RUNWARE  # for a project that names none


def is_free(name: str) -> bool:
    """Whether the service of this name, as it stands in a lockfile or report, charges nothing; false when unknown."""
    return name in SERVICES and SERVICES[name].free
