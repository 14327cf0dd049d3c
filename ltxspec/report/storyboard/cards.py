"""A review as what the page says of each shot: texts and numbers in place, nothing left to decide for the template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ltxspec.lock.models import Output, Take
from ltxspec.report import phrases
from ltxspec.report import review_words as words
from ltxspec.report.storyboard.models import Clip, Footage
from ltxspec.report.storyboard.prompts import Field, Prompt, causes_of, fields_of, parameters_of, prompt_of
from ltxspec.review.models import Kind, ShotReview


@dataclass(frozen=True, slots=True)
class Badge:
    """What happens to a shot, said by a sign and a word; the colour only repeats it."""

    kind: str
    sign: str
    word: str


_SIGNS: Mapping[Kind, str] = {
    Kind.RENDERED: "●",
    Kind.PENDING: "◌",
    Kind.RESUMING: "…",
    Kind.BLOCKED: "!",
    Kind.RESTORED: "↺",
    Kind.MOVED: "→",
    Kind.UPDATED: "≈",
    Kind.RETIRED: "–",
}
_PAID = (Kind.RENDERED, Kind.PENDING, Kind.RESUMING)
BADGES: Mapping[Kind, Badge] = {
    kind: Badge(kind.value, sign, words.KINDS[kind].capitalize()) for kind, sign in _SIGNS.items()
}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a player: a clip, or what to say in its place."""

    name: str  # "before" or "after"
    caption: str
    cost: str
    clip: Clip | None = None
    facts: str = ""  # size, length and so on of the clip
    blank: str = ""  # in place of a clip
    reason: str = ""
    url: str | None = None  # the provider's address, for a person to follow; http or https

    @property
    def film(self) -> str:
        """The id of the element that holds an embedded clip."""
        return f"film-{self.clip.sha256[:16]}" if self.clip else ""


@dataclass(frozen=True, slots=True)
class Player:
    """One result of a shot: one side, or two to compare."""

    number: str  # makes ids; of the page
    heading: str  # empty where the shot has one result
    sides: tuple[Side, ...]

    @property
    def clips(self) -> int:
        """How many sides can be played."""
        return sum(1 for side in self.sides if side.clip)


@dataclass(frozen=True, slots=True)
class Card:
    """One shot on the page."""

    number: int
    spec: str
    instance: str
    address: str
    badge: Badge
    title: str
    labels: tuple[str, ...]  # "campaign: autumn"
    source: str  # "specs/night-scenes.yaml:17"
    cost: str
    reason: str
    players: tuple[Player, ...]
    prompt: Prompt | None
    fields: tuple[Field, ...]
    parameters: Sequence[tuple[str, str]]
    causes: tuple[str, ...]
    notes: tuple[str, ...]
    same_video: bool  # on both sides


def card_of(number: int, shot: ShotReview, footage: Sequence[Footage]) -> Card:
    """Put a shot's card together; `footage` holds its results in the order of the takes' outputs."""
    return Card(
        number=number,
        spec=shot.address.spec,
        instance=shot.address.instance,
        address=str(shot.address),
        badge=BADGES[shot.kind],
        title=shot.title or "",
        labels=tuple(f"{name}: {value}" for name, value in sorted(shot.labels.items())),
        source=f"{shot.source[0]}:{shot.source[1]}" if shot.source else "",
        cost=_cost(shot),
        reason=words.reason(shot),
        players=_players(number, shot, footage),
        prompt=prompt_of(shot),
        fields=fields_of(shot),
        parameters=parameters_of(shot),
        causes=causes_of(shot),
        notes=tuple(_notes(shot)),
        same_video=_is_same_video(shot),
    )


def _cost(shot: ShotReview) -> str:
    """`$0.36 → $0.48` for a render, `no cost` for what needs none."""
    before, after = words.cost_before(shot), words.cost_after(shot)
    return f"{before} → {after}" if before and shot.kind in _PAID else after


def _players(number: int, shot: ShotReview, footage: Sequence[Footage]) -> tuple[Player, ...]:
    results = max(len(_outputs(shot.before)), len(_outputs(shot.after)), 1)
    players = []
    for index in range(results):
        found = footage[index] if index < len(footage) else Footage()
        heading = f"Result {index + 1} of {results}" if results > 1 else ""
        players.append(Player(f"{number}-{index}", heading, _sides(shot, index, found)))
    return tuple(players)


def _is_same_video(shot: ShotReview) -> bool:
    return shot.before is not None and shot.after is not None and shot.before.task_id == shot.after.task_id


def _sides(shot: ShotReview, index: int, found: Footage) -> tuple[Side, ...]:
    if shot.after is not None and _is_same_video(shot):
        return (_side("after", "The same video before and after", shot.after, index, found.after),)
    before, after = (
        _side(name, caption, take, index, clip) if take is not None else None
        for name, caption, take, clip in (
            ("before", "Before", shot.before, found.before),
            ("after", "After", shot.after, found.after),
        )
    )
    if before is None:
        return (after or _to_come(shot),)
    return before, after or _to_come(shot)


def _side(name: str, caption: str, take: Take, index: int, clip: Clip | None) -> Side:
    outputs = _outputs(take)
    output = outputs[index] if index < len(outputs) else None
    if output is None:
        return Side(name, caption, take_cost(take), blank="No video", reason="This side has fewer results.")
    if clip is not None:
        return Side(name, caption, take_cost(take), clip, _facts(clip), url=_followable(output))
    url = _followable(output)
    where = "the service may still have it" if url else "nobody recorded where it is"
    reason = f"The video is not in the archive of this machine; {where}. `ltxspec archive pull` brings it home."
    return Side(name, caption, take_cost(take), blank="Not on this machine", reason=reason, url=url)


def _to_come(shot: ShotReview) -> Side:
    """The card that stands where there is no video yet, or no more."""
    change = shot.change
    size = phrases.size(change) if change else ""
    cost = phrases.cost(change) if change else ""
    note = (change.note if change else None) or ""
    match shot.kind:
        case Kind.PENDING:
            what = f"{size}. " if size else ""
            reason = f"{what}`ltxspec apply` renders it."
            return Side("after", "After", f"est. {cost}", blank="Not yet rendered", reason=reason)
        case Kind.RESUMING:
            reason = "Ordered already; the money is committed. `ltxspec collect` brings the video home."
            return Side("after", "After", f"{cost} committed", blank="Under way", reason=reason)
        case Kind.BLOCKED:
            return Side(
                "after", "After", "no cost", blank="Blocked", reason=note or "Its last attempt failed for good."
            )
        case Kind.RETIRED:
            return Side("after", "After", "no cost", blank="Retired", reason="Gone from the spec; its takes are kept.")
        case _:
            return Side("after", "After", "no cost", blank="No video", reason="No take of this shot succeeded.")


def _outputs(take: Take | None) -> Sequence[Output]:
    return take.outputs if take is not None else ()


def take_cost(take: Take) -> str:
    """What a take cost: `$0.48` or `cost unknown`."""
    return "cost unknown" if take.cost is None else phrases.money(take.cost)


def _facts(clip: Clip) -> str:
    sound = " · sound" if clip.audio else ""
    return f"{clip.width}×{clip.height} · {clip.fps:g} fps · {clip.seconds:g} s{sound}"


def _followable(output: Output) -> str | None:
    url = output.video_url or ""
    return url if url.startswith(("https://", "http://")) else None


def _notes(shot: ShotReview) -> list[str]:
    """Everything bought for the shot, where that is more than the video one sees."""
    told = len(shot.bought) == 1 and shot.bought[0].failure is None
    return [] if told else [_bought(take) for take in shot.bought]


def _bought(take: Take) -> str:
    when = f" on {take.submitted_at[:10]}" if take.submitted_at else ""
    said = f" ({take.failure.code}: {take.failure.message})" if take.failure else ""
    return f"Bought{when}: {take.status}, {take_cost(take)}{said}."
