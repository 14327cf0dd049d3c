"""What people decided about the takes of a change, for its comment: who rejected what, and how many were approved."""

from collections.abc import Container, Iterator
from typing import TypeVar

from msgspec import structs

from ltxspec.lock.models import Take
from ltxspec.lock.places import place_words
from ltxspec.lock.verdicts import Note, Remark
from ltxspec.report import wording as phrases
from ltxspec.report.markdown import code, escape
from ltxspec.report.review.details import address
from ltxspec.report.review.page import LONGEST_NAME, LONGEST_NOTE, Page, target
from ltxspec.report.takes import note_text, remark_text
from ltxspec.report.terminal import clean, fit
from ltxspec.review.models import Redecision, Review, ShotReview
from ltxspec.values import TaskId

_MOST_NAMED = 5
_Said = TypeVar("_Said", Remark, Note)


def verdict_lines(review: Review, page: Page) -> Iterator[str]:
    """One line for each take that this change decides about, or whose shot it changes and that was decided against.

    Then what was noted about takes of changed shots, the last note of each and how many there are, and a line with the
    takes of changed shots that are approved. All as Markdown.

    Args:
        review: the verdicts at its head are those that somebody committed, under whatever name they gave.
        page: a moment is linked where the storyboard can be opened at a shot.
    """
    anew = {item.task for item in review.redecided}
    for item in review.redecided:
        name = code(fit(clean(str(item.address)), LONGEST_NAME))
        yield f"{name}{take_number(item.task, review)}: {escape(redecided_text(item))}"
    decided = [(shot, said) for shot in review.shots if (said := _deciding(shot, review, anew)) is not None]
    for shot, said in decided:
        if said.is_against:
            words = escape(fit(remark_text(_short(said), place_words), LONGEST_NOTE))
            yield f"{_take(shot, shot.after, review)}: {words}{_moment(shot, said, page)}"
    yield from _notes(review, page)
    approved = [_take(shot, shot.after, review) for shot, said in decided if not said.is_against]
    if approved:
        more = f" and {len(approved) - _MOST_NAMED:,} more" if len(approved) > _MOST_NAMED else ""
        names = ", ".join(approved[:_MOST_NAMED])
        yield f"{phrases.counted(len(approved), 'take')} of changed shots approved: {names}{more}"


def _notes(review: Review, page: Page) -> Iterator[str]:
    """One line for each take of a changed shot that has notes: the last one, and how many there are."""
    for shot in review.shots:
        takes = (shot.before, *shot.bought, shot.after, shot.earlier)
        for task, take in {take.task_id: take for take in takes if take is not None}.items():
            if notes := review.noted.get(task):
                number = f" (the last of {len(notes):,} notes)" if len(notes) > 1 else ""
                words = escape(fit(note_text(_short(notes[-1]), place_words), LONGEST_NOTE))
                yield f"{_take(shot, take, review)}: {words}{number}{_moment(shot, notes[-1], page)}"


def _short(said: _Said) -> _Said:
    """What was said, with no more of the note than could be shown: thousands of notes may be long."""
    return structs.replace(said, note=said.note[: 2 * LONGEST_NOTE]) if said.note else said


def _take(shot: ShotReview, take: Take | None, review: Review) -> str:
    """The shot, and which of its takes, if that is known."""
    return code(address(shot)) + (take_number(take.task_id, review) if take is not None else "")


def take_number(task: TaskId, review: Review) -> str:
    """Which take of its shot it is, if that is known, with a space before."""
    return f" take {review.numbers[task]}" if task in review.numbers else ""


def redecided_text(item: Redecision) -> str:
    """`approved by Ann: fine, in this change (rejected before)`."""
    was = item.before.verdict.value if item.before is not None else ""
    if item.after is None:
        return f"not {was} any more, by this change"
    return (
        f"{fit(remark_text(item.after, place_words), LONGEST_NOTE)}, in this change{f' ({was} before)' if was else ''}"
    )


def _deciding(shot: ShotReview, review: Review, anew: Container[TaskId]) -> Remark | None:
    if shot.after is None or shot.after.task_id in anew:
        return None
    said = review.verdicts.get(shot.after.task_id, ())
    return said[-1] if said else None


def _moment(shot: ShotReview, said: Remark | Note, page: Page) -> str:
    """A link to the moment on the storyboard."""
    place = page.on_storyboard(str(shot.address)) if said.at is not None else None
    return f" ([see it]({target(f'{place}@{said.at:g}')}))" if place is not None else ""
