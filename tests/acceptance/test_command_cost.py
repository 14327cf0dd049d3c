"""`ltxspec cost`: sums that say what they do not know."""

from pathlib import Path

import pytest
from acceptance.commands import ltxspec


def test_the_sum_names_what_is_unknown(rendered: Path) -> None:
    assert ltxspec("cost", "--by", "shot", cwd=rendered).out == (
        "night.alley      2 takes    $1.08\n"
        "night.flagged     1 take    1 unknown\n"
        "total            3 takes  ≥ $1.08 + 1 unknown (sandbox: nothing is charged)\n"
    )


@pytest.mark.parametrize(("by", "name"), [("spec", "night"), ("model", "lightricks:ltx@2.5-fast")])
def test_takes_are_grouped_as_asked(by: str, name: str, rendered: Path) -> None:
    document = ltxspec("cost", "--by", by, "--format", "json", cwd=rendered).json
    assert document["groups"] == [{"name": name, "takes": 3, "usd": "1.08", "unknown": 1}]
    assert document["total"] == {"takes": 3, "usd": "1.08", "unknown": 1}


def test_months_are_those_of_the_orders(rendered: Path) -> None:
    (take, *_) = ltxspec("show", "night.alley", "--format", "json", cwd=rendered).json["shots"][0]["takes"]
    (group, *_) = ltxspec("cost", "--by", "month", "--format", "json", cwd=rendered).json["groups"]
    assert group["name"] == take["submittedAt"][:7]


def test_real_money_is_counted_apart_from_play_money(rendered: Path) -> None:
    assert ltxspec("cost", "--provider", "runware", cwd=rendered).out == "total    0 takes    $0.00\n"


def test_an_order_in_progress_is_mentioned_as_it_is_in_no_sum_yet(project: Path) -> None:
    ltxspec("apply", "--provider", "sandbox", "--auto-approve", "--detach", cwd=project)
    for command in ("cost", "show"):
        told = ltxspec(command, "--provider", "sandbox", cwd=project).err
        assert "orders in progress, not recorded yet: night." in told
        assert "`ltxspec collect`" in told
    ltxspec("collect", "--provider", "sandbox", cwd=project, check=3)
    assert ltxspec("cost", "--provider", "sandbox", cwd=project).err == ""


def test_costs_are_grouped_by_a_label(rendered: Path) -> None:
    grouped = ltxspec("cost", "--by", "label:campaign", "--format", "json", cwd=rendered).json["groups"]
    assert grouped == [{"name": "(none)", "takes": 3, "usd": "1.08", "unknown": 1}]
    refused = ltxspec("cost", "--by", "campaign", cwd=rendered, check=64).err
    assert "label:campaign" in refused
