"""Classifies hosts: this machine, private, or public. No name is looked up."""

import ipaddress
import re

_SHORTHAND = re.compile(r"(?:.*\.)?(?:\d+|0x[\da-f]*)")  # `127.1`, `2130706433`: resolvers accept these as addresses


def is_this_machine(host: str) -> bool:
    """Whether a host is a loopback address or `localhost`."""
    address = _address(host)
    return address.is_loopback if address is not None else _is_localhost(host)


def is_private(host: str) -> bool:
    """Whether a host is not on the public network: this machine, a private or link-local range, or not a real host."""
    address = _address(host)
    if address is not None:
        return not address.is_global or address.is_multicast
    return _is_localhost(host) or _SHORTHAND.fullmatch(host.rstrip(".").lower()) is not None


def is_address(host: str) -> bool:
    """Whether a host is written as an IP address, so that no name server decides where it leads."""
    return _address(host) is not None


def _is_localhost(host: str) -> bool:
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
