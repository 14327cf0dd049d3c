import json

from unit.report.plans import golden
from unit.report.reviews import many, review_values, rich_review

from ltxspec import __version__
from ltxspec.formats import to_json
from ltxspec.report.plan.json import planned_shot
from ltxspec.report.review.json import FORMAT_VERSION, review_json
from ltxspec.review.models import WORKING_TREE, ShotKind


def test_the_rich_review_is_written_as_agreed() -> None:
    text = review_json(rich_review()).decode().replace(f'"{__version__}"', '"VERSION"')
    assert text == golden("review.json", text)


def test_the_bytes_are_the_document() -> None:
    assert json.loads(review_json(rich_review())) == review_values(rich_review())
    assert review_json(many(1)).endswith(b"}\n")


def test_versions_and_sums_stand_at_the_top() -> None:
    document = review_values(rich_review())
    assert (document["formatVersion"], document["ltxspecVersion"]) == (FORMAT_VERSION, __version__)
    assert document["summary"] == {
        "rendered": 1,
        "pending": 4,
        "resuming": 0,
        "blocked": 1,
        "held": 0,
        "restored": 1,
        "moved": 1,
        "updated": 1,
        "retired": 1,
        "unchanged": 1,
    }
    assert (document["spent"], document["limit"]) == ({"usd": "1.92", "unknown": 1}, "5.00")


def test_a_take_stands_once_under_the_side_that_gave_it() -> None:
    document = review_values(rich_review())
    shots = {shot["instance"]: shot for shot in document["shots"]}
    procession = shots["procession"]
    assert procession["before"] in document["takes"]["base"]
    assert procession["after"] in document["takes"]["head"]
    assert procession["bought"] == [procession["after"]]
    assert document["lost"][0]["taskUUID"] in document["takes"]["base"]


def test_a_working_tree_is_told_with_the_commit_it_is_based_on() -> None:
    from dataclasses import replace

    assert review_values(replace(many(1), head=WORKING_TREE))["head"] == {"commit": "a" * 40, "isWorkingTree": True}
    assert review_values(replace(many(1), head_commit=None))["head"] == {"commit": "a" * 40, "isWorkingTree": False}


def test_what_is_to_do_reads_as_in_a_saved_plan() -> None:
    review = many(2)
    more = {"retake": 1, "attempt": 1, "inputs": {}}
    for shot, item in zip(review.shots, review_values(review)["shots"], strict=True):
        assert shot.change is not None
        planned = to_json(planned_shot(shot.change))
        del planned["labels"]  # they are in the reviewed shot itself
        assert item["change"] == {**planned, **more}


def test_kinds_are_counted_once_each() -> None:
    assert sum(review_values(rich_review())["summary"][kind.value] for kind in ShotKind) == len(rich_review().shots)
