"""Reads schemas that a provider publishes, from an address that the user names. Sends no key; changes nothing."""

import httpx

from ltxspec.connections import no_connection, place_of, unusable_settings
from ltxspec.errors import StorageError, WrongUsage
from ltxspec.providers.hosts import is_this_machine
from ltxspec.replies import PLAIN, read_blocking
from ltxspec.version import __version__

LARGEST = 256 * 2**20  # bytes of a bundle
LONGEST = 300.0  # seconds that it may take, however steadily it comes
_SECONDS = httpx.Timeout(connect=10, read=60, write=30, pool=10)


def fetch_schema(url: str, transport: httpx.BaseTransport | None = None) -> bytes:
    """The bytes at an address. Redirects are not followed: what is pinned is the address that was named.

    Args:
        url: an https address, or http on this machine.
        transport: replaces the network in tests.

    Raises:
        WrongUsage: it is no such address.
        StorageError: nothing answers there, or not with content.
    """
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        raise WrongUsage("the address of the schemas is not valid", hint="write `https://HOST/PATH`") from None
    if address.scheme != "https" and not (address.scheme == "http" and is_this_machine(address.host)):
        raise WrongUsage(f"`{place_of(address)}` is not read: only https addresses are", hint="use `https://`")
    headers = {"User-Agent": f"ltxspec/{__version__}", "Accept": "application/json", **PLAIN}
    try:
        with (
            httpx.Client(headers=headers, timeout=_SECONDS, transport=transport) as client,
            client.stream("GET", address) as reply,
        ):
            if not reply.is_success:
                raise StorageError(
                    f"`{place_of(address)}` answers {reply.status_code}", hint="check the address and the model's name"
                )
            content = read_blocking(reply, LARGEST + 1, LONGEST)
    except (httpx.HTTPError, OSError, ValueError, ImportError) as error:
        raise _trouble(error, address) from None
    if len(content) > LARGEST:
        raise StorageError(f"`{place_of(address)}` holds more than {LARGEST // 2**20} MB")
    return content


def _trouble(error: Exception, address: httpx.URL) -> StorageError:
    if isinstance(error, httpx.HTTPError):
        found = no_connection(error, address, uses_proxy=True)
        if found is not None:
            return StorageError(found.what, hint=found.cure)
        return StorageError(f"`{place_of(address)}` cannot be read: {type(error).__name__}")
    found = unusable_settings(error)
    return StorageError(found.what, hint=found.cure)
