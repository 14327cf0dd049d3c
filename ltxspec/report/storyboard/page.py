"""Makes the page, piece by piece: texts are escaped; its policy allows only its own scripts and styles, by hash."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ltxspec.report import wording as phrases
from ltxspec.report.review import wording as words
from ltxspec.report.review.noticed import approved_tasks
from ltxspec.report.storyboard.cards import BADGES, INHERITED, Badge, Card, card_of
from ltxspec.report.storyboard.joins import joins_of
from ltxspec.report.storyboard.models import Clip, ClipPair, Frames
from ltxspec.report.storyboard.packing import packed
from ltxspec.report.storyboard.players import PlayerSide, take_cost
from ltxspec.report.storyboard.summary import backlog_of, headline_of
from ltxspec.report.storyboard.takes import Reviewing, preview_in, review_data, spare_films, strip_of
from ltxspec.report.storyboard.templates import as_it_stands, asset, island, policy, template
from ltxspec.report.terminal import clean
from ltxspec.report.word_diff import Effort
from ltxspec.review.models import LostTake, Review
from ltxspec.values import Json

# In order of dependency; they share one scope.
SCRIPTS = tuple(
    f"{name}.js"
    for name in (
        *("dom", "shelf", "packed", "clip", "player", "range", "peek", "zoom", "compare", "sound", "lazy", "mount"),
        *("words", "filters", "theme", "thumbs", "arrange", "active", "links", "cut", "keys"),
        *("reviewed", "summary", "sides", "flags", "takes", "bench", "notes", "verdicts", "main"),
    )
)
STYLES = ("page.css", "verdicts.css")
NOTHING_MORE = Reviewing()


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """One line of the page's head."""

    name: str
    value: str


def storyboard(
    review: Review,
    footage: Sequence[Sequence[ClipPair]],
    frames: Frames = MappingProxyType({}),
    reviewing: Reviewing = NOTHING_MORE,
) -> Iterator[str]:
    """The page, in pieces to write one after another: an embedded video is read only when its piece is next.

    Args:
        review: the review to show.
        footage: for each shot of the review, in order, the results whose videos are on this machine.
        frames: the pictures of frames where shots follow from others.
        reviewing: the other takes of its shots, and how they are decided about.
    """
    effort, approved, shots = Effort(), approved_tasks(review), list(zip(review.shots, footage, strict=True))
    numbers = {shot.address: number for number, shot in reversed(list(enumerate(review.shots, 1)))}
    cards = [
        card_of(number, shot, found, effort, joins_of(shot, frames, numbers), approved)
        for number, (shot, found) in enumerate(shots, 1)
    ]
    style, script = (as_it_stands("".join(map(asset, names))) for names in (STYLES, SCRIPTS))
    strips = {
        str(number): strip_of(shot, review, reviewing, preview_in(found))
        for number, (shot, found) in enumerate(shots, 1)
    }
    yield from template("page.html.j2").generate(
        policy=policy(style, script, live=reviewing.live),
        style=style,
        script=script,
        **_warned(review),
        sentence=headline_of(review),
        facts=_facts(review),
        clear="" if review.refusals else words.all_clear(review),
        review=review,
        cards=cards,
        kinds=_kinds(cards),
        specs=sorted({card.spec for card in cards}),
        labels=sorted({label for card in cards for label in card.labels}),
        strips=strips,
        live=reviewing.live,
        unread=reviewing.unread,
        backlog=backlog_of(review),
        undecidable=_undecidable(review),
        data=island(packed(_data(cards) | {"backlog": backlog_of(review)} | review_data(review, strips, reviewing))),
        films=_films(cards, dict(spare_films([*strips.values()], reviewing))),
        films_to_play=any(player.clips for card in cards for player in card.players),
    )


def _warned(review: Review) -> dict[str, Sequence[str]]:
    """What of the rules and the records changed, for the template."""
    return {
        "rules": [words.rule(item) for item in review.rules],
        "rules_title": words.RULES,
        "altered": [words.altered(item) for item in review.altered],
        "altered_title": words.ALTERED,
        "lost": [_lost(item) for item in review.lost],
    }


def _undecidable(review: Review) -> str:
    """Why nothing can be decided on the page although there are takes; empty where it can be, or there is none."""
    if review.records or not any(shot.before or shot.after for shot in review.shots):
        return ""
    return (
        "This page was made from a report, which does not record takes. In a clone of the repository, "
        "`ltxspec review --serve` shows the same shots with verdicts, notes and picks; "
        "`ltxspec approve` and `ltxspec reject` decide from the command line."
    )


def _facts(review: Review) -> list[HeaderLine]:
    facts = [
        HeaderLine("Compared", words.sides(review)),
        HeaderLine("Spent in this change", phrases.amount(review.spent, review.spent_unknown)),
        HeaderLine("Still to render", phrases.amount(review.estimate, review.estimate_unknown)),
        HeaderLine("Before and after, all takes", _totals(review)),
        HeaderLine("Provider", clean(review.provider)),
    ]
    if review.under_way or review.under_way_unknown:
        facts.insert(3, HeaderLine("Under way, committed", phrases.amount(review.under_way, review.under_way_unknown)))
    if review.limit is not None:
        facts.append(HeaderLine("Limit of an apply", phrases.money(review.limit)))
    if review.plan_digest:
        facts.append(HeaderLine("Plan to approve", f"`{review.plan_digest}`"))
    return facts


def _totals(review: Review) -> str:
    before = phrases.amount(review.total_before, review.total_before_unknown)
    return f"{before} → {phrases.amount(review.total_after, review.total_after_unknown)}"


def _lost(item: LostTake) -> str:
    return f"`{item.address}`: task {item.take.task_id}, {take_cost(item.take)}"


def _kinds(cards: Sequence[Card]) -> list[tuple[Badge, int]]:
    counts = [(badge, sum(1 for card in cards if card.badge is badge)) for badge in (*BADGES.values(), INHERITED)]
    return [(badge, count) for badge, count in counts if count]


def _data(cards: Sequence[Card]) -> dict[str, Json]:
    """What the scripts need besides the text: videos, and by what shots are filtered and grouped."""
    return {
        "players": _players(cards),
        "labels": {str(card.number): list(card.labels) for card in cards},
        "causes": {str(card.number): list(card.causes) for card in cards if card.causes},
    }


def _players(cards: Sequence[Card]) -> dict[str, Json]:
    players = [player for card in cards for player in card.players if player.clips]
    return {player.number: {side.name: _source(side) for side in player.sides if side.clip} for player in players}


def _source(side: PlayerSide) -> dict[str, Json]:
    """The data that the script needs to play a clip."""
    clip = side.clip
    if clip is None:
        return {}
    place = {"href": clip.href} if clip.read is None else {"film": side.film, "type": clip.mime}
    facts = {"fps": clip.fps, "frames": clip.frames, "audio": clip.audio, "width": clip.width, "height": clip.height}
    return {**place, **facts}


def _films(cards: Sequence[Card], spare: Mapping[str, Clip]) -> Iterator[tuple[str, str]]:
    """(id, base64) of every embedded video, each once, read on demand."""
    sides = [side for card in cards for player in card.players for side in player.sides]
    films = {**spare, **{side.film: side.clip for side in sides if side.clip and side.clip.read}}
    for name, clip in films.items():
        yield name, _base64(clip.read() if clip.read else b"")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
