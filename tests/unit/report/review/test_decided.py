from builders import take
from replacing import replace
from unit.report.reviews import rich_review

from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.report.review.decided import verdict_lines
from ltxspec.report.review.markdown import review_markdown
from ltxspec.report.review.page import Page
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
    first, second, last = verdict_lines(review, PAGE)
    assert first.startswith("<code>night.s1</code>: rejected by Ann at 1.5 s: the ")
    assert "<b>" not in first
    assert first.endswith("([see it](https://x.example/s.html#night.s1@1.5))")
    assert second == "<code>night.s3</code>: needs-work by Ann"
    assert last == "2 takes of changed shots approved"


def test_without_verdicts_nothing_is_said() -> None:
    assert list(verdict_lines(rich_review(), PAGE)) == []
    assert "Verdicts" not in review_markdown(rich_review())


def test_what_a_report_says_is_called_so() -> None:
    review = decided(remark(Verdict.APPROVED))
    assert "**Verdicts:**\n" in review_markdown(review)
    assert "**Verdicts, as the report says:**" in review_markdown(review, Page(whole=True))
