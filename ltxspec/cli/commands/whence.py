"""`ltxspec whence`: which take a video file is, and the line of the spec that it is from."""

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

_EXAMPLES = "Examples: `ltxspec whence ~/Downloads/final-3.mp4`, `ltxspec whence old.mp4 --history --format json`."


@click.command("whence", epilog=_EXAMPLES)
@click.argument("file", type=click.Path())
@click.option("--history", is_flag=True, help="Also search the lockfiles of every commit, if none here records it.")
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, file: str, output_format: str, *, history: bool) -> int:
    """Find the spec line and the take of a video by the hash of its bytes.

    FILE may be anywhere, under any name: a copy, a link, an earlier take, a take of a shot that is gone. A labelled
    copy (`ltxspec label`) is found by the hash in its label. The lockfiles of all providers are searched. A video that
    was encoded again, and a picture, cannot be found. Exit 1 if nothing records it.
    """
    from ltxspec.project.provenance import whence_result
    from ltxspec.report.provenance import whence_text

    project = session.open_project()
    found = whence_result(project, session.folder / file, file, history=history)
    if output_format == "json":
        session.answer(found)
        return 0
    for problem in found.unreadable:
        project.warn(f"not searched: {problem.message}")
    click.echo(whence_text(found, session.style()), nl=False)
    return 0
