"""What nobody should have to unfold: tasks that failed, and takes that are not as expected, grouped. Clean text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ltxspec.report.terminal import clean
from ltxspec.review.models import ShotReview, Unmet
from ltxspec.values import Usd, money_text, total_usd

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Noticed:
    """The same about one or several shots."""

    words: str
    shots: tuple[str, ...]  # the first addresses
    more: int  # further shots
    cost: str = ""


def unmet_phrase(item: Unmet) -> str:
    """`audio: it has no audio`; the name alone where only the record says so."""
    return clean(f"{item.name}: {item.words}" if item.words else item.name)


def unmet(shots: Sequence[ShotReview]) -> list[Noticed]:
    """Expectations that takes at the head do not meet: one entry each, however many shots miss it."""
    found: dict[str, list[tuple[ShotReview, Unmet]]] = {}
    for shot in shots:
        for item in shot.unmet_after:
            found.setdefault(item.name, []).append((shot, item))
    return [
        Noticed(unmet_phrase(items[0][1]) + _others(items), *_named([shot for shot, _ in items]))
        for items in found.values()
    ]


def _others(items: Sequence[tuple[ShotReview, Unmet]]) -> str:
    """That the first words are not those of all."""
    return " (the first; others differ)" if len({item.words for _, item in items}) > 1 else ""


def failures(shots: Sequence[ShotReview], fitted: Callable[[str], str] = clean) -> list[Noticed]:
    """Tasks that failed in this change, one entry for each message; without shots whose plan says it already."""
    found: dict[str, list[tuple[ShotReview, Usd | None]]] = {}
    for shot in shots:
        said = shot.change.note if shot.change is not None else None
        for take in shot.bought:
            if take.failure is not None and not (said and take.failure.message in said):
                words = fitted(f"{take.failure.code}: {take.failure.message}")
                found.setdefault(words, []).append((shot, take.cost))
    return [
        Noticed(words, *_named([shot for shot, _ in items]), cost=_cost([cost for _, cost in items]))
        for words, items in found.items()
    ]


def _cost(costs: Sequence[Usd | None]) -> str:
    known, unknown = total_usd(costs)
    return money_text(None if unknown and not known else known)


def _named(shots: Sequence[ShotReview]) -> tuple[tuple[str, ...], int]:
    names = list(dict.fromkeys(clean(str(shot.address)) for shot in shots))
    return tuple(names[:_MOST_NAMED]), max(0, len(names) - _MOST_NAMED)
