"""Fills in, when an order is sent, where the provider reports its end. Recorded nowhere."""

from collections.abc import Mapping

from ltxspec.apply.ports import Fill, RenderOrder
from ltxspec.project.project import ProjectContext
from ltxspec.project.webhook import webhook_address
from ltxspec.values import Json


def filling_of(project: ProjectContext) -> Fill:
    """What is added to each order of a project, where the order has nothing of its own.

    Raises:
        WrongUsage: the secret of the webhook cannot be used; nothing is sent.
    """
    webhook = webhook_address(project)

    async def fill(_order: RenderOrder) -> Mapping[str, Json]:
        return {"webhookURL": webhook} if webhook is not None else {}

    return fill
