"""`ltxspec status`: what is up to date, to buy, in progress, failed or expiring, and the money."""

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session


@click.command("status", epilog="Examples: `ltxspec status`, `ltxspec status --check`, `ltxspec status --format json`.")
@options.paths
@click.option(
    "--check", is_flag=True, help="Also try links and inputs, read the archive, ask the store and the provider."
)
@options.output_format("text", "json")
@options.loudness
@options.provider
@click.pass_obj
def command(session: Session, paths: tuple[str, ...], output_format: str, provider: str | None, *, check: bool) -> int:
    """Show what is up to date, to render, in progress, failed, expiring or not archived; what was spent and is left.

    Offline and free; changes nothing. With --check, exit 3 if a link is gone, a video is altered here or in the object
    store, or gone from where it was kept, an input at a web address or a price has changed, or something could not be
    asked. Shots with errors are named, with exit 1, and the others are shown.
    """
    from ltxspec.formats import to_json
    from ltxspec.project.status.state import project_status
    from ltxspec.report.jsontext import encode
    from ltxspec.report.status.document import status_document
    from ltxspec.report.status.text import money_line, status_text

    status = project_status(session.open_project(provider), paths, check=check)
    if output_format != "json":
        session.show_diagnostics(status)
    if output_format == "json":
        click.echo(encode(to_json(status_document(status)), indent=True).decode())
    elif session.quiet:
        click.echo(money_line(status))
    else:
        click.echo(status_text(status, session.style(), whole=session.verbose > 0), nl=False)
    return 3 if status.findings else 1 if status.is_broken else 0
