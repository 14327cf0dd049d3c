"""`--format json`: every command answers with one versioned document, also when it fails."""

import json
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import signers
from acceptance.commands import REPOSITORY, Result, ltxspec, write_spec
from acceptance.repositories import git
from jsonschema import Draft202012Validator

from ltxspec.cli.main import cli
from ltxspec.cli.own_action import ActingGroup

# Commands without `--format`, and why.
WITHOUT = {
    "schema": "prints a schema, which is JSON",
    "export openjd": "prints a job for other programs",
    "completion": "prints a script for a shell",
    "sandbox serve": "runs until it is interrupted",
    "lock textconv": "is for git, which wants text",
    "previews change": "prints one number, for a shell",
    "previews upload": "writes files, for a shell",
    "previews store": "writes files, for a shell",
    "previews tidy": "prints numbers, for a shell",
}
ENDLESS = {"listen", "watch"}  # what they write is held to its schema by their own tests

PAGE = REPOSITORY / "tests" / "acceptance" / "page"
SHOWCASE = "rain-slick-neon-alleyway-portrait"

# command -> (arguments of a call in `ready`, schema of each document, exit code)
CALLS: dict[str, tuple[tuple[str, ...], str, int]] = {
    "init": (("other", "--name", "other"), "init", 0),
    "validate": ((), "validate", 0),
    "render": ((), "", 0),
    "plan": ((), "plan", 0),
    "apply": (("--target", "night.weather[fog]"), "events", 0),
    "collect": ((), "events", 0),
    "show": ((), "show", 0),
    "output": (("night.alley",), "output", 0),
    "cost": ((), "cost", 0),
    "why": (("night.*",), "why", 0),
    "pick": (("night.alley", "--take", "1"), "pick", 0),
    "frame": (("night.alley", "-o", "a.png"), "frame", 0),
    "graph": (("--all",), "graph", 0),
    "whence": (("renders/sandbox/night/alley.mp4",), "whence", 0),
    "label": (("night.alley", "-o", "a.mp4", "--cert", "chain.pem", "--key", "key.pem"), "label", 0),
    "animatic": (("-o", "a.mp4", "--size", "64x36"), "animatic", 0),
    "export otio": (("-o", "a.otio", "--media", "media"), "export", 0),
    "export edl": (("-o", "a.edl"), "export", 0),
    "export csv": (("-o", "a.csv", "--rate", "25"), "export", 0),
    "approve": (("night.alley",), "decision", 0),
    "reject": (("night.alley", "--note", "too dark", "--at", "1.5"), "decision", 0),
    "status": ((), "status", 0),
    "import": (("night.weather[fog]", "--request", "request.json", "--response", "response.json"), "import", 0),
    "lock verify": ((), "lock-verify", 0),
    "lock merge": ((), "lock-merge", 0),
    "lock join": ((".",), "lock-join", 0),
    "lock migrate": ((), "lock-migrate", 0),
    "lock mv": (("night.alley", "night.lane"), "lock-mv", 0),
    "lock rm": (("night.alley", "--take", "1", "--yes"), "lock-rm", 0),
    "lock force-release": (("night",), "lock-force-release", 0),
    "archive pull": ((), "archive-pull", 0),
    "archive push": (("--dry-run",), "archive-push", 0),
    "archive rescue": ((), "archive-rescue", 0),
    "archive verify": ((), "archive-verify", 0),
    "archive gc": (("--dry-run",), "archive-gc", 0),
    "diff": (("HEAD",), "review", 0),
    "review": (("HEAD",), "review-files", 0),
    "review import": (("exported.json",), "review-import", 0),
    "previews prepare": (("pictures", "--out", "prepared"), "previews-prepare", 0),
    "previews closed": (("--forge", "github", "--repo", "a/b"), "previews-closed", 0),
    "comment": (("--dry-run", "--base", "HEAD", "--repo", "a/b", "--pr", "1", "--forge", "github"), "comment", 0),
    "models": ((), "catalog", 0),
    "models import": (("runware-sdk", "lightricks:ltx@2.3", "lightricks:ltx@2.5-fast"), "models-import", 0),
    "models diff": (("runware-sdk",), "models-diff", 0),
    "models outdated": ((), "models-outdated", 0),
    "models learn-prices": ((), "models-learn-prices", 0),
    "fmt": ((), "fmt", 0),
    "doctor": ((), "doctor", 0),
}


def leaves(command: click.Command, *names: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from leaves(inner, *names, name)
    if not isinstance(command, click.Group) or isinstance(command, ActingGroup):
        yield " ".join(names), command


COMMANDS = dict(leaves(cli))


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((REPOSITORY / "schemas" / name / "v1.json").read_text("utf-8")))


def problems(name: str, document: Any) -> list[str]:
    return [error.message for error in validator(name).iter_errors(document)]


def reviewed(folder: Path) -> dict[str, Any]:
    """What a review page exports about the first take of `night.alley`."""
    (shot,) = ltxspec("show", "night.alley", "--format", "json", cwd=folder).json["shots"]
    said = {"at": 1.0, "by": "Bo", "time": "2026-11-28T12:00:00.000Z", "box": [0.1, 0.2, 0.3, 0.3]}
    return {
        "address": "night.alley",
        "taskUUID": shot["takes"][0]["taskUUID"],
        "verdicts": [{"verdict": "rejected", "note": None, **said}],
        "notes": [{"note": "too dark", **said}],
    }


@pytest.fixture
def ready(rendered: Path) -> Path:
    """A project with takes, in a repository, with everything that the calls need."""
    for part in ("request", "response"):
        text = (PAGE / f"{SHOWCASE}.{part}.json").read_text("utf-8")
        (rendered / f"{part}.json").write_text(text, "utf-8")
    exported = {"exportVersion": 1, "provider": "sandbox", "takes": [reviewed(rendered)]}
    (rendered / "exported.json").write_text(json.dumps(exported), "utf-8")
    signers.write_signer(rendered)
    (rendered / "pictures").mkdir()
    (rendered / "pictures" / "index.json").write_text("{}", "utf-8")
    store = f'[store]\nurl = "{(rendered / "store").as_uri()}"\nfree = true\n'
    (rendered / "ltxspec.toml").write_text((rendered / "ltxspec.toml").read_text() + store)
    (rendered / "store").mkdir()
    git(rendered, "init", "--quiet")
    git(rendered, "add", "specs", "ltxspec.toml")
    git(rendered, "commit", "--quiet", "--message=First")
    return rendered


def test_every_command_has_it_or_a_reason() -> None:
    options = {name: {option for item in command.params for option in item.opts} for name, command in COMMANDS.items()}
    assert {name for name, known in options.items() if "--format" not in known} == WITHOUT.keys()
    assert COMMANDS.keys() - WITHOUT.keys() - ENDLESS == CALLS.keys()


@pytest.mark.parametrize("name", CALLS)
def test_what_a_command_answers_fits_its_schema(name: str, ready: Path) -> None:
    arguments, schema, code = CALLS[name]
    done = ltxspec(*name.split(), *arguments, "--format", "json", cwd=ready, check=code)
    documents = [json.loads(line) for line in done.out.splitlines()] if schema == "events" else [done.json]
    if not schema:  # the orders, in the provider's form: what `curl` would send
        assert all(body["taskType"] == "videoInference" for body in documents[0])
        return
    assert [problems(schema, document) for document in documents] == [[]] * len(documents)
    assert all(document["formatVersion"] == "1.0" for document in documents)


def test_a_comparison_with_the_provider_fits_its_schema(ready: Path) -> None:
    document = ltxspec("cost", "--reconcile", "--format", "json", cwd=ready, check=3).json
    assert problems("cost-reconcile", document) == []


@pytest.mark.parametrize(("name", "verb"), [("apply", "Applied"), ("collect", "Collected")])
def test_a_run_with_nothing_to_do_has_a_summary_as_any_other(name: str, verb: str, ready: Path) -> None:
    target = ("--target", "night.alley") if name == "apply" else ()
    (line,) = ltxspec(name, *target, "--format", "json", cwd=ready).out.splitlines()
    document = json.loads(line)
    assert problems("events", document) == []
    assert (document["formatVersion"], document["type"]) == ("1.0", "run-finished")
    assert document["message"].startswith(f"{verb}: nothing to do")
    assert document["summary"]["shots"] == []
    assert document["summary"]["incomplete"] is False


def only_error(done: Result) -> dict[str, Any]:
    """The error of a command that answered with one document."""
    document = done.json
    assert problems("error", document) == []
    assert document["error"]["exitCode"] == done.code
    error: dict[str, Any] = document["error"]
    assert f"error[{error['code']}]: {error['summary']}" in done.err
    return error


@pytest.mark.parametrize("name", sorted(CALLS.keys() - {"init", "validate", "doctor"}))
def test_a_command_that_cannot_start_answers_with_an_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text("[projekt]\n", encoding="utf-8")
    arguments = CALLS[name][0]
    document = ltxspec(*name.split(), *arguments, "--format", "json", cwd=tmp_path, check=1).json
    assert problems("error", document) == []
    assert document["error"]["code"] == "invalid"
    assert document["error"]["file"] == "ltxspec.toml"
    (problem,) = document["diagnostics"]
    assert (problem["line"], problem["hint"]) == (1, "did you mean `project`?")


@pytest.mark.parametrize("name", CALLS)
def test_a_wrong_command_line_is_an_error_document(name: str, tmp_path: Path) -> None:
    for form in (("--format", "json"), ("--format=json",)):
        error = only_error(ltxspec(*name.split(), "--nonsense", *form, cwd=tmp_path, check=64))
        assert (error["code"], error["summary"]) == ("usage", "no such option `--nonsense`")


def test_nothing_is_answered_twice_or_where_nobody_asked(project: Path) -> None:
    assert ltxspec("show", "night.nowhere", cwd=project, check=1).out == ""
    assert ltxspec("show", "--format", "json", "--format", "text", "night.nowhere", cwd=project, check=1).out == ""
    only_error(ltxspec("show", "night.nowhere", "--format", "json", cwd=project, check=1))
    only_error(ltxspec("no-such-command", "--format", "json", cwd=project, check=64))


def test_a_refusal_keeps_its_exit_code_and_its_details(project: Path) -> None:
    ltxspec("plan", "-o", "plan.json", cwd=project)
    write_spec(project, "model: lightricks:ltx@2.5-fast\nshots: {alley: {prompt: Other}}\n")
    done = ltxspec("apply", "plan.json", "--format", "json", cwd=project, check=4)
    document = json.loads(done.out.splitlines()[-1])
    assert problems("error", document) == []
    assert document["error"]["code"] == "stale-plan"
    assert any("night.alley" in line for line in document["error"]["details"])


def test_a_spec_with_problems_gives_a_plan_without_shots(project: Path) -> None:
    write_spec(project, "model: lightricks:ltx@2.5-fast\nshots: {alley: {prompt: Rain, durration: 8}}\n")
    done = ltxspec("plan", "--format", "json", cwd=project, check=1)
    document = done.json
    assert problems("plan", document) == []
    assert (document["shots"], document["error"]["code"]) == ([], "invalid")
    assert document["diagnostics"][0]["hint"] == "did you mean `duration`?"
    (project / "plan.json").write_text(done.out, encoding="utf-8")
    refused = ltxspec("apply", "plan.json", cwd=project, check=1).err
    assert "`plan.json` is the report of an error, not a plan" in refused


def test_validate_says_that_nothing_is_valid_where_nothing_can_be_checked(tmp_path: Path) -> None:
    document = ltxspec("validate", "--format", "json", cwd=tmp_path, check=1).json
    assert problems("validate", document) == []
    assert (document["valid"], document["error"]["code"]) == (False, "no-specs")


def test_a_bug_is_an_error_document_as_well(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # of its report
    monkeypatch.setattr("ltxspec.project.lookup.find", lambda *_: 1 / 0)
    done = ltxspec("show", "--format", "json", cwd=project, check=70)
    assert problems("error", done.json) == []
    assert done.json["error"]["code"] == "bug"


def test_what_lock_commands_find_is_in_the_document(ready: Path) -> None:
    (ready / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").write_text("{", encoding="utf-8")
    for name in ("lock verify", "lock merge"):
        done = ltxspec(*name.split(), "--format", "json", cwd=ready, check=None)
        assert problems(name.replace(" ", "-"), done.json) == []
    verified = ltxspec("lock", "verify", "--format", "json", cwd=ready, check=1).json
    assert (verified["valid"], len(verified["diagnostics"])) == (False, 1)
    archived = ltxspec("archive", "verify", "--format", "json", cwd=ready, check=3).json
    assert problems("archive-verify", archived) == []
    assert len(archived["diagnostics"]) == 1
