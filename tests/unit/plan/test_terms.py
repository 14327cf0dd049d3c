"""Limits and policies that a plan was made under, as they are saved and held to."""

from decimal import Decimal

from ltxspec.plan.terms import SpendingLimits


def test_of_two_limits_the_lower_one_holds_and_is_known_as_the_saved_one() -> None:
    own, saved = SpendingLimits(Decimal(2), Decimal(1)), SpendingLimits(Decimal(1), Decimal(2), Decimal(3))
    held = own.tightened(saved)
    assert held == SpendingLimits(Decimal(1), Decimal(1), Decimal(3), saved=frozenset({"per_apply", "per_spec"}))
    assert own.tightened(SpendingLimits()) == own
