"""`ltxspec schema`: the JSON Schemas of every format."""

import click

from ltxspec.cli.context import Session
from ltxspec.project.schemas import NAMES, schema_text


@click.command("schema", epilog="Examples: `ltxspec schema spec > .vscode/ltxspec.json`, `ltxspec schema lock-verify`.")
@click.argument("name", metavar="NAME", type=click.Choice(NAMES))
@click.pass_obj
def command(session: Session, name: str) -> int:
    """Print the JSON Schema (2020-12) of a format.

    NAME is `spec` (with the parameters of every model in the catalog), `lockfile`, `plan`, `events` (of `apply` and
    `collect`), `review` (of `diff`), or a command whose `--format json` it describes, such as `show` or `lock-verify`;
    `error` describes the document of every command that fails.
    """
    click.echo(schema_text(name, session.open_project().catalog), nl=False)
    return 0
