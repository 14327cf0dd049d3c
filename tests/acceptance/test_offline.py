"""No command speaks to a network but those that must: each of the others runs where a socket is an error."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import signers
from acceptance import offline
from acceptance.commands import write_spec
from acceptance.repositories import commit, git
from acceptance.test_new_model import new_model

from ltxspec.cli.main import cli
from ltxspec.cli.own_action import ActingGroup

ONLINE = {
    "apply",
    "collect",
    "archive pull",
    "archive push",
    "archive rescue",
    "comment",
    "sandbox serve",
    "listen",
    "previews change",
    "previews closed",
    "previews upload",
    "previews store",
    "previews tidy",
}
REQUEST = {"taskType": "videoInference", "taskUUID": "20417af1-9d69-414b-ad89-424ddea60442"}
EXIT_BUG = 70
COMMANDS = [
    ["init", "other"],
    ["validate"],
    ["render"],
    ["plan"],
    ["plan", "--provider", "runware", "--detailed-exitcode"],
    ["plan", "--shard", "1/2"],
    ["watch", "--config", "broken.toml"],  # it ends by itself only where there is nothing to watch
    ["status"],
    ["show"],
    ["output", "night.alley"],
    ["cost"],
    ["cost", "--reconcile"],
    ["why", "night.alley"],
    ["pick", "night.alley", "--take", "1"],
    ["import", "night.weather[rain]", "--request", "request.json", "--response", "response.json"],
    ["frame", "night.alley", "-o", "frame.png"],
    ["graph"],
    ["whence", "renders/sandbox/night/alley.mp4", "--history"],
    ["label", "night.alley", "-o", "copy.mp4", "--cert", "chain.pem", "--key", "key.pem"],
    ["whence", "copy.mp4"],
    ["animatic", "-o", "film.mp4", "--size", "64x36"],
    ["export", "openjd", "-o", "job.yaml"],
    ["export", "otio", "-o", "film.otio", "--media", "media"],
    ["export", "edl"],
    ["export", "csv"],
    ["approve", "night.alley"],
    ["reject", "night.alley", "--needs-work"],
    ["lock", "verify", "--base", "HEAD"],
    ["lock", "merge"],
    ["lock", "join", "."],
    ["lock", "migrate"],
    ["lock", "mv", "night.flagged", "night.flag"],
    ["lock", "rm", "night.flag"],
    ["lock", "force-release", "night"],
    ["lock", "textconv", ".ltxspec/sandbox/lockfiles/night.lock.json"],
    ["archive", "verify"],
    ["archive", "gc", "--dry-run"],
    ["diff", "HEAD"],
    ["review", "HEAD", "--html", "page.html", "--animatics", "--png-dir", "pictures"],
    ["previews", "prepare", "pictures", "--out", "ready"],
    ["review", "import", "exported.json"],
    ["models"],
    ["models", "import", "bundle.json", "--dry-run"],
    ["models", "learn-prices"],
    ["schema", "spec"],
    ["schema", "spec", "--write"],
    ["fmt", "--check"],
    ["doctor"],
    ["doctor", "--provider", "runware"],
    ["completion", "bash"],
    ["models", "import", "runware-sdk"],  # a hundred models, which every later command would read
    ["models", "diff", "runware-sdk"],
    ["models", "outdated"],
]


def run_offline(folder: Path, commands: list[list[str]]) -> list[list[Any]]:
    """[command, exit code, what it reached for, standard error] of each."""
    done = subprocess.run(
        [sys.executable, offline.__file__, json.dumps(commands)],
        cwd=folder,
        env={**os.environ, "RUNWARE_API_KEY": "a-key-to-be-tempted-by", "GIT_CONFIG_NOSYSTEM": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    found: list[list[Any]] = json.loads(done.stdout)
    return found


def leaves(group: click.Group, name: str = "") -> set[str]:
    found: set[str] = set()
    context = click.Context(group)
    for inner in group.list_commands(context):
        command = group.get_command(context, inner)
        found |= leaves(command, f"{inner} ") if isinstance(command, click.Group) else {name + inner}
        found |= {name + inner} if isinstance(command, ActingGroup) else set()
    return found


def test_every_command_is_either_online_for_a_reason_or_tried_here() -> None:
    names = leaves(cli)
    tried = {name for command in COMMANDS for name in names if " ".join(command).startswith(name)}
    assert (names - tried, tried & ONLINE) == (ONLINE, set())


def test_no_other_command_reaches_for_a_network(rendered: Path) -> None:
    git(rendered, "init", "--quiet")
    commit(rendered, "all")
    (rendered / "request.json").write_text(json.dumps(REQUEST))
    (rendered / "response.json").write_text("{}")
    signers.write_signer(rendered)
    (rendered / "bundle.json").write_text('{"inference": []}')
    (rendered / "broken.toml").write_text("[project")
    (rendered / "exported.json").write_text('{"exportVersion": 1, "provider": "sandbox", "takes": []}')
    done = run_offline(rendered, COMMANDS)
    assert {tuple(command): told for command, _, told, _ in done if told} == {}
    assert [(command, code, err) for command, code, _, err in done if code in (EXIT_BUG, 64)] == []


def test_what_must_reach_for_a_network_is_noticed(rendered: Path) -> None:
    ((_, _, told, _),) = run_offline(rendered, [["collect", "--provider", "runware"]])
    assert told == [], "nothing is under way"
    order = [["apply", "--provider", "runware", "--auto-approve", "--target", "night.alley"]]
    ((_, _, told, err),) = run_offline(rendered, order)
    assert told, err


def test_a_preview_calls_nobody_whatever_its_spec_names(tmp_path: Path) -> None:
    here = "http://127.0.0.1:9"
    write_spec(
        tmp_path,
        "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
        f"  gate: {{prompt: a gate, webhookURL: '{here}/hook', uploadEndpoint: '{here}/put', "
        f"inputs: {{frameImages: [{{image: '{here}/frame.png'}}]}}}}\n",
    )
    apply = ["apply", "--provider", "sandbox"]
    for _, code, told, err in run_offline(tmp_path, [apply, [*apply, "--retake", "night.gate"], ["show"]]):
        assert (code, told) == (0, []), err


ELSEWHERE = ["http://127.0.0.1:9/x.json", "file:///etc/passwd", "other.json", "#/$defs/none"]


def test_a_model_file_of_a_project_can_refer_to_nothing_but_itself(tmp_path: Path) -> None:
    commands, keys = [], []
    for place, (scheme, key) in enumerate(itertools.product(ELSEWHERE, ("$ref", "$dynamicRef"))):
        folder = tmp_path / str(place)
        folder.mkdir()
        new_model(folder)
        file = folder / "schemas" / "models" / "maker-nine.json"
        model = json.loads(file.read_text("utf-8"))
        model["properties"]["duration"]["allOf"] = [{key: scheme}]
        file.write_text(json.dumps(model), encoding="utf-8")
        shots = "  gate: {prompt: a gate, width: 640, height: 360, duration: 4}\n"
        write_spec(folder, f"model: maker-nine\nshots:\n{shots}")
        commands += [["-C", str(folder), "validate"], ["-C", str(folder), "plan"]]
        keys += [key, key]
    for key, (command, code, told, err) in zip(keys, run_offline(tmp_path, commands), strict=True):
        assert (code, told) == (1, []), command
        assert "maker-nine.json" in err
        assert f"`/properties/duration/allOf/0/{key}`" in err
