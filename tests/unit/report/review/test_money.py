from decimal import Decimal

import pytest
from builders import lockfile, record, request, take
from replacing import replace
from unit.report.reviews import many, rich_review
from unit.review.changes import BASE, HEAD, by_key, reviewed, side

from ltxspec.plan.actions import Action
from ltxspec.report.review.money import Difference, cost_of, costs_of, difference_of, is_paid, later_difference_of
from ltxspec.review.models import ShotKind, ShotReview

SHOTS = by_key(rich_review())
LATER = "2026-11-22T11:00:00Z"


def bought(*statuses: str) -> ShotReview:
    takes = [take("rain", number=n, status=status, attempt=n, at=LATER) for n, status in enumerate(statuses, 1)]
    review = reviewed(side(BASE), side(HEAD, request("alley", "rain"), lock=lockfile(alley=record(*takes))))
    return by_key(review)["alley"]


@pytest.mark.parametrize(
    ("shot", "said"),
    [
        (bought("succeeded"), "$0.48"),
        (bought("succeeded", "succeeded"), "$0.96 for 2 takes"),
        (bought("failed", "succeeded"), "$0.96 for 2 tasks, 1 failed"),
        (SHOTS["alley"], "est. $0.48"),
        (SHOTS["pier[b]"], "price unknown"),
        (SHOTS["weather"], "cost unknown"),
        (SHOTS["shrine"], "no cost"),
    ],
)
def test_the_cost_of_a_shot_is_said_with_the_takes_it_is_of(shot: ShotReview, said: str) -> None:
    assert cost_of(shot) == said


def test_sums_keep_what_is_paid_and_what_is_to_come_apart() -> None:
    assert costs_of(list(SHOTS.values())) == "≥ $1.92 + 1 unknown + est. ≥ $1.44 + 1 unknown"
    assert costs_of([SHOTS["shrine"]]) == "no cost"
    assert costs_of(many(10_000).shots) == "est. $4,800.00"


def test_what_is_held_is_in_the_sum_as_later() -> None:
    alley = SHOTS["alley"]
    assert alley.change is not None
    held = replace(alley, kind=ShotKind.HELD, change=replace(alley.change, action=Action.HELD))
    assert (cost_of(held), costs_of([held, held])) == ("later: $0.48", "later: $0.96")
    assert costs_of([alley, held]) == "est. $0.48 + later: $0.48"
    assert (str(later_difference_of(held)), later_difference_of(alley)) == ("±0", None)
    assert difference_of([held]) is None


def test_the_difference_is_that_to_the_takes_that_are_replaced() -> None:
    assert str(difference_of([SHOTS["procession"]])) == "+$1.44"
    assert str(difference_of([SHOTS["alley"]])) == "±0"
    assert str(difference_of([SHOTS["pier[a]"]])) == "+$0.48"  # a new shot replaces nothing
    assert difference_of([SHOTS["pier[b]"]]) == Difference(Decimal(0), 1)
    assert difference_of([SHOTS["shrine"], SHOTS["old-pier"]]) is None  # nothing is paid
    assert not is_paid(SHOTS["monastery"])
    assert str(difference_of(SHOTS.values())) == "+$2.40 + 2 unknown"


def test_a_take_of_unknown_cost_makes_the_difference_unknown() -> None:
    shot = SHOTS["alley"]
    assert shot.before is not None
    assert difference_of([replace(shot, before=replace(shot.before, cost=None))]) == Difference(Decimal(0), 1)


@pytest.mark.parametrize(
    ("usd", "sign", "sentence"),
    [
        ("1234.5", "+$1,234.50", "$1,234.50 more than the takes that they replace"),
        ("-0.24", "\N{MINUS SIGN}$0.24", "$0.24 less than the takes that they replace"),
        ("0", "±0", "as much as the takes that they replace"),
    ],
)
def test_differences_are_said_in_signs_and_in_words(usd: str, sign: str, sentence: str) -> None:
    found = Difference(Decimal(usd))
    assert (str(found), found.sentence) == (sign, sentence)
    assert Difference(Decimal(usd), 2).sentence == f"{sentence}, without 2 of unknown price"
