import pytest
from builders import change

from ltxspec.plan.actions import SIGNS, Action, Plan


def test_only_create_and_replace_spend() -> None:
    assert {action for action in Action if action.spends} == {Action.CREATE, Action.REPLACE}


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_sign_of_its_own(action: Action) -> None:
    assert list(SIGNS.values()).count(action.sign) == 1


def test_a_plan_counts_its_actions_and_what_is_pending() -> None:
    plan = Plan("runware", [change(), change(Action.NO_OP), change(Action.RETIRE)])
    assert (plan.count(Action.NO_OP), len(plan.pending)) == (1, 2)
