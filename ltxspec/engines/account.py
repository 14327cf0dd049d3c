"""Whether a machine orders where the driver looks for its orders: the same service, with the same key."""

import hmac
from dataclasses import dataclass

from ltxspec.errors import Refused
from ltxspec.project.adapters import service_address
from ltxspec.project.project import ProjectContext
from ltxspec.redaction import redact_url


@dataclass(frozen=True, slots=True)
class Account:
    """Where a machine orders.

    Attributes:
        address: of the service.
        mark: stands for the key, and is another one in each attempt of a shard; empty without a key.
    """

    address: str
    mark: str


def account_of(project: ProjectContext, salt: str) -> Account:
    """Where this machine orders. Raises Refused if its key must not be sent there."""
    service = project.service
    address = service_address(service, project.service_config.base_url, project.environ)
    key = project.environ.get(service.key, "").strip() if service.key else ""
    return Account(address, hmac.new(salt.encode(), key.encode(), "sha256").hexdigest() if key else "")


def refuse_other(project: ProjectContext, salt: str, driver: Account) -> None:
    """Stop a shard on a machine that would order elsewhere than the driver looks; nothing was ordered.

    Raises:
        Refused: the machine has no key, another key, or another service.
    """
    own, service = account_of(project, salt), project.service
    where = "where `ray start` runs, as on the machine of the driver"
    if own.address != driver.address:
        text = f"a machine of the cluster would order at `{redact_url(own.address)}`"
        hint = f"set `{service.address_variable}` {where}"
        raise Refused("other-service", f"{text}, and the driver at `{redact_url(driver.address)}`", hint=hint)
    hint = f"set `{service.key}` {where}"
    if driver.mark and not own.mark:
        raise Refused("no-key", "a machine of the cluster has no API key", hint=hint)
    if own.mark != driver.mark:
        raise Refused("other-key", "a machine of the cluster has another API key than the driver", hint=hint)
