"""The archived video of a take, for commands that read its content."""

from dataclasses import dataclass
from pathlib import Path

from ltxspec.errors import LtxspecError
from ltxspec.lock.models import Take
from ltxspec.project.adapters import open_archive
from ltxspec.project.lookup import find_one
from ltxspec.project.pick import chosen
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import video_finder
from ltxspec.values import ShotAddress


class NotArchived(LtxspecError):
    """The video is not on this machine."""

    code = "not-archived"


@dataclass(frozen=True, slots=True)
class TakeVideo:
    """One output of a take, intact on this machine; `number` is that of the take, as `ltxspec show` counts."""

    address: ShotAddress
    number: int
    take: Take
    sha256: str
    path: Path


def video_of(
    project: ProjectContext, address: str, *, number: int | None = None, result: int | None = None
) -> TakeVideo:
    """Find the video of a take, fetch it from the store if it is only there, and check its hash.

    Args:
        project: the project.
        address: one shot.
        number: the take, as numbered by `ltxspec show`; None: the current one.
        result: which of its outputs, from 1; None: the one that is shown first.

    Raises:
        UnknownAddress, WrongUsage: there is no such shot, take or result.
        NotArchived: the video is not on this machine, or was altered.
    """
    found = find_one(project, address)
    number, take = chosen(str(found.address), found.record, number, result)
    output = take.outputs[result - 1] if result is not None else next(iter(take.shown), None)
    archive = open_archive(project)
    find = video_finder(project, archive)
    path = find(output.sha256) if output is not None and output.sha256 is not None else None
    if output is None or output.sha256 is None or path is None:
        raise NotArchived(
            f"the video of `{found.address}` is not on this machine", hint=f"`ltxspec archive pull '{found.address}'`"
        )
    if problem := archive.problem_with(output.sha256):
        raise NotArchived(
            problem, hint="`ltxspec archive verify` lists such files; `ltxspec archive pull` fetches them"
        )
    return TakeVideo(found.address, number, take, output.sha256, path)
