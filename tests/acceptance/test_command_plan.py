"""`ltxspec plan`: offline, free, and the same every time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from acceptance.commands import REPOSITORY, Result, ltxspec, write_spec
from acceptance.repositories import commit, git, repository, write_lockfile
from builders import record, take
from jsonschema import Draft202012Validator

from ltxspec.lock.models import Lockfile

SECOND = """\
model: lightricks:ltx@2.5-fast
vars: {mood: calm}
shots: {gate: {prompt: "a {{ mood }} gate"}}
"""


def actions(project: Path, *arguments: str) -> dict[str, str]:
    shots = ltxspec("plan", "--format", "json", *arguments, cwd=project).json["shots"]
    return {shot["address"]: shot["action"] for shot in shots}


def test_the_document_keeps_to_its_schema(rendered: Path) -> None:
    document = ltxspec("plan", "--format", "json", "--retake", "night.alley", cwd=rendered).json
    schema = json.loads((REPOSITORY / "schemas" / "plan" / "v1.json").read_text("utf-8"))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []
    assert document["summary"] | {"replace": 1, "blocked": 1, "create": 2} == document["summary"]
    assert document["provider"] == "sandbox"


def test_a_plan_needs_no_key_and_writes_nothing_but_its_cache(project: Path) -> None:
    before = sorted(path for path in project.rglob("*") if path.is_file())
    first = ltxspec("plan", "--provider", "runware", "--format", "json", cwd=project).out
    after = [path for path in sorted(project.rglob("*")) if path.is_file() and ".ltxspec/cache" not in path.as_posix()]
    assert after == before
    assert ltxspec("plan", "--provider", "runware", "--format", "json", cwd=project).out == first


def test_the_exit_code_tells_of_changes_only_when_asked(rendered: Path) -> None:
    ltxspec("plan", cwd=rendered)
    ltxspec("plan", "--detailed-exitcode", cwd=rendered, check=2)
    ltxspec("plan", "--detailed-exitcode", "--target", "night.alley", cwd=rendered)


def test_targets_take_wildcards(rendered: Path) -> None:
    assert actions(rendered, "--target", "night.weather") == {
        "night.weather[rain]": "create",
        "night.weather[fog]": "create",
    }
    assert actions(rendered, "--target", "*[fog]", "--target", "night.al?ey") == {
        "night.weather[fog]": "create",
        "night.alley": "no-op",
    }


def test_a_lockfile_that_git_tracks_and_the_checkout_lacks_stops_before_money(tmp_path: Path) -> None:
    repository(tmp_path)
    write_spec(tmp_path, "model: lightricks:ltx@2.5-fast\nshots: {alley: {prompt: rain}}\n")
    path = write_lockfile(tmp_path, Lockfile("runware", "night"))
    commit(tmp_path, "bought")
    path.unlink()
    for command in (("plan",), ("apply", "--auto-approve")):
        refused = ltxspec(*command, "--provider", "runware", "specs/night.yaml", cwd=tmp_path, check=1).err
        assert "lockfile `lockfiles/night.lock.json` is missing, but git tracks it" in refused
        assert "git checkout -- lockfiles/night.lock.json" in refused
    git(tmp_path, "rm", "--quiet", "lockfiles/night.lock.json")
    assert "1 to render" in ltxspec("plan", "--provider", "runware", "specs/night.yaml", cwd=tmp_path).out


def test_lockfiles_in_a_folder_that_is_not_read_any_more_stop_before_money(tmp_path: Path) -> None:
    repository(tmp_path)
    write_spec(tmp_path, "model: lightricks:ltx@2.5-fast\nshots: {alley: {prompt: rain}}\n")
    write_lockfile(tmp_path, Lockfile("runware", "night", {"alley": record(take())}))
    commit(tmp_path, "bought")
    paid = "runware"
    named = "`lockfiles/night.lock.json` (1 take)"
    assert named not in ltxspec("plan", "specs/night.yaml", cwd=tmp_path, LTXSPEC_PROVIDER=paid).err
    settings = tmp_path / "ltxspec.toml"
    usual = settings.read_text("utf-8")
    moved = usual.replace("[project]", '[project]\nlockfiles = "locks2"', 1)
    settings.write_text(moved, "utf-8")
    for is_committed in (False, True):  # what counts is where git has the lockfiles, not where they were configured
        if is_committed:
            commit(tmp_path, "another folder")
        for command in (("plan",), ("plan", "specs/night.yaml"), ("lock", "verify"), ("status",)):
            said = ltxspec(*command, cwd=tmp_path, check=None, LTXSPEC_PROVIDER=paid).err
            assert named in said, command
            assert "git mv lockfiles/night.lock.json locks2/night.lock.json" in said
        assert "lockfiles/night.lock.json" in ltxspec("doctor", cwd=tmp_path, check=None, LTXSPEC_PROVIDER=paid).out
        refused = ltxspec(
            "apply", "--auto-approve", "specs/night.yaml", cwd=tmp_path, check=1, LTXSPEC_PROVIDER=paid
        ).err
        assert "error[lockfile]: a lockfile that git tracks is not read" in refused
        assert "git mv lockfiles/night.lock.json locks2/night.lock.json" in refused
    (tmp_path / "lockfiles" / "night.lock.json").unlink()  # what git has of it counts as well
    assert named in ltxspec("plan", cwd=tmp_path, LTXSPEC_PROVIDER=paid).err
    git(tmp_path, "checkout", "--", "lockfiles")
    (tmp_path / "locks2").mkdir()
    git(tmp_path, "mv", "lockfiles/night.lock.json", "locks2/night.lock.json")
    for command in (("plan",), ("lock", "verify"), ("doctor",)):
        said_now = ltxspec(*command, cwd=tmp_path, check=None, LTXSPEC_PROVIDER=paid)
        assert "lockfiles/night" not in said_now.out + said_now.err


def test_retake_and_retry_turn_shots_into_orders(rendered: Path) -> None:
    assert actions(rendered, "--target", "night.alley", "--retake", "night.alley") == {"night.alley": "replace"}
    assert actions(rendered, "--target", "night.flagged") == {"night.flagged": "blocked"}
    assert actions(rendered, "--target", "night.flagged", "--retry", "night.flagged") == {"night.flagged": "create"}


@pytest.mark.parametrize("option", ["--target", "--retake", "--retry"])
@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("night.aley", "did you mean `night.alley`?"),
        ("alley", "did you mean `night.alley`?"),
        ("night", "for every shot of a spec write `night.*`"),
        ("night.weather[fgo]", "did you mean `night.weather[fog]`?"),
        ("zzz*", "there are `night.alley`, `night.flagged`, `night.weather[rain]`, `night.weather[fog]`"),
    ],
)
def test_an_address_that_names_nothing_is_an_error_with_a_suggestion(
    option: str, typed: str, hint: str, project: Path
) -> None:
    refused = ltxspec("plan", option, typed, cwd=project, check=1).err
    assert f"error[unknown-address]: no shot matches `{typed}`\nhint: {hint}\n" in refused


def test_a_suggestion_is_found_outside_of_the_targets_too(project: Path) -> None:
    refused = ltxspec("plan", "--target", "night.weather", "--retake", "night.aley", cwd=project, check=1).err
    assert "did you mean `night.alley`?" in refused


def test_a_shot_outside_of_the_targets_is_known_and_left_alone(rendered: Path) -> None:
    result = ltxspec("plan", "--target", "night.weather", "--retake", "night.alley", cwd=rendered)
    assert "warning[outside-target]: `night.alley` is outside `--target`" in result.err
    assert "2 to render (2 create)" in result.out


def test_a_shot_that_only_the_lockfile_knows_is_no_typing_error(rendered: Path) -> None:
    spec = rendered / "specs" / "night.yaml"
    lines = spec.read_text("utf-8").splitlines(keepends=True)
    spec.write_text("".join(line for line in lines if "alley" not in line), encoding="utf-8")
    assert actions(rendered, "--target", "night.alley") == {"night.alley": "retire"}


def test_a_variable_belongs_to_the_specs_that_declare_it(project: Path) -> None:
    write_spec(project, SECOND, "day")
    document = ltxspec("plan", "--format", "json", "--var", "mood=wild", "--var", "city=Oslo", cwd=project).json
    prompts = {shot["address"]: shot["request"]["positivePrompt"] for shot in document["shots"]}
    assert (prompts["day.gate"], prompts["night.alley"]) == ("a wild gate", "Rain over Oslo")


def test_a_variable_that_no_spec_declares_is_told_once(project: Path) -> None:
    write_spec(project, SECOND, "day")
    refused = ltxspec("plan", "--var", "mod=wild", "--var", "zzz=1", cwd=project, check=1).err
    assert refused == (
        "error[unknown-variable]: no spec of this run has a variable `mod` to override\n"
        "hint: did you mean `mood`?\n\n"
        "error[unknown-variable]: no spec of this run has a variable `zzz` to override\n"
        "hint: the variables are `mood`, `city`\n\n"
        "2 errors\n"
    )


def test_a_variable_may_be_declared_in_the_spec_that_is_broken(project: Path) -> None:
    write_spec(project, "vars: {mood: calm\n", "day")
    assert "unknown-variable" not in ltxspec("plan", "--var", "mood=wild", cwd=project, check=1).err


def test_variables_come_from_files_and_the_command_line_wins(project: Path) -> None:
    (project / "a.yaml").write_text("city: Oslo\n", encoding="utf-8")
    (project / "b.json").write_text('{"city": "Bergen"}', encoding="utf-8")

    def prompt(*arguments: str) -> str:
        shown = ltxspec("plan", "--target", "night.alley", "--format", "json", *arguments, cwd=project).json
        return str(shown["shots"][0]["request"]["positivePrompt"])

    files = ("--var-file", "a.yaml", "--var-file", "b.json")
    assert prompt(*files) == "Rain over Bergen"
    assert prompt(*files, "--var", "city=Turku") == "Rain over Turku"
    assert "`c.yaml` cannot be read" in ltxspec("plan", "--var-file", "c.yaml", cwd=project, check=64).err
    assert "write it as --var NAME=VALUE" in ltxspec("plan", "--var", "city", cwd=project, check=64).err


def test_a_saved_plan_is_the_document_and_tells_how_to_apply_it(project: Path) -> None:
    result = ltxspec("plan", "-o", "plan.json", cwd=project)
    assert "ltxspec apply plan.json" in result.err
    assert (
        json.loads((project / "plan.json").read_text("utf-8")) == ltxspec("plan", "--format", "json", cwd=project).json
    )
    refused = ltxspec("plan", "-o", "nowhere/plan.json", cwd=project, check=1).err
    assert refused.startswith("error[storage]: the plan cannot be saved")


def test_markdown_holds_a_table(project: Path) -> None:
    shown = ltxspec("plan", "--format", "markdown", cwd=project).out
    assert shown.startswith("**Plan: 4 to render (4 create).** Estimated $2.16 (sandbox: nothing is charged).")
    assert "| `+` create |" in shown


def test_the_money_of_the_sandbox_is_called_play_money_and_other_money_is_not(project: Path) -> None:
    assert ltxspec("plan", cwd=project).out.endswith("Estimated $2.16 (sandbox: nothing is charged).\n")
    assert ltxspec("plan", "--provider", "runware", cwd=project).out.endswith("Estimated $2.16.\n")


def test_the_provider_is_chosen_by_option_then_environment_then_configuration(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def provider(*arguments: str) -> str:
        return str(ltxspec("plan", "--format", "json", *arguments, cwd=project).json["provider"])

    assert provider() == "sandbox"
    monkeypatch.setenv("LTXSPEC_PROVIDER", "runware")
    assert provider() == "runware"
    assert provider("--provider", "sandbox") == "sandbox"
    refused = ltxspec("plan", "--provider", "runwrae", cwd=project, check=64).err
    assert refused == "error[usage]: no provider is called `runwrae`\nhint: known: runware, sandbox\n"


def test_a_saved_plan_without_changes_offers_nothing_to_do(rendered: Path) -> None:
    told = ltxspec("plan", "--provider", "sandbox", "--target", "night.alley", "-o", "plan.json", cwd=rendered).err
    assert "Saved to plan.json. There is nothing to do." in told


TYPED = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {name: typed}
model: lightricks:ltx@2.5-fast
defaults: {width: 1280, height: 720, fps: 24}
shots:
  alley: {prompt: {file: alley.j2}}
"""


def typed(text: str, *arguments: str, cwd: Path, check: int = 0) -> Result:
    done = subprocess.run(
        [sys.executable, "-m", "ltxspec", *arguments],
        cwd=cwd,
        input=text.encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == check, done.stdout + done.stderr
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_spec_is_read_from_standard_input_with_its_files_from_here(project: Path) -> None:
    here = project / "prompts"
    here.mkdir()
    (here / "alley.j2").write_text("Rain over a bridge", encoding="utf-8")
    (shot,) = typed(TYPED, "plan", "-", "--format", "json", cwd=here).json["shots"]
    assert (shot["address"], shot["action"], shot["source"]["file"]) == ("typed.alley", "create", "<stdin>")
    assert shot["request"]["positivePrompt"] == "Rain over a bridge"
    assert "1 spec, 1 shot: valid." in typed(TYPED, "validate", "-", cwd=here).out
    assert typed(TYPED, "render", "-", "--format", "json", cwd=here).json[0]["positivePrompt"] == "Rain over a bridge"
    both = typed(TYPED, "plan", "../specs", "-", "--format", "json", cwd=here).json["shots"]
    assert {shot["spec"] for shot in both} == {"night", "typed"}


def test_problems_of_standard_input_have_its_name(project: Path) -> None:
    wrong = typed(TYPED.replace("alley.j2", "none.j2"), "plan", "-", cwd=project, check=1).err
    assert "`none.j2` does not exist" in wrong
    assert "--> <stdin>:7:" in wrong
    assert "--> <stdin>:1:" in typed("a: [", "validate", "-", cwd=project, check=1).out


@pytest.mark.parametrize(
    "arguments", [("plan", "-", "-o", "plan.json"), ("apply", "-"), ("fmt", "-"), ("collect", "-")]
)
def test_what_works_on_files_refuses_standard_input(project: Path, arguments: list[str]) -> None:
    assert "standard input" in ltxspec(*arguments, cwd=project, check=64).err
