"""Limits hold before anything is spent; what is not known never counts as nothing."""

from decimal import Decimal

import pytest
from builders import change, request
from replacing import replace

from ltxspec.errors import Refused
from ltxspec.plan.actions import Action, Change, Plan
from ltxspec.plan.limits import budget_warning, left_for_specs, refuse_over_budget, refuse_unknown_prices
from ltxspec.plan.terms import SpendingLimits
from ltxspec.values import Usd

Money = dict[str, tuple[Usd, int]]


def planned(*changes: Change, spent: Money | None = None, assumed: Money | None = None) -> Plan:
    return Plan("runware", changes, spent=spent, assumed=assumed)


def shot(
    name: str = "alley", estimate: str | None = "0.48", action: Action = Action.CREATE, *, spec: str = "night"
) -> Change:
    return change(action, request(name, estimate=estimate, spec=spec))


def limit(per_apply: str | None = None, per_shot: str | None = None, per_spec: str | None = None) -> SpendingLimits:
    apply, one, whole = (None if text is None else Decimal(text) for text in (per_apply, per_shot, per_spec))
    return SpendingLimits(apply, one, whole)


def refusal(plan: Plan, limits: SpendingLimits) -> str:
    with pytest.raises(Refused) as caught:
        refuse_over_budget(plan, limits)
    assert (caught.value.code, caught.value.exit_code) == ("over-budget", 4)
    assert "[budget] per_" in str(caught.value.hint)
    return caught.value.summary


def test_a_plan_may_cost_exactly_its_limits() -> None:
    refuse_over_budget(planned(shot("a"), shot("b")), limit("0.96", "0.48", "0.96"))


def test_without_limits_everything_goes() -> None:
    refuse_over_budget(planned(shot("a", "999.00"), shot("b", None)), limit())


def test_a_plan_over_the_limit_of_one_apply_is_refused_with_both_sums() -> None:
    assert refusal(planned(shot("a"), shot("b")), limit("0.95")) == (
        "the plan costs $0.96, which is over the limit of $0.95 for one apply"
    )


def test_a_plan_whose_only_price_is_unknown_is_held_to_the_limits_all_the_same() -> None:
    plan = planned(shot(estimate=None))
    assert "$3.00 (1 unknown, counted as $3.00)" in refusal(plan, limit("2.99", per_shot="3.00"))
    assert "`night` would have cost $3.00" in refusal(plan, limit(per_shot="3.00", per_spec="2.99"))


def test_amounts_are_told_with_their_cents() -> None:
    plan = planned(shot("a", "1.5"), shot("b", None))
    assert refusal(plan, limit("1.2")) == (
        "the plan costs at least $1.50 (1 unknown), which is over the limit of $1.20 for one apply"
    )
    assert "costs $3.90 (1 unknown, counted as $2.40)" in refusal(plan, limit("1.2", per_shot="2.4"))
    assert refusal(planned(shot("a", "1.5")), limit(per_spec="1.2")) == (
        "`night` would have cost $1.50 in all, over its limit of $1.20"
    )
    assert refusal(planned(shot("a", "1.5")), limit(per_shot="1.2")) == (
        "`night.a` would cost more than $1.20 for one shot"
    )


def test_money_under_way_counts_as_spent() -> None:
    under_way = shot("b", "0.60", Action.RESUME)
    assert "$1.08" in refusal(planned(shot("a"), under_way), limit("1.00"))
    refuse_over_budget(planned(under_way), limit("0.01"))  # nothing new is ordered: collecting is never refused


def test_money_under_way_outside_of_the_targets_counts_all_the_same() -> None:
    plan = replace(planned(shot("a")), outside=[shot("b", "0.48", Action.RESUME)])
    assert "$0.96" in refusal(plan, limit("0.95"))
    assert "`night` would have cost $0.96" in refusal(plan, limit(None, None, "0.95"))
    refuse_over_budget(plan, limit("0.96", None, "0.96"))


@pytest.mark.parametrize("limits", [limit("0.10"), limit(per_shot="0.10"), limit(per_spec="0.10")])
def test_a_refused_plan_with_orders_in_progress_names_the_command_that_fetches_them(limits: SpendingLimits) -> None:
    (nothing,) = budget_warning(planned(shot("a")), limits)
    assert "collect" not in (nothing.hint or "")
    for changes, outside in (
        ([shot("a"), shot("b", action=Action.RESUME)], []),
        ([shot("a")], [shot("b", action=Action.RESUME)]),
    ):
        (warning,) = budget_warning(replace(planned(*changes), outside=outside), limits)
        assert (warning.hint or "").endswith("; `ltxspec collect` fetches what is in progress, whatever the limits")


def test_shots_over_their_limit_are_named() -> None:
    dear = [shot(name, "3.10") for name in ("a", "b", "c", "d")]
    three = "`night.a`, `night.b`, `night.c`"
    for found, names in ((dear, f"{three} and 1 more"), (dear[:3], three)):
        assert refusal(planned(shot(), *found), limit(per_shot="3.00")) == (
            f"{names} would cost more than $3.00 for one shot"
        )


def test_a_shot_that_is_under_way_is_not_held_to_the_limit_of_one_shot() -> None:
    refuse_over_budget(planned(shot(), shot("b", "3.10", Action.RESUME)), limit(per_shot="3.00"))


def test_a_spec_counts_all_it_ever_cost_and_only_its_own() -> None:
    plan = planned(shot(), shot(spec="day"), spent={"night": (Decimal("4.60"), 0), "day": (Decimal("1.00"), 0)})
    assert "`night` would have cost $5.08 in all" in refusal(plan, limit(per_spec="5.00"))
    refuse_over_budget(plan, limit(per_spec="5.08"))


def test_a_spec_in_which_nothing_is_ordered_is_not_held_to_its_limit() -> None:
    plan = planned(shot("a", None, Action.NO_OP), shot(spec="day"), spent={"night": (Decimal("9.00"), 0)})
    refuse_over_budget(plan, limit(per_spec="5.00"))
    assert "`day` would have cost $0.48" in refusal(plan, limit(per_spec="0.47"))


def test_an_unknown_cost_counts_as_the_dearest_shot_that_is_allowed() -> None:
    summary = refusal(planned(shot("a"), shot("b", None)), limit("3.00", per_shot="3.00"))
    assert "$3.48 (1 unknown, counted as $3.00)" in summary
    before = planned(shot(), spent={"night": (Decimal("1.00"), 2)})
    assert "$7.48 (2 unknown, counted as $3.00)" in refusal(before, limit(per_shot="3.00", per_spec="7.00"))


def test_where_nothing_says_what_an_unknown_cost_may_be_the_sum_is_at_least_the_rest() -> None:
    plan = planned(shot("a"), shot("b", None), shot("c", None, Action.RESUME))
    assert "at least $0.48 (2 unknown)" in refusal(plan, limit("0.40"))
    refuse_over_budget(plan, limit("0.48"))


def test_takes_of_unreported_cost_count_for_a_spec_at_their_listed_price() -> None:
    plan = planned(shot(), spent={"night": (Decimal("1.00"), 3)}, assumed={"night": (Decimal("1.44"), 0)})
    assert refusal(plan, limit(per_spec="2.91")) == (
        "`night` would have cost $2.92 in all, over its limit of $2.91"
        " (with 3 takes of unreported cost at the listed price)"
    )
    refuse_over_budget(plan, limit(per_spec="2.92"))


def test_a_take_without_a_listed_price_counts_for_a_spec_as_the_dearest_shot_that_is_allowed() -> None:
    plan = planned(shot(), spent={"night": (Decimal("1.00"), 2)}, assumed={"night": (Decimal("0.48"), 1)})
    summary = refusal(plan, limit(per_shot="3.00", per_spec="4.95"))
    assert "$4.96 (1 unknown, counted as $3.00) in all" in summary
    assert "(with 1 take of unreported cost at the listed price)" in summary
    refuse_over_budget(plan, limit(per_shot="3.00", per_spec="4.96"))


def test_money_in_flight_counts_for_a_spec_known_or_unknown() -> None:
    plan = planned(shot(), shot("b", "0.60", Action.RESUME), shot("c", None, Action.RESUME), shot("d", None))
    assert "`night` would have cost $7.08 (2 unknown, counted as $3.00)" in refusal(
        plan, limit(per_shot="3.00", per_spec="7.07")
    )
    refuse_over_budget(plan, limit(per_shot="3.00", per_spec="7.08"))
    assert "at least $1.08 (2 unknown)" in refusal(plan, limit(per_spec="1.07"))


def test_what_a_spec_may_still_spend_is_its_limit_less_all_that_its_takes_cost() -> None:
    money = {"night": (Decimal("2.00"), 3), "day": (Decimal("9.00"), 0)}
    listed = {"night": (Decimal("0.48"), 1), "day": (Decimal(0), 0)}
    plan = planned(spent=money, assumed=listed)
    assert left_for_specs(plan, limit()) == {}
    assert left_for_specs(plan, limit(None, "1.00", "5.00")) == {"night": Decimal("1.52"), "day": Decimal(0)}
    assert left_for_specs(plan, limit(None, None, "10.00")) == {"night": Decimal("7.52"), "day": Decimal("1.00")}
    assert left_for_specs(planned(), limit(None, None, "10.00")) == {}


def test_every_limit_reckons_with_the_packaged_price_where_it_is_higher() -> None:
    cheap = replace(shot(estimate="0.01"), limit_price=Decimal("0.48"))
    resumed = replace(shot("b", "0.01", Action.RESUME), limit_price=Decimal("0.60"))
    assert "the plan costs $1.08" in refusal(planned(cheap, resumed), limit("1.07"))
    assert "more than $0.47 for one shot" in refusal(planned(cheap), limit(per_shot="0.47"))
    assert "$1.08 in all" in refusal(planned(cheap, resumed), limit(per_spec="1.07"))
    free = replace(shot(estimate="0"), limit_price=Decimal("0.48"))
    assert "$0.48" in refusal(planned(free), limit("0.47"))


def test_an_unknown_price_is_refused_by_name_and_only_where_it_would_be_paid() -> None:
    with pytest.raises(Refused) as caught:
        refuse_unknown_prices(planned(shot("a"), shot("b", None)))
    assert (caught.value.code, caught.value.summary) == ("unknown-price", "the price of `night.b` is not known")
    assert "--allow-unknown-cost" in str(caught.value.hint)
    refuse_unknown_prices(planned(shot("a"), shot("b", None, Action.RESUME), shot("c", None, Action.BLOCKED)))


def test_a_warning_has_the_words_of_the_refusal() -> None:
    plan = planned(shot())
    (warning,) = budget_warning(plan, limit("0.10"))
    assert (warning.severity, warning.code, warning.message) == ("warning", "over-budget", refusal(plan, limit("0.10")))
    assert "[budget] per_apply" in (warning.hint or "")
    assert budget_warning(plan, limit("0.48")) == []


@pytest.mark.parametrize(
    ("limits", "cure"),
    [
        (replace(limit("0.10"), typed=True), "--max-cost"),
        (replace(limit("0.10"), saved=frozenset({"per_apply"})), "save it again"),
        (replace(limit(per_spec="0.10"), saved=frozenset({"per_spec"})), "save it again"),
    ],
)
def test_the_cure_names_the_setting_that_limits(limits: SpendingLimits, cure: str) -> None:
    with pytest.raises(Refused) as caught:
        refuse_over_budget(planned(shot()), limits)
    assert cure in (caught.value.hint or "")


def test_every_limit_that_a_plan_exceeds_is_said_at_once() -> None:
    plan, limits = planned(shot("a"), shot("b"), shot(spec="day")), limit("0.95", "0.40", "0.47")
    warnings = budget_warning(plan, limits)
    assert [warning.message for warning in warnings] == [
        "the plan costs $1.44, which is over the limit of $0.95 for one apply",
        "`night.a`, `night.b`, `day.alley` would cost more than $0.40 for one shot",
        "`night` would have cost $0.96 in all, over its limit of $0.47",
        "`day` would have cost $0.48 in all, over its limit of $0.47",
    ]
    with pytest.raises(Refused) as caught:
        refuse_over_budget(plan, limits)
    assert (caught.value.code, caught.value.exit_code) == ("over-budget", 4)
    assert caught.value.summary == (
        "the plan exceeds 4 limits: `[budget] per_apply`, `[budget] per_shot`, `[budget] per_spec` of `night`, "
        "`[budget] per_spec` of `day`"
    )
    assert list(caught.value.details) == [f"{warning.message}; {warning.hint}" for warning in warnings]
