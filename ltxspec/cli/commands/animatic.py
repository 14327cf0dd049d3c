"""`ltxspec animatic`: all shots in order as one film."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses
from ltxspec.cli.context import Session
from ltxspec.cli.options import VariableOptions
from ltxspec.cli.param_types import FRAME_SIZE

if TYPE_CHECKING:
    from ltxspec.values import ShotAddress

_EXAMPLES = (
    "Examples: `ltxspec animatic -o film.mp4`, `ltxspec animatic --rendered --slate --size 1280x720 -o rough.mp4`."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the film shows, as given."""

    paths: tuple[str, ...]
    targets: tuple[str, ...]
    rendered: bool
    size: tuple[int, int] | None
    slate: bool


@click.command("animatic", epilog=_EXAMPLES)
@options.paths
@click.option("-o", "--output", "file", metavar="FILE", required=True, help="The film: .mp4.")
@click.option("--rendered", is_flag=True, help="Show the archived current takes, and animatics elsewhere.")
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="ADDRESS",
    shell_complete=addresses,
    help="Only these shots (`*` and `?` are wildcards); with a `+` after it, also those that follow from them.",
)
@click.option("--size", type=FRAME_SIZE, help="Pixels of the film (default: those of the largest shot).")
@click.option("--slate", is_flag=True, help="Show take, date, cost and running time codes at the lower edge.")
@options.gathered("shown", Shown)
@options.variables
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def command(
    session: Session,
    file: str,
    shown: Shown,
    variables: VariableOptions,
    provider: str | None,
    output_format: str,
) -> int:
    """Join the shots in the order written to one film. Free and offline; nothing is ordered or recorded.

    A shot that begins with a frame of another one begins with that frame as the film shows it.
    """
    from ltxspec.project.animatic import FilmOptions, make_film
    from ltxspec.report.results.films import in_words

    def begun(place: int, number: int, address: "ShotAddress") -> None:
        if not session.quiet:
            click.echo(f"[{place}/{number}] {address}", err=True)

    asked = FilmOptions(
        shown.paths, shown.targets, variables.read(session.folder), shown.rendered, shown.size, shown.slate
    )
    project = session.open_project(provider)
    film = make_film(project, asked, session.folder / file, session.as_seen(file), begun)
    for address in film.missing:
        project.warn(f"the video of `{address}` is not on this machine, or was altered: an animatic is shown")
    if film.missing:
        session.hint("`ltxspec archive pull --current` fetches them anew")
    for address in film.outdated:
        project.warn(f"the take of `{address}` is shown, which its spec no longer asks for")
    if output_format == "json":
        session.answer(film)
        return 0
    click.echo(in_words(film))
    return 0
