"""`ltxspec schema`: the JSON Schemas of every format."""

import click

from ltxspec.cli.context import Session
from ltxspec.errors import WrongUsage
from ltxspec.project.schemas import NAMES, schema_text


@click.command("schema", epilog="Examples: `ltxspec schema spec --write`, `ltxspec schema lock-verify`.")
@click.argument("name", metavar="NAME", type=click.Choice(NAMES))
@click.option("--write", is_flag=True, help="Write the project's copy for editors, `schemas/spec/v1.json`.")
@click.pass_obj
def command(session: Session, name: str, *, write: bool) -> int:
    """Print the JSON Schema (2020-12) of a format.

    NAME is `spec` (in which `model:` decides which parameters there are, for every model in the catalog), `lockfile`,
    `plan`, `events` (of `apply` and `collect`), `review` (of `diff`), or a command whose `--format json` it describes,
    such as `show` or `lock-verify`; `error` describes the document of every command that fails.

    Editors read the copy in the project: renew it with `--write` after an upgrade, or when model files have changed;
    `ltxspec doctor` tells.
    """
    if write and name != "spec":
        raise WrongUsage(
            "`--write` is only for `spec`: editors read no other schema", hint=f"print it: `> {name}.json`"
        )
    project = session.open_project()
    if not write:
        click.echo(schema_text(name, project.catalog), nl=False)
        return 0
    from ltxspec.project.editor_copy import COPY, write_copy

    click.echo(f"wrote {COPY}" if write_copy(project) else f"kept  {COPY} (up to date)")
    return 0
