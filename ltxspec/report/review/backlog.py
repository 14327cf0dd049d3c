"""What the base would do as well: shots that a change finds to do, but does not cause. Clean text on one line."""

from ltxspec.report import wording as phrases
from ltxspec.report.review.kinds import KINDS, counts_of
from ltxspec.report.terminal import clean
from ltxspec.review.models import Review, ShotKind, ShotReview
from ltxspec.values import total_usd

_MOST_NAMED = 3


def own_shots(review: Review) -> list[ShotReview]:
    """The shots of this change, without those for which applying the base would do the same."""
    return [shot for shot in review.shots if not shot.inherited]


def backlog(review: Review) -> list[ShotReview]:
    """The shots for which applying the base would do the same."""
    return [shot for shot in review.shots if shot.inherited]


def backlog_counts(review: Review) -> str:
    """What the base would do as well, without names: `2 to render for $0.96, 1 blocked`; empty if nothing."""
    shots = backlog(review)
    priced = [shot.change.estimate for shot in shots if shot.change is not None and shot.change.action.spends]
    cost = f" for {phrases.amount(*total_usd(priced))}" if priced else ""
    return ", ".join(
        f"{number:,} {KINDS[kind]}{cost if kind is ShotKind.PENDING else ''}"
        for kind, number in counts_of(shots).items()
        if number
    )


def inherited(review: Review) -> str:
    """One sentence for what the plan of the base contains, too; empty if there is nothing.

    `Also at the base: 2 to render for $0.96 (night-scenes.alley, night-scenes.pier).`
    """
    shots = backlog(review)
    if not shots:
        return ""
    names = ", ".join(clean(str(shot.address)) for shot in shots[:_MOST_NAMED])
    more = f" and {len(shots) - _MOST_NAMED:,} more" if len(shots) > _MOST_NAMED else ""
    return f"Also at the base: {backlog_counts(review)} ({names}{more})."
