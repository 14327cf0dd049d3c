"""`ltxspec why`: what a plan would do with a shot, and why."""

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.cli.options import VariableOptions


@click.command("why", epilog="Examples: `ltxspec why night-scenes.alley`, `ltxspec why 'night-scenes.weather[*]'`.")
@click.argument("address")
@options.variables
@options.provider
@click.pass_obj
def command(session: Session, address: str, variables: VariableOptions, provider: str | None) -> int:
    """Explain one shot's line of the plan: its fingerprint, what changed, which takes it has."""
    from ltxspec import PlanOptions
    from ltxspec.project.adapters import local_places
    from ltxspec.project.lookup import record_of
    from ltxspec.project.plan import plan_project
    from ltxspec.report.plan.text import explain

    values = variables.read(session.folder)
    project = session.open_project(provider)
    planned = plan_project(project, PlanOptions(targets=(address,), variables=values))
    places = local_places(project)
    for change in planned.changes:
        click.echo(explain(change, record_of(project, change.address), places, session.style()), nl=False)
    return 0
