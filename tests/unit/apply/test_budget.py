from decimal import Decimal

from builders import task
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.apply.budget import Budget

amounts = st.decimals(min_value=0, max_value=5, places=2)


def test_an_order_over_the_limit_is_refused_and_nothing_is_set_aside() -> None:
    budget = Budget(Decimal("1.00"))
    assert budget.reserve(task(1), Decimal("0.60"))
    assert not budget.reserve(task(2), Decimal("0.60"))
    assert budget.committed == Decimal("0.60")


def test_a_cost_that_was_not_told_keeps_its_reservation() -> None:
    budget = Budget(Decimal("1.00"))
    budget.reserve(task(1), Decimal("0.60"))
    budget.settle(task(1), None)
    assert not budget.reserve(task(2), Decimal("0.60"))
    assert budget.open_orders == (0, Decimal(0))


def test_a_dearer_reality_stops_the_next_order() -> None:
    budget = Budget(Decimal("1.00"))
    budget.reserve(task(1), Decimal("0.40"))
    budget.settle(task(1), Decimal("0.90"))
    assert not budget.reserve(task(2), Decimal("0.40"))


def test_a_refused_order_gives_its_money_back() -> None:
    budget = Budget(Decimal("0.50"))
    budget.reserve(task(1), Decimal("0.48"))
    budget.release(task(1))
    assert budget.open_orders == (0, Decimal(0)), "what is asked for when the run is interrupted"
    assert budget.reserve(task(2), Decimal("0.48"))
    budget.release(task(9))
    assert budget.open_orders == (1, Decimal("0.48"))


def test_an_order_without_a_price_counts_as_the_dearest_allowed_shot() -> None:
    budget = Budget(Decimal("4.00"), fallback=Decimal("3.00"))
    assert budget.reserve(task(1), None)
    assert budget.committed == Decimal("3.00")
    assert not budget.reserve(task(2), None)
    assert budget.reserve(task(2), Decimal("1.00"))
    assert not budget.reserve(task(3), Decimal("0.01"))


def test_without_a_limit_an_order_of_unknown_price_counts_as_nothing_or_as_the_dearest_allowed_shot() -> None:
    for fallback, reckoned in ((None, Decimal(0)), (Decimal("3.00"), Decimal("3.00"))):
        budget = Budget(None, fallback)
        assert budget.reserve(task(1), None)
        assert budget.open_orders == (1, reckoned)


def test_an_order_without_a_price_takes_all_the_room_until_its_cost_is_told() -> None:
    budget = Budget(Decimal("1.00"))
    assert budget.reserve(task(1), None)
    assert not budget.reserve(task(2), Decimal("0.01"))
    budget.settle(task(1), Decimal("0.30"))
    assert budget.reserve(task(2), Decimal("0.40"))
    assert budget.reserve(task(3), None)
    budget.settle(task(3), None)
    assert not budget.reserve(task(4), Decimal("0.01")), "what was never told may have been all of it"
    assert not budget.reserve(task(5), None)


def test_money_under_way_from_an_earlier_run_counts_even_over_the_limit() -> None:
    budget = Budget(Decimal("1.00"))
    budget.count(task(1), Decimal("1.92"))
    assert not budget.reserve(task(2), Decimal("0.01"))
    assert budget.open_orders == (1, Decimal("1.92"))


@given(st.decimals(min_value=0, max_value=20, places=2), st.lists(amounts, max_size=30))
def test_reservations_never_pass_the_limit(limit: Decimal, estimates: list[Decimal]) -> None:
    budget = Budget(limit)
    for number, estimate in enumerate(estimates, 1):
        budget.reserve(task(number), estimate)
        assert budget.committed <= limit
