"""What nobody should have to unfold: tasks that failed, and takes that are not as expected, grouped. Clean text."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from ltxspec.report.terminal import clean
from ltxspec.review.models import Review, ShotReview, Unmet
from ltxspec.values import TaskId, Usd, money_text, total_usd

ACCEPTED = ", accepted by an approval"
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


def unmet(shots: Sequence[ShotReview], approved: Container[TaskId] = ()) -> list[Noticed]:
    """Expectations that takes at the head do not meet: one entry each, however many shots miss it.

    Args:
        shots: the shots of a review.
        approved: tasks of takes that somebody approved; these are accepted as they are, which is said, and come last.
    """
    found: dict[tuple[bool, str], list[tuple[ShotReview, Unmet]]] = {}
    for shot in shots:
        is_accepted = shot.after is not None and shot.after.task_id in approved
        for item in shot.unmet_after:
            found.setdefault((is_accepted, item.name), []).append((shot, item))
    return [
        Noticed(
            unmet_phrase(items[0][1]) + _others(items) + (ACCEPTED if is_accepted else ""),
            *_named([shot for shot, _ in items]),
        )
        for (is_accepted, _), items in sorted(found.items(), key=lambda item: item[0][0])
    ]


def approved_tasks(review: Review) -> frozenset[TaskId]:
    """The tasks whose deciding verdict is an approval."""
    return frozenset(task for task, said in review.verdicts.items() if said and not said[-1].is_against)


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
