"""`ltxspec cost`: the money spent, as reported by the provider, and whether the provider's own report agrees."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses, groupings
from ltxspec.cli.context import Session
from ltxspec.cli.param_types import DAY, GROUPING

if TYPE_CHECKING:
    from datetime import date

_DIFFERS = 3  # some orders are unresolved


@dataclass(frozen=True, slots=True)
class Compared:
    """`--reconcile` and its options, as given."""

    reconcile: bool = False
    first: "date | None" = None
    last: "date | None" = None
    keys: tuple[str, ...] = ()

    def check(self, output_format: str, *, alone: bool) -> None:
        """Refuse options that do not go together. Raises WrongUsage."""
        from ltxspec.errors import WrongUsage

        if self.reconcile and output_format == "csv":
            raise WrongUsage("`--reconcile` is written as text or JSON")
        if self.reconcile and not alone:
            hint = "the provider reports by day and model, and knows no shots"
            raise WrongUsage("`--reconcile` takes no address and no `--by`", hint=hint)
        if not self.reconcile and self != Compared():
            raise WrongUsage("`--from`, `--to` and `--key-id` are for `--reconcile`")


_EXAMPLES = "Examples: `ltxspec cost --by label:campaign,month --format csv`, `ltxspec cost --reconcile`."


@click.command("cost", epilog=_EXAMPLES)
@click.argument("address", required=False, shell_complete=addresses)
@click.option("--by", type=GROUPING, shell_complete=groupings, help="How to group (default: spec).")
@click.option("--reconcile", is_flag=True, help="Compare with the provider's usage report, by day and model.")
@click.option(
    "--from", "first", type=DAY, metavar="DATE", help="First day (UTC) to compare; default: that of the first order."
)
@click.option("--to", "last", type=DAY, metavar="DATE", help="Last day (UTC) to compare; default: today.")
@click.option("--key-id", "keys", multiple=True, metavar="UUID", help="Count only this API key (its id, not the key).")
@options.provider
@options.output_format("text", "json", "csv")
@options.gathered("compared", Compared)
@click.pass_obj
def command(  # the options of one command
    session: Session, address: str | None, by: str | None, provider: str | None, output_format: str, compared: Compared
) -> int:
    """Add up the cost of all takes, including failed and superseded ones. Unknown costs are counted, not taken as 0.

    With `label:KEY`, takes are grouped by a label of the current specs; those without it are under `(none)`.
    Several groupings, as `label:campaign,month`, make a group for each combination; CSV has a column for each.

    With --reconcile, the costs of all specs are compared with what the provider says it charged. A difference is only
    an indication, because the report has no tasks and counts everybody on the account. Exit code 3: something differs
    or cannot be decided, or nothing could be compared; 0: nothing differs; 1: the provider gives no report.
    """
    compared.check(output_format, alone=address is None and by is None)
    if compared.reconcile:
        return _reconcile(session, provider, output_format, compared)
    from ltxspec.project.costs import grouped_takes
    from ltxspec.project.lookup import elsewhere_hint, in_progress
    from ltxspec.report.results.takes import cost_of
    from ltxspec.report.takes import cost_csv, cost_text, progress_note

    project = session.open_project(provider)
    groupings = (by or "spec").split(",")
    found = grouped_takes(project, address, groupings)
    rows = [(", ".join(names), takes) for names, takes in found]
    ordered = in_progress(project, address)
    if output_format == "json":
        session.answer(cost_of(rows, list(map(str, ordered))))
    else:
        is_table = output_format == "csv"
        text = cost_csv(groupings, found) if is_table else cost_text(rows, session.style(), project.provider)
        click.echo(text, nl=False)
        click.echo(progress_note(ordered), err=True, nl=False)
    session.hint(elsewhere_hint(project, is_named=provider is not None))
    return 0


def _reconcile(session: Session, provider: str | None, output_format: str, compared: Compared) -> int:
    from ltxspec.project.lookup import elsewhere_hint
    from ltxspec.project.reconcile import ReconcileOptions, reconcile_costs
    from ltxspec.report.reconciliation import reconciliation_text
    from ltxspec.report.results.reconciliation import reconciliation_of

    project = session.open_project(provider)
    found = reconcile_costs(project, ReconcileOptions(compared.first, compared.last, compared.keys))
    restricted = bool(compared.keys)
    if output_format == "json":
        session.answer(reconciliation_of(found, project.provider, restricted=restricted))
    else:
        text = reconciliation_text(found, project.provider, session.style(), restricted=restricted)
        click.echo(text, nl=False)
    session.hint(elsewhere_hint(project, is_named=provider is not None))
    return _DIFFERS if found.differs or found.undecided else 0
