from ltxspec.render.references import Reference
from ltxspec.report.review.table import HEADER, row_of
from ltxspec.review.follows import Use
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.values import ShotAddress

DOOR = ShotAddress("night", "door")


def test_a_row_has_a_cell_for_each_column_and_says_what_the_shot_begins_with() -> None:
    use = Use(Reference(ShotAddress("night", "al|ley"), "last"), "first")
    row = row_of(ShotReview(DOOR, ShotKind.RENDERED, uses_after=(use,)), "")
    assert "<br><sub>begins with the last frame of <code>al" in row
    assert row.replace("\\|", "").count("|") == HEADER.splitlines()[0].count("|")
    assert "<sub>" not in row_of(ShotReview(DOOR, ShotKind.RENDERED), "")
