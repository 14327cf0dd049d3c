from decimal import Decimal
from pathlib import Path

import pytest
from unit.project.projects import project

from ltxspec.errors import WrongUsage
from ltxspec.plan.terms import SpendingLimits
from ltxspec.project.project import ProjectContext
from ltxspec.project.terms import limits_of, most_orders, rules_of, terms_of_config

POLICY = """
[[policy]]
assert = "estimate < 1"
message = "too expensive"
"""


def opened(folder: Path, text: str = "") -> ProjectContext:
    (folder / "ltxspec.toml").write_text(text, "utf-8")
    return project(folder)


def test_the_limits_are_those_of_the_configuration(tmp_path: Path) -> None:
    config = opened(tmp_path, '[budget]\nper_apply = "5.00"\nper_spec = "9.00"\n').config
    assert limits_of(config) == SpendingLimits(Decimal("5.00"), None, Decimal("9.00"))
    assert terms_of_config(config).policies is None


def test_policies_are_part_of_the_terms_by_their_digest(tmp_path: Path) -> None:
    config = opened(tmp_path, POLICY).config
    (rule,) = rules_of(config)
    assert rule.message == "too expensive"
    assert (terms_of_config(config).policies or "").startswith("sha256:")


def test_as_many_as_a_budget_allows_needs_a_budget(tmp_path: Path) -> None:
    assert most_orders(opened(tmp_path), 3, None) == 3
    with pytest.raises(WrongUsage, match="needs a budget"):
        most_orders(opened(tmp_path), "budget", None)
    limits = most_orders(opened(tmp_path, '[budget]\nper_apply = "5.00"\n'), "budget", Decimal("2.00"))
    assert isinstance(limits, SpendingLimits)
    assert limits.per_apply == Decimal("2.00")
