"""`ltxspec frame`: one frame of a shot's video as a picture."""

from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses, moments
from ltxspec.cli.context import Session
from ltxspec.cli.param_types import MOMENT

if TYPE_CHECKING:
    from ltxspec.values import Moment

_EXAMPLES = (
    "Examples: `ltxspec frame night-scenes.alley --at last -o alley.png`, "
    "`ltxspec frame night-scenes.alley --at 3.5 --take 2 -o still.jpg`."
)


@click.command("frame", epilog=_EXAMPLES)
@click.argument("address", shell_complete=addresses)
@click.option(
    "--at",
    type=MOMENT,
    default="first",
    show_default=True,
    shell_complete=moments,
    help="first, last, or seconds from the start.",
)
@click.option("-o", "--output", "file", metavar="FILE", required=True, help="The picture: .png or .jpg.")
@options.one_video
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def command(
    session: Session,
    address: str,
    at: "Moment",
    file: str,
    provider: str | None,
    output_format: str,
    *,
    number: int | None,
    result: int | None,
) -> int:
    """Save the frame that a player shows at that time. The video must be archived; nothing is ordered."""
    from ltxspec.project.frame import save_frame
    from ltxspec.report.results.takes import Frame
    from ltxspec.values import typed_address

    project = session.open_project(provider)
    address = typed_address(address)
    picture = save_frame(project, address, at, session.folder / file, number=number, result=result)
    file = session.as_seen(file)
    if picture.hdr is not None:
        project.warn(f"the video is HDR ({picture.hdr}); the picture has its colours without tone mapping")
    if output_format == "json":
        session.answer(
            Frame(
                address=address,
                file=file,
                picture_format=picture.format,
                width=picture.width,
                height=picture.height,
                seconds=picture.seconds,
                hdr=picture.hdr,
            )
        )
        return 0
    size = f"{picture.width}x{picture.height}"
    click.echo(f"{file}: {size} {picture.format.upper()}, frame at {picture.seconds:.3f} s.")
    return 0
