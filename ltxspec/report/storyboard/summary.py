"""What of a page changes when a verdict sets shots free: its headline, and what happens to each shot."""

from ltxspec.report import wording as phrases
from ltxspec.report.review import wording as words
from ltxspec.report.review.backlog import backlog, backlog_counts
from ltxspec.report.storyboard.cards import badge_of, cost_of
from ltxspec.report.terminal import clean
from ltxspec.review.models import Review
from ltxspec.values import Json


def headline_of(review: Review) -> str:
    """The sentence at the top of the page, without its full stop."""
    return words.headline(review).removesuffix(".")


def backlog_of(review: Review) -> str:
    """`2 shots: 2 to render for $0.96`, of what the base would do as well; empty if there is nothing."""
    number = len(backlog(review))
    return f"{phrases.counted(number, 'shot')}: {backlog_counts(review)}" if number else ""


def summary_data(review: Review) -> dict[str, Json]:
    """`sentence`; `backlog`, as `backlog_of`; and `shots`: {address, kind, sign, word, cost, reason} of each."""
    shots = []
    for shot in review.shots:
        badge = badge_of(shot)
        texts = {"cost": clean(cost_of(shot)), "reason": clean(words.reason(shot))}
        shots.append(
            {"address": clean(str(shot.address)), "kind": badge.kind, "sign": badge.sign, "word": badge.word, **texts}
        )
    return {"sentence": clean(headline_of(review)), "backlog": backlog_of(review), "shots": shots}
