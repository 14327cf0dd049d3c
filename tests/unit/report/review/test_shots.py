from replacing import replace
from unit.report.rendering import Page as Rendered
from unit.report.reviews import CITY, many

from ltxspec.report.markdown import Room
from ltxspec.report.review.backlog import backlog
from ltxspec.report.review.details import Links
from ltxspec.report.review.markdown import review_markdown
from ltxspec.report.review.page import Page
from ltxspec.report.review.shots import MOST_VISIBLE, backlog_part, shot_tables
from ltxspec.review.models import Cause, Review, ShotReview


def unfolded(blocks: list[str]) -> str:
    """What is seen without a click."""
    text, depth = [], 0
    for block in blocks:
        depth += block.startswith("<details")
        text += [] if depth else [block]
        depth -= block.endswith("</details>")
    return "\n\n".join(text)


def caused(number: int, each: int) -> list[ShotReview]:
    """So many causes, each of so many shots."""
    shots = many(number * each).shots
    return [replace(shot, causes=(Cause("variable", f"v{n // each}"),)) for n, shot in enumerate(shots)]


def test_hundreds_of_shots_of_one_cause_show_a_few_rows_and_the_sum() -> None:
    blocks = shot_tables(many(200).shots, Room(None), Page())
    seen = unfolded(blocks)
    assert blocks[0] == "**<code>variable city</code> (Neo-Kyoto → Lisbon):** 200 shots"
    assert seen.count("| to render |") == 5
    assert "| **200 shots** |  |  |  | **est. $96.00** | **±0** |" in seen
    assert "<details><summary>195 more shots</summary>" in blocks
    assert "\n\n".join(blocks).count("| to render |") == 200


def test_up_to_a_dozen_shots_are_all_seen() -> None:
    assert unfolded(shot_tables(many(MOST_VISIBLE).shots, Room(None), Page())).count("| to render |") == MOST_VISIBLE


def test_many_causes_share_the_rows_that_are_seen_and_further_ones_are_folded() -> None:
    blocks = shot_tables(caused(20, 10), Room(None), Page())
    seen = unfolded(blocks)
    assert seen.count("| to render |") == 6
    assert seen.count("| **10 shots** |") == 6
    assert "<details><summary>14 more causes: 140 shots, est. $67.20</summary>" in blocks
    assert blocks[-1] == ("**Total of 200 shots: est. $96.00**; as much as the takes that they replace.")
    assert "\n\n".join(blocks).count("| to render |") == 200


def test_every_group_shows_rows_and_can_be_unfolded_within_the_limit_of_a_forge() -> None:
    for number in (2, 6, 20):
        review = replace(many(200), shots=caused(number, 200 // number))
        images = {str(shot.address): f"https://x.example/{shot.address}.png" for shot in review.shots}
        page = Page(limit=65_536, links=Links("https://github.com/studio/films/blob/" + "a" * 40 + "/", images))
        blocks = shot_tables(review.shots, Room(65_000), page)
        tables = [block for block in unfolded(blocks).split("\n\n") if block.startswith("| Before")]
        assert len(tables) == min(number, 6)
        assert all(table.count("<img ") >= 1 for table in tables)
        assert "\n\n".join(blocks).count("<details>") >= min(number, 6)


def test_shots_that_were_edited_on_their_own_are_never_folded_with_the_causes() -> None:
    shots = [*caused(10, 3), *(replace(shot, causes=()) for shot in many(32).shots[30:])]
    assert "**Others:** 2 shots" in shot_tables(shots, Room(None), Page())


def test_where_there_is_no_room_the_shots_are_counted() -> None:
    assert shot_tables(many(200).shots, Room(100), Page()) == [
        "… and 200 more changed shots; `ltxspec diff --format json` lists all."
    ]


def test_rows_with_pictures_are_few_enough_for_every_forge() -> None:
    review = many(1_000)
    images = {str(shot.address): f"https://pictures.example/{'x' * 200}/{shot.address}.png" for shot in review.shots}
    text = review_markdown(review, Page(limit=65_536, links=Links(images=images)))
    page = Rendered(text)
    assert page.balanced
    assert len(text) <= 65_536
    assert 30 <= page.tags.count("img") <= 200


def with_backlog(own: int, anyway: int) -> Review:
    shots = many(own + anyway).shots
    return replace(many(own + anyway), shots=[*shots[:own], *(replace(item, inherited=True) for item in shots[own:])])


def test_the_backlog_is_folded_and_has_its_own_sum() -> None:
    review = with_backlog(1, 70)
    blocks = backlog_part(review, backlog(review), Room(None), Page())
    assert blocks[0] == (
        "<details><summary>Also at the base, so not because of this change: 70 to render for $33.60</summary>"
    )
    assert blocks[1].count("| to render |") == 50
    assert blocks[1].endswith("|  | **70 shots** |  |  |  | **est. $33.60** | **±0** |")
    assert blocks[2].startswith("… and 20 more changed shots; ")
    assert Rendered("\n\n".join(blocks)).balanced


def test_a_backlog_that_a_report_states_is_said_to_be_its_word() -> None:
    review = with_backlog(1, 1)
    assert "as the report says" in backlog_part(review, backlog(review), Room(None), Page(whole=True))[0]


def test_the_backlog_is_at_least_counted() -> None:
    review = with_backlog(1, 1)
    assert backlog_part(review, backlog(review), Room(200), Page()) == [
        "Also at the base, so not because of this change: 1 to render for $0.48."
    ]
    assert backlog_part(many(1), [], Room(None), Page()) == []


def test_the_title_of_a_group_is_escaped() -> None:
    shots = [replace(shot, causes=(replace(CITY, name="<b>`*"),)) for shot in many(2).shots]
    assert "<b>`" not in "".join(shot_tables(shots, Room(None), Page()))
