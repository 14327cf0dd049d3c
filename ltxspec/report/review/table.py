"""The table of a review in Markdown: one row for each shot that changed."""

from typing import Final

from ltxspec.report.markdown import code, escape, link
from ltxspec.report.review import wording as review_words
from ltxspec.report.review.details import address
from ltxspec.report.review.joins import follows
from ltxspec.report.terminal import fit
from ltxspec.review.models import ShotReview

HEADER: Final = "| Change | Shot | Why | Size | Was | Costs |\n|---|---|---|---|--:|--:|"
_LONGEST_NOTE = 500
_LONGEST_NAME = 60


def row_of(shot: ShotReview, base: str) -> str:
    """One row; a shot that begins with a frame of another one says so under its name."""
    name = code(address(shot))
    cells = (
        review_words.KINDS[shot.kind],
        (link(name, shot.source[0], shot.source[1], base) if shot.source else name) + _follows(shot),
        _why(shot),
        escape(review_words.size(shot)),
        review_words.cost_before(shot),
        review_words.cost_after(shot),
    )
    return f"| {' | '.join(cells)} |"


def _follows(shot: ShotReview) -> str:
    found = follows(shot)
    return "" if found is None else f"<br><sub>{found[0]} {code(fit(found[1], _LONGEST_NAME))}</sub>"


def _why(shot: ShotReview) -> str:
    """The reason, with its cause if that is outside the shot."""
    causes = review_words.hidden_causes(shot)
    reason = escape(fit(review_words.reason(shot), _LONGEST_NOTE))
    if not causes:
        return reason
    more = f" and {len(causes) - 1} more" if len(causes) > 1 else ""
    return f"{reason}: {code(fit(review_words.cause_name(causes[0]), _LONGEST_NOTE))}{more}"
