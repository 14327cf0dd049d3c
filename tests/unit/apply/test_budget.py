from decimal import Decimal

from builders import task
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.apply.budget import RunBudget
from ltxspec.values import ShotAddress

amounts = st.decimals(min_value=0, max_value=5, places=2)


def test_an_order_over_the_limit_is_refused_and_nothing_is_set_aside() -> None:
    budget = RunBudget(Decimal("1.00"))
    assert budget.reserve(task(1), Decimal("0.60"))
    assert not budget.reserve(task(2), Decimal("0.60"))
    assert budget.committed == Decimal("0.60")


def test_a_cost_that_was_not_told_keeps_its_reservation() -> None:
    budget = RunBudget(Decimal("1.00"))
    budget.reserve(task(1), Decimal("0.60"))
    budget.settle(task(1), None)
    assert not budget.reserve(task(2), Decimal("0.60"))
    assert budget.open_orders == (0, Decimal(0))


def test_a_dearer_reality_stops_the_next_order() -> None:
    budget = RunBudget(Decimal("1.00"))
    budget.reserve(task(1), Decimal("0.40"))
    budget.settle(task(1), Decimal("0.90"))
    assert not budget.reserve(task(2), Decimal("0.40"))


def test_a_refused_order_gives_its_money_back() -> None:
    budget = RunBudget(Decimal("0.50"))
    budget.reserve(task(1), Decimal("0.48"))
    budget.release(task(1))
    assert budget.open_orders == (0, Decimal(0)), "what is asked for when the run is interrupted"
    assert budget.reserve(task(2), Decimal("0.48"))
    budget.release(task(9))
    assert budget.open_orders == (1, Decimal("0.48"))


def test_an_order_without_a_price_counts_as_the_dearest_allowed_shot() -> None:
    budget = RunBudget(Decimal("4.00"), per_shot=Decimal("3.00"))
    assert budget.reserve(task(1), None)
    assert budget.committed == Decimal("3.00")
    assert not budget.reserve(task(2), None)
    assert budget.reserve(task(2), Decimal("1.00"))
    assert not budget.reserve(task(3), Decimal("0.01"))


def test_without_a_limit_an_order_of_unknown_price_counts_as_nothing_or_as_the_dearest_allowed_shot() -> None:
    for fallback, reckoned in ((None, Decimal(0)), (Decimal("3.00"), Decimal("3.00"))):
        budget = RunBudget(None, fallback)
        assert budget.reserve(task(1), None)
        assert budget.open_orders == (1, reckoned)


def test_an_order_without_a_price_takes_all_the_room_until_its_cost_is_told() -> None:
    budget = RunBudget(Decimal("1.00"))
    assert budget.reserve(task(1), None)
    assert not budget.reserve(task(2), Decimal("0.01"))
    budget.settle(task(1), Decimal("0.30"))
    assert budget.reserve(task(2), Decimal("0.40"))
    assert budget.reserve(task(3), None)
    budget.settle(task(3), None)
    assert not budget.reserve(task(4), Decimal("0.01")), "what was never told may have been all of it"
    assert not budget.reserve(task(5), None)


def test_money_under_way_from_an_earlier_run_counts_even_over_the_limit() -> None:
    budget = RunBudget(Decimal("1.00"))
    budget.count(task(1), Decimal("1.92"))
    assert not budget.reserve(task(2), Decimal("0.01"))
    assert budget.open_orders == (1, Decimal("1.92"))


@given(st.decimals(min_value=0, max_value=20, places=2), st.lists(amounts, max_size=30))
def test_reservations_never_pass_the_limit(limit: Decimal, estimates: list[Decimal]) -> None:
    budget = RunBudget(limit)
    for number, estimate in enumerate(estimates, 1):
        budget.reserve(task(number), estimate)
        assert budget.committed <= limit


def test_a_price_list_that_was_wrong_once_is_not_believed_again() -> None:
    budget = RunBudget(Decimal("5.00"))
    budget.reserve(task(1), Decimal("0.40"))
    budget.reserve(task(2), Decimal("0.40"))
    budget.settle(task(1), Decimal("1.20"))
    assert budget.committed == Decimal("2.40"), "the one in flight is reckoned at three times its price, too"
    assert budget.reserve(task(3), Decimal("0.80"))
    assert budget.committed == Decimal("4.80")
    assert not budget.reserve(task(4), Decimal("0.10"))
    budget.settle(task(2), Decimal("0.10"))
    assert budget.factor == Decimal(3), "a cheap one does not make the others cheap"


def test_what_orders_of_this_run_cost_more_than_their_limit_is_known() -> None:
    budget = RunBudget(Decimal("1.00"))
    assert budget.overspent() is None
    budget.count(task(1), Decimal("5.00"))  # of an earlier run
    budget.settle(task(1), Decimal("5.00"))
    assert budget.overspent() is None
    budget = RunBudget(Decimal("1.00"))
    budget.reserve(task(2), Decimal("0.50"))
    budget.settle(task(2), Decimal("1.00"))
    assert budget.overspent() is None
    budget.reserve(task(3), Decimal(0))
    budget.settle(task(3), Decimal("0.25"))
    assert budget.overspent() == (Decimal("0.25"), Decimal("1.00"))


def test_a_shot_that_cost_more_than_one_may_is_told() -> None:
    budget = RunBudget(None, per_shot=Decimal("0.40"))
    budget.reserve(task(1), Decimal("0.36"))
    budget.settle(task(1), Decimal("0.90"))
    assert budget.overspent() == (Decimal("0.50"), Decimal("0.40"))


def test_each_spec_keeps_to_what_is_left_for_it() -> None:
    budget = RunBudget(None, per_spec={"night": Decimal("1.00")})
    assert budget.is_limited
    assert budget.reserve(task(1), Decimal("0.60"), "night")
    assert budget.reserve(task(2), Decimal("9.00"), "day")
    assert not budget.reserve(task(3), Decimal("0.60"), "night")
    assert budget.committed_for("night") == Decimal("0.60")
    budget.settle(task(1), Decimal("1.30"))
    assert budget.overspent() == (Decimal("0.30"), Decimal("1.00"))
    assert not budget.reserve(task(4), Decimal("0.01"), "night")


def test_a_shot_that_turned_out_dearer_than_any_may_be_is_not_followed_by_another() -> None:
    budget = RunBudget(None, per_shot=Decimal("1.00"))
    assert budget.reserve(task(1), Decimal("0.60"))
    budget.settle(task(1), Decimal("1.20"))
    assert not budget.reserve(task(2), Decimal("0.60"))
    assert budget.reserve(task(3), Decimal("0.50"))


def test_an_order_of_an_earlier_run_has_room_when_all_that_is_committed_is_within_the_limits() -> None:
    budget = RunBudget(Decimal("1.00"), per_shot=Decimal("0.80"), per_spec={"night": Decimal("0.90")})
    budget.count(task(1), Decimal("0.50"), "night")
    budget.count(task(2), Decimal("0.40"), "night")
    assert budget.has_room(task(1))
    budget.count(task(3), Decimal("0.10"), "day")
    assert budget.has_room(task(1))
    budget.count(task(4), Decimal("0.01"), "night")
    assert not budget.has_room(task(1))
    alone = RunBudget(None, per_shot=Decimal("0.80"))
    alone.count(task(1), Decimal("0.81"))
    assert not alone.has_room(task(1))
    assert RunBudget(None).has_room(task(9))
    assert not RunBudget(None).is_limited


def test_money_of_a_refused_order_is_nobodys() -> None:
    budget = RunBudget(Decimal("1.00"))
    budget.reserve(task(1), Decimal("0.50"))
    budget.release(task(1))
    assert budget.open_orders == (0, Decimal(0))
    assert budget.overspent() is None


def test_a_budget_is_limited_by_any_of_its_limits() -> None:
    assert RunBudget(Decimal(1)).is_limited
    assert RunBudget(None, per_shot=Decimal(1)).is_limited
    assert RunBudget(None, per_spec={"night": Decimal(1)}).is_limited
    assert RunBudget(None).factor == 1


def test_what_is_exactly_the_limit_of_a_shot_has_room_and_an_ended_order_takes_none() -> None:
    budget = RunBudget(None, per_shot=Decimal("0.80"))
    budget.count(task(1), Decimal("0.80"))
    assert budget.has_room(task(1))
    assert RunBudget(None, per_shot=Decimal("0.10")).has_room(task(2))


def test_an_order_of_an_earlier_run_has_no_room_where_its_spec_has_none() -> None:
    budget = RunBudget(Decimal("9.00"), per_spec={"night": Decimal("0.90")})
    budget.count(task(1), Decimal("0.91"), "night")
    assert not budget.has_room(task(1))


def test_what_has_ended_of_a_spec_counts_once_and_at_its_cost() -> None:
    budget = RunBudget(None, per_spec={"night": Decimal("1.00")})
    budget.reserve(task(1), Decimal("0.60"), "night")
    budget.settle(task(1), Decimal("0.50"))
    assert budget.committed_for("night") == Decimal("0.50")
    assert budget.reserve(task(2), Decimal("0.50"), "night")


def test_of_several_limits_that_were_passed_the_one_passed_by_most_is_told() -> None:
    budget = RunBudget(Decimal("1.00"), per_spec={"night": Decimal("0.10"), "day": Decimal("0.90")})
    for number, spec in ((1, "night"), (2, "day")):
        assert budget.reserve(task(number), Decimal("0.10"), spec)
    for number in (1, 2):
        budget.settle(task(number), Decimal("1.00"))
    assert budget.overspent() == (Decimal("1.00"), Decimal("1.00"))


def test_an_end_without_a_reservation_or_a_price_changes_no_other_reckoning() -> None:
    budget = RunBudget(Decimal("9.00"))
    budget.settle(task(1), None)
    assert budget.committed == 0
    budget.count(task(2), None)
    budget.settle(task(2), Decimal("4.00"))
    assert (budget.factor, budget.committed) == (Decimal(1), Decimal("4.00"))


def test_an_order_of_unknown_price_takes_what_is_left_at_the_prices_that_are_believed_now() -> None:
    budget = RunBudget(Decimal("4.00"))
    budget.reserve(task(1), Decimal("0.50"))
    budget.settle(task(1), Decimal("1.00"))
    assert budget.reserve(task(2), None)
    assert budget.open_orders == (1, Decimal("3.00"))
    budget.settle(task(2), Decimal("5.00"))
    budget.count(task(3), None)
    assert budget.open_orders == (1, Decimal(0)), "less than nothing is not left"


def test_a_refused_order_that_was_settled_before_is_none_of_this_run() -> None:
    budget = RunBudget(Decimal("0.10"))
    budget.reserve(task(1), Decimal("0.10"))
    budget.settle(task(1), Decimal("0.30"))
    budget.release(task(1))
    assert budget.overspent() is None


ALLEY, PIER = ShotAddress("night", "alley"), ShotAddress("day", "pier")


def labelled(usd: str = "1.00") -> RunBudget:
    return RunBudget(None, per_label={"act=one": Decimal(usd)}, labels={ALLEY: ("act=one",)})


def test_the_shots_with_a_label_keep_to_what_is_left_for_it() -> None:
    budget = labelled()
    assert budget.is_limited
    assert budget.reserve(task(1), Decimal("0.60"), "night", ALLEY)
    assert not budget.reserve(task(2), Decimal("0.60"), "night", ALLEY)
    assert budget.reserve(task(3), Decimal("0.60"), "day", PIER), "other shots have no such limit"
    assert budget.committed_with("act=one") == Decimal("0.60")


def test_a_dearer_reality_stops_further_orders_with_the_label() -> None:
    budget = labelled()
    assert budget.reserve(task(1), Decimal("0.30"), "night", ALLEY)
    budget.settle(task(1), Decimal("0.75"))
    assert not budget.reserve(task(2), Decimal("0.30"), "night", ALLEY)
    assert budget.overspent() is None
    budget.settle(task(1), Decimal("1.25"))
    assert budget.overspent() == (Decimal("0.25"), Decimal("1.00"))


def test_an_order_of_an_earlier_run_has_no_room_where_its_label_has_none() -> None:
    budget = labelled("0.50")
    budget.count(task(1), Decimal("0.40"), "night", ALLEY)
    assert budget.has_room(task(1))
    budget.count(task(2), Decimal("0.40"), "night", ALLEY)
    assert not budget.has_room(task(2))


def test_an_order_without_a_price_takes_all_the_room_of_its_spec_and_of_its_labels_too() -> None:
    shots = [ShotAddress("night", str(number)) for number in range(9)]
    autumn = dict.fromkeys(shots, ("campaign=autumn",))
    for budget in (
        RunBudget(None, per_spec={"night": Decimal("1.00")}),
        RunBudget(None, per_label={"campaign=autumn": Decimal("1.00")}, labels=autumn),
    ):
        assert budget.reserve(task(1), None, "night", shots[1])
        assert not budget.reserve(task(2), None, "night", shots[2]), "the first may cost all that is left"
        assert not budget.reserve(task(3), Decimal("0.01"), "night", shots[3])
        assert budget.reserve(task(4), Decimal("0.01"), "day", ShotAddress("day", "gate")), "it has no limit"
        budget.settle(task(1), Decimal("0.30"))
        assert budget.reserve(task(5), Decimal("0.40"), "night", shots[5])
        assert budget.reserve(task(6), None, "night", shots[6])
        budget.settle(task(6), None)
        budget.settle(task(5), Decimal("0.10"))
        assert not budget.reserve(task(7), None, "night", shots[7]), "what was never told may have been all of it"
        assert not budget.reserve(task(7), Decimal("0.01"), "night", shots[7])


def test_an_order_without_a_price_of_an_earlier_run_leaves_nothing_of_its_limits() -> None:
    budget = RunBudget(None, per_spec={"night": Decimal("1.00")})
    budget.count(task(1), None, "night")
    assert budget.has_room(task(1))
    assert not budget.reserve(task(2), Decimal("0.10"), "night")
    budget.release(task(1))
    assert budget.reserve(task(2), Decimal("0.10"), "night")


def test_an_order_without_a_price_has_room_in_the_smallest_of_its_limits() -> None:
    budget = RunBudget(Decimal(20), per_spec={"night": Decimal("1.00")})
    assert budget.reserve(task(1), None, "night")
    assert budget.committed == Decimal("1.00")
    assert not budget.reserve(task(2), Decimal("0.01"), "day"), "it may cost all of the run's"


def test_what_is_left_can_be_reserved_whatever_the_factor() -> None:
    budget = RunBudget(Decimal("10.00"))
    budget.reserve(task(1), Decimal("0.30"))
    budget.settle(task(1), Decimal("0.70"))
    assert budget.reserve(task(2), None)
