"""`ltxspec watch`: what each edit makes dirty, and what it would cost."""

import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session, is_interactive, warning_once
from ltxspec.cli.options import Selected
from ltxspec.errors import WrongUsage

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ltxspec.project.watching.previews import WatchPreviews
    from ltxspec.project.watching.watch import Watching
    from ltxspec.report.watch.views import WatchView

_EXAMPLES = (
    "Examples: `ltxspec watch`, `ltxspec watch specs/night-scenes.yaml --preview`, `ltxspec watch --format json`."
)


@dataclass(frozen=True, slots=True)
class Previewing:
    """Whether and where previews are shown."""

    preview: bool
    port: int | None

    def check(self) -> None:
        """Refuse options that do not go together. Raises WrongUsage."""
        if self.port is not None and not self.preview:
            raise WrongUsage("`--port` is for `--preview`")


@click.command("watch", epilog=_EXAMPLES)
@options.paths
@click.option("--preview", is_flag=True, help="Serve a page on this machine with animatics of the shots of each edit.")
@click.option("--port", metavar="N", type=click.IntRange(0, 65535), help="Port of the page (default: any free one).")
@options.variables
@options.output_format("text", "json")
@options.provider
@options.gathered("previewing", Previewing)
@click.pass_obj
def command(
    session: Session,
    paths: tuple[str, ...],
    previewing: Previewing,
    variables: options.VariableOptions,
    output_format: str,
    provider: str | None,
) -> int:
    """Show on each save which shots the edit makes dirty, and what they would cost. Orders nothing.

    Files that specs use count as well: templates, tables, images, included files, lockfiles. Errors of a file that is
    being written are shown until they are mended. Ctrl-C ends it.
    """
    from ltxspec.cli.running import collect_garbage_again
    from ltxspec.project.watching.watch import Watching

    previewing.check()
    selected = Selected(paths, var=variables.var, var_files=variables.var_files)
    files = tuple(str(session.folder / file) for file in variables.var_files)
    opening, warn = replace(session, verbose=0), warning_once()
    watching = Watching(
        lambda: opening.open_project(provider, warn), lambda: selected.plan_options(session.folder), files
    )
    watching.opened()  # also for the view, whose links are relative to it
    collect_garbage_again()
    with _ending_is_no_error(), ExitStack() as stack:
        page, previews = None, None
        if previewing.preview:
            from ltxspec.project.watching.previews import serving_previews

            page, previews = stack.enter_context(serving_previews(previewing.port or 0))
            click.echo(f"previews: {page}", err=output_format == "json")
        _watch(watching, stack.enter_context(_view(session, output_format, page)), previews)
    return 0


def _watch(watching: "Watching", view: "WatchView", previews: "WatchPreviews | None") -> None:
    from ltxspec.project.watching.watch import watch_project

    for seen in watch_project(watching, Event()):
        view.show(seen)
        if previews is not None:
            previews.show(seen, watching.opened)


def _view(session: Session, output_format: str, page: str | None) -> "AbstractContextManager[WatchView]":
    from ltxspec.report.watch.views import JsonWatch, LiveWatch, TextWatch

    if output_format == "json":
        return nullcontext(JsonWatch(sys.stdout, page))
    styles = session.style(), session.style(sys.stderr)
    if is_interactive(sys.stderr) and is_interactive(sys.stdout):
        return LiveWatch(sys.stdout, sys.stderr, *styles)
    return nullcontext(TextWatch(sys.stdout, sys.stderr, *styles))


@contextmanager
def _ending_is_no_error() -> Iterator[None]:
    """End without an error at SIGINT and SIGTERM: nothing else ends it."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
