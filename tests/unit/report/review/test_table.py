from unit.report.rendering import Page as Rendered
from unit.report.reviews import CITY, rich_review
from unit.review.changes import by_key

from ltxspec.render.references import Reference
from ltxspec.report.review.details import Links
from ltxspec.report.review.page import Page
from ltxspec.report.review.table import Table, has_pictures
from ltxspec.review.follows import Use
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.values import ShotAddress

DOOR = ShotAddress("night", "door")
SHOTS = by_key(rich_review())
PICTURED = Page(links=Links(images={"night.alley": "https://x.example/a.png"}), storyboard="https://x.example/s.html")


def row(shot: ShotReview, table: Table | None = None) -> str:
    return next((table or Table(Page())).rows([shot]))


def test_a_row_has_a_cell_for_each_column_and_says_what_the_shot_begins_with() -> None:
    use = Use(Reference(ShotAddress("night", "al|ley"), "last"), "first")
    text = row(ShotReview(DOOR, ShotKind.RENDERED, uses_after=(use,)))
    assert "<br><sub>begins with the last frame of <code>al" in text
    assert text.replace("\\|", "").count("|") == Table(Page()).header.splitlines()[0].count("|")
    assert "<sub>" not in row(ShotReview(DOOR, ShotKind.RENDERED))


def test_a_cause_of_the_whole_table_is_not_repeated_in_its_rows() -> None:
    assert "<code>variable city</code>" in row(SHOTS["alley"])
    assert "variable city" not in row(SHOTS["alley"], Table(Page(), [CITY]))
    assert "prompt changed: <code>data/shots.csv: light</code> |" in row(SHOTS["pier[a]"], Table(Page(), [CITY]))


def test_a_picture_stands_beside_its_shot_and_leads_to_it_on_the_storyboard() -> None:
    shots = [SHOTS["alley"], SHOTS["shrine"]]
    assert has_pictures(shots, PICTURED)
    assert not has_pictures(shots[1:], PICTURED)
    table = Table(PICTURED, pictured=True)
    page = Rendered("\n".join([table.header, *table.rows(shots), table.sums(shots)]))
    assert page.balanced
    assert page.tags.count("td") == 5 * 3
    assert page.tags.count("img") == 1
    assert page.links[1:3] == ["https://x.example/s.html#night.alley", "https://x.example/a.png"]
    assert '<img width="320" src=' in row(SHOTS["alley"], table)


def test_an_artifact_cannot_be_opened_at_a_shot() -> None:
    page = Page(links=PICTURED.links, storyboard="https://x.example/runs/1/artifacts/2")
    assert "<a href=" not in row(SHOTS["alley"], Table(page, pictured=True))


def test_a_row_says_why_a_video_is_in_no_picture() -> None:
    page = Page(links=Links(missing={"night.alley": "it <b>is</b> gone | \x1b[1m" + "x" * 400}))
    for table in (Table(page), Table(page, pictured=True)):
        text = row(SHOTS["alley"], table)
        assert "<br><sub>No picture of a video: it &lt;b&gt;is&lt;/b&gt; gone" in text
        assert text.replace("\\|", "").count("|") == table.header.splitlines()[0].count("|")
        assert len(text) < 900
        assert "No picture" not in row(SHOTS["shrine"], table)


def test_the_last_row_has_the_sums() -> None:
    shots = [SHOTS["procession"], SHOTS["alley"], SHOTS["shrine"]]
    assert Table(Page()).sums(shots) == "|  | **3 shots** |  |  |  | **$1.92 + est. $0.48** | **+$1.44** |"
    assert Table(Page(), pictured=True).sums(shots[2:]) == "| **1 shot** |  |  | **no cost** |  |"
