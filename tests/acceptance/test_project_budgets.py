"""Limits of a month and of a label, which count over all specs of a project; and many specs in one plan and budget."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import Result, ltxspec, write_spec
from acceptance.repositories import commit, repository
from acceptance.services import KEY, paid_service

HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
DEAR = {"faults": [{"fault": "cost", "cost": "higher", "times": None, "prompt": "dear"}]}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with paid_service(tmp_path_factory.mktemp("far") / "service", DEAR) as found:
        yield found


@pytest.fixture
def run(tmp_path: Path, address: str) -> Any:
    """Runs a command in a project whose `day` and `night` each have a shot of each act, for $0.54."""
    for name in ("day", "night"):
        shots = "".join(
            f"  {act}: {{prompt: '{name} {act} of {tmp_path.name}', labels: {{act: {act}}}}}\n"
            for act in ("one", "two")
        )
        write_spec(tmp_path, HEAD + shots, name)

    def command(*arguments: str, budget: str = "", check: int | None = 0) -> Result:
        (tmp_path / "ltxspec.toml").write_text(
            f'[project]\nid = "{tmp_path.name}"\n[runware]\npoll_interval = 0.01\n[budget]\n{budget}\n', "utf-8"
        )
        return ltxspec(*arguments, cwd=tmp_path, check=check, RUNWARE_BASE_URL=address, RUNWARE_API_KEY=KEY)

    return command


def test_a_month_and_a_label_are_refused_before_anything_is_ordered_and_count_all_specs(
    run: Any, tmp_path: Path
) -> None:
    run("apply", "specs/night.yaml", "--auto-approve", budget='per_month = "1.08"')
    for budget, says in (
        (
            'per_month = "2.15"',
            "(UTC) would have cost $2.16 in all ($1.08 spent, $1.08 planned), over its limit of $2.15",
        ),
        ('per_label = {act = "1.07"}', "`act=one` would have cost $1.08 in all ($0.54 spent, $0.54 planned)"),
    ):
        refused = run("apply", "specs/day.yaml", "--auto-approve", budget=budget, check=4)
        assert "error[over-budget]: " in refused.err
        assert says in refused.err
        assert "warning[over-project-budget]" in run("plan", budget=budget).err
        assert not (tmp_path / "lockfiles" / "day.lock.json").exists()
    limits = 'per_month = "2.16"\nper_label = {act = "1.08", "act=two" = "9"}'
    told = run("status", budget=limits)
    assert "act=one $0.54, act=two $8.46" in told.out
    (month, one, two) = run("status", "--format", "json", budget=limits).json["limits"]
    assert (month["limit"], month["left"]) == ("2.16", "1.08")
    assert (one["name"], one["spent"], two["left"]) == ("act=one", {"usd": "0.54", "unknown": 0}, "8.46")
    run("apply", "--auto-approve", budget=limits)
    assert "$0.00" in run("status", budget=limits).out.splitlines()[-1]


@pytest.mark.parametrize("budget", ['per_month = "2.20"', 'per_label = {act = "1.10"}'])
def test_dear_orders_stop_further_ones(run: Any, budget: str) -> None:
    """Prompts hold the name of this test, at which the service charges 2.5 times the listed price."""
    done = run("apply", "--auto-approve", "--parallelism", "1", budget=budget, check=3)
    assert "the cost limit would be exceeded" in done.err
    takes = run("cost", "--format", "json", budget=budget).json["total"]
    assert (takes["takes"], takes["usd"]) == (1, "1.35"), "the second is reckoned at what the first one cost"


def test_orders_in_progress_count_once_whichever_specs_are_planned(run: Any) -> None:
    run("apply", "specs/night.yaml", "--auto-approve", "--detach")
    budget = 'per_month = "2.15"'
    refused = run("apply", "specs/day.yaml", "--auto-approve", budget=budget, check=4).err
    assert "($1.08 spent, $1.08 planned), over its limit of $2.15" in refused
    refused = run("apply", "--auto-approve", budget=budget, check=4).err
    assert "($0.00 spent, $1.08 in progress, $1.08 planned), over its limit of $2.15" in refused
    run("apply", "--auto-approve", budget='per_month = "2.16"')


def test_what_limit_budget_shows_is_applied_also_from_a_saved_plan_and_nothing_is_left_then(run: Any) -> None:
    budget = 'per_month = "1.62"\nper_label = {act = "1.08", "act=two" = "0.54"}'
    planned = run("plan", "--limit", "budget", "-o", "plan.json", budget=budget)
    assert "Plan: 3 to render (3 create), 1 left for later" in planned.out
    assert "over-project-budget" not in planned.err
    run("apply", "plan.json", budget=budget)
    again = run("plan", "--limit", "budget", budget=budget)
    assert "not even `night.two` is within the limits: the month " in again.err
    assert "; `act=two` would have cost $1.08 in all ($0.54 spent, $0.54 planned)" in again.err


def test_the_sandbox_never_counts(run: Any) -> None:
    budget = 'per_month = "0"\nper_label = {act = "0"}'
    run("apply", "--provider", "sandbox", budget=budget + "\n[sandbox]\nspeed = 1000")
    run("apply", "--target", "day.one", "--auto-approve", budget='per_month = "0.54"')


def test_a_review_shows_limits_among_the_rules_that_change(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "ltxspec.toml").write_text('[budget]\nper_month = "5"\nper_label = {act = "3"}\n', "utf-8")
    commit(tmp_path, "limits")
    (tmp_path / "ltxspec.toml").write_text(
        '[budget]\nper_month = "500"\nper_label = {act = "3", "act=two" = 9}\n', "utf-8"
    )
    told = ltxspec("diff", "HEAD", cwd=tmp_path).out
    assert "budget.per_month: $5.00 → $500.00" in told
    assert "budget.per_label.act=two: " in told


def test_costs_of_a_label_and_month_are_a_table(run: Any) -> None:
    run("apply", "--auto-approve")
    table = run("cost", "--by", "label:act,month", "--format", "csv").out.splitlines()
    month = run("cost", "--by", "month", "--format", "json").json["groups"][0]["name"]
    assert table == ["label:act,month,takes,usd,unknown", f"one,{month},2,1.08,0", f"two,{month},2,1.08,0"]
    assert f"one, {month}" in run("cost", "--by", "label:act,month").out
    assert "is written as text or JSON" in run("cost", "--reconcile", "--format", "csv", check=64).err
    for wrong in ("month,month", "month,", "label:,month"):
        assert "cannot be grouped" in run("cost", "--by", wrong, check=64).err


def test_specs_are_selected_by_path_wildcard_and_label(run: Any, tmp_path: Path) -> None:
    planned = run("plan", "specs/n*", "--label", "act=two", "--format", "json").json
    assert [shot["address"] for shot in planned["shots"]] == ["night.two"]
    run("plan", "specs/n*", "-o", "plan.json")
    run("apply", "plan.json", "--max-cost", "1.08")
    assert {path.name for path in (tmp_path / "lockfiles").iterdir()} == {"night.lock.json"}
    assert "matches no spec" in run("apply", "specs/x*", "--auto-approve", check=64).err


def test_hundreds_of_specs_are_one_plan_with_one_budget(tmp_path: Path) -> None:
    for number in range(200):
        write_spec(
            tmp_path, HEAD + f"  a: {{prompt: shot {number}, labels: {{part: p{number % 30}}}}}\n", f"s{number:03}"
        )
    (tmp_path / "ltxspec.toml").write_text('[budget]\nper_apply = "107.99"\n[sandbox]\nspeed = 1000\n', "utf-8")
    planned = ltxspec("plan", "-q", cwd=tmp_path, check=0, LTXSPEC_PROVIDER="sandbox")
    assert planned.out.startswith("Plan: 200 to render (200 create). Estimated $108.00")
    assert "the plan costs $108.00, which is over the limit of $107.99 for one apply" in planned.err
    assert "$108.00" in ltxspec("apply", "-q", cwd=tmp_path, check=4, LTXSPEC_PROVIDER="sandbox").err
    assert not (tmp_path / ".ltxspec" / "sandbox" / "lockfiles").exists()
    ltxspec(
        "apply",
        "-q",
        "specs/s?[25]*",
        "--label",
        "part=p22",
        "--max-cost",
        "1.08",
        cwd=tmp_path,
        check=0,
        LTXSPEC_PROVIDER="sandbox",
    )
    recorded = {path.name for path in (tmp_path / ".ltxspec" / "sandbox" / "lockfiles").iterdir()}
    assert recorded == {"s022.lock.json", "s052.lock.json"}
