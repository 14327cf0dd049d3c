"""A report says of the rules what its commits say, where its reader has them."""

from decimal import Decimal

import pytest
from replacing import replace
from unit.report.reviews import rich_review

from ltxspec.plan.terms import SpendingLimits
from ltxspec.report.review.known_rules import KnownRules, disagreement
from ltxspec.review.models import RuleChange

BUDGET = RuleChange("budget.per_apply", "$5.00", "$500.00")
HOOK = RuleChange("webhookURL of night.alley and 3 more", None, "https://calls.example/hook")
KNOWN = KnownRules([BUDGET], SpendingLimits(Decimal(5)), frozenset({"webhookURL"}))
TOLD = replace(rich_review(), rules=[BUDGET], limit=Decimal(5))


@pytest.mark.parametrize("rules", [[BUDGET], [BUDGET, HOOK], [HOOK, BUDGET]])
def test_the_same_rules_pass_beside_what_specs_say_of_deliveries(rules: list[RuleChange]) -> None:
    assert disagreement(replace(TOLD, rules=rules), KNOWN) is None


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([], "the change of `budget.per_apply` is missing or different"),
        ([HOOK], "the change of `budget.per_apply` is missing or different"),
        ([replace(BUDGET, after="$5.01")], "the change of `budget.per_apply` is missing or different"),
        ([BUDGET, BUDGET], "the commits do not contain this change of `budget.per_apply`"),
        ([BUDGET, replace(HOOK, name="project.id")], "the commits do not contain this change of `project.id`"),
    ],
)
def test_what_is_left_out_or_invented_is_named(rules: list[RuleChange], said: str) -> None:
    found = disagreement(replace(TOLD, rules=rules), KNOWN)
    assert found is not None
    assert found.startswith("`/rules` is wrong: ")
    assert said in found


@pytest.mark.parametrize("name", ["price", "content"])
def test_a_parameter_that_is_called_like_a_rule_of_models_hides_none(name: str) -> None:
    """The change brings the model file in which the parameter stands."""
    invented = RuleChange(f"{name} of lightricks:2@0", "$0.06 a second", "$0.01 a second")
    known = replace(KNOWN, delivery=frozenset({"webhookURL", name}))
    found = disagreement(replace(TOLD, rules=[BUDGET, invented]), known)
    assert found is not None
    assert f"the commits do not contain this change of `{name} of lightricks:2@0`" in found
    real = replace(known, changes=[BUDGET, invented])
    assert disagreement(replace(TOLD, rules=[BUDGET, invented]), real) is None


@pytest.mark.parametrize(("limit", "said"), [(None, "no limit"), (Decimal(6), "$6.00")])
def test_another_limit_than_that_of_the_head_is_named_with_both(limit: Decimal | None, said: str) -> None:
    found = disagreement(replace(TOLD, limit=limit), KNOWN)
    assert found == f"`/limit` is {said} in the report, but $5.00 at its commit"
