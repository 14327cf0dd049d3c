"""`ltxspec validate`: everything that can be known offline, all problems at once."""

from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.errors import LtxspecError, Problems

if TYPE_CHECKING:
    from ltxspec.render.models import RenderedSpec


@click.command("validate", epilog="Examples: `ltxspec validate`, `ltxspec validate specs/night.yaml --format json`.")
@options.paths
@options.variables
@options.output_format("text", "json")
@click.pass_obj
def command(
    session: Session, paths: tuple[str, ...], var: tuple[str, ...], var_files: tuple[str, ...], form: str
) -> int:
    """Check specs: structure, templates, parameters, files, checks. Needs no network and no key."""
    from ltxspec.cli.variables import read_variables
    from ltxspec.project.load import render_specs

    problems = Problems()
    try:
        variables = read_variables(var, var_files, session.folder)
        specs = render_specs(session.open_project(), paths, variables, problems)
    except LtxspecError as error:  # nothing could be judged: a program still gets its document
        if form == "json":
            from ltxspec.report.diagnostics import diagnostics_json, error_diagnostics

            click.echo(diagnostics_json(error_diagnostics(error)))
        raise
    _tell(session, specs, problems, form)
    return 1 if problems.errors else 0


def _tell(session: Session, specs: "list[RenderedSpec]", problems: Problems, form: str) -> None:
    """The verdict, on standard output."""
    from ltxspec.report.diagnostics import diagnostics_json, format_diagnostics
    from ltxspec.report.wording import counted

    if form == "json":
        click.echo(diagnostics_json(problems.diagnostics))
        return
    click.echo(format_diagnostics(problems.diagnostics, session.style()), nl=False)
    if not problems.errors:
        shots = sum(len(spec.requests) for spec in specs)
        warnings = len(problems.diagnostics)
        noted = f" with {counted(warnings, 'warning')}" if warnings else ""
        click.echo(f"{counted(len(specs), 'spec')}, {counted(shots, 'shot')}: valid{noted}.")
