"""The ready-made CI files: well-formed, pinned, least rights, nobody's text inside a script, and they fit together."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from acceptance.ci.repos import CI, ROOT, environment, git
from acceptance.commands import ltxspec

REUSABLE = ROOT / ".github" / "workflows" / "ltxspec.yml"
ACTION = ROOT / "action.yml"
COMPONENT = ROOT / "templates" / "ltxspec.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
SCRIPTS = sorted(CI.glob("*.sh"))
OWN = re.compile(r"ltxspec/ltxspec(/\.github/workflows/ltxspec\.yml)?@v0")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def load(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # text only: `on` stays a word


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every mapping of a document."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `init` writes, for both services."""
    folder = tmp_path_factory.mktemp("project")
    ltxspec("init", ".", "--name", "night", "--ci", "github", cwd=folder)
    ltxspec("init", ".", "--name", "night", "--ci", "gitlab", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def callers(written: Path) -> list[Path]:
    return sorted((written / ".github" / "workflows").glob("*.yml"))


def test_init_writes_files_for_the_service_that_is_asked_for(written: Path, tmp_path: Path) -> None:
    assert {path.name for path in (written / ".github" / "workflows").iterdir()} == {
        "ltxspec.yml",
        "ltxspec-comment.yml",
    }
    assert (written / ".gitlab-ci.yml").exists()
    ltxspec("init", ".", "--ci", "none", cwd=tmp_path)
    assert not (tmp_path / ".github").exists()


def test_init_finds_out_which_service_it_is(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitlab").mkdir()
    ltxspec("init", cwd=tmp_path)
    assert (tmp_path / ".gitlab-ci.yml").exists()
    ltxspec("init", "films", cwd=tmp_path)
    assert not (tmp_path / "films" / ".github").exists()


def test_no_script_holds_an_expression(callers: list[Path]) -> None:
    for path in (REUSABLE, ACTION, *callers):
        scripts = [node["run"] for node in nodes(load(path)) if "run" in node]
        assert [script for script in scripts if "${{" in script] == []


def test_the_search_for_expressions_would_find_one() -> None:
    steps = {"steps": [{"run": "echo ${{ github.event.pull_request.title }}"}]}
    assert [node for node in nodes(steps) if "${{" in node.get("run", "")]


def test_what_others_wrote_is_pinned_to_a_commit(callers: list[Path]) -> None:
    used = {node["uses"] for path in (REUSABLE, ACTION, *callers) for node in nodes(load(path)) if "uses" in node}
    assert any(OWN.fullmatch(name) for name in used)
    assert {name for name in used if not OWN.fullmatch(name) and not PINNED.fullmatch(name)} == set()
    comments = re.findall(r"uses: (?!ltxspec/)(\S+)(.*)", REUSABLE.read_text("utf-8") + ACTION.read_text("utf-8"))
    assert [name for name, comment in comments if not re.fullmatch(r" # v\d+\.\d+\.\d+", comment)] == []


def test_rights_are_given_job_by_job(callers: list[Path]) -> None:
    jobs = load(REUSABLE)["jobs"]
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "plan": {"contents": "read"},
        "previews": {"actions": "read", "contents": "write", "pull-requests": "read"},
        "comment": {"actions": "read", "contents": "read", "pull-requests": "write"},
        "apply": {"contents": "write", "pull-requests": "write"},
    }
    wanted: dict[str, str] = {}
    for job in jobs.values():
        wanted |= {right: level for right, level in job["permissions"].items() if wanted.get(right) != "write"}
    for path in (REUSABLE, *callers):
        assert load(path)["permissions"] == {}
    for path in callers:  # a caller that gives less does not even start
        assert load(path)["jobs"]["ltxspec"]["permissions"] == wanted


def test_what_reads_a_strangers_files_has_no_secret() -> None:
    jobs = load(REUSABLE)["jobs"]
    secret = {name for name, job in jobs.items() if "secrets." in yaml.dump(job)}
    assert secret == {"apply"}
    own = "github.event.repository.default_branch"  # what has rights sees nothing of the change
    commits = {"plan": "github.event.pull_request.head.sha || github.event.merge_group.head_sha"}
    for name in ("plan", "previews", "comment"):
        (checkout,) = [step for step in jobs[name]["steps"] if "checkout" in step.get("uses", "")]
        assert checkout["with"]["ref"] == f"${{{{ {commits.get(name, own)} }}}}"
        assert (checkout["with"].get("persist-credentials") == "false") is (name != "previews")  # which pushes


def test_the_job_that_writes_the_comment_cannot_push_and_the_one_that_pushes_cannot_write_it() -> None:
    jobs = load(REUSABLE)["jobs"]
    assert jobs["comment"]["permissions"]["contents"] == "read"
    assert jobs["previews"]["permissions"]["pull-requests"] == "read"
    assert jobs["comment"]["needs"] == "previews"
    assert "!cancelled()" in jobs["comment"]["if"]  # pictures are no reason to withhold it


def test_a_push_to_the_default_branch_is_applied_whatever_its_name() -> None:
    jobs, call = load(REUSABLE)["jobs"], load(REUSABLE)["on"]["workflow_call"]
    assert call["inputs"]["apply-branch"]["default"] == "$default-branch"
    assert "github.event.repository.default_branch || inputs.apply-branch" in jobs["apply"]["if"]
    head, body = yaml.load_all(COMPONENT.read_text("utf-8"), Loader=yaml.BaseLoader)  # text only
    assert head["spec"]["inputs"]["apply-branch"]["default"] == "$default-branch"
    assert any("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" in rule["if"] for rule in body["ltxspec-apply"]["rules"])


def test_a_queue_of_merges_is_planned_too(callers: list[Path]) -> None:
    assert any("merge_group" in load(path)["on"] for path in callers)
    plan = load(REUSABLE)["jobs"]["plan"]
    assert "merge_group" in plan["if"]
    assert any(step.get("with", {}).get("base") == "${{ github.event.merge_group.base_sha }}" for step in plan["steps"])


def test_gitlabs_planning_job_sees_no_token_and_everything_is_installed_by_hash() -> None:
    _, body = yaml.load_all(COMPONENT.read_text("utf-8"), Loader=yaml.BaseLoader)  # text only
    jobs = {name: job for name, job in body.items() if not name.startswith(".")}
    assert {name for name, job in jobs.items() if "environment" not in job} == {"ltxspec-plan"}
    assert {job["environment"]["action"] for job in jobs.values() if "environment" in job} == {"access"}
    assert jobs["ltxspec-plan"]["script"][0].startswith("unset GITLAB_TOKEN RUNWARE_API_KEY")
    rules = [rule["if"] for job in jobs.values() for rule in job["rules"]]
    assert not any("$GITLAB_TOKEN" in rule for rule in rules)  # a variable of an environment is not known there
    installing = [line for line in body[".ltxspec"]["before_script"] if "pip" in line or "install" in line]
    assert installing == ['LTXSPEC_VENV=/tmp/ltxspec sh "$ci/install.sh"']
    assert "--require-hashes" in (CI / "install.sh").read_text("utf-8")


def test_nothing_runs_with_rights_on_a_strangers_commit(callers: list[Path]) -> None:
    for path in (REUSABLE, *callers):
        assert "pull_request_target" not in path.read_text("utf-8")
    condition = load(REUSABLE)["jobs"]["apply"]["if"]
    assert set(re.findall(r"event_name == '(\w+)'", condition)) == {"push", "issue_comment"}
    assert "event.action == 'created'" in condition


def test_every_job_ends_by_itself() -> None:
    assert [name for name, job in load(REUSABLE)["jobs"].items() if "timeout-minutes" not in job] == []


def test_the_action_takes_every_input_it_is_given() -> None:
    action = load(ACTION)
    steps = [node for node in nodes(load(REUSABLE)) if OWN.fullmatch(str(node.get("uses", "")))]
    assert [step["with"]["command"] for step in steps] == ["plan", "previews", "comment", "apply"]
    for step in steps:
        assert step["with"].keys() <= action["inputs"].keys()
    used = set(re.findall(r"inputs\.([\w-]+)", yaml.dump(action["runs"])))
    assert used == action["inputs"].keys()


def test_the_reusable_workflow_takes_every_input_it_is_given(callers: list[Path]) -> None:
    call = load(REUSABLE)["on"]["workflow_call"]
    used = set(re.findall(r"inputs\.([\w-]+)", yaml.dump(load(REUSABLE)["jobs"])))
    assert used == call["inputs"].keys()
    for path in callers:
        job = load(path)["jobs"]["ltxspec"]
        assert job["with"].keys() <= call["inputs"].keys()
        assert {name for name, value in call["inputs"].items() if value.get("required") == "true"} <= job["with"].keys()
        assert job.get("secrets", {}).keys() <= call["secrets"].keys()


def test_the_callers_start_on_every_event_that_a_job_waits_for(callers: list[Path]) -> None:
    events = {event for path in callers for event in load(path)["on"]}
    conditions = " ".join(job["if"] for job in load(REUSABLE)["jobs"].values())
    assert events == set(re.findall(r"event_name == '(\w+)'", conditions))
    (named,) = [load(path)["on"]["workflow_run"]["workflows"] for path in callers if "workflow_run" in load(path)["on"]]
    assert named == [load(path)["name"] for path in callers if "pull_request" in load(path)["on"]]


def test_the_component_takes_every_input_it_uses(written: Path) -> None:
    head, body = yaml.load_all(COMPONENT.read_text("utf-8"), Loader=yaml.BaseLoader)  # text only
    used = set(re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", COMPONENT.read_text("utf-8")))
    assert body
    assert used == head["spec"]["inputs"].keys()
    (include,) = load(written / ".gitlab-ci.yml")["include"]
    required = {name for name, value in head["spec"]["inputs"].items() if "default" not in value}
    assert required <= include["inputs"].keys() <= head["spec"]["inputs"].keys()
    assert include["component"].rpartition("@")[0].endswith(f"/{COMPONENT.stem}")


def test_the_component_puts_no_input_into_a_script() -> None:
    _, body = yaml.load_all(COMPONENT.read_text("utf-8"), Loader=yaml.BaseLoader)  # text only
    scripts = [line for node in nodes(body) for name in ("script", "before_script") for line in node.get(name, [])]
    assert scripts
    assert [line for line in scripts if "$[[" in line] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_the_shell_parts_are_shell_that_stops_at_errors(script: Path) -> None:
    text = script.read_text("utf-8")
    assert text.startswith("#!/bin/sh\n")
    assert "\nset -eu\n" in text
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
    calls = re.findall(r"^[^#\n]*\bpython3? (\S+)|/python\" (\S+)", text, re.MULTILINE)
    assert [call for call in calls if "-I" not in call] == []  # a module in the folder would be run


def test_a_command_that_is_none_is_refused() -> None:
    done = subprocess.run(
        ["sh", str(CI / "run.sh"), "../evil"], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 64
    assert "../evil" in done.stderr


def test_the_hooks_are_commands_that_work(written: Path) -> None:
    hooks = load(HOOKS)
    assert [hook["id"] for hook in hooks] == ["ltxspec-fmt", "ltxspec-validate", "ltxspec-lock-verify"]
    for hook in hooks:
        program, *words = hook["entry"].split()
        assert program == "ltxspec"
        files = [] if hook.get("pass_filenames") == "false" else ["specs/night.yaml"]
        ltxspec(*words, *files, cwd=written)


@pytest.mark.parametrize(
    ("hook", "path", "runs"),
    [
        ("ltxspec-fmt", "specs/night.yaml", True),
        ("ltxspec-fmt", "specs/deep/night.yml", True),
        ("ltxspec-fmt", "other/specs/night.yaml", False),
        ("ltxspec-validate", "specs/prompts/night.j2", True),
        ("ltxspec-validate", "ltxspec.toml", True),
        ("ltxspec-validate", "README.md", False),
        ("ltxspec-lock-verify", "lockfiles/night.lock.json", True),
        ("ltxspec-lock-verify", "package-lock.json", False),
    ],
)
def test_a_hook_runs_for_the_files_it_is_about(hook: str, path: str, *, runs: bool) -> None:
    (files,) = [item["files"] for item in load(HOOKS) if item["id"] == hook]
    assert bool(re.search(files, path)) is runs
