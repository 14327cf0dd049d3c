"""`ltxspec collect`: finish what is under way; order nothing new."""

import sys

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session, is_interactive


@click.command("collect", epilog="Examples: `ltxspec collect`, `ltxspec collect specs/night.yaml --format json`.")
@options.paths
@click.option(
    "--lock-timeout", metavar="S", type=click.FloatRange(min=0), default=0.0, help="Wait S seconds for another apply."
)
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def command(session: Session, paths: tuple[str, ...], lock_timeout: float, form: str, provider: str | None) -> int:
    """Ask the provider for every task under way, bring home what is finished, and record it. Spends nothing.

    Works from the journals: a spec that is broken, or gone, holds nothing back.
    """
    from ltxspec.apply.budget import Budget
    from ltxspec.cli.running import exit_code, run_jobs
    from ltxspec.project.collect import jobs_for, what_to_collect
    from ltxspec.project.locks import holding
    from ltxspec.project.run import RunOptions
    from ltxspec.report.apply.views import view_for

    project = session.open_project(provider)
    collection = what_to_collect(project, paths)
    for file in collection.broken:
        click.echo(f"warning: `{file}` has problems (`ltxspec validate` lists them); its journal is enough", err=True)
    with holding(project, collection.names, wait=lock_timeout, command="collect") as held:
        if not any(item.journal.open for item in held.owned.values()):
            click.echo("Nothing is under way.", err=True)
            return 0
        style = session.style(sys.stderr)
        with view_for(form, sys.stdout, sys.stderr, style, live=is_interactive(sys.stderr)) as view:
            jobs = jobs_for(project, held, collection, paths)
            summary, by_user = run_jobs(project, jobs, RunOptions(submit=False), Budget(None), view)
    return exit_code(summary, by_user=by_user)
