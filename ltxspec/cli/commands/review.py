"""`ltxspec review`: how a change looks, as a storyboard page and as pictures."""

from typing import TYPE_CHECKING, Any

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from ltxspec.project.review_media import Screened

_EXAMPLES = (
    "Examples: `ltxspec review`, `ltxspec review main --embed --html review.html`, `ltxspec review --png a.png`."
)


@click.command("review", epilog=_EXAMPLES)
@click.argument("base", required=False)
@click.argument("head", required=False)
@click.option("--html", metavar="FILE", help="Where the page goes (default: .ltxspec/review/index.html).")
@click.option("--embed", is_flag=True, help="Put the videos into the page, so that it can be sent to others.")
@click.option("--png", metavar="FILE", help="One picture of all shots, before and after.")
@click.option("--png-dir", metavar="DIR", help="One picture a shot, and `index.json`, which maps addresses to files.")
@options.provider
@click.pass_obj
def command(session: Session, /, **typed: Any) -> int:
    """Show before and after of every changed shot: videos in step, prompts word by word, costs.

    BASE is a revision, `A..B` or `A...B`; without it, where this branch left the main branch. HEAD is a revision;
    without it, the working tree. The page works from disk and asks the network for nothing. Prints what was written.
    """
    from ltxspec.project.adapters import open_archive
    from ltxspec.project.review import make_review
    from ltxspec.project.review_media import Screening, screen
    from ltxspec.project.review_sheets import STILL_WIDTH
    from ltxspec.report.review.wording import headline
    from ltxspec.storage.documents import write_document
    from ltxspec.storage.paths import shown

    project = session.open_project(typed["provider"])
    review = make_review(project, typed["base"], typed["head"])
    files = {name: session.folder / typed[name] for name in ("html", "png", "png_dir") if typed[name]}
    if not files:
        files["html"] = project.local / "review" / "index.html"
    page = files.get("html", session.folder / "review.html")
    how = Screening(open_archive(project).path_of, page.parent.resolve(), typed["embed"])
    screened = screen(review, how.with_stills(STILL_WIDTH) if "png_dir" in files else how)
    for path, pieces in _documents(screened, files):
        write_document(path, pieces)
        click.echo(shown(path))
    for line in (*screened.problems, headline(review)):
        click.echo(line, err=True)
    return 0


def _documents(screened: "Screened", files: "Mapping[str, Path]") -> "Iterator[tuple[Path, Iterable[bytes]]]":
    """(file, its bytes in pieces) of everything that was asked for."""
    if "html" in files:
        from ltxspec.report.storyboard.page import storyboard

        page = storyboard(screened.review, screened.footage)
        yield files["html"], (piece.encode("utf-8", "replace") for piece in page)
    if "png" in files:
        from ltxspec.project.review_sheets import sheet_of

        yield files["png"], [sheet_of(screened)]
    if "png_dir" in files:
        from ltxspec.project.review_sheets import sheets_of
        from ltxspec.report.jsontext import encode

        names = {}
        for address, name, png in sheets_of(screened):
            names[address] = name
            yield files["png_dir"] / name, [png]
        yield files["png_dir"] / "index.json", [encode(names, indent=True), b"\n"]
