"""`ltxspec fmt`: one layout for all specs."""

import sys
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

if TYPE_CHECKING:
    from ltxspec.project.format import Formatted


@click.command(
    "fmt", epilog="Examples: `ltxspec fmt`, `ltxspec fmt --check`, `ltxspec fmt --diff specs/night-scenes.yaml`."
)
@options.paths
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file is not formatted.")
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; show what would change.")
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, paths: tuple[str, ...], output_format: str, *, check: bool, show_diff: bool) -> int:
    """Format specs uniformly. Comments, order and texts stay; formatting never changes a fingerprint.

    A file that cannot be read as YAML stays as it is and is reported; the others are formatted.
    """
    from ltxspec.errors import LtxspecError
    from ltxspec.project.format import Formatted, unformatted, write_formatted
    from ltxspec.report.diagnostics import format_error
    from ltxspec.report.results.errors import problems_of
    from ltxspec.report.results.setup import Fmt, FormattedFile

    project, writes = session.open_project(), not (check or show_diff)
    found: list[Formatted] = []
    broken: list[LtxspecError] = []
    for item in unformatted(project, paths):
        if not isinstance(item, Formatted):
            broken.append(item)
            click.echo(format_error(item, session.style(sys.stderr)), err=True, nl=False)
            continue
        found.append(item)
        if writes:
            write_formatted(project, item)
        if output_format == "text":
            click.echo(_diff(item) if show_diff else _line(item, written=writes), nl=False)
    if output_format == "json":
        files = tuple(FormattedFile(item.file, writes, item.unseen) for item in found)
        session.answer(Fmt(files=files, diagnostics=problems_of(broken)))
    return 1 if broken or (found and not writes) else 0


def _line(item: "Formatted", *, written: bool) -> str:
    unseen = f" ({item.unseen})" if item.unseen else ""
    return f"{'formatted' if written else 'not formatted:'} {item.file}{unseen}\n"


def _diff(item: "Formatted") -> str:
    from difflib import unified_diff

    before, after = (text.splitlines(keepends=True) for text in (item.before, item.after))
    unseen = f"{item.file}: {item.unseen} would change\n" if item.unseen else ""
    return unseen + "".join(unified_diff(before, after, item.file, item.file))
