from replacing import replace
from unit.report.reviews import CITY, ROW, many, rich_review

from ltxspec.render.references import Reference
from ltxspec.report.review.groups import Group, grouped
from ltxspec.review.follows import Use
from ltxspec.review.models import Cause, ShotKind, ShotReview
from ltxspec.values import ShotAddress

TONE = Cause("variable", "tone", "warm", "cold")


def shot(name: str, *causes: Cause, after: str | None = None) -> ShotReview:
    uses = (Use(Reference(ShotAddress("night", after), "last"), "first"),) if after else ()
    return ShotReview(ShotAddress("night", name), ShotKind.PENDING, causes=causes, uses_after=uses)


def names(groups: list[Group]) -> list[tuple[list[str], list[str]]]:
    return [
        ([cause.name for cause in group.causes], [item.address.instance for item in group.shots]) for group in groups
    ]


def test_shots_stand_under_the_cause_that_changed_the_most_of_them() -> None:
    assert names(grouped(rich_review().shots))[0] == (["city"], ["alley", "pier[a]", "pier[b]"])


def test_the_largest_group_is_first_and_shots_on_their_own_are_last() -> None:
    shots = [shot("x"), shot("a", CITY), shot("b", CITY), shot("c", TONE), shot("d", TONE), shot("e", TONE)]
    assert names(grouped(shots)) == [(["tone"], ["c", "d", "e"]), (["city"], ["a", "b"]), ([], ["x"])]


def test_a_cause_of_all_shots_of_a_group_is_in_its_title() -> None:
    assert names(grouped([shot("a", CITY, TONE), shot("b", CITY, TONE, ROW)])) == [(["city", "tone"], ["a", "b"])]


def test_a_cause_of_one_shot_makes_no_group() -> None:
    assert names(grouped([shot("a", CITY), shot("b", TONE)])) == [([], ["a", "b"])]


def test_what_follows_from_a_shot_of_a_group_is_in_it() -> None:
    shots = [shot("a", CITY), shot("b", after="a"), shot("c", after="b"), shot("d", CITY), shot("e", after="gone")]
    assert names(grouped(shots)) == [(["city"], ["a", "b", "c", "d"]), ([], ["e"])]


def test_new_rows_of_one_shot_are_together_and_other_new_ones_are_not() -> None:
    edited = replace(shot("p[0]"), prompt_before="before")
    shots = [*(shot(f"p[{number}]") for number in range(1, 4)), shot("alley"), edited, shot("q[1]")]
    together, others = grouped(shots)
    assert names([together]) == [(["new rows of night.p"], ["p[1]", "p[2]", "p[3]"])]
    assert names([others]) == [([], ["alley", "p[0]", "q[1]"])]


def test_circles_of_a_forged_report_end() -> None:
    shots = [shot("a", after="b"), shot("b", after="a"), shot("c", CITY), shot("d", CITY)]
    assert names(grouped(shots)) == [(["city"], ["c", "d"]), ([], ["a", "b"])]


def test_a_shot_that_is_listed_twice_stays_twice() -> None:
    first = many(1).shots[0]
    again = replace(first, causes=(), kind=ShotKind.RESUMING)
    other = replace(first, address=ShotAddress("night", "other"))
    assert sum(len(group.shots) for group in grouped([first, again, other])) == 3
