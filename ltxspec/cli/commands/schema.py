"""`ltxspec schema`: the JSON Schemas of every format."""

import click

from ltxspec.cli.context import Session

NAMES = ("spec", "lockfile", "plan", "events", "review", "status", "verdicts")


@click.command("schema", epilog="Example: `ltxspec schema spec > .vscode/ltxspec.json`.")
@click.argument("name", metavar="|".join(NAMES), type=click.Choice(NAMES))
@click.pass_obj
def command(session: Session, name: str) -> int:
    """Print the JSON Schema (2020-12) of a format. `spec` includes the parameters of every model in the catalog."""
    from ltxspec.project.schemas import schema_text

    click.echo(schema_text(name, session.open_project().catalog), nl=False)
    return 0
