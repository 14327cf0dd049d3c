"""`ltxspec lock`: verify, merge and mend lockfiles."""

import click

from ltxspec.cli import options
from ltxspec.cli.session import Session


@click.group("lock")
def command() -> None:
    """Lockfiles are what was bought: check them, merge them, never lose a paid task."""


@command.command("verify", epilog="Examples: `ltxspec lock verify`, `ltxspec lock verify --base origin/main`.")
@click.option("--base", metavar="REF", help="Also check that no paid task of this git revision is missing.")
@options.provider
@click.pass_obj
def verify(session: Session, base: str | None, provider: str | None) -> int:
    """Check every lockfile: format, block digests, order; with --base, that nothing paid was lost. Exit 1 when not."""
    from ltxspec.cli.holdings import lockfile_names
    from ltxspec.cli.project import open_project
    from ltxspec.cli.verifying import verify_lockfiles

    project = open_project(session, provider)
    problems = verify_lockfiles(project, base)
    for problem in problems:
        click.echo(f"error[lockfile]: {problem}", err=True)
    if problems:
        return 1
    count = len(lockfile_names(project))
    against = f"; no paid task of {base} is missing" if base else ""
    click.echo(f"{count} lockfile{'s' * (count != 1)} verified{against}.")
    return 0
