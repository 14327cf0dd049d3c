"""`ltxspec diff`: what changed between two versions of the project, in shots and money."""

import sys
from dataclasses import dataclass, replace

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

_EXAMPLES = "Examples: `ltxspec diff`, `ltxspec diff HEAD~1`, `ltxspec diff main...feature --format markdown`."


@dataclass(frozen=True, slots=True)
class Form:
    """The output form of the review."""

    output_format: str
    forge: str | None
    link_base: str


@click.command("diff", epilog=_EXAMPLES)
@click.argument("base", required=False)
@click.argument("head", required=False)
@options.output_format("text", "json", "markdown")
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit 2 when shots, records or rules changed, 1 when the head has problems, or lost or altered tasks.",
)
@click.option("--forge", metavar="NAME", help="Keep Markdown within the limits of this forge: `github`, `gitlab`, …")
@click.option("--link-base", metavar="URL", default="", help="Prefix of the specs' paths in Markdown links.")
@options.gathered("form", Form)
@options.provider
@click.pass_obj
def command(
    session: Session, base: str | None, head: str | None, form: Form, provider: str | None, *, detailed_exitcode: bool
) -> int:
    """Compare two git revisions: what was rendered, what is left to render, why, and the cost.

    BASE is a revision, `A..B` or `A...B`; without it, the point where this branch left the main branch. HEAD is a
    revision; without it, the working tree. Nothing is checked out, sent or spent.
    """
    from ltxspec.project.comments.blob_links import head_base
    from ltxspec.project.review import make_review
    from ltxspec.report.diagnostics import format_diagnostics
    from ltxspec.report.review.formats import REVIEW_FORMATS, ReviewOptions, page_for

    page, project = page_for(form.forge, form.link_base), session.open_project(provider)
    review = make_review(project, base, head)
    style = session.style()
    if style.links is not None and (forge := head_base(project, review)):
        style = replace(style, links=replace(style.links, base=forge))
    click.echo(REVIEW_FORMATS[form.output_format](review, ReviewOptions(style, page)), nl=False)
    if form.output_format == "text" and review.diagnostics:
        click.echo(format_diagnostics(review.diagnostics, session.style(sys.stderr)), err=True, nl=False)
    if not detailed_exitcode:
        return 0
    if {refusal.code for refusal in review.refusals} & {"invalid", "record-altered", "tasks-lost"}:
        return 1
    return 2 if review.shots or review.altered or review.rules else 0
