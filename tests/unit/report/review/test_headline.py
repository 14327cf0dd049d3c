from builders import lockfile, record, request, take
from replacing import replace
from unit.report.reviews import many
from unit.review.changes import BASE, HEAD, reviewed, side

from ltxspec.report.review.headline import headline
from ltxspec.review.models import Review

LATER = "2026-11-22T11:00:00Z"


def waiting(own: int, anyway: int) -> Review:
    """Shots to render because of the change, and shots that the base would render as well."""
    shots = many(own + anyway).shots
    return replace(many(own + anyway), shots=[*shots[:own], *(replace(item, inherited=True) for item in shots[own:])])


def test_it_says_what_the_change_adds_and_the_backlog_apart() -> None:
    assert headline(waiting(2, 3)) == "2 shots to render for $0.96; also at the base: 3 to render for $1.44."


def test_a_change_that_adds_nothing_says_so_although_the_plan_is_full() -> None:
    assert headline(waiting(0, 2_500)) == (
        "No shot changed: 0 shots as before; also at the base: 2,500 to render for $1,200.00."
    )


def test_two_takes_of_one_shot_are_told_as_two() -> None:
    bought = record(take("rain", number=1), take("rain", number=2, retake=2, at=LATER), current=2)
    review = reviewed(side(BASE), side(HEAD, request("alley", "rain"), lock=lockfile(alley=bought)))
    assert headline(review) == "1 shot rendered for $0.96 in 2 takes."


def test_a_failed_task_is_no_take() -> None:
    bought = record(take("rain", number=1, status="failed"), take("rain", number=2, attempt=2, at=LATER), current=2)
    review = reviewed(side(BASE), side(HEAD, request("alley", "rain"), lock=lockfile(alley=bought)))
    assert headline(review) == "1 shot rendered for $0.96."
