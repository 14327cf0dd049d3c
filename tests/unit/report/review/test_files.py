from unit.report.reviews import rich_review

from ltxspec.formats import to_json
from ltxspec.report.review.files import review_files


def test_the_files_of_a_review_have_its_headline_and_its_problems() -> None:
    document = to_json(review_files(rich_review(), ["review.html"], ["night.alley: https://u:hidden@x/ is gone"]))
    assert document["files"] == ["review.html"]
    assert document["headline"]
    assert "hidden" not in document["problems"][0]
