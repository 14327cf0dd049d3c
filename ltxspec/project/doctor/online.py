"""Checks that ask the provider and the store: whether they answer, what the key and this machine may do, the time."""

import asyncio
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from ltxspec.apply.ports import HasAccount
from ltxspec.errors import LtxspecError, ProviderRefused, ProviderUnavailable
from ltxspec.project.adapters import has_key, open_provider, service_address
from ltxspec.project.doctor.rows import WARNING, Row
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import has_store, needed_store, sent_list
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.store.opening import ENDPOINT
from ltxspec.values import Usd

SECONDS = 15.0  # for each of these checks
_REACH = 8.0  # seconds for a connection, and for an answer
_SKEW = 30.0  # seconds by which clocks may differ before leases and signed addresses end at the wrong time
_TOO_FAR = 300.0  # seconds from which stores begin to refuse signed requests
_STORE_HOSTS = {"s3": "https://s3.amazonaws.com/", "gs": "https://storage.googleapis.com/"}

Check = Callable[[ProjectContext], Row]


def online_checks(project: ProjectContext) -> Mapping[str, Check]:
    """The checks that make sense for a project, by name."""
    checks: dict[str, Check] = {}
    if project.service.address:
        checks |= {"network": _network, "account": _account}
    if has_store(project):
        checks["store use"] = _store
    if project.service.address or has_store(project):
        checks["clock"] = _clock
    return checks


def _network(project: ProjectContext) -> Row:
    from ltxspec.providers.reaching import reach

    try:
        found = reach(_address(project), _REACH, SystemClock())
    except ProviderUnavailable as error:
        return "network", False, error.line
    return "network", True, f"`{found.host}` answers in {found.seconds:.1f} s"


def _address(project: ProjectContext) -> str:
    return service_address(project.service, project.service_config.base_url, project.environ)


def _account(project: ProjectContext) -> Row:
    """Whether the provider accepts the key, and the account has money. Free."""
    key = project.service.key
    if not has_key(project.service, project.environ):
        return "account", WARNING, f"not asked, because `{key}` is not set"
    try:
        balance = asyncio.run(_balance(project))
    except ProviderRefused as error:
        return "account", False, f"the provider refuses `{key}`: {error.line}"
    except (ProviderUnavailable, TimeoutError) as error:
        reason = error.line if isinstance(error, LtxspecError) else "no answer in time"
        return "account", WARNING, f"the key could not be tried: {reason}"
    if balance is not None and balance <= 0:
        return "account", WARNING, f"the provider accepts `{key}`, but the account is empty: add credit to it"
    return "account", True, f"the provider accepts `{key}`"


async def _balance(project: ProjectContext) -> Usd | None:
    provider = open_provider(project)
    try:
        async with asyncio.timeout(_REACH):
            return await provider.account() if isinstance(provider, HasAccount) else None
    finally:
        await provider.close()


def _store(project: ProjectContext) -> Row:
    """Whether the store can be read and written, and is this project's. A new one is claimed, as by a push."""
    store = needed_store(project)
    try:
        store.refuse_other_project(used=bool(sent_list(project, store).read()))
        next(iter(store.objects.list("videos")), None)
    except LtxspecError as error:
        return "store use", False, error.line
    return "store use", True, f"`{store.name}` can be read and written, and is this project's"


def _clock(project: ProjectContext) -> Row:
    """Whether this machine's clock agrees with those of the provider and of the store."""
    from ltxspec.providers.reaching import reach

    asked, problems = [], []
    for address in _clocks(project):
        try:
            found = reach(address, _REACH / 2, SystemClock())
        except LtxspecError:
            continue  # which is a row of its own
        if found.ahead is None:
            continue
        asked.append(f"`{found.host}`")
        if abs(found.ahead) > _SKEW:
            side = "ahead of" if found.ahead > 0 else "behind"
            problems.append((abs(found.ahead), f"{abs(found.ahead):.0f} s {side} that of `{found.host}`"))
    if problems:
        far, words = max(problems)
        cure = "set it by the network, such as with `timedatectl set-ntp true`"
        why = "leases and signed addresses end at the wrong time"
        return "clock", False if far >= _TOO_FAR else WARNING, f"this machine's clock is {words}, so {why}: {cure}"
    if not asked:
        return "clock", WARNING, "not compared: no service that was asked gave a time"
    return "clock", True, f"agrees with {' and '.join(asked)}"


def _clocks(project: ProjectContext) -> list[str]:
    """Addresses that give a time: the provider's, and that of the store's service."""
    addresses = [_address(project)] if project.service.address else []
    if has_store(project):
        config = project.config.store
        usual = _STORE_HOSTS.get(urlsplit(config.url or "").scheme)
        endpoint = project.environ.get(ENDPOINT) or config.endpoint or usual
        addresses += [endpoint] if endpoint is not None else []
    return addresses
