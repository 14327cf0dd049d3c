"""`ltxspec render`: the requests as they would be sent."""

from typing import Any

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session


@click.command(
    "render", epilog="Examples: `ltxspec render --shot night-scenes.alley`, `ltxspec render --format json | jq '.[0]'`."
)
@options.paths
@click.option("--shot", "shots", multiple=True, metavar="ADDRESS", help="Only these shots (`*` and `?` are wildcards).")
@options.variables
@options.provider
@options.output_format("text", "json", "yaml")
@click.pass_obj
def command(session: Session, /, **typed: Any) -> int:
    """Show each shot's request exactly as it is sent: prompt rendered, defaults merged, task id derived.

    JSON is the list of task objects, in the form the provider takes.
    """
    from ltxspec.apply.orders import order_body
    from ltxspec.cli.variables import read_variables
    from ltxspec.fingerprint import TaskIdentity, task_id
    from ltxspec.plan.addresses import refuse_unknown
    from ltxspec.plan.selection import selection
    from ltxspec.project.load import render_specs
    from ltxspec.report.requests import FORMATS

    project = session.open_project(typed["provider"])
    wanted = selection(targets=typed["shots"])
    variables = read_variables(typed["var"], typed["var_files"], session.folder)
    specs = render_specs(project, typed["paths"], variables)
    requests = [request for spec in specs for request in spec.requests]
    addresses = [request.address for request in requests]
    refuse_unknown(wanted.unmatched(addresses), addresses)
    bodies = []
    for request in requests:
        if wanted.is_target(request.address):
            identity = TaskIdentity(
                project.config.project.id,
                project.provider,
                request.address.spec,
                request.address.instance,
                request.fingerprint,
            )
            bodies.append((request, order_body(request, task_id(identity))))
    click.echo(FORMATS[typed["form"]](bodies, session.style()), nl=False)
    return 0
