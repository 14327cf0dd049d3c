"""Where the paid service is, and whether its key may go there.

The key belongs to one service. `ltxspec.toml` comes with the repository, and so, in a pull request, from anybody: an
address there that is neither the service's own nor on this machine would be handed the key. It is therefore only
believed when the environment, where the key comes from, names it too.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from ltxspec.errors import Refused
from ltxspec.providers.hosts import is_this_machine
from ltxspec.storage.config import RunwareConfig

ADDRESS, KEY, CLEARTEXT = "RUNWARE_BASE_URL", "RUNWARE_API_KEY", "RUNWARE_ALLOW_HTTP"


def service_address(configured: str, environment: Mapping[str, str]) -> str:
    """The service's address: the environment's, else the configured one.

    Args:
        configured: `[runware] base_url`, or its default.
        environment: of this process.

    Raises:
        Refused: the key would go to a host that only a file of the repository names, or anywhere but to this machine
            over plain http.
    """
    named = environment.get(ADDRESS)
    if named:
        _refuse_cleartext(named, environment)
        return named
    usual, asked = urlsplit(RunwareConfig().base_url), urlsplit(configured)
    is_usual = (asked.scheme, asked.netloc) == (usual.scheme, usual.netloc)
    if environment.get(KEY) and not is_usual and not is_this_machine(asked.hostname or ""):
        raise Refused(
            "foreign-service",
            f"`{KEY}` is not sent to `{asked.hostname}`, which only `[runware] base_url` in `ltxspec.toml` names",
            hint=f"if that is your service, say so where the key comes from: {ADDRESS}={configured.partition('?')[0]}",
        )
    return configured


def address_setting(configured: str, environment: Mapping[str, str]) -> str | None:
    """The setting that the service's address comes from, for messages; None for the service's own address."""
    named = environment.get(ADDRESS)
    if (named or configured) == RunwareConfig().base_url:
        return None
    return f"`{ADDRESS}`" if named else "`[runware] base_url` in `ltxspec.toml`"


def _refuse_cleartext(address: str, environment: Mapping[str, str]) -> None:
    """Refuse to send the key where everybody on the way can read it."""
    try:
        asked = urlsplit(address)
        host = asked.hostname or ""
    except ValueError:
        return  # no address at all, which the client says
    if asked.scheme != "http" or is_this_machine(host) or not environment.get(KEY) or environment.get(CLEARTEXT) == "1":
        return
    raise Refused(
        "insecure-service",
        f"`{KEY}` is not sent to `{host}` over plain http: everybody on the way could read it",
        hint=f"use https in `{ADDRESS}`; where the network is safe all the same, set {CLEARTEXT}=1",
    )
