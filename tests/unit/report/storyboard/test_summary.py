from replacing import replace
from storyboards import pending, review, shot

from ltxspec.report.storyboard.summary import backlog_of, headline_of, summary_data
from ltxspec.review.models import ShotKind


def test_the_headline_and_what_happens_to_each_shot() -> None:
    alley = shot("alley", ShotKind.PENDING, change=pending("alley", "b"))
    found = review(alley, replace(alley, inherited=True))
    said = summary_data(found)
    assert said["sentence"] == headline_of(found)
    assert [(one["address"], one["kind"], one["word"]) for one in said["shots"]] == [
        ("night.alley", "pending", "To render"),
        ("night.alley", "inherited", "Also at the base"),
    ]
    assert said["backlog"] == backlog_of(found) == "1 shot: 1 to render for $0.48"
    assert backlog_of(review(alley)) == ""
    assert {one["cost"] for one in said["shots"]} == {"est. $0.48"}
