"""The end of a review in Markdown: how to order and how to judge, the commands to run next, and what was compared."""

import shlex
from dataclasses import replace

from ltxspec.report.cures import retry_line
from ltxspec.report.markdown import code, escape, fence
from ltxspec.report.review import wording as review_words
from ltxspec.report.review.page import LONGEST_NAME, LONGEST_NOTE, Page
from ltxspec.report.terminal import clean, fit
from ltxspec.review.models import Review, ShotKind, ShotReview
from ltxspec.version import __version__

_DIGEST = 19  # characters of a digest that tell plans apart


def ending(review: Review, page: Page) -> list[str]:
    """All of it, as blocks; they are short, whatever the review holds."""
    return [part for part in (_order(review, page), _judging(review), _commands(review), _footer(review, page)) if part]


def can_be_ordered(review: Review) -> bool:
    """Whether there is a plan that costs something and may be approved."""
    codes = {refusal.code for refusal in review.refusals}
    payable = review.count(ShotKind.PENDING) or review.count(ShotKind.RESUMING)
    return bool(review.plan_digest and payable and codes <= {"unknown-price"})


def _order(review: Review, page: Page) -> str:
    """How to order this plan and no other; the caller's own advice alone where there is none to order."""
    if not can_be_ordered(review):
        return page.advice
    advice = f"{page.advice.rstrip()} By hand, run" if page.advice else "Run"
    plan = f"Only plan {code(review.plan_digest[:_DIGEST])} is bought"
    return f"**Order:** {advice} the first command below. {plan}; one that differs is refused."


def _judging(review: Review) -> str:
    """How to record a verdict about the takes that the change bought."""
    shot = _judged(review)
    if shot is None:
        return ""
    return (
        "**Approve:** `ltxspec approve` or `ltxspec reject` a take, as below, and commit `lockfiles/*.review.json`. "
        "This orders nothing. The linked page only shows: to decide on a page, run `ltxspec review --serve` in a clone "
        "of the branch."
    )


def _judged(review: Review) -> ShotReview | None:
    """The first shot with a new take, whose address is short enough for a command."""
    found = (shot for shot in review.shots if shot.kind is ShotKind.RENDERED and shot.after is not None)
    return next((shot for shot in found if len(str(shot.address)) <= LONGEST_NOTE), None)


def _commands(review: Review) -> str:
    """The commands to run next."""
    codes = {refusal.code for refusal in review.refusals}
    lines = []
    if can_be_ordered(review):
        unknown = " --allow-unknown-cost" if codes else ""
        lines.append(f"ltxspec apply --approved {clean(review.plan_digest)}{unknown}")
    if codes & {"tasks-lost", "record-altered"}:
        lines.append(f"ltxspec lock verify --base {review_words.commit(review.base)}")
    if "invalid" in codes:
        lines.append("ltxspec validate")
    blocked = [shot.change for shot in review.shots if shot.kind is ShotKind.BLOCKED and shot.change]
    if blocked and len(str(blocked[0].address)) <= LONGEST_NOTE:
        lines.append(retry_line(blocked[0]))
    judged = _judged(review)
    if judged is not None:
        name = shlex.quote(clean(str(judged.address)))
        lines.append(f"ltxspec approve {name}  # or: reject … --note 'too dark' --at 1.5")
    if review.shots:
        lines.append(f"ltxspec diff {clean(review.base[:12])}  # the same, in a terminal")
    return fence("\n".join(lines), "sh") if lines else ""


def _footer(review: Review, page: Page) -> str:
    """What was compared, and by which version of ltxspec."""
    shown = replace(review, base_name=fit(clean(review.base_name), LONGEST_NAME), head=page.head or review.head)
    provider = fit(clean(review.provider), LONGEST_NAME)
    about = f"ltxspec {__version__}, {provider}, from {review_words.sides(shown)}"
    plan = f", plan {code(review.plan_digest[:_DIGEST])}" if review.plan_digest else ""
    return f"<sub>{escape(about)}{plan}</sub>"
