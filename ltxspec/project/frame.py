"""One frame of a take as a picture file."""

from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.errors import StorageError, WrongUsage
from ltxspec.project.project import ProjectContext
from ltxspec.project.take_video import video_of
from ltxspec.values import Moment

if TYPE_CHECKING:
    from ltxspec.media.frames import Picture

_FORMATS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}


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
    from ltxspec.storage.outputs import write_document

    form = _FORMATS.get(target.suffix.lower())
    if form is None:
        raise WrongUsage(f"`{target.name}` is not the name of a picture", hint="end it in .png or .jpg")
    if not target.parent.is_dir():
        raise StorageError(f"`{target.name}` cannot be written: there is no such folder", hint="create it first")
    video = video_of(project, address, number=number, result=result)
    picture = cut_frame(video.path, at, PictureLimits((form,)))
    write_document(target, [picture.data])
    return picture
