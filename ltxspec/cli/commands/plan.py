"""`ltxspec plan`: what would render, and for how much. Offline, without a key, free."""

import sys
from collections.abc import Mapping
from typing import Any

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

_EXAMPLES = "Examples: `ltxspec plan`, `ltxspec plan -o plan.json`, `ltxspec plan --retake night-scenes.alley`."


@click.command("plan", epilog=_EXAMPLES)
@options.paths
@click.option("-o", "--out", metavar="FILE", help="Save the plan, for `ltxspec apply FILE`.")
@options.output_format("text", "json", "markdown")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@options.selectors
@options.variables
@options.provider
@click.pass_obj
def command(session: Session, /, **typed: Any) -> int:
    """Compare the specs with what was bought, and show what applying would do.

    Nothing is sent, asked or spent.
    """
    from ltxspec.cli.options import options_of
    from ltxspec.project.plan import plan_with, with_budget_warning
    from ltxspec.report.diagnostics import format_diagnostics
    from ltxspec.report.plan.formats import PLAN_FORMATS, save_plan

    asked = options_of(session, typed)
    project = session.open_project(typed["provider"])
    plan = with_budget_warning(plan_with(project, asked).plan, project)
    out, form = typed["out"], typed["form"]
    if out is not None:
        _refuse_to_keep_secrets(asked.variables)
        save_plan(session.folder / out, plan, asked)
    if form != "json" and plan.diagnostics:
        click.echo(format_diagnostics(plan.diagnostics, session.style(sys.stderr)), nl=False, err=True)
    click.echo(PLAN_FORMATS[form](plan, asked, session.style()), nl=False)
    if out is not None and form == "text":
        click.echo(f"Saved to {out}. To do exactly this: ltxspec apply {out}", err=True)
    return 2 if typed["detailed_exitcode"] and plan.pending else 0


def _refuse_to_keep_secrets(variables: Mapping[str, Any]) -> None:
    """A saved plan is planned again with its variables, so it cannot leave out what is secret in one."""
    from ltxspec.errors import WrongUsage
    from ltxspec.redaction import redact_secrets

    for name, value in variables.items():
        if redact_secrets({name: value}) != {name: value}:
            raise WrongUsage(
                f"the variable `{name}` may hold a secret, and saved plans keep none",
                hint="apply without `-o`, or put a plain address in its place",
            )
