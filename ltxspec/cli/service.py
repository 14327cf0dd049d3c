"""Where the paid service is, and whether its key may go there.

The key belongs to one service. `ltxspec.toml` comes with the repository, and so, in a pull request, from anybody: an
address there that is neither the service's own nor on this machine would be handed the key. It is therefore only
believed when the environment, where the key comes from, names it too.
"""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from ltxspec.errors import Refused
from ltxspec.storage.config import RunwareConfig

ADDRESS, KEY = "RUNWARE_BASE_URL", "RUNWARE_API_KEY"


def service_address(configured: str, environment: Mapping[str, str]) -> str:
    """The service's address: the environment's, else the configured one.

    Args:
        configured: `[runware] base_url`, or its default.
        environment: of this process.

    Raises:
        Refused: the key would go to a host that only a file of the repository names.
    """
    named = environment.get(ADDRESS)
    if named:
        return named
    usual, asked = urlsplit(RunwareConfig().base_url), urlsplit(configured)
    is_usual = (asked.scheme, asked.netloc) == (usual.scheme, usual.netloc)
    if environment.get(KEY) and not is_usual and not _is_here(asked.hostname or ""):
        raise Refused(
            "foreign-service",
            f"`{KEY}` is not sent to `{asked.hostname}`, which only `[runware] base_url` in `ltxspec.toml` names",
            hint=f"if that is your service, say so where the key comes from: {ADDRESS}={configured.partition('?')[0]}",
        )
    return configured


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
