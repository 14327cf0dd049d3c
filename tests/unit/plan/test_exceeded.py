"""One refusal and one warning for each of the limits that a plan exceeds, however many they are."""

import pytest
from builders import change

from ltxspec.errors import Refused
from ltxspec.plan.actions import Action, Plan
from ltxspec.plan.exceeded import Exceeded, exceeded_warnings, refuse_exceeded

PLAN = Plan("runware", [change()])


def over(*numbers: int) -> list[Exceeded]:
    return [Exceeded(f"`limit {number}`", f"sum {number} is over", f"raise {number}") for number in numbers]


def refusal(count: int, plan: Plan = PLAN) -> Refused:
    with pytest.raises(Refused) as caught:
        refuse_exceeded(plan, over(*range(count)))
    return caught.value


def test_a_plan_within_all_limits_passes() -> None:
    refuse_exceeded(PLAN, [])
    assert exceeded_warnings(PLAN, [], "over-budget") == []


def test_a_single_limit_is_the_whole_message() -> None:
    only = refusal(1)
    assert (only.summary, only.hint, only.details) == ("sum 0 is over", "raise 0", ())


def test_several_are_named_together_and_each_has_a_line_with_its_cure() -> None:
    both = refusal(2)
    assert (both.code, both.summary) == ("over-budget", "the plan exceeds 2 limits: `limit 0`, `limit 1`")
    assert both.details == ("sum 0 is over; raise 0", "sum 1 is over; raise 1")
    assert refusal(7).summary.endswith("`limit 4` and 2 more")
    assert len(refusal(7).details) == 7


def test_what_is_in_progress_is_fetched_whatever_the_limits() -> None:
    plan = Plan("runware", [change()], outside=[change(Action.RESUME, number=2)])
    cure = "; `ltxspec collect` fetches what is in progress, whatever the limits"
    assert [refusal(1, plan).hint, str(refusal(2, plan).hint).endswith(cure)] == ["raise 0" + cure, True]
    assert [warning.hint for warning in exceeded_warnings(plan, over(1, 2), "over-budget")] == [
        "raise 1" + cure,
        "raise 2" + cure,
    ]
