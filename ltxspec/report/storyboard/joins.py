"""Where shots follow from others: the frame that was taken, next to the end of the own video that it became."""

from collections.abc import Mapping
from dataclasses import dataclass

from ltxspec.lock.models import Take
from ltxspec.report.review.joins import taken_phrase
from ltxspec.report.storyboard.models import Frames, Picture
from ltxspec.report.terminal import clean
from ltxspec.review.follows import Use
from ltxspec.review.models import ShotReview
from ltxspec.values import Moment, ShotAddress


@dataclass(frozen=True, slots=True)
class JoinFrame:
    """One of the two frames: a picture, or a text instead of it."""

    caption: str
    picture: Picture | None
    blank: str = ""


@dataclass(frozen=True, slots=True)
class Join:
    """One use of another shot on one side of a change."""

    side: str  # "Before", "After"; empty if both sides have the same
    phrase: str  # "Begins with the last frame of"
    source: str  # an address
    card: int | None  # of the source on this page
    detail: str  # which take, and whether it is pinned
    frames: tuple[JoinFrame, ...]


def joins_of(shot: ShotReview, frames: Frames, cards: Mapping[ShotAddress, int]) -> tuple[Join, ...]:
    """The joins of a shot, of the base first; what is the same on both sides is shown once.

    Args:
        shot: the shot.
        frames: the pictures that could be had, and why others could not.
        cards: the numbers of the cards on the page.
    """
    both = bool(shot.before and shot.after and shot.before.task_id == shot.after.task_id)
    if both and shot.uses_before == shot.uses_after:
        return tuple(_join("", use, shot.after, frames, cards) for use in shot.uses_after)
    named = bool(shot.uses_before)
    return (
        *(_join("Before", use, shot.before, frames, cards) for use in shot.uses_before),
        *(_join("After" if named else "", use, shot.after, frames, cards) for use in shot.uses_after),
    )


def _join(side: str, use: Use, take: Take | None, frames: Frames, cards: Mapping[ShotAddress, int]) -> Join:
    source = clean(str(use.source))
    shown = [_source(use, source, frames)]
    if use.ends is not None:
        shown.append(_own(use.ends, take, frames))
    phrase = taken_phrase(use)
    return Join(side, phrase[:1].upper() + phrase[1:], source, cards.get(use.source), _detail(use), tuple(shown))


def _detail(use: Use) -> str:
    if use.take is None:
        return "" if use.sha256 is None else "a take that is not recorded here"
    result = f", result {use.result}" if use.result is not None and use.result > 1 else ""
    return f"take {use.take}{result}" + (", pinned" if use.reference.take is not None else "")


def _source(use: Use, source: str, frames: Frames) -> JoinFrame:
    at = use.reference.at
    if at is None:
        return JoinFrame(source, None, "The whole video is used.")
    if use.sha256 is None:
        return JoinFrame(source, None, "Not known yet: its take is still to come.")
    return _frame(source, use.sha256, at, frames)


def _own(end: Moment, take: Take | None, frames: Frames) -> JoinFrame:
    caption = f"Own {end} frame"
    if take is None:
        return JoinFrame(caption, None, "No video yet.")
    sha256 = take.shown[0].sha256 if take.shown else None
    if sha256 is None:
        return JoinFrame(caption, None, "Its video was never archived.")
    return _frame(caption, sha256, end, frames)


def _frame(caption: str, sha256: str, at: Moment, frames: Frames) -> JoinFrame:
    found = frames.get((sha256, at), "Its video is not on this machine.")
    return JoinFrame(caption, None, found) if isinstance(found, str) else JoinFrame(caption, found)
