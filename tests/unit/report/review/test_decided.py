from builders import take
from replacing import replace
from unit.report.reviews import rich_review

from ltxspec.lock.verdicts import Note, Remark, Verdict
from ltxspec.report.review.decided import verdict_lines
from ltxspec.report.review.json import review_json
from ltxspec.report.review.markdown import review_markdown
from ltxspec.report.review.page import Page
from ltxspec.report.review.reading import read_review
from ltxspec.review.models import Review, ShotKind, ShotReview
from ltxspec.values import ShotAddress, TaskId

PAGE = Page(storyboard="https://x.example/s.html")


def decided(*said: Remark) -> Review:
    shots = [
        ShotReview(ShotAddress("night", f"s{number}"), ShotKind.RENDERED, after=take(number=number))
        for number in range(1, len(said) + 1)
    ]
    verdicts = {TaskId(take(number=number).task_id): (one,) for number, one in enumerate(said, 1)}
    return replace(rich_review(), shots=shots, verdicts=verdicts)


def remark(verdict: Verdict, note: str | None = None, at: float | None = None) -> Remark:
    return Remark(verdict, note, at, "Ann", "2026-11-29T10:00:00.000Z")


def test_takes_that_were_decided_against_are_named_and_lead_to_their_moment() -> None:
    review = decided(
        remark(Verdict.REJECTED, "the <b>umbrella</b> is black", 1.5),
        remark(Verdict.APPROVED),
        remark(Verdict.NEEDS_WORK),
        remark(Verdict.APPROVED),
    )
    numbers = {TaskId(take(number=2).task_id): 2, TaskId(take(number=4).task_id): 1}
    first, second, last = verdict_lines(replace(review, numbers=numbers), PAGE)
    assert first.startswith("<code>night.s1</code>: rejected by Ann at 1.5 s: the ")
    assert "<b>" not in first
    assert first.endswith("([see it](https://x.example/s.html#night.s1@1.5))")
    assert second == "<code>night.s3</code>: needs-work by Ann"
    assert last == ("2 takes of changed shots approved: <code>night.s2</code> take 2, <code>night.s4</code> take 1")


def test_notes_are_counted_and_the_last_one_is_shown_with_its_place_in_words() -> None:
    task = TaskId(take(number=1).task_id)
    notes = (
        Note("first", None, "Bo", "2026-11-29T10:00:00.000Z"),
        Note("the umbrella is black", 1.5, "Ann", "2026-11-29T11:00:00.000Z", box=(0.1, 0.2, 0.3, 0.2)),
    )
    review = replace(decided(remark(Verdict.APPROVED)), noted={task: notes}, numbers={task: 3})
    (line, _) = verdict_lines(review, PAGE)
    assert line == (
        "<code>night.s1</code> take 3: note by Ann at 1.5 s in the upper left of the frame: the umbrella is black "
        "(the last of 2 notes) ([see it](https://x.example/s.html#night.s1@1.5))"
    )


def test_a_report_carries_notes_and_numbers_of_takes() -> None:
    whole = rich_review()
    task = next(shot.after.task_id for shot in whole.shots if shot.after is not None)
    note = Note("dark", None, "Bo", "2026-11-29T10:00:00.000Z")
    said = replace(whole, noted={task: (note,), TaskId("other"): (note,)}, numbers={task: 3})
    again = read_review(review_json(said), "review.json")
    assert (again.noted, again.numbers) == ({task: (note,)}, {task: 3})


def test_without_verdicts_nothing_is_said() -> None:
    assert list(verdict_lines(rich_review(), PAGE)) == []
    assert "Verdicts" not in review_markdown(rich_review())


def test_what_a_report_says_is_called_so() -> None:
    review = decided(remark(Verdict.APPROVED))
    assert "**Verdicts:**\n" in review_markdown(review)
    assert "**Verdicts, as the report says:**" in review_markdown(review, Page(whole=True))
