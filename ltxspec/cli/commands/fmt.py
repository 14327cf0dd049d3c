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
    """Format specs uniformly. Comments, order and texts stay; formatting never changes a fingerprint."""
    from difflib import unified_diff

    from ltxspec.project.format import unformatted, write_formatted

    project = session.open_project()
    changed = 0
    for item in unformatted(project, paths):
        changed += 1
        if show_diff:
            before, after = (text.splitlines(keepends=True) for text in (item.before, item.after))
            click.echo("".join(unified_diff(before, after, item.file, item.file)), nl=False)
        elif check:
            click.echo(f"not formatted: {item.file}")
        else:
            write_formatted(project, item)
            click.echo(f"formatted {item.file}")
    return 1 if changed and (check or show_diff) else 0
