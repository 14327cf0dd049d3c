"""Limits on money, through the real command: refused before the first order, stopped when reality is dearer."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import REPOSITORY, ltxspec, write_spec

SANDBOX = ("--provider", "sandbox")
HEAD = "model: {model}\ndefaults: {{width: 1280, height: 720, duration: 6, fps: 24}}\nshots:\n"
PRICED, UNPRICED = "lightricks:ltx@2.5-fast", "maker:9@9"  # the first costs 0.54 a shot


def project(folder: Path, *shots: str, budget: str = "", model: str = PRICED) -> Path:
    (folder / "ltxspec.toml").write_text(f"[sandbox]\nspeed = 1000\n[budget]\n{budget}\n", encoding="utf-8")
    lines = "".join(f"  {name}: {{prompt: 'shot {name}'}}\n" for name in shots)
    write_spec(folder, HEAD.format(model=model) + lines)
    return folder


def apply(folder: Path, *arguments: str, check: int = 0, faults: dict[str, Any] | None = None) -> tuple[str, str]:
    scenario = {"LTXSPEC_SANDBOX_SCENARIO": json.dumps(faults)} if faults else {}
    done = ltxspec("apply", *SANDBOX, "--parallelism", "1", *arguments, cwd=folder, check=check, **scenario)
    return done.out, done.err


def charges(folder: Path) -> int:
    """How many tasks the sandbox has charged for, whatever ltxspec says."""
    found = list((folder / ".ltxspec" / "sandbox").glob("*.sqlite*"))
    if not found:
        return 0
    with sqlite3.connect(found[0]) as connection:
        (count,) = connection.execute("select count(*) from charges").fetchone()
    return int(count)


def model_without_prices(folder: Path) -> None:
    text = (REPOSITORY / "schemas" / "models" / "lightricks-ltx-2-5-fast.json").read_text("utf-8")
    model = json.loads(text.replace(PRICED, UNPRICED).replace("lightricks-ltx-2-5-fast", "maker-nine"))
    model["x-ltxspec"]["price"]["rows"] = []
    target = folder / "schemas" / "models" / "maker-nine.json"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(model), encoding="utf-8")


@pytest.mark.parametrize("limit", ["per_apply", "per_shot", "per_spec"])
def test_a_plan_warns_of_what_an_apply_would_refuse_and_in_the_same_words(tmp_path: Path, limit: str) -> None:
    folder = project(tmp_path, "a", "b", budget=f'{limit} = "0.30"')
    (refused,) = [line for line in apply(folder, check=4)[1].splitlines() if line.startswith("error[over-budget]: ")]
    words = refused.removeprefix("error[over-budget]: ")
    told = ltxspec("plan", *SANDBOX, cwd=folder)
    assert f"warning[over-budget]: {words}" in told.err
    (item,) = ltxspec("plan", *SANDBOX, "--format", "json", cwd=folder).json["diagnostics"]
    assert (item["severity"], item["code"], item["message"]) == ("warning", "over-budget", words)
    assert "<code>over-budget</code>" in ltxspec("plan", *SANDBOX, "--format", "markdown", cwd=folder).out


def test_a_plan_within_its_limits_warns_of_nothing(tmp_path: Path) -> None:
    assert ltxspec("plan", *SANDBOX, cwd=project(tmp_path, "a", budget='per_shot = "0.54"')).err == ""


@pytest.mark.parametrize(
    ("budget", "arguments", "says"),
    [
        ('per_apply = "1.00"', (), "the plan costs $1.08, which is over the limit of $1.00"),
        ("", ("--max-cost", "1.00"), "the plan costs $1.08, which is over the limit of $1.00"),
        ('per_apply = "9.00"', ("--max-cost", "1.00"), "over the limit of $1.00"),
        ('per_apply = "1.00"', ("--max-cost", "9.00"), "over the limit of $1.00"),
        ('per_shot = "0.50"', (), "`night.a`, `night.b` would cost more than $0.50 for one shot"),
        ('per_spec = "1.00"', (), "`night` would have cost $1.08 in all, over its limit of $1.00"),
    ],
)
def test_a_plan_over_a_limit_is_refused_before_anything_is_ordered(
    tmp_path: Path, budget: str, arguments: tuple[str, ...], says: str
) -> None:
    project(tmp_path, "a", "b", budget=budget)
    _, told = apply(tmp_path, *arguments, check=4)
    assert says in told
    assert charges(tmp_path) == 0
    assert not (tmp_path / ".ltxspec" / "sandbox" / "lockfiles").exists()


def test_a_plan_within_all_limits_is_applied(tmp_path: Path) -> None:
    project(tmp_path, "a", "b", budget='per_apply = "1.08"\nper_shot = 0.54\nper_spec = "1.08"')
    apply(tmp_path, "--max-cost", "$1.08")
    assert charges(tmp_path) == 2


def test_a_spec_keeps_to_its_limit_over_all_applies(tmp_path: Path) -> None:
    project(tmp_path, "a", budget='per_spec = "1.00"')
    apply(tmp_path)
    project(tmp_path, "a", "b", budget='per_spec = "1.00"')
    assert "`night` would have cost $1.08 in all" in apply(tmp_path, check=4)[1]
    project(tmp_path, "b", budget='per_spec = "1.00"')
    assert "$1.08" in apply(tmp_path, check=4)[1], "a shot that is gone was paid for all the same"
    assert charges(tmp_path) == 1


def test_a_part_that_is_within_the_limit_can_be_chosen(tmp_path: Path) -> None:
    project(tmp_path, "a", "b", budget='per_apply = "1.00"')
    apply(tmp_path, "--target", "night.a")
    assert charges(tmp_path) == 1


def test_no_more_is_ordered_once_reality_is_dearer_than_the_estimate(tmp_path: Path) -> None:
    project(tmp_path, "a", "b", "c")
    out, told = apply(tmp_path, "--max-cost", "2.20", check=3, faults={"behaviour": {"cost": "higher"}})
    assert "the cost limit would be exceeded" in told
    assert "not ordered" in out
    assert charges(tmp_path) == 1, "the second is reckoned at what the first one cost, $1.35"


def test_ten_orders_at_a_price_that_is_far_too_low_are_not_sent_at_once(tmp_path: Path) -> None:
    project(tmp_path, *"abcdefghij")
    text = (REPOSITORY / "schemas" / "models" / "lightricks-ltx-2-5-fast.json").read_text("utf-8")
    model = json.loads(text.replace(PRICED, "maker:7@7").replace("lightricks-ltx-2-5-fast", "maker-seven"))
    for row in model["x-ltxspec"]["price"]["rows"]:
        row["usdPerSecond"] = "0.01"
    target = tmp_path / "schemas" / "models" / "maker-seven.json"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(model), encoding="utf-8")
    project(tmp_path, *"abcdefghij", model="maker:7@7")
    faults = {"faults": [{"fault": "cost", "cost": "higher", "times": None}]}
    out, _ = apply(tmp_path, "--max-cost", "0.60", "--parallelism", "10", check=3, faults=faults)
    assert charges(tmp_path) == 4, "at $0.15 each, four are within the limit"
    assert "4 rendered, 6 not ordered" in out


def test_a_spec_keeps_to_its_limit_when_reality_is_dearer(tmp_path: Path) -> None:
    project(tmp_path, "a", "b", "c", budget='per_spec = "2.20"')
    out, told = apply(tmp_path, check=3, faults={"behaviour": {"cost": "higher"}})
    assert "the cost limit would be exceeded" in told
    assert charges(tmp_path) == 1
    assert "Would have cost $1.35" in out


def test_a_run_that_cost_more_than_its_limit_is_no_success_and_says_by_how_much(tmp_path: Path) -> None:
    project(tmp_path, "a")
    out, _ = apply(tmp_path, "--max-cost", "0.60", check=3, faults={"behaviour": {"cost": "higher"}})
    assert "Would have cost $1.35, $0.75 over the limit of $0.60" in out


def test_a_price_that_the_last_run_proved_too_low_is_not_believed_by_the_next(tmp_path: Path) -> None:
    project(tmp_path, "a")
    apply(tmp_path, faults={"behaviour": {"cost": "higher"}})
    project(tmp_path, "a", "b")
    out, told = apply(tmp_path, "--max-cost", "1.00", check=3)
    assert "the newest take cost 2.50 times its listed price" in told
    assert "not ordered" in out
    assert charges(tmp_path) == 1
    apply(tmp_path, "--max-cost", "1.35")
    assert charges(tmp_path) == 2


def test_an_unknown_price_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    model_without_prices(tmp_path)
    project(tmp_path, "a", "b", model=UNPRICED)
    plan = ltxspec("plan", *SANDBOX, "--format", "json", cwd=tmp_path).json
    assert plan["estimate"] == {"usd": "0.00", "unknown": 2}
    assert [shot["estimate"] for shot in plan["shots"]] == [None, None]
    assert "the price of `night.a`, `night.b` is not known" in apply(tmp_path, check=4)[1]
    assert charges(tmp_path) == 0
    apply(tmp_path, "--allow-unknown-cost", "--target", "night.a")
    assert charges(tmp_path) == 1


def test_an_unknown_price_counts_as_the_dearest_shot_that_is_allowed(tmp_path: Path) -> None:
    model_without_prices(tmp_path)
    project(tmp_path, "a", "b", budget='per_apply = "5.00"\nper_shot = "3.00"', model=UNPRICED)
    told = apply(tmp_path, "--allow-unknown-cost", check=4)[1]
    assert "$6.00 (2 unknown, counted as $3.00)" in told
    assert charges(tmp_path) == 0


def test_with_nothing_to_reckon_by_one_unknown_price_at_a_time_is_risked(tmp_path: Path) -> None:
    model_without_prices(tmp_path)
    project(tmp_path, "a", "b", model=UNPRICED)
    told = apply(tmp_path, "--allow-unknown-cost", "--max-cost", "5.00", "--parallelism", "2", check=3)[1]
    assert "the cost limit would be exceeded" in told
    assert charges(tmp_path) == 1


@pytest.mark.parametrize("cost", ["missing", "zero", "negative"])
def test_a_cost_that_was_not_told_or_cannot_be_true_stays_unknown_everywhere(tmp_path: Path, cost: str) -> None:
    project(tmp_path, "a")
    out, _ = apply(tmp_path, faults={"behaviour": {"cost": cost}})
    assert "Would have cost 1 unknown" in out
    lockfile = json.loads((tmp_path / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").read_text())
    (take,) = lockfile["shots"]["a"]["takes"]
    assert (take["cost"], take["outputs"][0]["cost"]) == (None, None)
    spent = ltxspec("cost", *SANDBOX, "--format", "json", cwd=tmp_path).json
    assert spent["total"] == {"takes": 1, "usd": "0.00", "unknown": 1}
    assert "$" not in ltxspec("cost", *SANDBOX, cwd=tmp_path).out
    assert "cost unknown" in ltxspec("show", *SANDBOX, cwd=tmp_path).out
    assert ltxspec("show", *SANDBOX, "--format", "json", cwd=tmp_path).json["shots"][0]["takes"][0]["cost"] is None
    assert "worth 1 unknown" in ltxspec("plan", *SANDBOX, cwd=tmp_path).out


def test_a_cost_that_was_not_told_keeps_counting_against_the_limits(tmp_path: Path) -> None:
    project(tmp_path, "a", "b")
    told = apply(tmp_path, "--max-cost", "1.08", faults={"behaviour": {"cost": "missing"}})
    assert charges(tmp_path) == 2, told
    project(tmp_path, "a", "b", "c", budget='per_spec = "1.61"')
    refused = apply(tmp_path, check=4)[1]
    assert "would have cost $1.62 in all" in refused
    assert "with 2 takes of unreported cost at the listed price" in refused
    project(tmp_path, "a", "b", "c", budget='per_spec = "1.62"')
    apply(tmp_path)


def test_an_amount_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    project(tmp_path, "a")
    for amount in ("much", "-1", "nan"):
        assert "is not an amount in USD" in apply(tmp_path, f"--max-cost={amount}", check=64)[1]


def test_a_missing_key_is_named_with_a_missing_approval(tmp_path: Path) -> None:
    folder = project(tmp_path, "a")
    refused = ltxspec("apply", "--auto-approve", cwd=folder, check=1, RUNWARE_API_KEY="")
    assert "no API key is set for `runware`" in refused.err
    both = ltxspec("apply", cwd=folder, check=4, RUNWARE_API_KEY="")
    assert "there is no terminal to ask for approval" in both.err
    assert "`RUNWARE_API_KEY` is not set either" in both.err
    asked = ltxspec("apply", cwd=folder, check=4, RUNWARE_API_KEY="a-key")
    assert "RUNWARE_API_KEY" not in asked.err


@pytest.mark.parametrize(
    ("typed", "setting"),
    [
        ((), "`[budget] per_apply`"),
        (("--max-cost", "9"), "`[budget] per_apply`"),
        (("--max-cost", "0.50"), "--max-cost"),
    ],
)
def test_the_setting_that_limits_a_plan_is_named(tmp_path: Path, typed: tuple[str, ...], setting: str) -> None:
    folder = project(tmp_path, "a", "b", budget='per_apply = "1.00"')
    _, told = apply(folder, *typed, check=4)
    assert f"{setting} sets this limit" in told


def test_the_refusal_names_the_limit_that_fits_and_it_is_taken_in_any_case_of_letters(tmp_path: Path) -> None:
    write_spec(
        tmp_path, "model: lightricks:2@0\ndefaults: {width: 1920, height: 1080}\nshots:\n  a: {prompt: a tower}\n"
    )
    refused = ltxspec("apply", "--provider", "sandbox", "--max-cost", "0.01", cwd=tmp_path, check=4).err
    assert "`--limit budget`" in refused
    ltxspec("plan", "--provider", "sandbox", "--max-cost", "5", "--limit", "BUDGET", cwd=tmp_path)


def test_the_option_of_other_tools_that_skips_the_question_gets_the_one_of_this(tmp_path: Path) -> None:
    for option in ("-y", "--yes"):
        assert "`--auto-approve`" in ltxspec("apply", option, cwd=tmp_path, check=64).err
