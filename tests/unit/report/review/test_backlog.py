from replacing import replace
from unit.report.reviews import many, rich_review

from ltxspec.report.review.backlog import backlog, backlog_counts, inherited, own_shots


def test_what_the_base_would_do_as_well_stands_apart() -> None:
    review = rich_review()
    assert [shot.address.instance for shot in backlog(review)] == ["harbour"]
    assert "harbour" not in {shot.address.instance for shot in own_shots(review)}
    assert backlog_counts(review) == "1 to render for $0.48"
    assert inherited(review) == "Also at the base: 1 to render for $0.48 (night.harbour)."


def test_many_are_counted() -> None:
    review = replace(many(1_200), shots=[replace(shot, inherited=True) for shot in many(1_200).shots])
    assert backlog_counts(review) == "1,200 to render for $576.00"
    assert inherited(review).endswith("(night.shot-00000, night.shot-00001, night.shot-00002 and 1,197 more).")


def test_without_any_nothing_is_said() -> None:
    assert (backlog_counts(many(2)), inherited(many(2))) == ("", "")
