"""`review --engine ray`: stills of videos, and previews of shots, made by other machines."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, cast

from ltxspec.engines.messages import Failed, Failure, pack, unpack
from ltxspec.errors import LtxspecError, MediaError
from ltxspec.media.comparison import Filmed
from ltxspec.media.film import Clip
from ltxspec.media.stills import Still
from ltxspec.project.picture_makers import HERE, PictureMakers
from ltxspec.project.project import ProjectContext
from ltxspec.values import Moment

_AHEAD = 2  # pictures asked for at once, for each CPU: one is made while the next one travels
Pair = tuple[Filmed | None, Filmed | None]


@dataclass(frozen=True, slots=True)
class Video:
    """A video as it travels."""

    name: str
    place: Path | None  # where the machine sees it
    content: bytes | None  # what is in it, for a machine that does not


@dataclass(frozen=True, slots=True)
class Order:
    """One picture to make, or the stills of two videos."""

    work: Literal["compare", "cut", "draw"]
    videos: tuple[Video | None, ...] = ()
    width: int = 0
    at: Moment = "first"
    clip: Clip | None = None


def make(message: bytes) -> bytes:
    """The task: what a packed `Order` asks for, or the `Failure`; packed as well."""
    order = cast("Order", unpack(message))
    with TemporaryDirectory(prefix="ltxspec-pictures-") as folder:
        try:
            return pack(_made(order, [_laid(video, Path(folder)) for video in order.videos]))
        except LtxspecError as error:
            return pack(Failure.of(error))


def _made(order: Order, places: list[Path | None]) -> object:
    if order.work == "draw":
        return HERE.draw(cast("Clip", order.clip))
    if order.work == "compare":
        before, after = places
        return HERE.compare(before, after, width=order.width)
    return HERE.cut(cast("Path", places[0]), order.at, width=order.width)


def _laid(video: Video | None, folder: Path) -> Path | None:
    if video is None or video.content is None:
        return video.place if video is not None else None
    place = folder / video.name
    place.write_bytes(video.content)
    return place


@dataclass(frozen=True, slots=True)
class Spread:
    """Has pictures made by other machines.

    Args:
        shared: whether these see the archive.
        run: runs the task with a message, and returns its answer. Raises LtxspecError.
    """

    shared: bool
    run: Callable[[bytes], bytes]

    def compare(self, before: Path | None, after: Path | None, *, width: int) -> Pair:
        """As `comparison.compare`. Raises MediaError, or another LtxspecError if no machine could do it."""
        return cast("Pair", self._asked(Order("compare", (self._video(before), self._video(after)), width)))

    def cut(self, video: Path, at: Moment, *, width: int) -> Still:
        """As `stills.still_of`. Raises MediaError, or another LtxspecError if no machine could do it."""
        return cast("Still", self._asked(Order("cut", (self._video(video),), width, at)))

    def draw(self, clip: Clip) -> bytes:
        """As `picture_makers.draw`. Raises MediaError, or another LtxspecError if no machine could do it."""
        return cast("bytes", self._asked(Order("draw", clip=clip)))

    def _asked(self, order: Order) -> object:
        answer = unpack(self.run(pack(order)))
        if not isinstance(answer, Failure):
            return answer
        if answer.code == MediaError.code:
            raise MediaError(answer.summary, hint=answer.hint)
        raise Failed(answer)

    def _video(self, file: Path | None) -> Video | None:
        if file is None or self.shared:
            return None if file is None else Video(file.name, file, None)
        try:
            return Video(file.name, None, file.read_bytes())
        except OSError as error:
            raise MediaError(f"`{file.name}` cannot be read: {error.strerror}") from error


@contextlib.contextmanager
def spread_pictures(project: ProjectContext) -> Iterator[PictureMakers]:
    """Connect to a cluster that makes the pictures of a review; videos travel to machines that do not see the archive.

    Raises:
        WrongUsage, LtxspecError: as `connected`.
    """
    from ltxspec.engines.cluster import connected, runner

    with connected(project) as cluster:
        spread = Spread(cluster.shared, runner(make))
        yield PictureMakers(spread.compare, spread.cut, spread.draw, cluster.cpus * _AHEAD)
