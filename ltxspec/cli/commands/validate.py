"""`ltxspec validate`: everything that can be known offline, all problems at once."""

import click

from ltxspec.cli import options
from ltxspec.cli.session import Session


@click.command("validate", epilog="Examples: `ltxspec validate`, `ltxspec validate specs/night.yaml --format json`.")
@options.paths
@options.variables
@options.output_format("text", "json")
@click.pass_obj
def command(
    session: Session, paths: tuple[str, ...], var: tuple[str, ...], var_files: tuple[str, ...], form: str
) -> int:
    """Check specs: structure, templates, parameters, files, checks. Needs no network and no key."""
    from ltxspec.cli.project import open_project
    from ltxspec.cli.specs import render_specs
    from ltxspec.cli.variables import read_variables
    from ltxspec.errors import Problems
    from ltxspec.report.diagnostics import diagnostics_json, format_diagnostics
    from ltxspec.report.phrases import counted

    project = open_project(session)
    problems = Problems()
    specs = render_specs(project, paths, read_variables(var, var_files, session.folder), problems)
    warnings = [d for d in problems.diagnostics if d.severity == "warning"]
    if form == "json":
        click.echo(diagnostics_json(problems.diagnostics))
    else:
        click.echo(format_diagnostics(problems.diagnostics, session.style()), nl=False)
        if not problems.errors:
            shots = sum(len(spec.requests) for spec in specs)
            noted = f" with {counted(len(warnings), 'warning')}" if warnings else ""
            click.echo(f"{counted(len(specs), 'spec')}, {counted(shots, 'shot')}: valid{noted}.")
    return 1 if problems.errors else 0
