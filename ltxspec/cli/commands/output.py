"""`ltxspec output`: the location of a shot's current video, for scripts."""

import shlex

import click
from msgspec.structs import replace

from ltxspec.cli import options
from ltxspec.cli.completing import addresses
from ltxspec.cli.context import Session
from ltxspec.errors import LtxspecError

_EXAMPLES = "Examples: `ltxspec output night-scenes.alley`, `ltxspec output night-scenes.alley | xargs mpv`."


class NoVideo(LtxspecError):
    """The shot exists, but none of its takes succeeded."""

    code = "no-video"


@click.command("output", epilog=_EXAMPLES)
@click.argument("address", shell_complete=addresses)
@click.option("--url", is_flag=True, help="An address: the store's, which is valid for a while, else the provider's.")
@options.provider
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, address: str, provider: str | None, output_format: str, *, url: bool) -> int:
    """Print the local file of a shot's current video, or its address if it is not archived. One line per output.

    The output selected with `ltxspec pick --result` comes first.
    """
    from ltxspec.project.adapters import local_places
    from ltxspec.project.lookup import find_one
    from ltxspec.project.store import stored_links
    from ltxspec.report.results.takes import Outputs, video
    from ltxspec.report.takes import place_of

    project = session.open_project(provider)
    holding = find_one(project, address)
    take = holding.record.current_take
    if take is None:
        shown = shlex.quote(str(holding.address))
        raise NoVideo(
            f"`{address}` has no finished video yet",
            hint=f"`ltxspec show {shown}` lists its takes",
        )
    links = stored_links(project, take.shown) if url else {}
    places = {} if url else local_places(project, from_here=True)
    if output_format == "json":
        videos = tuple(replace(video(output, places), link=links.get(output.sha256 or "")) for output in take.shown)
        session.answer(Outputs(address=str(holding.address), outputs=videos))
    else:
        for output in take.shown:
            click.echo(session.linked(place_of(output, links or places)))
    return 0
