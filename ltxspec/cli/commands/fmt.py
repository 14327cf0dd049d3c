"""`ltxspec fmt`: one layout for all specs."""

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session


@click.command("fmt", epilog="Examples: `ltxspec fmt`, `ltxspec fmt --check`, `ltxspec fmt --diff specs/a.yaml`.")
@options.paths
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file is not formatted.")
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; show what would change.")
@click.pass_obj
def command(session: Session, paths: tuple[str, ...], *, check: bool, show_diff: bool) -> int:
    """Lay out specs alike. Comments, order and texts stay; a fingerprint never changes by it."""
    from difflib import unified_diff

    from ltxspec.project.load import spec_files
    from ltxspec.spec.formatting import format_spec
    from ltxspec.storage.durable import REAL, read_file, replace_file

    project = session.open_project()
    changed = 0
    for path in spec_files(project, paths):
        label = project.label(path)
        text = project.files.read_text(label, beside="")
        formatted = format_spec(text, label)
        if formatted.encode() == read_file(path, project.root):
            continue
        changed += 1
        if show_diff:
            lines = unified_diff(text.splitlines(keepends=True), formatted.splitlines(keepends=True), label, label)
            click.echo("".join(lines), nl=False)
        elif check:
            click.echo(f"not formatted: {label}")
        else:
            replace_file(path, formatted.encode(), REAL.inside(project.root))
            click.echo(f"formatted {label}")
    return 1 if changed and (check or show_diff) else 0
