"""The table [budget]: amounts, and limits of labels by name."""

from decimal import Decimal
from pathlib import Path

import pytest

from ltxspec.errors import Problems
from ltxspec.storage.budget_config import BudgetConfig
from ltxspec.storage.config import parse_config
from ltxspec.storage.settings import settings


def budget(text: str) -> tuple[BudgetConfig, list[str]]:
    problems = Problems()
    config = parse_config(f"[budget]\n{text}\n".encode(), Path("/p/ltxspec.toml"), "ltxspec.toml", problems)
    return config.budget, [item.message for item in problems.errors]


def test_labels_may_have_limits_in_a_table_of_their_own() -> None:
    found, problems = budget('per_month = "9"\n[budget.per_label]\nact = 5\n"act=two" = "0.50"')
    assert problems == []
    assert found == BudgetConfig(per_month=Decimal(9), per_label={"act": Decimal(5), "act=two": Decimal("0.50")})
    assert found.spans_project
    assert not BudgetConfig(Decimal(1)).spans_project


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('per_month = 9\n[budget.per_label]\nact = 5\n"act=two" = 6', 5),
        ("per_month = 9\n[budget.per_label]\nact = 5\n  'act=two'=6", 5),
        ('per_month = 9\nper_label = {act = 5, "act=two" = 6}', 3),
        ('per_month = 9\nper_label.act = 5\nper_label."act=two" = 6', 3),
    ],
)
def test_the_place_of_a_limit_is_its_line_or_that_of_its_table(text: str, line: int) -> None:
    found, problems = budget(text)
    place = found.place_of_label("act=two")
    assert place is not None
    assert (problems, place.file, place.line) == ([], "ltxspec.toml", line)
    assert BudgetConfig().place_of_label("act") is None


@pytest.mark.parametrize(
    "value", ['"5"', "{act = -1}", '{act = "much"}', '{"" = 5}', '{"=two" = 5}', "{act = {two = 5}}"]
)
def test_a_limit_that_cannot_be_read_is_an_error_and_no_missing_limit(value: str) -> None:
    found, problems = budget(f"per_label = {value}")
    assert (found.per_label, len(problems)) == ({}, 1)
    assert "`per_label` in [budget] must be a table of amounts in USD" in problems[0]


def test_each_label_is_a_setting_of_its_own() -> None:
    config = parse_config(b'[budget]\nper_label = {act = 5, "act=two" = 6}\n', Path("/p/l.toml"), "l.toml", Problems())
    shown = {name: value for name, value in settings(config).items() if "label" in name}
    assert shown == {"budget.per_label.act": "$5.00", "budget.per_label.act=two": "$6.00"}
