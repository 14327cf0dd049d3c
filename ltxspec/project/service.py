"""The address of a service, whether its key is set, and whether the key may be sent there.

The key belongs to one service. `ltxspec.toml` is part of the repository, and in a pull request anyone can change it: an
address there that is neither the service's own nor on this machine would receive the key. It is therefore trusted only
if the environment, which the key comes from, names it too.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from ltxspec.errors import Refused
from ltxspec.providers.hosts import is_this_machine
from ltxspec.services import Service


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
