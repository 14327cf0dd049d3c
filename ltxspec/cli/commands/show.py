"""`ltxspec show`: takes of shots, as recorded in the lockfiles."""

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses
from ltxspec.cli.context import Session


@click.command("show", epilog="Examples: `ltxspec show`, `ltxspec show night-scenes.alley --format json`.")
@click.argument("address", required=False, shell_complete=addresses)
@options.provider
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, address: str | None, provider: str | None, output_format: str) -> int:
    """Show every take of a shot (or of all shots): status, cost, task id, location of the video."""
    from ltxspec.project.adapters import local_places
    from ltxspec.project.lookup import elsewhere_hint, find, in_progress
    from ltxspec.project.remarks import said_or_warn
    from ltxspec.report.results.takes import Show, shown_shot
    from ltxspec.report.takes import notes_text, progress_note, record_text

    project = session.open_project(provider)
    found = find(project, address)
    places = local_places(project)
    said = said_or_warn(project)
    remarks, notes = said.by_task, said.noted
    ordered = in_progress(project, address)
    if output_format == "json":
        shots = [
            shown_shot(str(item.address), item.record, places, remarks, retired=item.retired, notes=notes)
            for item in found
        ]
        session.answer(Show(shots=tuple(shots), in_progress=tuple(map(str, ordered))))
        session.hint(elsewhere_hint(project, is_named=provider is not None))
        return 0
    click.echo(progress_note(ordered), err=True, nl=False)
    style = session.style()
    for item in found:
        text = record_text(str(item.address), item.record, places, style, retired=item.retired, remarks=remarks)
        click.echo(text + notes_text(item.record, notes), nl=False)
    if not found:
        click.echo("Nothing is recorded yet.")
    session.hint(elsewhere_hint(project, is_named=provider is not None))
    return 0
