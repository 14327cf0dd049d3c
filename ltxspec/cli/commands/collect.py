"""`ltxspec collect`: finish what is in progress; order nothing new."""

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses
from ltxspec.cli.context import Session


@click.command(
    "collect", epilog="Examples: `ltxspec collect`, `ltxspec collect specs/night-scenes.yaml --format json`."
)
@options.paths
@click.option(
    "--retry",
    "retries",
    multiple=True,
    metavar="ADDRESS",
    help="Give up the order of a shot that is gone, if the provider does not know it.",
    shell_complete=addresses,
)
@options.loudness
@options.lock_timeout
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def command(
    session: Session,
    paths: tuple[str, ...],
    retries: tuple[str, ...],
    lock_timeout: float,
    output_format: str,
    provider: str | None,
) -> int:
    """Query the provider for every task in progress, archive what is finished, and record it. Spends nothing.

    Works from the journals: a broken or deleted spec does not prevent it.
    """
    from ltxspec.cli.running import announcing, nothing_to_do, run
    from ltxspec.project.collect import in_progress_elsewhere, prepare_collect

    project = announcing(session.open_project(provider), output_format)
    with prepare_collect(project, paths, retries=retries, lock_timeout=lock_timeout) as prepared:
        if prepared is None:
            others = ", ".join(f"`{name}`" for name in in_progress_elsewhere(project, paths))
            click.echo(f"Nothing is under way{f' here, but in {others}' if others else ''}.", err=True)
            return nothing_to_do(project, output_format, ordering=False)
        return run(prepared, session, output_format)
