"""The limits and policies of a project."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from builders import change, request

from ltxspec.errors import WrongUsage
from ltxspec.plan.actions import Plan
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.terms import SpendingLimits
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.project.rules import limits_of, most_orders, rules_of, terms_of

BUDGET = '[budget]\nper_apply = "5.00"\n'
POLICY = '[[policy]]\nassert = "plan.estimate.known < 9"\n'


def opened(folder: Path, text: str = "") -> ProjectContext:
    (folder / "ltxspec.toml").write_text(f'[project]\nid = "x"\n{text}', "utf-8")
    return open_project(folder)


def test_limits_and_policies_are_those_of_the_configuration(tmp_path: Path) -> None:
    config = opened(tmp_path, BUDGET + POLICY).config
    assert limits_of(config) == SpendingLimits(Decimal("5.00"), None, None)
    assert [rule.assertion for rule in rules_of(config)] == ["plan.estimate.known < 9"]
    assert terms_of(config).policies is not None
    assert terms_of(opened(tmp_path, BUDGET).config).policies is None


def test_a_limit_is_a_number_or_what_the_budget_allows(tmp_path: Path) -> None:
    plan = Plan("runware", [change(), change(wanted=request("pier"), number=2)])

    def most(text: str = "", **options: Any) -> Any:
        return most_orders(opened(tmp_path, text), plan, [], PlanOptions(**options))

    assert (most(), most(limit=3)) == (None, 3)
    for text in ("", '[budget]\nper_shot = "5"\n'):
        with pytest.raises(WrongUsage, match="needs a budget"):
            most(text, limit="budget")
    assert most(BUDGET, limit="budget")(plan) == []
    (over,) = most(BUDGET, limit="budget", max_cost=Decimal("0.50"))(plan)
    assert (over.name, over.cure.partition(":")[0]) == ("`--max-cost`", "--max-cost sets this limit")
    (over,) = most('[budget]\nper_month = "0.95"\n', limit="budget")(plan)
    assert over.name == "`[budget] per_month`"
