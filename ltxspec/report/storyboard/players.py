"""The players of a shot: for each of its results the sides to compare, each a video or a text instead of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ltxspec.lock.models import Output, Take
from ltxspec.plan.actions import Change
from ltxspec.report import wording as phrases
from ltxspec.report.storyboard.loudness import loudness
from ltxspec.report.storyboard.models import Clip, ClipPair
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.values import is_web_address, money_text

AWAY = "Not on this machine"  # in place of a video
UNFETCHED = "Could not be fetched"  # the same, where that was tried
PREVIEW = "Preview, not rendered"  # the caption of an animatic: it is never taken for a take
EARLIER = "Earlier take"  # the caption of a take that is not the base's, and out of date at the head


@dataclass(frozen=True, slots=True)
class PlayerSide:
    """One side of a player: a clip, or a text instead of it."""

    name: str  # "before" or "after"
    caption: str
    cost: str
    clip: Clip | None = None
    facts: str = ""  # size, length and other facts about the clip
    loudness: str = ""  # of the clip, as recorded
    blank: str = ""  # text instead of a clip
    reason: str = ""
    url: str | None = None  # the provider's address of a video that is not here, as a link for people; http or https

    @property
    def film(self) -> str:
        """The id of the element that holds an embedded clip."""
        return f"film-{self.clip.sha256[:16]}" if self.clip else ""


@dataclass(frozen=True, slots=True)
class Player:
    """One result of a shot, with one side or two to compare."""

    number: str  # unique on the page, for ids
    heading: str  # empty if the shot has one result
    sides: tuple[PlayerSide, ...]

    @property
    def clips(self) -> int:
        """The number of sides that can be played."""
        return sum(1 for side in self.sides if side.clip)

    @property
    def is_earlier(self) -> bool:
        """Whether its first side is not of the base, but a take that is out of date."""
        return self.sides[0].caption == EARLIER

    @property
    def shape(self) -> str:
        """`tall` if its first clip is higher than wide, or else `wide`; phones lay these out differently."""
        clip = next((side.clip for side in self.sides if side.clip), None)
        return "tall" if clip is not None and clip.height > clip.width else "wide"


def players_of(number: int, shot: ShotReview, footage: Sequence[ClipPair]) -> tuple[Player, ...]:
    """The players of a shot, at least one; `footage` has its results in the order of the takes' outputs."""
    results = max(len(_outputs(shot.before or shot.earlier)), len(_outputs(shot.after)), 1)
    players = []
    for index in range(results):
        found = footage[index] if index < len(footage) else ClipPair()
        heading = f"Result {index + 1} of {results}" if results > 1 else ""
        players.append(Player(f"{number}-{index}", heading, _sides(shot, index, found)))
    return tuple(players)


def is_same_video(shot: ShotReview) -> bool:
    """Whether both sides have the same take, which is shown once."""
    return shot.before is not None and shot.after is not None and shot.before.task_id == shot.after.task_id


def take_cost(take: Take) -> str:
    """The cost of a take: `$0.48` or `cost unknown`."""
    return money_text(take.cost)


def _sides(shot: ShotReview, index: int, found: ClipPair) -> tuple[PlayerSide, ...]:
    if shot.after is None:
        after = _previewed(shot, found.after)
    else:
        caption = "The same video before and after" if is_same_video(shot) else "After"
        after = _side(("after", caption), shot.after, index, found.after, found.why_after)
    if shot.before is None and shot.earlier is not None:
        return _side(("before", EARLIER), shot.earlier, index, found.before, found.why_before), after
    if shot.before is None or is_same_video(shot):
        return (after,)
    return _side(("before", "Before"), shot.before, index, found.before, found.why_before), after


def _side(names: tuple[str, str], take: Take, index: int, clip: Clip | None, why: str) -> PlayerSide:
    name, caption = names
    cost = take_cost(take)
    if index >= len(take.outputs):
        return PlayerSide(name, caption, cost, blank="No video", reason="This side has fewer results.")
    if clip is not None:
        return PlayerSide(name, caption, cost, clip, _facts(clip), loudness(take.outputs[index], clip))
    url = _followable(take.outputs[index])
    if why:
        return PlayerSide(name, caption, cost, blank=UNFETCHED, reason=f"{why}.", url=url)
    where = "The provider may still have it." if url else "No other location is recorded."
    reason = f"It is not in the archive of this machine; `ltxspec archive pull` fetches what is in use. {where}"
    return PlayerSide(name, caption, cost, blank=AWAY, reason=reason, url=url)


def _previewed(shot: ShotReview, clip: Clip | None) -> PlayerSide:
    """The side of a shot that has no video: its animatic, said to be one, or a text."""
    side = _to_come(shot)
    if clip is None or not clip.preview:
        return side
    facts = f"A free preview of what is to be rendered. {side.reason}"
    return replace(side, caption=PREVIEW, clip=clip, facts=facts)


def _to_come(shot: ShotReview) -> PlayerSide:
    """The side of a shot that has no video yet, or no longer has one."""
    cost, blank, reason = "no cost", "No video", "No task of this shot has succeeded."
    match shot.kind, shot.change:
        case ShotKind.PENDING, Change() as change:
            size = phrases.size(change)
            cost, blank = _estimate(change, "est. {}"), "Not yet rendered"
            reason = f"{size}. `ltxspec apply` renders it." if size else "`ltxspec apply` renders it."
        case ShotKind.RESUMING, Change() as change:
            cost, blank = _estimate(change, "{} committed"), "Under way"
            reason = "Ordered, and the money is committed; `ltxspec collect` fetches the video."
        case ShotKind.BLOCKED, change:
            blank, reason = "Blocked", (change.note if change else None) or "Its last attempt failed permanently."
        case ShotKind.HELD, Change() as change:
            cost, blank = phrases.cost(change), "Held"
            reason = f"Not ordered now: {change.note or 'it waits for its source'}."
        case ShotKind.RETIRED, _:
            blank, reason = "Retired", "Gone from the spec; its takes are kept."
        case _:
            pass
    return PlayerSide("after", "After", cost, blank=blank, reason=reason)


def _estimate(change: Change, words: str) -> str:
    return money_text(change.estimate, "price unknown", words)


def _outputs(take: Take | None) -> Sequence[Output]:
    return take.outputs if take is not None else ()


def _facts(clip: Clip) -> str:
    sound = " · sound" if clip.audio else ""
    return f"{clip.width}×{clip.height} · {round(clip.fps, 3):g} fps · {round(clip.seconds, 2):g} s{sound}"


def _followable(output: Output) -> str | None:
    url = output.video_url or ""
    return url if is_web_address(url) else None
