"""`ltxspec render`: the requests as they would be sent."""

import sys

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses
from ltxspec.cli.context import Session
from ltxspec.cli.options import VariableOptions


@click.command(
    "render", epilog="Examples: `ltxspec render --shot night-scenes.alley`, `ltxspec render --format json | jq '.[0]'`."
)
@options.paths
@click.option(
    "--shot",
    "shots",
    multiple=True,
    metavar="ADDRESS",
    shell_complete=addresses,
    help="Only these shots (`*` and `?` are wildcards); with a `+` after it, also those that follow from them.",
)
@options.variables
@options.provider
@options.output_format("text", "json", "yaml")
@click.pass_obj
def command(
    session: Session,
    paths: tuple[str, ...],
    shots: tuple[str, ...],
    variables: VariableOptions,
    provider: str | None,
    output_format: str,
) -> int:
    """Show each shot's request exactly as sent: prompt rendered, defaults merged, task id derived.

    JSON is the list of task objects, in the provider's form.
    """
    from ltxspec.project.rendering import lowered_prices, rendered_orders
    from ltxspec.report.diagnostics import format_diagnostics
    from ltxspec.report.requests import FORMATS

    values = variables.read(session.folder)
    project = session.open_with_specs(paths, provider)
    orders = rendered_orders(project, paths, values, shots)
    warnings = lowered_prices(project, orders)
    click.echo(format_diagnostics(warnings, session.style(sys.stderr)), err=True, nl=False)
    click.echo(FORMATS[output_format](orders, session.style()), nl=False)
    return 0
