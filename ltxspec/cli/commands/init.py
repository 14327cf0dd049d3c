"""`ltxspec init`: a working project to start from."""

import shlex
from pathlib import Path

import click

from ltxspec.cli.context import Session

_WRITE_CI = (
    "`ltxspec init --ci github` (or `gitlab`) writes them into a folder of its own; move them there, "
    "with this folder as their `working-directory`"
)


@click.command("init", epilog="Examples: `ltxspec init`, `ltxspec init campaign --name autumn`.")
@click.argument("directory", required=False, default=".", metavar="[DIR]", type=click.Path())
@click.option("--name", help="Name of the example spec (default: the folder's name).")
@click.option(
    "--ci", "service", type=click.Choice(["github", "gitlab", "none"]), help="CI files to write (default: detected)."
)
@click.pass_obj
def command(session: Session, directory: str, name: str | None, service: str | None) -> int:
    """Write configuration, an example spec, ignore rules, CI files and the editor schema.

    Existing files stay as they are; `.gitignore` and `.gitattributes` only get the lines that are missing.
    """
    from ltxspec.errors import StorageError
    from ltxspec.project.scaffold import has_drivers, install_drivers, scaffold
    from ltxspec.project.scaffold_ci import root_above
    from ltxspec.redaction import redact_secrets

    folder: Path = session.folder / directory
    done = scaffold(folder, name, service)
    for path in done.written:
        click.echo(f"wrote {path}")
    for path in done.added:
        click.echo(f"added to {path}")
    for path in done.kept:
        click.echo(f"kept  {path} (exists)")
    root = root_above(folder) if service is None else None
    if root is not None:
        click.echo(redact_secrets(f"no CI files: they belong in `{root}`, the root of the repository. {_WRITE_CI}"))
    try:
        if install_drivers(folder):
            click.echo("set   git's merge and diff drivers for lockfiles (each clone needs this once)")
        elif has_drivers(folder) is None:
            again = "run `git init`, and `ltxspec init` again"
            click.echo(f"warning: this is not a git repository, and lockfiles belong in one: {again}", err=True)
    except StorageError as error:
        click.echo(f"left  git's merge and diff drivers for lockfiles as they are: {error.line}", err=True)
    start = "" if folder == Path.cwd() else redact_secrets(f"cd {shlex.quote(directory)} && ")
    click.echo(f"\nNext: {start}ltxspec plan --provider sandbox")
    return 0
