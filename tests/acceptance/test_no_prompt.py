"""Models that take no prompt (upscalers, erasers, lip-sync), and other task types that make videos."""

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import REPOSITORY, ltxspec, write_spec
from acceptance.repositories import commit, git
from jsonschema import Draft202012Validator

from ltxspec.media import animatic
from ltxspec.media.animatic import write_animatic
from ltxspec.media.specs import AnimaticSpec

KNOWN = {"confidence": "inferred", "date": "2026-11-29", "source": "made up"}
VIDEO = "https://assets.example/before.mp4"


def upscaler(folder: Path, properties: dict[str, Any] | None = None, **changes: Any) -> None:
    """A made-up model that makes videos larger: task type `upscale`, no prompt."""
    text = (REPOSITORY / "schemas" / "models" / "lightricks-ltx-2-fast.json").read_text("utf-8")
    model = json.loads(text.replace("lightricks:2@1", "maker:up@1").replace("lightricks-ltx-2-fast", "maker-up"))
    settings = model["x-ltxspec"]
    settings |= {"name": "Up", "taskType": "upscale", "media": ["/inputs/video"], "mediaLimits": [], "renamed": {}}
    settings["defaults"] = {"sent": []}
    settings["price"] = {**settings["price"], "by": [], "rows": []}
    kept = {name: model["properties"][name] for name in ("model", "taskUUID", "deliveryMethod", "outputType")}
    kept["includeCost"] = model["properties"]["includeCost"]
    settings |= {"recorded": [], "delivery": []}
    model["properties"] = {
        **kept,
        "taskType": {"const": "upscale"},
        "upscaleFactor": {"type": "integer", "enum": [2, 4], "default": 2},
        "inputs": {
            "type": "object",
            "additionalProperties": False,
            "required": ["video"],
            "properties": {"video": {"type": "string"}},
        },
    }
    model |= {"required": ["taskType", "model", "inputs"]}
    del model["examples"], model["allOf"]
    model |= changes
    model["properties"] |= properties or {}
    target = folder / "schemas" / "models" / "maker-up.json"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(model), encoding="utf-8")


def test_a_shot_without_a_prompt_is_planned_and_rendered(tmp_path: Path) -> None:
    upscaler(tmp_path)
    write_spec(tmp_path, f"model: maker-up\nshots:\n  gate: {{inputs: {{video: '{VIDEO}'}}, upscaleFactor: 4}}\n")
    assert ltxspec("validate", cwd=tmp_path).code == 0
    (shot,) = ltxspec("plan", "--format", "json", "--provider", "sandbox", cwd=tmp_path).json["shots"]
    assert "positivePrompt" not in shot["request"]
    assert shot["request"]["taskType"] == "upscale"
    assert "positivePrompt" not in ltxspec("render", cwd=tmp_path).out
    ltxspec("apply", "--provider", "sandbox", "--allow-unknown-cost", cwd=tmp_path)
    assert (tmp_path / "renders" / "sandbox" / "night" / "gate.mp4").is_file()
    again = ltxspec("plan", "--format", "json", "--provider", "sandbox", cwd=tmp_path).json["shots"]
    assert [change["action"] for change in again] == ["no-op"]
    shown = ltxspec("show", "night.gate", "--provider", "sandbox", cwd=tmp_path).out
    assert "take 1  succeeded" in shown
    assert "prompt" not in shown


def test_writing_a_default_out_buys_nothing_without_a_prompt_either(tmp_path: Path) -> None:
    upscaler(tmp_path)
    write_spec(tmp_path, f"model: maker-up\nshots:\n  gate: {{inputs: {{video: '{VIDEO}'}}}}\n")
    ltxspec("apply", "--provider", "sandbox", "--allow-unknown-cost", cwd=tmp_path)
    write_spec(tmp_path, f"model: maker-up\nshots:\n  gate: {{upscaleFactor: 2, inputs: {{video: '{VIDEO}'}}}}\n")
    (shot,) = ltxspec("plan", "--format", "json", "--provider", "sandbox", cwd=tmp_path).json["shots"]
    assert shot["action"] in ("no-op", "update")


def test_takes_without_a_prompt_are_decided_about_picked_and_adopted(tmp_path: Path) -> None:
    upscaler(tmp_path)
    write_spec(tmp_path, f"model: maker-up\nshots:\n  gate: {{inputs: {{video: '{VIDEO}'}}}}\n")
    ltxspec("apply", "--provider", "sandbox", "--allow-unknown-cost", cwd=tmp_path)
    for arguments in (["status"], ["cost"], ["graph"], ["lock", "verify"], ["pick", "night.gate", "--take", "1"]):
        ltxspec(*arguments, "--provider", "sandbox", cwd=tmp_path)
    assert "approved" in ltxspec("approve", "night.gate", "--provider", "sandbox", cwd=tmp_path).out
    lockfile = json.loads((tmp_path / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").read_text("utf-8"))
    (take,) = lockfile["shots"]["gate"]["takes"]
    order = {**take["request"], "taskUUID": take["taskUUID"]}
    given = {"taskType": "upscale", "taskUUID": take["taskUUID"], "videoUUID": take["outputs"][0]["videoUUID"]}
    (tmp_path / "order.json").write_text(json.dumps(order), "utf-8")
    (tmp_path / "answer.json").write_text(json.dumps({**given, "videoURL": VIDEO, "cost": 0.1}), "utf-8")
    ltxspec("import", "night.gate", "--request", "order.json", "--response", "answer.json", cwd=tmp_path)
    (shot,) = ltxspec("plan", "--format", "json", cwd=tmp_path).json["shots"]
    assert (shot["action"], shot["request"]["taskType"]) == ("no-op", "upscale")


def test_a_prompt_for_a_model_that_takes_none_is_refused(tmp_path: Path) -> None:
    upscaler(tmp_path)
    write_spec(tmp_path, f"model: maker-up\nshots:\n  gate: {{prompt: a gate, inputs: {{video: '{VIDEO}'}}}}\n")
    refused = ltxspec("validate", cwd=tmp_path, check=1).out
    assert "error[unknown-parameter]: `maker:up@1` takes no prompt" in refused
    assert "hint: remove `prompt:`" in refused


def test_a_model_that_needs_a_prompt_still_asks_for_it(tmp_path: Path) -> None:
    write_spec(tmp_path, "model: lightricks:2@0\nshots:\n  gate: {width: 1920, height: 1080}\n")
    refused = ltxspec("validate", cwd=tmp_path, check=1).out
    assert "error[missing-prompt]: `gate` has no prompt" in refused
    assert "night.yaml:6:3" in refused


def test_a_prompt_that_may_be_left_out_follows_the_models_rules(tmp_path: Path) -> None:
    rule = {"anyOf": [{"required": ["positivePrompt"]}, {"required": ["upscaleFactor"]}]}
    upscaler(tmp_path, allOf=[rule], properties={"positivePrompt": {"type": "string", "minLength": 2}})
    assert "prompt (optional): text" in ltxspec("models", "maker-up", cwd=tmp_path).out
    video = f"inputs: {{video: '{VIDEO}'}}"
    write_spec(tmp_path, f"model: maker-up\nshots:\n  a: {{{video}, prompt: hi}}\n  b: {{{video}, upscaleFactor: 4}}\n")
    assert ltxspec("validate", cwd=tmp_path).code == 0
    write_spec(tmp_path, f"model: maker-up\nshots:\n  a: {{{video}, prompt: hi}}\n  b: {{{video}}}\n")
    refused = ltxspec("validate", cwd=tmp_path, check=1).out
    assert "night.yaml:7" in refused
    assert "night.yaml:6" not in refused
    assert "positivePrompt" in refused or "prompt" in refused


def test_editors_ask_for_a_prompt_where_the_model_needs_one(tmp_path: Path) -> None:
    upscaler(tmp_path)
    schema = Draft202012Validator(ltxspec("schema", "spec", cwd=tmp_path).json)

    def problems(model: str, shot: dict[str, Any]) -> list[str]:
        head = {"apiVersion": "ltxspec/v1", "kind": "RenderSpec", "metadata": {"name": "s"}, "model": model}
        return [error.message for error in schema.iter_errors({**head, "shots": {"a": shot}})]

    assert problems("lightricks:2@0", {"width": 1920, "height": 1080}) == ["'prompt' is a required property"]
    assert problems("lightricks:2@0", {"prompt": "hi", "width": 1920, "height": 1080}) == []
    assert problems("maker-up", {"inputs": {"video": VIDEO}}) == []
    assert len(problems("maker-up", {"inputs": {"video": VIDEO}, "prompt": "hi"})) == 1
    assert problems("maker-up", {"model": "lightricks:2@1"}) == ["'prompt' is a required property"]


def test_reviews_comments_and_films_show_shots_without_a_prompt(tmp_path: Path) -> None:
    """One shot never had a prompt, one loses it, one gets it."""
    rule = {"type": "string", "minLength": 2}
    upscaler(tmp_path, properties={"positivePrompt": rule})
    video = f"inputs: {{video: '{VIDEO}'}}"
    before = f"  a: {{{video}}}\n  b: {{{video}, prompt: brighter}}\n  c: {{{video}}}\n"
    after = f"  a: {{{video}, upscaleFactor: 4}}\n  b: {{{video}}}\n  c: {{{video}, prompt: darker}}\n"
    write_spec(tmp_path, f"model: maker-up\nshots:\n{before}")
    ltxspec("apply", "--provider", "sandbox", "--allow-unknown-cost", cwd=tmp_path)
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, "first")
    write_spec(tmp_path, f"model: maker-up\nshots:\n{after}")
    told = ltxspec("diff", "HEAD", "--provider", "sandbox", cwd=tmp_path).out
    assert "prompt  brighter → unset" in told
    assert "prompt  unset → darker" in told
    page = tmp_path / "page.html"
    ltxspec("review", "HEAD", "--html", "page.html", "--provider", "sandbox", cwd=tmp_path)
    assert "upscaleFactor" in page.read_text("utf-8")
    for form in ("text", "markdown", "json"):
        ltxspec("plan", "--provider", "sandbox", "--format", form, cwd=tmp_path)
    ltxspec("why", "night.*", "--provider", "sandbox", cwd=tmp_path)
    ltxspec("animatic", "-o", "film.mp4", "--size", "64x36", "--provider", "sandbox", cwd=tmp_path)
    dry = ("--dry-run", "--base", "HEAD", "--repo", "a/b", "--pr", "1", "--forge", "github")
    assert "night.a" in ltxspec("comment", *dry, cwd=tmp_path).out


def test_the_sandbox_makes_the_video_that_an_upscaler_was_given_larger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(animatic, "write_animatic", write_animatic)  # other tests make all videos small
    upscaler(tmp_path)
    file = tmp_path / "schemas" / "models" / "maker-up.json"
    document = json.loads(file.read_text("utf-8"))
    document["x-ltxspec"]["mediaLimits"] = [{"at": ["/inputs/video"], "kind": "video", **KNOWN}]
    file.write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "assets").mkdir()
    write_animatic(AnimaticSpec(160, 96, 1.5, 24), tmp_path / "assets" / "small.mp4")
    shots = (
        "  twice: {inputs: {video: assets/small.mp4}}\n  more: {inputs: {video: assets/small.mp4}, upscaleFactor: 4}\n"
    )
    write_spec(tmp_path, f"model: maker-up\nshots:\n{shots}")
    ltxspec("apply", "--provider", "sandbox", "--allow-unknown-cost", cwd=tmp_path)
    shown = {
        shot: ltxspec("show", f"night.{shot}", "--provider", "sandbox", cwd=tmp_path).out for shot in ("twice", "more")
    }
    assert "320x192, 24 fps, 1.5 s" in shown["twice"]
    assert "640x384, 24 fps, 1.5 s" in shown["more"]
