"""What a selection or `--limit` leaves out is never ordered, moved or retired."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from builders import change, request
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace

from ltxspec.plan.actions import Action, Change, Plan, Reason
from ltxspec.plan.budgets import ProjectLimit, Spent, exceeded_over_project
from ltxspec.plan.exceeded import Exceeded, Exceeding
from ltxspec.plan.limits import exceeded_limits
from ltxspec.plan.planfile import plan_digest
from ltxspec.plan.selecting import idle_retries, limited, selected
from ltxspec.plan.selection import selection
from ltxspec.plan.terms import SpendingLimits
from ltxspec.values import ShotAddress


def over(per_apply: Decimal, per_spec: Decimal | None = None) -> Exceeding:
    return lambda plan: exceeded_limits(plan, SpendingLimits(per_apply=per_apply, per_spec=per_spec))


def shot(name: str, action: Action = Action.CREATE, labels: dict[str, str] | None = None, **more: Any) -> Change:
    return change(action, replace(request(name), labels=labels), **more)


def names(changes: Sequence[Change]) -> list[str]:
    return [change.address.instance for change in changes]


def removed(name: str) -> Change:
    return Change(ShotAddress("night", name), Action.RETIRE)


PLAN = Plan("runware", [shot("a"), removed("gone"), shot("b"), shot("c", Action.UPDATE), shot("d")])


def test_a_label_selects_the_shots_that_have_it() -> None:
    shots = [shot("a", labels={"campaign": "autumn"}), shot("b", labels={"campaign": "winter"}), shot("c")]
    assert names(selected(shots, selection(labels=["campaign=autumn"])).changes) == ["a"]
    assert names(selected(shots, selection(labels=["campaign=autumn", "campaign=winter"])).changes) == ["a", "b"]


def test_different_labels_must_all_match() -> None:
    shots = [shot("a", labels={"campaign": "autumn", "scene": "1"}), shot("b", labels={"campaign": "autumn"})]
    assert names(selected(shots, selection(labels=["campaign=autumn", "scene=1"])).changes) == ["a"]


def test_a_shot_that_is_gone_has_no_label_and_is_not_retired_by_one() -> None:
    shots = [shot("a", labels={"campaign": "autumn"}), removed("gone")]
    assert names(selected(shots, selection(labels=["campaign=autumn"])).changes) == ["a"]


def test_what_is_excluded_is_left_out_even_if_it_is_a_target() -> None:
    found = selected(PLAN.changes, selection(["night.*"], excludes=["night.gone", "night.?"]))
    assert found.changes == []


def test_a_shot_does_not_take_over_the_takes_of_an_excluded_one() -> None:
    shots = [shot("new", Action.MOVE, origin="old"), shot("b")]
    found = selected(shots, selection(excludes=["night.old"]))
    assert names(found.changes) == ["b"]
    (warning,) = found.diagnostics
    assert "`night.new` is left out: it takes over the takes of `night.old`" in warning.message


def test_a_limit_keeps_the_first_orders_and_all_that_is_free() -> None:
    plan = limited(PLAN, 2)
    assert names(list(plan.changes)) == ["a", "gone", "b", "c"]
    assert names(list(plan.later)) == ["d"]
    assert limited(PLAN, 3) is PLAN


def test_the_digest_covers_only_what_the_limit_leaves() -> None:
    assert len({plan_digest(plan) for plan in (PLAN, limited(PLAN, 2), limited(PLAN, 1))}) == 3


def test_a_budget_takes_as_many_orders_as_fit() -> None:
    plan = limited(PLAN, over(per_apply=Decimal("1.00")))
    assert names(list(plan.later)) == ["d"]
    assert list(plan.diagnostics) == []
    assert limited(PLAN, over(per_apply=Decimal("1.44"))) is PLAN


def test_money_under_way_counts_for_the_budget() -> None:
    plan = replace(PLAN, outside=[shot("ordered", Action.RESUME)])
    assert names(list(limited(plan, over(per_apply=Decimal("1.00"))).later)) == ["b", "d"]


def test_a_budget_that_is_too_small_for_the_first_order_says_so() -> None:
    plan = limited(PLAN, over(per_apply=Decimal("0.10")))
    assert names(list(plan.later)) == ["a", "b", "d"]
    (warning,) = plan.diagnostics
    assert "not even `night.a` is within the limits" in warning.message


def test_a_budget_that_is_too_small_names_every_limit_of_the_first_order() -> None:
    plan = limited(PLAN, over(per_apply=Decimal("0.10"), per_spec=Decimal("0.20")))
    (warning,) = plan.diagnostics
    assert "over the limit of $0.10 for one apply; `night` would have cost $0.48 in all" in warning.message
    assert str(warning.hint).endswith("; raise `[budget] per_spec`")


@given(
    st.lists(st.tuples(st.integers(1, 200), st.sampled_from(["one", "two"])), max_size=8),
    st.integers(0, 600),
    st.dictionaries(st.sampled_from(["one", "two"]), st.tuples(st.integers(0, 400), st.integers(0, 200))),
)
def test_what_a_budget_takes_is_within_every_limit_and_one_order_more_is_not(
    shots: list[tuple[int, str]], most: int, labels: dict[str, tuple[int, int]]
) -> None:
    orders = [
        replace(shot(f"s{number}", labels={"act": act}), estimate=Decimal(price) / 100)
        for number, (price, act) in enumerate(shots)
    ]
    spanning = [
        ProjectLimit(f"act={act}", "x", Decimal(usd) / 100, Spent(Decimal(spent) / 100), ("act", act))
        for act, (usd, spent) in labels.items()
    ]

    def exceeding(plan: Plan) -> list[Exceeded]:
        limits = SpendingLimits(per_apply=Decimal(most) / 100)
        return [*exceeded_limits(plan, limits), *exceeded_over_project(plan, spanning)]

    taken = limited(Plan("runware", orders), exceeding)
    assert exceeding(taken) == []
    if taken.later:
        assert exceeding(Plan("runware", orders[: len(taken.changes) + 1])) != []
    assert [*taken.changes, *taken.later] == orders


def test_a_retry_of_a_healthy_shot_says_that_it_does_nothing() -> None:
    healthy, new = shot("a", Action.NO_OP), shot("b")
    (warning,) = idle_retries([healthy, new], selection(retries=["night.a"]))
    assert warning.message == "`--retry night.a` has no effect: `night.a` is up to date"
    assert "`--retake`" in str(warning.hint)
    (many,) = idle_retries([healthy, new], selection(retries=["night.*"]))
    assert many.message.endswith("none of its 2 shots has failed")


def test_a_retry_of_a_shot_that_gets_a_take_for_nothing_does_not_deny_its_failure() -> None:
    (warning,) = idle_retries([shot("a", Action.MOVE)], selection(retries=["night.a"]))
    assert warning.message.endswith("`night.a` gets a take that is recorded already")


def test_a_retry_that_reaches_a_failed_shot_is_no_mistake() -> None:
    failed = shot("b", reasons=(Reason.RETRY_REQUESTED,))
    assert idle_retries([shot("a", Action.NO_OP), failed], selection(retries=["night.*"])) == []
    assert idle_retries([shot("a", Action.RESUME)], selection(retries=["night.a"])) == []
