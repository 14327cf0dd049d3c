"""`ltxspec init`: a working project to start from."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

if TYPE_CHECKING:
    from ltxspec.project.scaffold import Scaffolded


@click.command("init", epilog="Examples: `ltxspec init`, `ltxspec init campaign --name autumn`.")
@click.argument("directory", required=False, default=".", metavar="[DIR]", type=click.Path())
@click.option("--name", help="Name of the example spec (default: the folder's name).")
@click.option(
    "--ci", "service", type=click.Choice(["github", "gitlab", "none"]), help="CI files to write (default: detected)."
)
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, directory: str, name: str | None, service: str | None, output_format: str) -> int:
    """Write configuration, an example spec, ignore rules, CI files and the editor schema.

    Existing files stay as they are; `.gitignore` and `.gitattributes` only get the lines that are missing. In a folder
    of a larger repository, the CI files are written to its root and name the folder.
    """
    from ltxspec.project.scaffold import scaffold
    from ltxspec.redaction import redact_secrets
    from ltxspec.report.results.setup import Init

    folder: Path = session.folder / directory
    done = scaffold(folder, name, service)
    drivers, problem = _set_drivers(folder)
    notes = [redact_secrets(note) for note in done.notes]
    if output_format == "json":
        session.answer(
            Init(
                folder=str(folder),
                written=tuple(done.written),
                added=tuple(done.added),
                kept=tuple(done.kept),
                drivers=drivers,
                notes=(*notes, *([problem] if problem else [])),
            )
        )
        return 0
    if session.quiet:
        if problem:
            click.echo(problem, err=True)
        return 0
    _tell(done, notes)
    if drivers:
        click.echo("set   git's merge and diff drivers for lockfiles (each clone needs this once)")
    elif problem:
        click.echo(problem, err=True)
    start = "" if folder == Path.cwd() else redact_secrets(f"cd {shlex.quote(directory)} && ")
    click.echo(f"\nNext: {start}ltxspec plan --provider sandbox")
    return 0


def _tell(done: "Scaffolded", notes: list[str]) -> None:
    for path in done.written:
        click.echo(f"wrote {path}")
    for path in done.added:
        click.echo(f"added to {path}")
    for path in done.kept:
        click.echo(f"kept  {path} (exists)")
    for note in notes:
        click.echo(f"to do {note}")


def _set_drivers(folder: Path) -> tuple[bool, str | None]:
    """Set git's drivers. Returns whether they are set, and if not, why."""
    from ltxspec.errors import StorageError
    from ltxspec.project.scaffold import has_drivers, install_drivers

    try:
        if install_drivers(folder):
            return True, None
        if has_drivers(folder) is None:
            again = "run `git init`, and `ltxspec init` again"
            return False, f"warning: this is not a git repository, and lockfiles belong in one: {again}"
    except StorageError as error:
        return False, f"left  git's merge and diff drivers for lockfiles as they are: {error.line}"
    return False, None
