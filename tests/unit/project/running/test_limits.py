"""The account that a run gets: the tightest limits, and a shard's part of them."""

from pathlib import Path

import pytest
from acceptance.commands import write_spec
from builders import record, take
from replacing import replace

from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Action
from ltxspec.plan.budgets import ProjectLimit, Spent
from ltxspec.plan.document import Limits, PlanDocument
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.shards import Shard
from ltxspec.project.api import Project, open_project
from ltxspec.project.running.limits import run_budget, run_limits
from ltxspec.values import Usd

SPEC = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
SHOTS = "".join(f"  s{number}: {{prompt: shot {number}}}\n" for number in range(9))


def project(folder: Path, budget: str = "") -> Project:
    (folder / "ltxspec.toml").write_text(f"[budget]\n{budget}\n", "utf-8")
    for name in ("day", "night"):
        write_spec(folder, SPEC + SHOTS, name)
    return open_project(folder, "sandbox")


@pytest.mark.parametrize(
    ("cap", "saved", "expected"),
    [(None, None, "9"), ("5", None, "5"), ("20", None, "9"), (None, "4", "4"), ("5", "4", "4"), ("3", "4", "3")],
)
def test_the_lowest_limit_counts(tmp_path: Path, cap: str | None, saved: str | None, expected: str) -> None:
    opened = project(tmp_path, 'per_apply = "9"')
    document = _saved(opened, Usd(saved)) if saved else None
    found = run_limits(opened, document, Usd(cap) if cap else None)
    assert found.per_apply == Usd(expected)
    assert found.typed == (cap is not None and cap == expected)


def _saved(opened: Project, limit: Usd) -> PlanDocument:
    return replace(opened.plan().as_saved(), limits=Limits(limit, None, None, None))


def test_the_accounts_of_all_shards_are_within_every_limit_and_fit_their_orders(tmp_path: Path) -> None:
    opened = project(tmp_path, 'per_apply = "9.80"\nper_spec = "4.90"')
    planned = opened.plan()
    limits = run_limits(opened, None, None)
    budgets = [run_budget(planned, limits, {}, Shard(number, 3)) for number in (1, 2, 3)]
    assert Usd("9.79") < sum(one.limit for one in budgets if one.limit is not None) <= Usd("9.80")
    for spec in ("day", "night"):
        assert Usd("4.89") < sum(one.per_spec[spec] for one in budgets) <= Usd("4.90")
    whole = run_budget(planned, limits, {}, None)
    assert (whole.limit, dict(whole.per_spec)) == (Usd("9.80"), {"day": Usd("4.90"), "night": Usd("4.90")})


def test_limits_over_the_project_are_divided_as_well_and_leave_room_for_what_is_in_progress(tmp_path: Path) -> None:
    opened = project(tmp_path, 'per_apply = "20"')
    planned = opened.plan(targets=["night.*"])
    outside = [replace(one, action=Action.RESUME) for one in opened.plan(targets=["day.s1"]).changes]
    planned = replace(planned, plan=replace(planned.plan, outside=outside))
    labels = {planned.changes[0].address: {"act": "one"}, planned.changes[1].address: {"act": "one"}}
    changes = [
        replace(one, request=replace(one.request, labels=labels.get(one.address))) if one.request else one
        for one in planned.changes
    ]
    planned = replace(planned, plan=replace(planned.plan, changes=changes))
    over = [
        ProjectLimit("2026-11", "[budget] per_month", Usd(12), Spent(Usd(2))),
        ProjectLimit("act=one", "[budget] per_label", Usd(3), Spent(Usd(1)), ("act", "one")),
    ]
    limits = run_limits(opened, None, None)
    whole = run_budget(planned, limits, {}, None, over)
    assert (whole.limit, dict(whole.per_label)) == (Usd(10), {"act=one": Usd(2)})
    assert whole.labels[changes[0].address] == ("act=one",)
    assert whole.labels[changes[2].address] == ()
    budgets = [run_budget(planned, limits, {}, Shard(number, 3), over) for number in (1, 2, 3)]
    assert Usd("9.45") < sum(one.limit for one in budgets if one.limit is not None) <= Usd("9.46")
    assert Usd("1.99") < sum(one.per_label["act=one"] for one in budgets) <= Usd(2)


def test_a_shard_that_is_run_again_spends_no_more_than_its_part_in_all(tmp_path: Path) -> None:
    """Orders that failed and were charged for: the machine of another shard knows nothing of them."""
    from acceptance.repositories import git

    opened = project(tmp_path, 'per_spec = "40"')
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "--quiet", "-m", "specs")
    planned, limits = opened.plan(), run_limits(opened, None, None)
    budgets = [run_budget(planned, limits, {}, Shard(number, 2)) for number in (1, 2)]
    mine = next(one for one in planned.changes if Shard(1, 2).has(one.address, {}) and one.address.spec == "night")
    charged = take(mine.address.instance, status="failed", cost="7", number=1)
    state = RecordedState(Lockfile("sandbox", "night", {mine.address.instance: record(charged)}))
    spent = replace(planned, plan=replace(planned.plan, spent={"night": (Usd(7), 0), "day": (Usd(0), 0)}))
    again = run_budget(spent, limits, {"night": state}, Shard(1, 2))
    assert budgets[0].per_spec["night"] - Usd("7.01") < again.per_spec["night"] <= budgets[0].per_spec["night"] - 7
    assert again.per_spec["day"] == budgets[0].per_spec["day"]
    git(tmp_path, "checkout", "--quiet", "--orphan", "empty")
    assert run_budget(spent, limits, {"night": state}, Shard(1, 2)).per_spec["night"] > again.per_spec["night"]
