"""What the page shows about each shot: final texts and numbers, so that the template makes no decisions."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from ltxspec.lock.models import Take
from ltxspec.report import wording as phrases
from ltxspec.report.review import wording as words
from ltxspec.report.review.noticed import ACCEPTED, unmet_phrase
from ltxspec.report.storyboard.joins import Join
from ltxspec.report.storyboard.models import ClipPair
from ltxspec.report.storyboard.players import Player, is_same_video, players_of, take_cost
from ltxspec.report.storyboard.prompts import Field, Prompt, causes_of, fields_of, parameters_of, prompt_of
from ltxspec.report.word_diff import Effort
from ltxspec.review.models import ShotKind, ShotReview, Unmet
from ltxspec.values import TaskId, total_usd


@dataclass(frozen=True, slots=True)
class Badge:
    """What happens to a shot, as a sign and a word; the colour only repeats it."""

    kind: str
    sign: str
    word: str


_SIGNS: Mapping[ShotKind, str] = {
    ShotKind.RENDERED: "●",
    ShotKind.PENDING: "◌",
    ShotKind.RESUMING: "…",
    ShotKind.BLOCKED: "!",
    ShotKind.HELD: "=",
    ShotKind.RESTORED: "↺",
    ShotKind.MOVED: "→",
    ShotKind.UPDATED: "≈",
    ShotKind.RETIRED: "–",
}
_PAID = (ShotKind.RENDERED, ShotKind.PENDING, ShotKind.RESUMING)
BADGES: Mapping[ShotKind, Badge] = {
    kind: Badge(kind.value, sign, words.KINDS[kind].capitalize()) for kind, sign in _SIGNS.items()
}


INHERITED = Badge("inherited", "⌂", "Also at the base")


def badge_of(shot: ShotReview) -> Badge:
    """What happens to a shot; of what the base would do as well, only that."""
    return INHERITED if shot.inherited else BADGES[shot.kind]


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
    price: str  # its amount in dollars, to sort by; "unknown" if any part of it is
    reason: str
    players: tuple[Player, ...]
    prompt: Prompt | None
    fields: tuple[Field, ...]
    parameters: Sequence[tuple[str, str]]
    causes: tuple[str, ...]
    notes: tuple[str, ...]
    same_video: bool  # on both sides
    joins: tuple[Join, ...] = ()
    unmet: str = ""  # the note that says what of the video at the head is not as expected


def card_of(
    number: int,
    shot: ShotReview,
    footage: Sequence[ClipPair],
    effort: Effort | None = None,
    joins: tuple[Join, ...] = (),
    approved: Container[TaskId] = (),
) -> Card:
    """Make a shot's card; `footage` has its results in the order of the takes' outputs.

    A take whose task is in `approved` is accepted as it is, which is said beside what it does not meet.
    """
    unmet = _unmet(shot, approved)
    return Card(
        number=number,
        spec=shot.address.spec,
        instance=shot.address.instance,
        address=str(shot.address),
        badge=badge_of(shot),
        title=shot.title or "",
        labels=tuple(f"{name}: {value}" for name, value in sorted(shot.labels.items())),
        source=f"{shot.source[0]}:{shot.source[1]}" if shot.source else "",
        cost=cost_of(shot),
        price=_price(shot),
        reason=words.reason(shot),
        players=players_of(number, shot, footage),
        prompt=prompt_of(shot, effort),
        fields=fields_of(shot, effort),
        parameters=parameters_of(shot),
        causes=causes_of(shot),
        notes=tuple(_notes(shot, unmet)),
        same_video=is_same_video(shot),
        joins=joins,
        unmet=unmet,
    )


def cost_of(shot: ShotReview) -> str:
    """`$0.36 → $0.48` for a render, `no cost` for a shot that needs none."""
    before, after = words.cost_before(shot), words.cost_after(shot)
    return f"{before} → {after}" if before and shot.kind in _PAID else after


def _price(shot: ShotReview) -> str:
    prices = [take.cost for take in shot.bought]
    if shot.change is not None and (phrases.is_counted(shot.change) or shot.kind is ShotKind.HELD):
        prices.append(shot.change.estimate)
    known, unknown = total_usd(prices)
    return "unknown" if unknown else str(known)


def _notes(shot: ShotReview, unmet: str) -> list[str]:
    """What of its video is not as expected; everything bought, if that is more than the video shown."""
    said = [unmet] if unmet else []
    seen = {shot.after.task_id} if shot.after is not None else set()
    is_shown = {take.task_id for take in shot.bought} <= seen
    return said if is_shown else [*said, *_counted([_bought(take) for take in shot.bought])]


def _counted(lines: Sequence[str]) -> list[str]:
    """Each line once, in order, with how often it is said."""
    return [line if (times := lines.count(line)) == 1 else f"{times} × {line}" for line in dict.fromkeys(lines)]


def _unmet(shot: ShotReview, approved: Container[TaskId]) -> str:
    recorded = shot.after.unmet if shot.after is not None else ()
    found = shot.unmet_after or [Unmet(name, None) for name in recorded]
    accepted = ACCEPTED if shot.after is not None and shot.after.task_id in approved else ""
    return f"Not as expected: {', '.join(map(unmet_phrase, found))}{accepted}." if found else ""


def _bought(take: Take) -> str:
    when = f" on {take.submitted_at[:10]}" if take.submitted_at else ""
    said = f" ({take.failure.code}: {take.failure.message})" if take.failure else ""
    return f"Bought{when}: {take.status}, {take_cost(take)}{said}."
