"""`ltxspec explain`: what an error code means, and what to do."""

import click

from ltxspec.cli import options
from ltxspec.cli.completing import codes
from ltxspec.cli.context import Session


@click.command("explain", epilog="Examples: `ltxspec explain unknown-key`, `ltxspec explain --format json`.")
@click.argument("code", required=False, metavar="[CODE]", shell_complete=codes)
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, code: str | None, output_format: str) -> int:
    """Explain an error or warning: its cause, an example, and the cure.

    CODE is the word in brackets of a message, such as `unknown-key` in `error[unknown-key]`, or a code that the
    provider gave to a failed task. Without it, every code of ltxspec is listed.
    """
    from ltxspec.project.explaining import explain_code
    from ltxspec.report.explanations.reading import explanations
    from ltxspec.report.explanations.text import explanation_list, explanation_text

    found = list(explanations().values()) if code is None else [explain_code(code)]
    if output_format == "json":
        from ltxspec.report.results.explanations import explained

        session.answer(explained(found))
        return 0
    style = session.style()
    click.echo(explanation_text(found[0], style) if code else explanation_list(found, style), nl=False)
    return 0
