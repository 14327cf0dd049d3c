"""Fills in, when an order is sent, where the provider reports its end and puts its video. Recorded nowhere."""

import asyncio
from collections.abc import Mapping

from ltxspec.apply.ports import Fill, RenderOrder
from ltxspec.project.project import ProjectContext
from ltxspec.project.running.direct import UPLOAD, Direct
from ltxspec.project.webhook import webhook_address
from ltxspec.values import Json


def filling_of(project: ProjectContext, direct: Direct | None = None) -> Fill:
    """What is added to each order of a project, where the order has nothing of its own.

    Args:
        project: whose orders.
        direct: what gives addresses of the store; a new one for each sending.

    Raises:
        WrongUsage: the secret of the webhook cannot be used; nothing is sent.
    """
    webhook = webhook_address(project)

    async def fill(order: RenderOrder) -> Mapping[str, Json]:
        upload = await asyncio.to_thread(direct.address, order) if direct is not None else None
        found = {"webhookURL": webhook, UPLOAD: upload}
        return {name: address for name, address in found.items() if address is not None}

    return fill
