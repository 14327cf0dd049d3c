"""`ltxspec init`: a working project to start from."""

import shlex
from pathlib import Path

import click

from ltxspec.cli.context import Session


@click.command("init", epilog="Examples: `ltxspec init`, `ltxspec init campaign --name autumn`.")
@click.argument("directory", required=False, default=".", metavar="[DIR]", type=click.Path())
@click.option("--name", help="Name of the example spec (default: the folder's name).")
@click.option(
    "--ci", "service", type=click.Choice(["github", "gitlab", "none"]), help="CI files for (default: what is found)."
)
@click.pass_obj
def command(session: Session, directory: str, name: str | None, service: str | None) -> int:
    """Write configuration, an example spec, ignore rules, CI files and the editor schema.

    Existing files are never touched.
    """
    from ltxspec.errors import StorageError
    from ltxspec.project.git_drivers import install_drivers
    from ltxspec.project.scaffold import scaffold

    folder: Path = session.folder / directory
    written, kept = scaffold(folder, name, service)
    for path in written:
        click.echo(f"wrote {path}")
    for path in kept:
        click.echo(f"kept  {path} (exists)")
    try:
        if install_drivers(folder):
            click.echo("set   git's merge and diff drivers for lockfiles (each clone needs this once)")
    except StorageError as error:
        click.echo(f"left  git's merge and diff drivers for lockfiles as they are: {error.line}", err=True)
    start = "" if folder == Path.cwd() else f"cd {shlex.quote(directory)} && "
    click.echo(f"\nNext: {start}ltxspec plan --provider sandbox")
    return 0
