"""The templates that apply a branch on several machines, and their shell parts on a real remote."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from acceptance.ci.repos import CI, ROOT, git, run
from acceptance.ci.studio import Studio
from acceptance.ci.test_ci_files import ACTION, OWN, PINNED, load, nodes
from acceptance.commands import ltxspec

WORKFLOW = ROOT / ".github" / "workflows" / "ltxspec-shards.yml"
COMPONENT = ROOT / "templates" / "ltxspec-shards.yml"
SHOTS = {"tower": "a tower", "alley": "an alley", "bridge": "a bridge"}


def component() -> tuple[Any, Any]:
    head, body = yaml.load_all(COMPONENT.read_text("utf-8"), Loader=yaml.BaseLoader)  # text only
    return head, body


def test_the_workflow_is_pinned_ends_by_itself_and_holds_no_expression_in_a_script() -> None:
    workflow = load(WORKFLOW)
    used = {node["uses"] for node in nodes(workflow) if "uses" in node}
    assert {name for name in used if not OWN.fullmatch(name) and not PINNED.fullmatch(name)} == set()
    assert not [node for node in nodes(workflow) if "run" in node]
    assert [name for name, job in workflow["jobs"].items() if "timeout-minutes" not in job] == []
    others = load(ROOT / ".github" / "workflows" / "ltxspec.yml")
    assert used <= {node["uses"] for node in nodes(others) if "uses" in node}, "one version of each"


def test_only_the_job_that_joins_may_push_and_only_those_that_pay_have_the_key() -> None:
    workflow = load(WORKFLOW)
    assert workflow["permissions"] == {}
    rights = {name: job["permissions"] for name, job in workflow["jobs"].items()}
    assert rights == {
        "prepare": {"contents": "read"},
        "shard": {"contents": "read"},
        "join": {"contents": "write"},
    }
    with_key = {name for name, job in workflow["jobs"].items() if "secrets.RUNWARE_API_KEY" in yaml.dump(job)}
    assert with_key == {"shard", "join"}
    assert "pull_request" not in WORKFLOW.read_text("utf-8")


def test_every_shard_begins_from_one_commit_and_one_approved_plan() -> None:
    jobs = load(WORKFLOW)["jobs"]
    (shard,) = [step["with"] for step in jobs["shard"]["steps"] if step.get("with", {}).get("command") == "shard"]
    assert shard["commit"] == "${{ needs.prepare.outputs.commit }}"
    assert shard["approved"] == "${{ needs.prepare.outputs.digest }}"
    assert shard["shard"] == "${{ matrix.shard }}/${{ strategy.job-total }}"
    assert jobs["shard"]["strategy"]["fail-fast"] == "false"
    assert jobs["join"]["if"].startswith("always()"), "what was bought is recorded whatever became of a shard"


def test_the_workflow_and_the_component_take_every_input_they_use() -> None:
    workflow, (head, _) = load(WORKFLOW), component()
    used = set(re.findall(r"inputs\.([\w-]+)", yaml.dump(workflow["jobs"])))
    assert used == workflow["on"]["workflow_call"]["inputs"].keys()
    for step in nodes(workflow):
        if OWN.fullmatch(str(step.get("uses", ""))):
            assert step["with"].keys() <= load(ACTION)["inputs"].keys()
    used = set(re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", COMPONENT.read_text("utf-8")))
    assert used == head["spec"]["inputs"].keys()


def test_the_component_puts_no_input_into_a_script_and_leaves_what_a_stopped_shard_did() -> None:
    _, body = component()
    parts = ("script", "before_script", "after_script")
    scripts = [line for node in nodes(body) for name in parts for line in node.get(name, [])]
    assert [line for line in scripts if "$[[" in line] == []
    assert body["ltxspec-shards-prepare"]["script"][0] == "unset RUNWARE_API_KEY"
    assert any("leave" in line for line in body["ltxspec-shard"]["after_script"])
    assert body["ltxspec-shard"]["artifacts"]["when"] == "always"
    assert {rule["when"] for rule in body["ltxspec-shards-join"]["rules"]} == {"always"}


def test_shards_are_rendered_apart_and_recorded_with_one_commit(studio: Studio, tmp_path: Path) -> None:
    studio.write(studio.clone(), "main", **SHOTS)
    git(studio.remote.folder, "branch", "seen", "main")
    push = studio.push(
        LTXSPEC_MAX_COST="3", LTXSPEC_OUTPUT=str(tmp_path / "out"), LTXSPEC_SHARDS=str(tmp_path / "left")
    )
    run("run.sh", "prepare", cwd=studio.clone(), variables=push)
    named = dict(line.split("=") for line in (tmp_path / "out").read_text("utf-8").splitlines())
    assert named["LTXSPEC_COMMIT"] == studio.head("main")
    lost, clone = studio.clone(), studio.clone()  # one of the machines vanishes with all that it has
    approved = ("--auto-approve", "--approved", named["LTXSPEC_APPROVED"])
    ltxspec("apply", "--shard", "2/2", *approved, cwd=lost, check=0, **studio.paying())
    run("run.sh", "shard", cwd=clone, variables=push | named | {"LTXSPEC_SHARD": "1/2"})
    run("run.sh", "leave", str(tmp_path / "left" / "1"), cwd=clone)
    assert studio.charges() == len(SHOTS)
    run("run.sh", "join", cwd=studio.clone(), variables=push | named)
    recorded = studio.remote.tasks()
    assert 0 < len(recorded) < len(SHOTS)
    assert git(studio.remote.folder, "rev-list", "--count", "seen..main") == "1"
    after = studio.clone()
    ltxspec("apply", "--auto-approve", cwd=after, check=0, **studio.paying())
    assert studio.charges() == len(SHOTS), "what the lost machine bought is found at the provider"
    assert ltxspec("plan", "--detailed-exitcode", cwd=after).out.startswith("No changes.")


@pytest.mark.parametrize(
    ("script", "variables", "code", "says"),
    [
        ("join.sh", {"LTXSPEC_COMMIT": "HEAD", "LTXSPEC_BRANCH": "main"}, 0, "nothing to record"),
        ("join.sh", {"LTXSPEC_BRANCH": "main"}, 64, "set LTXSPEC_COMMIT"),
        ("join.sh", {"LTXSPEC_COMMIT": "HEAD"}, 64, "which branch"),
        ("prepare.sh", {}, 64, "which branch"),
        ("shard.sh", {"LTXSPEC_SHARD": "1/2", "LTXSPEC_COMMIT": "HEAD"}, 64, "set LTXSPEC_APPROVED"),
    ],
)
def test_what_is_not_known_is_said(
    tmp_path: Path, script: str, variables: dict[str, str], code: int, says: str
) -> None:
    assert says in run(script, cwd=tmp_path, check=code, variables=variables)
    assert (CI / script).stat().st_mode == (CI / "apply.sh").stat().st_mode
