"""Finds the videos of a review in the archive, measures them, and makes the stills and sheets that compare them."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from ltxspec.errors import MediaError
from ltxspec.lock.models import Output, Take
from ltxspec.media.comparison import Filmed, compare
from ltxspec.media.probe import VideoInfo, probe
from ltxspec.media.stills import Still, still_of
from ltxspec.project.animatics import Animatics, drawn, is_to_come
from ltxspec.project.picture_makers import HERE
from ltxspec.project.storyboard.frames import start_cutting
from ltxspec.project.storyboard.stills_cache import StillsCache
from ltxspec.report.storyboard.models import Clip, ClipPair, Frames, Picture
from ltxspec.review.chains import as_on_page
from ltxspec.review.models import Review, ShotReview
from ltxspec.storage.durable import translated
from ltxspec.values import Moment, TaskId

# Browsers play a MOV file with H.264 as `video/mp4`, but refuse MOV's own type.
MIMES = {"mp4": "video/mp4", "mov": "video/mp4", "webm": "video/webm", "matroska": "video/webm"}


@dataclass(frozen=True, slots=True)
class MediaOptions:
    """How the videos of a review are shown.

    Args:
        find: SHA-256 -> file, or None if the video is not on this machine.
        folder: the folder of the page; links are relative to it.
        embed: whether the page contains the videos.
        still_width: width of stills in pixels.
        link: the address of a file on a page that is served; None: relative to the folder.
        stills: makes them, or has them already; None: they are made.
        animatics: draws previews of shots that are to be rendered; None: these have no video.
        away: why a take's videos could not be fetched, by task, where that was tried.
        most: how many videos are read at once.
    """

    find: Callable[[str], Path | None]
    folder: Path
    embed: bool = False
    still_width: int = 360
    link: Callable[[Path], str] | None = None  # file -> its address on a page that is served
    stills: StillsCache | None = None
    animatics: Animatics | None = None
    away: Mapping[TaskId, str] = field(default_factory=dict)
    most: int = HERE.most

    def href(self, file: Path) -> str:
        """The address of a video from the page."""
        if self.link is not None:
            return self.link(file)
        return quote(Path(os.path.relpath(file, self.folder)).as_posix())

    def with_stills(self, width: int) -> "MediaOptions":
        """These options with another width of stills."""
        return replace(self, still_width=width)

    def compared(self, before: Path | None, after: Path | None) -> tuple[Filmed | None, Filmed | None]:
        """Stills of two videos at the same times. Raises MediaError."""
        make = compare if self.stills is None else self.stills.compared
        return make(before, after, width=self.still_width)

    def info(self, video: Path) -> VideoInfo:
        """The properties of a video. Raises MediaError."""
        return probe(video) if self.stills is None else self.stills.info(video)

    def cut(self, video: Path, at: Moment) -> Still:
        """Exactly one frame. Raises MediaError."""
        make = still_of if self.stills is None else self.stills.frame
        return make(video, at, width=self.still_width)


@dataclass(frozen=True, slots=True)
class ReviewMedia:
    """A review with the clips of each shot, and remarks about videos that are missing from it."""

    review: Review
    footage: Sequence[Sequence[ClipPair]]
    problems: Sequence[str] = ()
    frames: Frames = field(default_factory=dict)  # where shots follow from others


@dataclass(frozen=True, slots=True)
class _ClipFiles:
    """The files of one result of a shot."""

    before: Path | None
    after: Path | None
    is_preview: bool = False  # the file after is an animatic
    why: tuple[str, str] = ("", "")  # why there is no file before, and after


def screen(review: Review, how: MediaOptions) -> ReviewMedia:
    """Find and measure the videos of a review, whose shots are then in the order of the page.

    Videos are read in several threads: decoding is most of the work, and PyAV releases the GIL meanwhile.
    """
    problems: list[str] = []
    review = replace(review, shots=as_on_page(review.shots))
    with _threads(how.most) as pool:
        previews = how.animatics.start(review.shots, pool) if how.animatics is not None else {}
        shown = drawn(previews, problems)
        reels = [list(_reels(shot, how, shown.get(shot.address))) for shot in review.shots]
        work = [[(reel, pool.submit(_compare, reel, how, problems)) for reel in shot] for shot in reels]
        cuts = start_cutting(review, how.find, how.cut, pool)
        footage = [[_footage(reel, filmed.result(), how) for reel, filmed in shot] for shot in work]
    if left := sum(map(is_to_come, review.shots)) - len(previews) if previews else 0:
        problems.append(f"{left:,} more shots that are to be rendered have no preview")
    if away := sum(map(len, videos_away(review, how.find).values())):
        those = "1 video is" if away == 1 else f"{away:,} videos are"
        problems.append(f"{those} not on this machine; `ltxspec archive pull` fetches those in use")
    return ReviewMedia(review, footage, problems, {cut: made.result() for cut, made in cuts.items()})


@contextlib.contextmanager
def _threads(most: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that begin nothing more once the block was left by an error, or by Ctrl-C."""
    with ThreadPoolExecutor(max_workers=most) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def videos_away(review: Review, find: Callable[[str], Path | None]) -> Mapping[TaskId, Sequence[Output]]:
    """The videos of a review that are not on this machine, by task."""
    takes = [take for shot in review.shots for take in (shot.before or shot.earlier, shot.after) if take is not None]
    away = {take.task_id: [one for one in take.outputs if _file(one, find) is None] for take in takes}
    return {task: outputs for task, outputs in away.items() if outputs}


def _reels(shot: ShotReview, how: MediaOptions, preview: Path | None) -> Iterator[_ClipFiles]:
    why = (_why(shot.before or shot.earlier, how), _why(shot.after, how))
    before, after = _outputs(shot.before or shot.earlier), _outputs(shot.after)
    if shot.before is not None and shot.after is not None and shot.before.task_id == shot.after.task_id:
        before = ()  # the same video on both sides is shown once
    for index in range(max(len(before), len(after), 1 if preview else 0)):
        old, new = (_file(side[index], how.find) if index < len(side) else None for side in (before, after))
        is_preview = preview is not None and index == 0
        yield _ClipFiles(old, preview if is_preview else new, is_preview, why)


def _why(take: Take | None, how: MediaOptions) -> str:
    return how.away.get(take.task_id, "") if take is not None else ""


def _outputs(take: Take | None) -> Sequence[Output]:
    return take.outputs if take is not None else ()


def _file(output: Output, find: Callable[[str], Path | None]) -> Path | None:
    return find(output.sha256) if output.sha256 else None


def _compare(reel: _ClipFiles, how: MediaOptions, problems: list[str]) -> tuple[Filmed | None, Filmed | None]:
    try:
        return how.compared(reel.before, reel.after)
    except MediaError:
        before, after = (_alone(file, how, problems) for file in (reel.before, reel.after))
        return before, after


def _alone(file: Path | None, how: MediaOptions, problems: list[str]) -> Filmed | None:
    """One side, if the other cannot be read."""
    try:
        return how.compared(None, file)[1]
    except MediaError as error:
        problems.append(error.summary)
        return None


def _footage(reel: _ClipFiles, filmed: tuple[Filmed | None, Filmed | None], screening: MediaOptions) -> ClipPair:
    before, after = (
        _clip(file, film, screening) if file is not None and film is not None else None
        for file, film in zip((reel.before, reel.after), filmed, strict=True)
    )
    return ClipPair(
        before,
        replace(after, preview=reel.is_preview) if after is not None else None,
        why_before=reel.why[0],
        why_after=reel.why[1],
    )


def _clip(file: Path, filmed: Filmed, how: MediaOptions) -> Clip:
    stills = tuple(Picture(still.seconds, still.width, still.height, still.jpeg) for still in filmed.stills)
    return replace(clip_of(file, filmed.info, how), stills=stills)


def clip_of(file: Path, info: VideoInfo, how: MediaOptions) -> Clip:
    """A video for the page, without stills; `file` is named by its hash."""
    return Clip(
        sha256=file.stem,
        href=how.href(file),
        mime=MIMES[info.container],
        width=info.width,
        height=info.height,
        seconds=info.seconds,
        fps=info.fps,
        frames=info.frames,
        audio=info.audio_codec is not None,
        read=(lambda: _read(file)) if how.embed else None,
    )


def _read(file: Path) -> bytes:
    """A video to embed. Raises StorageError."""
    with translated("read", file):
        return file.read_bytes()
