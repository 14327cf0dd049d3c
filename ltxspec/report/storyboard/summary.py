"""What of a page changes when a verdict sets shots free: its headline, and what happens to each shot."""

from ltxspec.report.review import wording as words
from ltxspec.report.storyboard.cards import badge_of, cost_of
from ltxspec.report.terminal import clean
from ltxspec.review.models import Review
from ltxspec.values import Json


def headline_of(review: Review) -> str:
    """The sentence at the top of the page, without its full stop."""
    return words.headline(review).removesuffix(".")


def summary_data(review: Review) -> dict[str, Json]:
    """`sentence`, and `shots` in the page's order: {address, kind, sign, word, cost, reason}."""
    shots = []
    for shot in review.shots:
        badge = badge_of(shot)
        texts = {"cost": clean(cost_of(shot)), "reason": clean(words.reason(shot))}
        shots.append(
            {"address": clean(str(shot.address)), "kind": badge.kind, "sign": badge.sign, "word": badge.word, **texts}
        )
    return {"sentence": clean(headline_of(review)), "shots": shots}
