"""`ltxspec review`: how a change looks, as a storyboard page and as pictures."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.cli.own_action import ActingGroup

if TYPE_CHECKING:
    from pathlib import Path

    from ltxspec.project.picture_makers import PictureMakers
    from ltxspec.project.project import ProjectContext

_EXAMPLES = (
    "Examples: `ltxspec review`, `ltxspec review main --embed --html review.html`, `ltxspec review --png a.png`, "
    "`ltxspec review --serve`."
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
    fetch: bool
    engine: str

    def files(self, folder: "Path") -> "dict[str, Path]":
        """The requested files, relative to a folder."""
        given = {"html": self.html, "png": self.png, "png_dir": self.png_dir}
        return {name: folder / file for name, file in given.items() if file}


@dataclass(frozen=True, slots=True)
class Compared:
    """The revisions to compare, as given."""

    base: str | None
    head: str | None


@dataclass(frozen=True, slots=True)
class Serving:
    """Whether and where the page is served."""

    serve: bool
    port: int | None

    def check(self, outputs: Outputs, compared: Compared, output_format: str) -> bool:
        """Whether to serve. Raises WrongUsage for options that do not go with that."""
        from ltxspec.errors import WrongUsage

        if not self.serve:
            if self.port is not None:
                raise WrongUsage("`--port` is for `--serve`")
            return False
        none = Outputs(
            None, None, None, embed=False, animatics=outputs.animatics, report=None, fetch=False, engine="local"
        )
        if outputs != none or output_format != "text":
            raise WrongUsage("`--serve` writes no files and no documents", hint="leave out the other options")
        if compared.head is not None or ".." in (compared.base or ""):
            raise WrongUsage("`--serve` reviews the working tree, which it writes to", hint="name no head")
        return True

    def run(self, session: Session, provider: str | None, base: str | None, *, animatics: bool) -> int:
        """Serve until interrupted."""
        from ltxspec.project.storyboard.serve import serve_review

        def ready(address: str) -> None:
            click.echo(f"review ready: {address}")
            click.echo("Whoever has this address can write here. Ctrl-C ends it.", err=True)

        serve_review(session.open_project(provider), base, self.port or 0, ready, animatics=animatics)
        return 0


@click.group("review", cls=ActingGroup, epilog=_EXAMPLES)
@click.argument("base", required=False)
@click.argument("head", required=False)
@click.option("--html", metavar="FILE", help="Where to write the page (default: .ltxspec/review/index.html).")
@click.option("--embed", is_flag=True, help="Embed videos and stills in the page, so that it can be shared.")
@click.option("--animatics", is_flag=True, help="Show what is not rendered yet by free previews, drawn here.")
@click.option("--png", metavar="FILE", help="One picture of all shots, before and after.")
@click.option("--png-dir", metavar="DIR", help="One picture per shot, and `index.json`, which maps addresses to files.")
@click.option("--serve", is_flag=True, help="Serve the page on this machine; it writes verdicts, notes and picks.")
@click.option("--port", metavar="N", type=click.IntRange(0, 65535), help="Port to serve on (default: any free one).")
@click.option("--report", metavar="FILE", help="Show a review that `diff BASE HEAD --format json` wrote, once checked.")
@click.option("--fetch", is_flag=True, help="First download the videos that this machine lacks, as `archive pull`.")
@options.engine("Which machines make stills and previews: this one, or a Ray cluster (RAY_ADDRESS).")
@options.gathered("outputs", Outputs)
@options.gathered("serving", Serving)
@options.gathered("compared", Compared)
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def command(
    session: Session,
    compared: Compared,
    outputs: Outputs,
    serving: Serving,
    provider: str | None,
    output_format: str,
) -> int:
    """Show before and after of every changed shot: videos in step, prompts word by word, costs.

    BASE is a revision, `A..B` or `A...B`; without it, the point where this branch left the main branch. HEAD is a
    revision; without it, the working tree. The page works offline from disk. Prints the files that were written.

    With --serve, prints an address for this machine only, and serves until it is interrupted: what is decided on the
    page is written into the working tree at once.
    """
    if serving.check(outputs, compared, output_format):
        return serving.run(session, provider, compared.base, animatics=outputs.animatics)
    from ltxspec.project.reported import review_of
    from ltxspec.project.storyboard.pages import PageOptions, fetch_videos, write_review
    from ltxspec.report.diagnostics import format_diagnostics
    from ltxspec.report.review.files import review_files
    from ltxspec.report.review.wording import headline

    project = session.open_project(provider)
    review = review_of(project, compared.base, compared.head, outputs.report)
    away = fetch_videos(project, review, _tell) if outputs.fetch else {}
    files = outputs.files(session.folder) or {"html": project.local / "review" / "index.html"}
    with _makers(outputs.engine, project) as makers:
        options_of_page = PageOptions(outputs.embed, outputs.animatics, away, makers)
        written, problems = write_review(project, review, files, options_of_page)
    if output_format == "json":
        session.answer(review_files(review, written, problems))
        return 0
    for path in written:
        click.echo(session.linked(path))
    click.echo(format_diagnostics(review.diagnostics, session.style(sys.stderr)), err=True, nl=False)
    for line in (*problems, headline(review)):
        click.echo(line, err=True)
    return 0


@contextlib.contextmanager
def _makers(engine: str, project: "ProjectContext") -> "Iterator[PictureMakers]":
    """Who makes stills and previews."""
    from ltxspec.project.picture_makers import HERE

    if engine == "local":
        yield HERE
        return
    from ltxspec.engines.pictures import spread_pictures

    with spread_pictures(project) as makers:
        yield makers


def _tell(line: str) -> None:
    from ltxspec.redaction import redact_secrets

    click.echo(redact_secrets(line), err=True)


@command.command(
    "import", epilog="Examples: `ltxspec review import review.json`, `ltxspec review import review.json --format json`."
)
@click.argument("file", type=click.Path())
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def import_(session: Session, file: str, provider: str | None, output_format: str) -> int:
    """Record the verdicts and notes that a review page exported, as `approve` and `reject` do.

    All of them are recorded, or none. What is recorded already stays as it is.
    """
    from ltxspec.project.storyboard.importing import import_review
    from ltxspec.report.results.takes import DecidedTake, NotedTake, ReviewImport
    from ltxspec.report.takes import note_text, remark_text
    from ltxspec.report.wording import counted

    done = import_review(session.open_project(provider), session.folder / file, file)
    if output_format == "json":
        session.answer(
            ReviewImport(
                decisions=tuple(DecidedTake(str(it.address), it.number, it.task, it.remark) for it in done.decided),
                notes=tuple(NotedTake(str(it.address), it.number, it.task, it.note) for it in done.noted),
                withdrawn=done.withdrawals,
                known=done.known,
                overruled=tuple(sorted(done.overruled)),
            )
        )
        return 0
    for item in done.decided:
        later = " (a later verdict counts)" if item.task in done.overruled else ""
        click.echo(f"{item.address} take {item.number}: {remark_text(item.remark)}{later}")
    for said in done.noted:
        click.echo(f"{said.address} take {said.number}: {note_text(said.note)}")
    for said in done.withdrawn:
        click.echo(f"{said.address} take {said.number}: withdrawn: {note_text(said.note)}")
    what = f"{counted(len(done.decided), 'verdict')} and {counted(len(done.noted), 'note')} recorded"
    gone = f", {counted(done.withdrawals, 'note')} withdrawn" if done.withdrawals else ""
    click.echo(f"{what}{gone}, {done.known:,} known before.", err=True)
    return 0
