"""What people decided about the takes of a change, for its comment: who rejected what, and how many were approved."""

from collections.abc import Container, Iterator

from ltxspec.lock.verdicts import Remark
from ltxspec.report import wording as phrases
from ltxspec.report.markdown import code, escape
from ltxspec.report.review.details import address
from ltxspec.report.review.page import LONGEST_NAME, LONGEST_NOTE, Page, target
from ltxspec.report.takes import remark_text
from ltxspec.report.terminal import clean, fit
from ltxspec.review.models import Redecision, Review, ShotReview
from ltxspec.values import TaskId


def verdict_lines(review: Review, page: Page) -> Iterator[str]:
    """One line for each take that this change decides about, or whose shot it changes and that was decided against.

    A last line counts the takes of changed shots that are approved. All as Markdown.

    Args:
        review: the verdicts at its head are those that somebody committed, under whatever name they gave.
        page: a moment is linked where the storyboard can be opened at a shot.
    """
    anew = {item.task for item in review.redecided}
    for item in review.redecided:
        yield f"{code(fit(clean(str(item.address)), LONGEST_NAME))}: {escape(redecided_text(item))}"
    decided = [(shot, said) for shot in review.shots if (said := _deciding(shot, review, anew)) is not None]
    for shot, said in decided:
        if said.is_against:
            yield f"{code(address(shot))}: {escape(fit(remark_text(said), LONGEST_NOTE))}{_moment(shot, said, page)}"
    approved = sum(not said.is_against for _, said in decided)
    if approved:
        yield f"{phrases.counted(approved, 'take')} of changed shots approved"


def redecided_text(item: Redecision) -> str:
    """`approved by Ann: fine, in this change (rejected before)`."""
    was = item.before.verdict.value if item.before is not None else ""
    if item.after is None:
        return f"not {was} any more, by this change"
    return f"{fit(remark_text(item.after), LONGEST_NOTE)}, in this change{f' ({was} before)' if was else ''}"


def _deciding(shot: ShotReview, review: Review, anew: Container[TaskId]) -> Remark | None:
    if shot.after is None or shot.after.task_id in anew:
        return None
    said = review.verdicts.get(shot.after.task_id, ())
    return said[-1] if said else None


def _moment(shot: ShotReview, said: Remark, page: Page) -> str:
    """A link to the moment on the storyboard."""
    place = page.on_storyboard(str(shot.address)) if said.at is not None else None
    return f" ([see it]({target(f'{place}@{said.at:g}')}))" if place is not None else ""
