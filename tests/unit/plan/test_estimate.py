from decimal import Decimal

from builders import change, request

from ltxspec.plan.actions import Action
from ltxspec.plan.estimate import estimate, reckoning


def test_new_money_and_money_under_way_are_told_apart_and_unknown_is_counted() -> None:
    total = estimate(
        [
            change(Action.CREATE),
            change(Action.REPLACE, request(estimate="1.92")),
            change(Action.CREATE, request(estimate=None)),
            change(Action.RESUME),
            change(Action.RESUME, request(estimate=None)),
            change(Action.NO_OP),
        ]
    )
    assert (total.usd, total.unknown) == (Decimal("2.40"), 1)
    assert (total.under_way, total.under_way_unknown) == (Decimal("0.48"), 1)


def test_limits_reckon_with_their_own_price_and_what_is_shown_does_not() -> None:
    changes = [change(Action.CREATE, limit_price=Decimal("1.00")), change(Action.RESUME, limit_price=Decimal("2.00"))]
    shown, reckoned = estimate(changes), reckoning(changes)
    assert (shown.usd, shown.under_way) == (Decimal("0.48"), Decimal("0.48"))
    assert (reckoned.usd, reckoned.under_way) == (Decimal("1.00"), Decimal("2.00"))
