"""One frame of a take as a picture file."""

from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.errors import LtxspecError, StorageError, WrongUsage
from ltxspec.project.adapters import open_archive
from ltxspec.project.lookup import find_one
from ltxspec.project.pick import chosen
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import video_finder
from ltxspec.values import Moment

if TYPE_CHECKING:
    from ltxspec.media.frames import Picture

_FORMATS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}


class NotArchived(LtxspecError):
    """The video is not on this machine."""

    code = "not-archived"


def save_frame(
    project: ProjectContext,
    address: str,
    at: Moment,
    target: Path,
    *,
    number: int | None = None,
    result: int | None = None,
) -> "Picture":
    """Write one frame of a take to a file; an existing file is replaced completely or not at all.

    Args:
        project: the project.
        address: one shot.
        at: `first`, `last`, or seconds from the start.
        target: a file that ends in `.png`, `.jpg` or `.jpeg`, in a folder that exists.
        number: the take, as numbered by `ltxspec show`; None: the current one.
        result: which of its outputs, from 1; None: the one that is shown first.

    Raises:
        UnknownAddress, WrongUsage: there is no such shot, take or result, or the file has another ending.
        NotArchived: the video is not on this machine.
        MediaError: it cannot be read, or is shorter.
        StorageError: the file cannot be written.
    """
    from ltxspec.media.frames import PictureLimits, cut_frame
    from ltxspec.storage.durable import write_document

    form = _FORMATS.get(target.suffix.lower())
    if form is None:
        raise WrongUsage(f"`{target.name}` is not the name of a picture", hint="end it in .png or .jpg")
    if not target.parent.is_dir():
        raise StorageError(f"`{target.name}` cannot be written: there is no such folder", hint="create it first")
    found = find_one(project, address)
    _, take = chosen(str(found.address), found.record, number, result)
    output = take.outputs[result - 1] if result is not None else next(iter(take.shown), None)
    archive = open_archive(project)
    find = video_finder(project, archive)
    place = find(output.sha256) if output is not None and output.sha256 is not None else None
    if output is None or output.sha256 is None or place is None:
        raise NotArchived(
            f"the video of `{found.address}` is not on this machine", hint=f"`ltxspec archive pull '{found.address}'`"
        )
    if problem := archive.problem_with(output.sha256):
        raise NotArchived(
            problem, hint="`ltxspec archive verify` lists such files; `ltxspec archive pull` fetches them"
        )
    picture = cut_frame(place, at, PictureLimits((form,)))
    write_document(target, [picture.data])
    return picture
