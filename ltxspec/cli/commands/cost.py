"""`ltxspec cost`: the money spent, as reported by the provider."""

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses, groupings
from ltxspec.cli.context import Session
from ltxspec.cli.param_types import GROUPING


@click.command("cost", epilog="Examples: `ltxspec cost --by month`, `ltxspec cost --by label:campaign`.")
@click.argument("address", required=False, shell_complete=addresses)
@click.option("--by", type=GROUPING, default="spec", show_default=True, shell_complete=groupings, help="How to group.")
@options.provider
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, address: str | None, by: str, provider: str | None, output_format: str) -> int:
    """Add up the cost of all takes, including failed and superseded ones. Unknown costs are counted, not taken as 0.

    With `label:KEY`, takes are grouped by a label of the current specs; those without it are under `(none)`.
    """
    from ltxspec.project.costs import takes_by
    from ltxspec.project.lookup import elsewhere_hint, in_progress
    from ltxspec.report.results.takes import cost_of
    from ltxspec.report.takes import cost_text, progress_note

    project = session.open_project(provider)
    rows = takes_by(project, address, by)
    ordered = in_progress(project, address)
    if output_format == "json":
        session.answer(cost_of(rows, list(map(str, ordered))))
    else:
        click.echo(cost_text(rows, session.style(), project.provider), nl=False)
        click.echo(progress_note(ordered), err=True, nl=False)
    session.hint(elsewhere_hint(project, is_named=provider is not None))
    return 0
