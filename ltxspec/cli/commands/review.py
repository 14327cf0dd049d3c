"""`ltxspec review`: how a change looks, as a storyboard page and as pictures."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

if TYPE_CHECKING:
    from pathlib import Path

_EXAMPLES = (
    "Examples: `ltxspec review`, `ltxspec review main --embed --html review.html`, `ltxspec review --png a.png`."
)


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files to write."""

    html: str | None
    png: str | None
    png_dir: str | None
    embed: bool
    animatics: bool
    report: str | None

    def files(self, folder: "Path") -> "dict[str, Path]":
        """The requested files, relative to a folder."""
        given = {"html": self.html, "png": self.png, "png_dir": self.png_dir}
        return {name: folder / file for name, file in given.items() if file}


@click.command("review", epilog=_EXAMPLES)
@click.argument("base", required=False)
@click.argument("head", required=False)
@click.option("--html", metavar="FILE", help="Where to write the page (default: .ltxspec/review/index.html).")
@click.option("--embed", is_flag=True, help="Embed videos and stills in the page, so that it can be shared.")
@click.option("--animatics", is_flag=True, help="Show what is not rendered yet by free previews, drawn here.")
@click.option("--png", metavar="FILE", help="One picture of all shots, before and after.")
@click.option("--png-dir", metavar="DIR", help="One picture per shot, and `index.json`, which maps addresses to files.")
@click.option("--report", metavar="FILE", help="Show a review that `diff BASE HEAD --format json` wrote, once checked.")
@options.gathered("outputs", Outputs)
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def command(
    session: Session, base: str | None, head: str | None, outputs: Outputs, provider: str | None, output_format: str
) -> int:
    """Show before and after of every changed shot: videos in step, prompts word by word, costs.

    BASE is a revision, `A..B` or `A...B`; without it, the point where this branch left the main branch. HEAD is a
    revision; without it, the working tree. The page works offline from disk. Prints the files that were written.
    """
    from ltxspec.project.reported import review_of
    from ltxspec.project.review_pages import write_review
    from ltxspec.report.diagnostics import format_diagnostics
    from ltxspec.report.review.files import review_files
    from ltxspec.report.review.wording import headline

    project = session.open_project(provider)
    review = review_of(project, base, head, outputs.report)
    files = outputs.files(session.folder) or {"html": project.local / "review" / "index.html"}
    written, problems = write_review(project, review, files, embed=outputs.embed, animatics=outputs.animatics)
    if output_format == "json":
        session.answer(review_files(review, written, problems))
        return 0
    for path in written:
        click.echo(path)
    click.echo(format_diagnostics(review.diagnostics, session.style(sys.stderr)), err=True, nl=False)
    for line in (*problems, headline(review)):
        click.echo(line, err=True)
    return 0
