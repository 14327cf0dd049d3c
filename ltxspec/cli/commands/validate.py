"""`ltxspec validate`: all checks that are possible offline, reporting all problems at once."""

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.cli.options import VariableOptions
from ltxspec.errors import LtxspecError, Problems


@click.command(
    "validate", epilog="Examples: `ltxspec validate`, `ltxspec validate specs/night-scenes.yaml --format json`."
)
@options.paths
@options.variables
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, paths: tuple[str, ...], variables: VariableOptions, output_format: str) -> int:
    """Check specs: structure, templates, parameters, files, checks. Needs no network and no key."""
    from ltxspec.project.load import render_specs

    problems = Problems()
    try:
        values = variables.read(session.folder)
        specs = render_specs(session.open_with_specs(paths), paths, values, problems)
    except LtxspecError as error:  # nothing could be checked, but a program still gets its document
        if output_format != "json":
            raise
        from ltxspec.cli.failures import Answered
        from ltxspec.report.diagnostics import error_diagnostics
        from ltxspec.report.results.errors import validation

        session.answer(validation(error_diagnostics(error), error))
        raise Answered(error) from error
    shots = [len(spec.requests) for spec in specs]
    _show(session, shots, problems, output_format)
    return 1 if problems.errors else 0


def _show(session: Session, shots: list[int], problems: Problems, output_format: str) -> None:
    """Show the result on standard output. `shots`: the number of shots of each spec."""
    from ltxspec.report.diagnostics import format_diagnostics
    from ltxspec.report.results.errors import validation
    from ltxspec.report.wording import counted

    if output_format == "json":
        session.answer(validation(problems.diagnostics))
        return
    click.echo(format_diagnostics(problems.diagnostics, session.style()), nl=False)
    if not problems.errors:
        warnings = len(problems.diagnostics)
        noted = f" with {counted(warnings, 'warning')}" if warnings else ""
        click.echo(f"{counted(len(shots), 'spec')}, {counted(sum(shots), 'shot')}: valid{noted}.")
