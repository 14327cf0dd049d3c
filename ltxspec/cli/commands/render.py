"""`ltxspec render`: the requests as they would be sent."""

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.cli.options import Variables


@click.command(
    "render", epilog="Examples: `ltxspec render --shot night-scenes.alley`, `ltxspec render --format json | jq '.[0]'`."
)
@options.paths
@click.option("--shot", "shots", multiple=True, metavar="ADDRESS", help="Only these shots (`*` and `?` are wildcards).")
@options.variables
@options.provider
@options.output_format("text", "json", "yaml")
@click.pass_obj
def command(
    session: Session,
    paths: tuple[str, ...],
    shots: tuple[str, ...],
    variables: Variables,
    provider: str | None,
    output_format: str,
) -> int:
    """Show each shot's request exactly as it is sent: prompt rendered, defaults merged, task id derived.

    JSON is the list of task objects, in the form the provider takes.
    """
    from ltxspec.project.load import rendered_orders
    from ltxspec.report.requests import FORMATS

    values = variables.read(session.folder)
    orders = rendered_orders(session.open_project(provider), paths, values, shots)
    click.echo(FORMATS[output_format](orders, session.style()), nl=False)
    return 0
