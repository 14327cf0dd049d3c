"""`apply --approved`: exactly what was seen is bought, and a refusal tells what is different, money included."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acceptance.ci.repos import git
from acceptance.commands import Result, ltxspec, write_spec

HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
KEY = {"RUNWARE_API_KEY": "key-of-nobody", "RUNWARE_BASE_URL": "http://127.0.0.1:9/v1"}  # nothing listens there


@pytest.fixture
def project(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path, tower="a tower")
    return tmp_path


def commit(project: Path, **prompts: str) -> None:
    write_spec(project, HEAD + "".join(f"  {name}: {{prompt: '{text}'}}\n" for name, text in prompts.items()))
    git(project, "add", "specs")
    git(project, "commit", "--quiet", "--message=Edit")


def digest(project: Path) -> str:
    found: str = ltxspec("diff", "HEAD", "HEAD", "--format", "json", cwd=project).json["planDigest"]
    return found


def apply(project: Path, approved: str, *more: str) -> Result:
    return ltxspec("apply", "--approved", approved, *more, cwd=project, check=4, **KEY)


def test_a_plan_that_grew_since_is_refused_and_told_apart(project: Path) -> None:
    approved = digest(project)
    commit(project, tower="a taller tower", gate="a gate")
    refused = apply(project, approved)
    assert "error[not-approved]" in refused.err
    assert "approved $0.54, now $1.08" in refused.err
    assert "night.gate: planned no change, now create" in refused.err
    assert "night.tower: planned create of v1:sha256:" in refused.err
    assert "for $0.54" in refused.err


def test_edits_that_are_not_committed_are_told_apart_too(project: Path) -> None:
    approved = digest(project)
    write_spec(project, HEAD + "  tower: {prompt: a tower, duration: 8}\n")
    assert "approved $0.54, now $0.72" in apply(project, approved).err


def test_a_plan_nobody_knows_is_refused_with_what_would_be_bought(project: Path) -> None:
    refused = apply(project, "sha256:" + "0" * 64)
    assert "now $0.54" in refused.err
    assert "night.tower: now create for $0.54" in refused.err


PROBLEM = {"severity": "warning", "code": "x", "message": "y", "file": None, "line": None, "column": None, "hint": None}


@pytest.mark.parametrize(
    ("forge", "named"),
    [
        (lambda plan: plan.update(shots=[]), "`night.tower`"),
        (lambda plan: plan.update(estimate={"usd": "0.01", "unknown": 0}), "`/estimate`"),
        (lambda plan: plan["shots"][0].update(estimate="0.01"), "`night.tower`"),
        (lambda plan: plan["shots"][0].update(action="no-op"), "`night.tower`"),
        (lambda plan: plan["shots"][0].update(fingerprint="v1:sha256:0"), "`night.tower`"),
        (lambda plan: plan["shots"][0]["request"].update(duration=1), "`night.tower`"),
        (lambda plan: plan["shots"][0].update(request={}), "`night.tower`"),
        (lambda plan: plan["shots"].append(plan["shots"][0] | {"address": "night.more"}), "`night.more`"),
        (lambda plan: plan["shots"].insert(0, plan["shots"][0] | {"estimate": "0.01"}), "`night.tower`"),
        (lambda plan: plan["shots"].append(plan["shots"][0]), "`night.tower`"),
        (lambda plan: plan["shots"].insert(0, plan["shots"][0] | {"action": "no-op"}), "`night.tower`"),
        (lambda plan: plan["shots"].append(plan["shots"][0] | {"address": "a.b", "action": "no-op"}), "`a.b`"),
        (lambda plan: plan["shots"][0].update(reasons=["retake-requested"]), "`night.tower`"),
        (lambda plan: plan["shots"][0].update(changes=[]), "`night.tower`"),
        (lambda plan: plan["shots"][0].update(note="approved by the studio"), "`night.tower`"),
        (lambda plan: plan["summary"].update(create=0), "`/summary`"),
        (lambda plan: plan["summary"].pop("create"), "`/summary`"),
        (lambda plan: plan["diagnostics"].append(PROBLEM), "`/diagnostics`"),
    ],
)
def test_a_saved_plan_that_shows_something_else_than_its_digest_buys_is_refused(
    project: Path, forge: Callable[[dict[str, Any]], None], named: str
) -> None:
    ltxspec("plan", "-o", "plan.json", cwd=project)
    plan = json.loads((project / "plan.json").read_text("utf-8"))
    forge(plan)
    (project / "plan.json").write_text(json.dumps(plan), "utf-8")
    refused = ltxspec("apply", "plan.json", cwd=project, check=4, **KEY)
    assert "error[stale-plan]" in refused.err
    assert f"{named} does not match its digest" in refused.err


SENT = '[delivery]\nwebhookURL = "https://{host}/hook?token=canary-1"\n'
SHOT_SENT = "  tower: {prompt: a tower, webhookURL: 'https://evil.example/hook'}\n"


@pytest.mark.parametrize("changed", ["configuration", "secret", "shot"])
def test_a_plan_is_refused_when_its_results_would_be_sent_elsewhere(project: Path, changed: str) -> None:
    (project / "ltxspec.toml").write_text(SENT.format(host="good.example"), "utf-8")
    git(project, "add", "ltxspec.toml")
    git(project, "commit", "--quiet", "--message=Deliver")
    approved = digest(project)
    assert "\nResults are sent to good.example (webhook).\n" in ltxspec("plan", "-o", "plan.json", cwd=project).out
    if changed == "shot":
        write_spec(project, HEAD + SHOT_SENT)
    else:
        text = SENT.format(host="evil.example" if changed == "configuration" else "good.example")
        (project / "ltxspec.toml").write_text(text.replace("canary-1", "canary-2"), "utf-8")
    for refused in (apply(project, approved), ltxspec("apply", "plan.json", cwd=project, check=4, **KEY)):
        assert "with webhookURL https://good.example/hook (" in refused.err
        assert "now create" in refused.err
        assert changed == "secret" or "https://evil.example/hook" in refused.err
        assert "canary" not in refused.out + refused.err


def test_a_saved_plan_that_shows_another_place_for_results_is_refused(project: Path) -> None:
    (project / "ltxspec.toml").write_text(SENT.format(host="evil.example"), "utf-8")
    ltxspec("plan", "-o", "plan.json", cwd=project)
    text = (project / "plan.json").read_text("utf-8")
    (project / "plan.json").write_text(text.replace("evil.example", "good.example"), "utf-8")
    assert "`night.tower` does not match its digest" in ltxspec("apply", "plan.json", cwd=project, check=4, **KEY).err


def test_places_in_files_may_change_in_a_saved_plan(project: Path) -> None:
    ltxspec("plan", "-o", "plan.json", "--provider", "sandbox", cwd=project)
    write_spec(project, "# another line\n" + HEAD + "  tower: {prompt: a tower}\n")
    ltxspec("apply", "plan.json", cwd=project)


RECORDED = HEAD + "  tower: {prompt: a tower, safety: {checkContent: CHECKED}}\n"


@pytest.mark.parametrize("before", [HEAD + "  tower: {prompt: a tower}\n", RECORDED.replace("CHECKED", "true")])
def test_a_parameter_that_is_only_recorded_is_part_of_what_is_approved(project: Path, before: str) -> None:
    write_spec(project, before)
    git(project, "commit", "--quiet", "--all", "--allow-empty", "--message=Edit")
    approved = digest(project)
    ltxspec("plan", "-o", "plan.json", cwd=project)
    write_spec(project, RECORDED.replace("CHECKED", "false"))
    for refused in (apply(project, approved), ltxspec("apply", "plan.json", cwd=project, check=4, **KEY)):
        assert "night.tower: /safety" in refused.err
        assert "was planned as" in refused.err


def test_a_saved_plan_shows_recorded_parameters_as_they_are_bought(project: Path) -> None:
    write_spec(project, RECORDED.replace("CHECKED", "true"))
    ltxspec("plan", "-o", "plan.json", cwd=project)
    plan = json.loads((project / "plan.json").read_text("utf-8"))
    del plan["shots"][0]["request"]["safety"]
    (project / "plan.json").write_text(json.dumps(plan), "utf-8")
    refused = ltxspec("apply", "plan.json", cwd=project, check=4, **KEY)
    assert "`night.tower` does not match its digest" in refused.err


BUDGET = '[budget]\nper_apply = "{}"\n'
MANY = HEAD + "".join(f"  shot-{number}: {{prompt: scene {number}}}\n" for number in range(4))


def test_a_saved_plan_holds_to_the_limits_it_was_made_under(project: Path) -> None:
    """Reported costs are higher than listed ones; the limit is gone by the time the plan is applied."""
    (project / "ltxspec.toml").write_text(BUDGET.format("2.50"), "utf-8")
    write_spec(project, MANY)
    scenario = json.dumps({"behaviour": {"cost": "higher"}})
    ltxspec("plan", "-o", "plan.json", "--provider", "sandbox", cwd=project)
    (project / "ltxspec.toml").unlink()
    done = ltxspec("apply", "plan.json", cwd=project, check=3, LTXSPEC_SANDBOX_SCENARIO=scenario)
    assert "Would have cost $1.35" in done.out


@pytest.mark.parametrize(("saved", "now"), [("0.10", ""), ("0.10", "5.00"), ("5.00", "0.10")])
def test_the_tighter_limit_holds(project: Path, saved: str, now: str) -> None:
    (project / "ltxspec.toml").write_text(BUDGET.format(saved), "utf-8")
    ltxspec("plan", "-o", "plan.json", cwd=project)
    (project / "ltxspec.toml").write_text(BUDGET.format(now) if now else "", "utf-8")
    refused = ltxspec("apply", "plan.json", cwd=project, check=4, **KEY)
    assert "over the limit of $0.10" in refused.err
    assert ("save it again to spend more" in refused.err) is (saved == "0.10")


def test_a_warning_about_a_limit_of_no_label_may_be_gone_when_a_saved_plan_is_applied(project: Path) -> None:
    (project / "ltxspec.toml").write_text('[budget.per_label]\n"act=on" = 5\n', "utf-8")
    assert "warning[idle-limit]" in ltxspec("plan", "-o", "plan.json", cwd=project).err
    (project / "ltxspec.toml").write_text("", "utf-8")
    refused = ltxspec("apply", "plan.json", "--max-cost", "0.10", cwd=project, check=4, **KEY)
    assert "error[over-budget]" in refused.err


@pytest.mark.parametrize("now", ["", '[[policy]]\nassert = "true"\n'])
def test_a_saved_plan_is_refused_under_other_policies(project: Path, now: str) -> None:
    (project / "ltxspec.toml").write_text('[[policy]]\nassert = "duration <= 8"\n', "utf-8")
    ltxspec("plan", "-o", "plan.json", cwd=project)
    (project / "ltxspec.toml").write_text(now, "utf-8")
    refused = ltxspec("apply", "plan.json", cwd=project, check=4, **KEY)
    assert "the policies of the project have changed since the plan was saved" in refused.err


def test_outside_of_git_a_refusal_says_what_would_be_bought(tmp_path: Path) -> None:
    write_spec(tmp_path, HEAD + "  tower: {prompt: a tower}\n")
    assert "night.tower: now create for $0.54" in apply(tmp_path, "sha256:" + "0" * 64).err


def test_a_long_list_of_differences_is_counted(project: Path) -> None:
    approved = digest(project)
    commit(project, **{f"shot-{number}": "a scene" for number in range(30)})
    assert "… and 12 more" in apply(project, approved).err


def test_the_approved_plan_passes_this_gate(project: Path) -> None:
    refused = apply(project, digest(project), "--max-cost", "0.10")
    assert "error[over-budget]" in refused.err
