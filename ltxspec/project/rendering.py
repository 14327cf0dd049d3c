"""The rendered requests of a project, as they would be sent."""

from collections.abc import Iterable, Mapping, Sequence

from ltxspec.errors import Diagnostic
from ltxspec.plan.graph_selection import with_dependents
from ltxspec.plan.selection import selection
from ltxspec.project.load import render_specs
from ltxspec.project.project import ProjectContext
from ltxspec.render.models import Request
from ltxspec.values import Json


def rendered_orders(
    project: ProjectContext, paths: Sequence[str], variables: Mapping[str, Json], shots: Sequence[str] = ()
) -> list[tuple[Request, dict[str, Json]]]:
    """Each shot's request and the task object to send, for all shots or those that match the patterns.

    Raises:
        Invalid: the specs have problems, or a pattern names no shot.
    """
    from ltxspec.apply.orders import order_body
    from ltxspec.fingerprint import TaskIdentity, task_id
    from ltxspec.plan.addresses import refuse_unknown

    wanted = selection(targets=shots)
    rendered = render_specs(project, paths, variables, selected=wanted)
    wanted = with_dependents(wanted, rendered)
    requests = [request for spec in rendered for request in spec.requests]
    addresses = [request.address for request in requests]
    refuse_unknown(wanted.unmatched(addresses), addresses)
    orders = []
    for request in requests:
        if not wanted.is_target(request.address):
            continue
        where, task = request.address, None
        if request.fingerprint is not None:
            identity = TaskIdentity(
                project.config.project.id, project.provider, where.spec, where.instance, request.fingerprint
            )
            task = task_id(identity)
        orders.append((request, order_body(request, task)))
    return orders


def lowered_prices(project: ProjectContext, orders: Iterable[tuple[Request, Mapping[str, Json]]]) -> list[Diagnostic]:
    """Warnings about prices that a project file lowers, for rendered orders."""
    from ltxspec.plan.prices import shadowed_requests

    return shadowed_requests([request for request, _ in orders], project.catalog)
