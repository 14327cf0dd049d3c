import json
from pathlib import Path

import pytest
from acceptance.repositories import commit
from unit.project.reviewed_projects import edit, opened, project

from ltxspec.errors import WrongUsage
from ltxspec.project.reported import OtherChange, reported_review, review_of
from ltxspec.project.review import make_review
from ltxspec.report.review.json import review_json
from ltxspec.report.review.reading import ReviewFileError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = project(tmp_path / "films")
    edit(root, "specs/night.yaml", "Rain over", "Snow over")
    commit(root, "edit")
    (root / "review.json").write_bytes(review_json(make_review(opened(root), "HEAD~1", "HEAD")))
    return root


def test_a_report_is_the_review_that_it_was_made_of(root: Path) -> None:
    found = opened(root)
    there, here = reported_review(found, "review.json"), make_review(found, "HEAD~1", "HEAD")
    assert [str(shot.address) for shot in there.shots] == [str(shot.address) for shot in here.shots]
    assert there.plan_digest == here.plan_digest
    assert review_of(found, None, None, "review.json") == there
    assert review_of(found, "HEAD~1", "HEAD", None) == here


def test_no_address_of_a_video_is_taken_from_a_report(root: Path) -> None:
    before = [shot.before for shot in make_review(opened(root), "HEAD~1", "HEAD").shots]
    assert any(output.video_url for take in before if take for output in take.outputs)
    there = [shot.before for shot in reported_review(opened(root), "review.json").shots]
    assert [output.video_url for take in there if take for output in take.outputs] == [None]
    assert [output.sha256 for take in there if take for output in take.outputs] == [
        output.sha256 for take in before if take for output in take.outputs
    ]


def test_a_report_and_revisions_exclude_each_other(root: Path) -> None:
    with pytest.raises(WrongUsage):
        review_of(opened(root), "HEAD", None, "review.json")


def test_a_report_that_contradicts_itself_is_refused(root: Path) -> None:
    document = json.loads((root / "review.json").read_text("utf-8"))
    (root / "review.json").write_text(json.dumps(document | {"estimate": {"usd": "0.01", "unknown": 0}}), "utf-8")
    with pytest.raises(ReviewFileError):
        reported_review(opened(root), "review.json")


def test_a_report_of_another_commit_is_refused(root: Path) -> None:
    job = {"GITLAB_CI": "true", "CI_COMMIT_SHA": "a" * 40}
    from replacing import replace

    with pytest.raises(OtherChange, match="but this run is for aaaaaaaaaaaa"):
        reported_review(replace(opened(root), environ=job), "review.json")


def test_a_video_of_the_archive_that_the_checkout_does_not_record_for_the_shot_cannot_be_found(root: Path) -> None:
    """The archive may be shared with other projects; a report may name any hash."""
    document = json.loads((root / "review.json").read_text("utf-8"))
    for take in document["takes"]["base"].values():
        take["outputs"][0]["sha256"] = "b" * 64
    (root / "review.json").write_text(json.dumps(document), "utf-8")
    takes = [shot.before for shot in reported_review(opened(root), "review.json").shots if shot.before]
    assert [output.sha256 for take in takes for output in take.outputs] == [None]
