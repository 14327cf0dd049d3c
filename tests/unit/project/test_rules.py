"""The limits and policies of a project."""

from decimal import Decimal
from pathlib import Path

import pytest

from ltxspec.errors import WrongUsage
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
    assert most_orders(opened(tmp_path), 3, None) == 3
    with pytest.raises(WrongUsage, match="needs a budget"):
        most_orders(opened(tmp_path), "budget", None)
    found = most_orders(opened(tmp_path, BUDGET), "budget", Decimal(2))
    assert isinstance(found, SpendingLimits)
    assert found.per_apply == Decimal(2)
