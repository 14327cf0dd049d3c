"""`ltxspec output`: the locations of shots' current videos, for scripts."""

import shlex
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from ltxspec.cli import options
from ltxspec.cli.completing import addresses
from ltxspec.cli.context import Session
from ltxspec.errors import LtxspecError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ltxspec.values import ShotAddress

_EXAMPLES = "Examples: `ltxspec output night-scenes.alley`, `ltxspec output 'night-scenes.*' | xargs mpv`."
_INCOMPLETE = 3  # exit code: some of the shots have no video


class NoVideo(LtxspecError):
    """The shots exist, but none of their takes succeeded."""

    code = "no-video"


@click.command("output", epilog=_EXAMPLES)
@click.argument("given", metavar="ADDRESS...", nargs=-1, required=True, shell_complete=addresses)
@click.option("--url", is_flag=True, help="An address: the store's, which is valid for a while, else the provider's.")
@options.provider
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, given: tuple[str, ...], provider: str | None, output_format: str, *, url: bool) -> int:
    """Print the local files of shots' current videos, or their addresses if they are not archived. One line per output.

    `*` and `?` are wildcards. Several shots come in the order of the specs; those without a video are named, and the
    exit code is 3. Of each shot, the output selected with `ltxspec pick --result` comes first.
    """
    from ltxspec.project.adapters import local_places
    from ltxspec.project.current_videos import meant, not_rendered
    from ltxspec.project.lookup import recorded_elsewhere
    from ltxspec.project.store import stored_links
    from ltxspec.report.results.takes import Outputs, ShotOutputs, video
    from ltxspec.report.takes import place_of

    project = session.open_project(provider)
    found = meant(project, given)
    takes = {address: record.current_take for address, record in found.items() if record is not None}
    outputs = {address: take.shown for address, take in takes.items() if take is not None}
    missing = [address for address in found if address not in outputs]
    to_order = not_rendered(given, found)
    if not outputs and not to_order:
        raise _no_video(given, [address for address in missing if address in takes])
    for address in missing:
        project.warn(f"`{address}` has no finished video yet")
    if to_order:
        session.hint(recorded_elsewhere(project))
        session.hint(f"not rendered yet: `{_apply(to_order, provider)}` orders it")
    links = stored_links(project, [output for shown in outputs.values() for output in shown]) if url else {}
    places = {} if url else local_places(project, from_here=True)
    if output_format == "json":
        shots = [
            ShotOutputs(
                str(address),
                tuple(replace(video(output, places), link=links.get(output.sha256 or "")) for output in shown),
            )
            for address, shown in outputs.items()
        ]
        first, names = shots[0] if shots else ShotOutputs(str(missing[0]), ()), tuple(map(str, missing))
        session.answer(Outputs(address=first.address, outputs=first.outputs, shots=tuple(shots), missing=names))
    else:
        for output in [output for shown in outputs.values() for output in shown]:
            click.echo(session.linked(place_of(output, links or places)))
    return _INCOMPLETE if missing else 0


def _apply(patterns: "Sequence[str]", provider: str | None) -> str:
    """The command that orders shots, with the provider that was asked for."""
    chosen = ["--provider", provider] if provider is not None else []
    return shlex.join(["ltxspec", "apply", *chosen, *(word for one in patterns for word in ("--target", one))])


def _no_video(given: "Sequence[str]", recorded: "Sequence[ShotAddress]") -> NoVideo:
    """The error if none of the shots has a video; all takes of these failed."""
    named, shown = " ".join(given), shlex.quote(str(recorded[0]))
    hint = f"`ltxspec show {shown}` lists its takes"
    if len(recorded) > 1 or named != str(recorded[0]):
        return NoVideo(f"no shot of `{named}` has a finished video yet", hint=hint)
    return NoVideo(f"`{named}` has no finished video yet", hint=hint)
