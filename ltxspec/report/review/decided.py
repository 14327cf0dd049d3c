"""What people decided about the takes of a change, for its comment: who rejected what, and how many were approved."""

from collections.abc import Iterator

from ltxspec.lock.verdicts import Remark
from ltxspec.report import wording as phrases
from ltxspec.report.markdown import code, escape
from ltxspec.report.review.details import address
from ltxspec.report.review.page import LONGEST_NOTE, Page, target
from ltxspec.report.takes import remark_text
from ltxspec.report.terminal import fit
from ltxspec.review.models import Review, ShotReview


def verdict_lines(review: Review, page: Page) -> Iterator[str]:
    """One line for each take in use that was decided against, then one for all that were approved, as Markdown.

    Args:
        review: the verdicts at its head are those that somebody committed, under whatever name they gave.
        page: a moment is linked where the storyboard can be opened at a shot.
    """
    decided = [(shot, said) for shot in review.shots if (said := _deciding(shot, review)) is not None]
    for shot, said in decided:
        if said.is_against:
            yield f"{code(address(shot))}: {escape(fit(remark_text(said), LONGEST_NOTE))}{_moment(shot, said, page)}"
    approved = sum(not said.is_against for _, said in decided)
    if approved:
        yield f"{phrases.counted(approved, 'take')} of changed shots approved"


def _deciding(shot: ShotReview, review: Review) -> Remark | None:
    said = review.verdicts.get(shot.after.task_id, ()) if shot.after is not None else ()
    return said[-1] if said else None


def _moment(shot: ShotReview, said: Remark, page: Page) -> str:
    """A link to the moment on the storyboard."""
    place = page.on_storyboard(str(shot.address)) if said.at is not None else None
    return f" ([see it]({target(f'{place}@{said.at:g}')}))" if place is not None else ""
