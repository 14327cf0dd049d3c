from decimal import Decimal

import pytest
from builders import change, request

from ltxspec.plan.actions import SIGNS, Action, Plan, estimate, reckoning


def test_only_create_and_replace_spend() -> None:
    assert {action for action in Action if action.spends} == {Action.CREATE, Action.REPLACE}


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_sign_of_its_own(action: Action) -> None:
    assert list(SIGNS.values()).count(action.sign) == 1


def test_a_plan_counts_its_actions_and_what_is_pending() -> None:
    plan = Plan("runware", [change(), change(Action.NO_OP), change(Action.RETIRE)])
    assert (plan.count(Action.NO_OP), len(plan.pending)) == (1, 2)


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
