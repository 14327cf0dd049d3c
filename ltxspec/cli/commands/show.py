"""`ltxspec show`: takes of shots, as recorded in the lockfiles."""

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session


@click.command("show", epilog="Examples: `ltxspec show`, `ltxspec show night-scenes.alley --format json`.")
@click.argument("address", required=False)
@options.provider
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, address: str | None, provider: str | None, output_format: str) -> int:
    """Show every take of a shot (or of all shots): status, cost, task id, location of the video."""
    import orjson

    from ltxspec.project.adapters import local_places
    from ltxspec.project.lookup import elsewhere_hint, find, in_progress
    from ltxspec.project.verdicts import remarks_by_task
    from ltxspec.report.takes import progress_note, record_json, record_text

    project = session.open_project(provider)
    found = find(project, address)
    places = local_places(project)
    remarks = remarks_by_task(project, [item.address.spec for item in found])
    click.echo(progress_note(in_progress(project, address)), err=True, nl=False)
    if output_format == "json":
        documents = [
            record_json(str(item.address), item.record, places, retired=item.retired, remarks=remarks) for item in found
        ]
        click.echo(orjson.dumps(documents, option=orjson.OPT_INDENT_2))
        session.hint(elsewhere_hint(project, is_named=provider is not None))
        return 0
    style = session.style()
    for item in found:
        text = record_text(str(item.address), item.record, places, style, retired=item.retired, remarks=remarks)
        click.echo(text, nl=False)
    if not found:
        click.echo("Nothing is recorded yet.")
    session.hint(elsewhere_hint(project, is_named=provider is not None))
    return 0
