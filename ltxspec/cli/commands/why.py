"""`ltxspec why`: what a plan would do with a shot, and why."""

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses
from ltxspec.cli.context import Session
from ltxspec.cli.options import VariableOptions


@click.command("why", epilog="Examples: `ltxspec why night-scenes.alley`, `ltxspec why 'night-scenes.weather[*]'`.")
@click.argument("address", shell_complete=addresses)
@options.variables
@options.provider
@options.output_format("text", "json")
@click.pass_obj
def command(
    session: Session, address: str, variables: VariableOptions, provider: str | None, output_format: str
) -> int:
    """Explain one shot's line of the plan: its fingerprint, what changed, which takes it has."""
    from ltxspec import PlanOptions
    from ltxspec.project.adapters import local_places
    from ltxspec.project.lookup import record_of
    from ltxspec.project.plan import plan_project
    from ltxspec.report.plan.json import explained
    from ltxspec.report.plan.text import explain
    from ltxspec.report.results.takes import Why

    values = variables.read(session.folder)
    project = session.open_project(provider)
    planned = plan_project(project, PlanOptions(targets=(address,), variables=values))
    places = local_places(project)
    found = [(change, record_of(project, change.address)) for change in planned.named]
    if output_format == "json":
        session.answer(Why(shots=tuple(explained(change, record, places) for change, record in found)))
        return 0
    for change, record in found:
        click.echo(explain(change, record, places, session.style()), nl=False)
    return 0
