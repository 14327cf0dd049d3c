"""The known render services as plain facts: their names, cost, storage and settings.

No other code depends on a service's name. A new service needs an entry here, a package below `providers/`, and a line
in `providers/registry.py` that opens it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Polling:
    """How often a service is asked about tasks; times in seconds."""

    interval: float = 2.0  # before the first look at a task; later waits grow
    longest: float = 15.0  # longest wait between two looks
    batch: int = 20  # tasks in one request


@dataclass(frozen=True, slots=True)
class Service:
    """One render service.

    Args:
        name: its name in lockfiles, in task ids, and for `--provider`.
        free: whether it charges nothing. Lockfiles of a free service stay on this machine; the others are in git.
        folder: a subfolder that keeps its lockfiles, links and journals apart from those of other services.
        address: its URL; empty if it runs inside this process and needs no key.
        key: the environment variable with its key.
        address_variable: the environment variable with another address.
        cleartext_variable: the environment variable that, if `1`, allows sending the key to another machine over plain
            http.
        schemas: the address below which the schema of each model is published; empty if none is.
        sdk: the Python package whose generated types describe its models; empty if there is none.
        sdk_types: the module of these types, as a path in the installation.
        polling: how often it is polled; for one with an address, `[name]` in `ltxspec.toml` can override it.
    """

    name: str
    free: bool = False
    folder: str = ""
    address: str = ""
    key: str = ""
    address_variable: str = ""
    cleartext_variable: str = ""
    schemas: str = ""
    sdk: str = ""
    sdk_types: str = ""
    polling: Polling = field(default_factory=Polling)


RUNWARE = Service(
    "runware",
    address="https://api.runware.ai/v1",
    key="RUNWARE_API_KEY",
    address_variable="RUNWARE_BASE_URL",
    cleartext_variable="RUNWARE_ALLOW_HTTP",
    schemas="https://schemas.runware.ai/resolve",  # runware-sdk 1.8.0, `constants.py` and `validate.py`
    sdk="runware-sdk",
    sdk_types="runware/types/task_map.py",
)
SANDBOX = Service("sandbox", free=True, folder="sandbox", polling=Polling(0.1, 1.0))
SERVICES: Mapping[str, Service] = {service.name: service for service in (RUNWARE, SANDBOX)}
DEFAULT = RUNWARE  # for a project that names none


def is_free(name: str) -> bool:
    """Whether the service of this name, as in lockfiles and reports, charges nothing; false if unknown."""
    return name in SERVICES and SERVICES[name].free
