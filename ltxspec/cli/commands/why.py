"""`ltxspec why`: what a shot would do, and why."""

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session


@click.command("why", epilog="Examples: `ltxspec why night-scenes.alley`, `ltxspec why 'night-scenes.weather[*]'`.")
@click.argument("address")
@options.variables
@options.provider
@click.pass_obj
def command(
    session: Session, address: str, var: tuple[str, ...], var_files: tuple[str, ...], provider: str | None
) -> int:
    """Explain one shot's line of the plan: its fingerprint, what changed, which takes it has."""
    from ltxspec.cli.variables import read_variables
    from ltxspec.plan.planfile import PlanOptions
    from ltxspec.project.adapters import local_places, owned
    from ltxspec.project.plan import plan_with
    from ltxspec.report.plan.explain import explain

    project = session.open_project(provider)
    variables = read_variables(var, var_files, session.folder)
    plan = plan_with(project, PlanOptions(targets=(address,), variables=variables)).plan
    places = local_places(project)
    for change in plan.changes:
        lockfile = owned(project, change.address.spec).lockfile
        key = change.address.instance
        record = lockfile.shots.get(key) or lockfile.retired.get(key)
        click.echo(explain(change, record, places, session.style()), nl=False)
    return 0
