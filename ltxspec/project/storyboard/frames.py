"""Cuts the frames that show whether a shot goes on where the one before it ends, for the pages of a review."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path

from ltxspec.errors import MediaError
from ltxspec.media.stills import Still
from ltxspec.report.storyboard.models import Picture
from ltxspec.review.models import Review, ShotReview
from ltxspec.values import Moment

_AWAY = "Its video is not on this machine; `ltxspec archive pull` fetches what is in use."
Cut = tuple[str, Moment]  # SHA-256 of a video, and the frame


def start_cutting(
    review: Review, find: Callable[[str], Path | None], make: Callable[[Path, Moment], Still], pool: Executor
) -> dict[Cut, "Future[Picture | str]"]:
    """Begin to cut the frames of all joins of a review: each is a picture, or why there is none, in words.

    `make` cuts one; it raises MediaError.
    """
    wanted = dict.fromkeys(cut for shot in review.shots for cut in _cuts(shot))
    return {cut: pool.submit(_cut, find(cut[0]), cut[1], make) for cut in wanted}


def _cuts(shot: ShotReview) -> Iterator[Cut]:
    for uses, take in ((shot.uses_before, shot.before), (shot.uses_after, shot.after)):
        own = take.shown[0].sha256 if take is not None and take.shown else None
        for use in uses:
            if use.sha256 is not None and use.reference.at is not None:
                yield use.sha256, use.reference.at
            if own is not None and use.ends is not None:
                yield own, use.ends


def _cut(video: Path | None, at: Moment, make: Callable[[Path, Moment], Still]) -> Picture | str:
    if video is None:
        return _AWAY
    try:
        still = make(video, at)
    except MediaError as error:
        return f"It cannot be shown: {error.summary}."
    return Picture(still.seconds, still.width, still.height, still.jpeg)
