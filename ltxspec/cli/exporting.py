"""What the exports of timelines have in common: their options, what they write, and what they say."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses
from ltxspec.cli.context import Session
from ltxspec.cli.options import Command, VariableOptions
from ltxspec.cli.param_types import FRAME_RATE
from ltxspec.errors import WrongUsage

if TYPE_CHECKING:
    from ltxspec.project.project import ProjectContext
    from ltxspec.report.timeline.models import Timeline

Write = Callable[["Timeline"], str]
_INCOMPLETE = 3  # exit code: some of the videos are not there


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is exported and where to, as given."""

    paths: tuple[str, ...]
    targets: tuple[str, ...]
    out: str | None
    rate: Fraction | None
    media: str | None
    copy: bool | None
    output_format: str
    provider: str | None


def timeline_options(command: Command) -> Command:
    """The options of an export, as `wanted: Wanted` and `variables: VariableOptions`."""
    command = options.variables(options.gathered("wanted", Wanted)(command))
    command = options.provider(options.output_format("text", "json")(command))
    for option in reversed(_OPTIONS):
        command = option(command)
    return options.paths(command)


_OPTIONS: tuple[Callable[[Command], Command], ...] = (
    click.option("-o", "--out", metavar="FILE", help="Write to a file instead of standard output."),
    click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="ADDRESS",
        shell_complete=addresses,
        help="Only these shots (`*` and `?` are wildcards).",
    ),
    click.option("--rate", type=FRAME_RATE, help="Frames per second (default: the rate that most shots have)."),
    click.option("--media", metavar="DIR", help="Put the videos there under readable names, and refer to these."),
    click.option("--copy/--link", "copy", default=None, help="With --media: copies (default), or symbolic links."),
)


@dataclass(frozen=True, slots=True)
class Format:
    """A format of timelines: its name, what writes it, and how every file of it begins."""

    name: str
    write: Write
    begins: str


def export_timeline(session: Session, wanted: Wanted, variables: VariableOptions, form: Format) -> int:
    """Write a timeline. Returns the exit code.

    Args:
        session: global options.
        wanted: what is exported.
        variables: overrides of the specs' variables.
        form: the format.

    Raises:
        WrongUsage: options that do not fit together.
    """
    from ltxspec.project.lookup import recorded_elsewhere
    from ltxspec.project.timelines.layout import TimelineOptions, make_timeline, problems_of

    _check(wanted)
    project = session.open_project(wanted.provider)
    chosen = TimelineOptions(wanted.paths, wanted.targets, variables.read(session.folder), wanted.rate)
    timeline = make_timeline(project, chosen)
    timeline, text = _written(session, project, timeline, wanted, form.write)
    for problem in problems_of(timeline):
        project.warn(problem)
    if timeline.missing:
        session.hint("`ltxspec archive pull --current` fetches what is missing")
    if all(cut.take is None for cut in timeline.cuts):
        session.hint(recorded_elsewhere(project))
    _deliver(session, timeline, text, wanted, form)
    return _INCOMPLETE if wanted.media is not None and timeline.missing else 0


def _check(wanted: Wanted) -> None:
    if wanted.copy is not None and wanted.media is None:
        raise WrongUsage("`--copy` and `--link` say how videos are put into a folder", hint="name it with --media DIR")
    if wanted.output_format == "json" and wanted.out is None:
        raise WrongUsage("`--format json` describes the file that is written", hint="name it with -o FILE")


def _written(
    session: Session,
    project: "ProjectContext",
    timeline: "Timeline",
    wanted: Wanted,
    write: Write,
) -> "tuple[Timeline, str]":
    """The timeline with its videos in the folder of the user's choice, and its text."""
    from ltxspec.project.timelines.media import MediaFolder, beside, gather

    if wanted.media is None:
        return timeline, write(timeline)
    timeline = gather(project, timeline, MediaFolder(session.folder / wanted.media, link=wanted.copy is False))
    is_moved = wanted.out is not None
    return timeline, write(beside(timeline, (session.folder / str(wanted.out)).parent) if is_moved else timeline)


def _deliver(session: Session, timeline: "Timeline", text: str, wanted: Wanted, form: Format) -> None:
    from ltxspec.project.timelines.media import save_timeline
    from ltxspec.report.results.timelines import in_words
    from ltxspec.report.timeline.summary import exported

    if wanted.out is None:
        click.echo(text, nl=False)
        return
    save_timeline(session.folder / wanted.out, text, form.begins)
    media = None if wanted.media is None else session.as_seen(wanted.media)
    result = exported(timeline, form.name, session.as_seen(wanted.out), media)
    if wanted.output_format == "json":
        session.answer(result)
    else:
        click.echo(in_words(result))
