"""`ltxspec models import`, `diff` and `outdated`: models from what the provider publishes, and from its SDK."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from acceptance.commands import ltxspec, write_spec

FREE = ("--provider", "sandbox", "--allow-unknown-cost")
INPUTS = {"video": "https://assets.example/a.mp4"}
AIR = "maker:film@1"


def request_schema(**parameters: Any) -> dict[str, Any]:
    """The schema of one model as a provider publishes it."""
    return {
        "$id": "https://schemas.example/film",
        "type": "object",
        "additionalProperties": False,
        "required": ["taskType", "taskUUID", "model", "positivePrompt"],
        "properties": {
            "taskType": {"const": "videoInference"},
            "taskUUID": {"type": "string", "format": "uuid"},
            "model": {"const": AIR},
            "positivePrompt": {"type": "string", "minLength": 2, "maxLength": 500},
            "duration": {"oneOf": [{"const": 5, "description": "short"}, {"const": 10}], "default": 5},
            "inputs": {
                "type": "object",
                "properties": {
                    "frameImages": {"type": "array", "items": {"$ref": "#/$defs/frame"}},
                },
            },
            "deliveryMethod": {"enum": ["sync", "async"], "default": "sync"},
            "outputType": {"enum": ["URL"]},
            "includeCost": {"type": "boolean"},
            **parameters,
        },
        "$defs": {
            "frame": {
                "anyOf": [
                    {"$ref": "#/$defs/image"},
                    {"type": "object", "required": ["image"], "properties": {"image": {"$ref": "#/$defs/image"}}},
                ]
            },
            "image": {
                "$id": "image",
                "anyOf": [{"type": "string", "format": "uuid"}, {"type": "string", "format": "uri"}],
            },
        },
    }


def bundle(folder: Path, version: str = "20261001000000", **parameters: Any) -> Path:
    """A bundle of one video model and one that makes pictures."""
    entry = {"slug": "maker-film", "air": AIR, "requestSchema": request_schema(**parameters), "responseSchema": {}}
    picture = {
        "slug": "maker-still",
        "air": "maker:still@1",
        "requestSchema": {"properties": {"model": {"const": "maker:still@1"}, "taskType": {"const": "imageInference"}}},
    }
    path = folder / "schema-map.json"
    path.write_text(json.dumps({"version": version, "inference": [entry, picture]}), encoding="utf-8")
    return path


def outcomes(folder: Path, *arguments: str, code: int | None = 0) -> dict[str, Any]:
    """What `models import` says, by model."""
    said = ltxspec("models", "import", *arguments, "--format", "json", cwd=folder, check=code).json
    return {model["air"]: model for model in said["models"]}


def smallest(model: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest shot that a model file accepts."""
    shot: dict[str, Any] = {}
    for name in model["required"]:
        part = model["properties"][name]
        if name == "positivePrompt":
            shot["prompt"] = "A lighthouse at dusk."
        elif name == "inputs":
            shot["inputs"] = INPUTS
        elif name not in ("taskType", "model"):
            values = {"integer": 5, "number": 5, "string": "a", "boolean": True, "object": {}, "array": []}
            shot[name] = part["enum"][0] if "enum" in part else values[part["type"]]
    return shot


def test_every_video_model_of_the_sdk_is_imported_planned_and_rendered(tmp_path: Path) -> None:
    found = outcomes(tmp_path, "runware-sdk")
    files = sorted((tmp_path / "schemas" / "models").glob("*.json"))
    models = [json.loads(path.read_text("utf-8")) for path in files]
    tasks = [model["x-ltxspec"]["taskType"] for model in models]
    ours = {f"lightricks:ltx@{name}" for name in ("2.3", "2.3-fast", "2.5-fast", "2.5-pro")}
    assert {air for air, one in found.items() if one["outcome"] == "by-hand"} == ours, "they come with ltxspec"
    assert tasks.count("videoInference") + len(ours) == 98
    assert {*tasks} == {"videoInference", "upscale", "removeBackground"}
    shots = {model["x-ltxspec"]["slug"]: {"model": model["x-ltxspec"]["air"], **smallest(model)} for model in models}
    assert sum("prompt" not in shot for shot in shots.values()) > 20
    (tmp_path / "ltxspec.toml").write_text("[provider]\nparallelism = 32\n[sandbox]\nspeed = 2000\n", "utf-8")
    write_spec(tmp_path, f"shots: {json.dumps(shots)}\n")
    planned = ltxspec("plan", "--provider", "sandbox", "--format", "json", cwd=tmp_path).json["shots"]
    assert len(planned) == len(models)
    ltxspec("apply", *FREE, cwd=tmp_path)
    again = ltxspec("plan", "--provider", "sandbox", "--detailed-exitcode", cwd=tmp_path)
    assert again.code == 0
    assert len(list((tmp_path / "renders" / "sandbox" / "night").iterdir())) == len(models)


def own_file(folder: Path) -> dict[str, Any]:
    """The model file that was written."""
    found: dict[str, Any] = json.loads((folder / "schemas" / "models" / "maker-film.json").read_text("utf-8"))
    return found


def buy(folder: Path) -> None:
    """One take of the made-up model, on the sandbox."""
    write_spec(folder, f"model: '{AIR}'\nshots:\n  gate: {{prompt: a gate}}\n")
    ltxspec("apply", *FREE, cwd=folder)


def test_a_bundle_becomes_pinned_files_of_its_video_models(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    found = outcomes(tmp_path, path.name)
    assert {air: one["outcome"] for air, one in found.items()} == {AIR: "new"}
    block = own_file(tmp_path)["x-ltxspec"]
    pinned = block["imported"]
    assert (pinned["source"], pinned["version"], pinned["date"]) == ("schema-map.json", "20261001000000", "2026-10-01")
    assert pinned["hash"].startswith("sha256:")
    assert own_file(tmp_path)["properties"]["duration"]["enum"] == [5, 10]
    assert block["media"] == ["/inputs/frameImages/*", "/inputs/frameImages/*/image"]
    assert "imported from schema-map.json" in ltxspec("models", AIR, cwd=tmp_path).out
    buy(tmp_path)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    said = ltxspec("models", "import", bundle(tmp_path).name, "--dry-run", cwd=tmp_path)
    assert (said.out, said.err) == (f"{AIR}: new\n", "1 new (nothing is written)\n")
    assert not (tmp_path / "schemas").exists()


def test_a_second_import_buys_nothing_again_whatever_defaults_the_source_has(tmp_path: Path) -> None:
    outcomes(tmp_path, bundle(tmp_path).name)
    buy(tmp_path)
    changed = {"oneOf": [{"const": 5}, {"const": 10}], "default": 10}
    more = {"type": "string", "enum": ["low", "high"], "default": "high"}
    found = outcomes(tmp_path, bundle(tmp_path, "20261101000000", duration=changed, quality=more).name)[AIR]
    assert found["outcome"] == "changed"
    assert {item["place"] for item in found["differences"]} == {"/quality", "sent"}
    assert found["notes"] == [
        "the default of `/duration` stays `5` and is sent; the source has `10`",
        "the default of `/quality` (high) is not assumed".replace("(high)", "(`high`)"),
    ]
    (shot,) = ltxspec("plan", "--provider", "sandbox", "--format", "json", cwd=tmp_path).json["shots"]
    assert shot["action"] in ("no-op", "update")
    assert "default" not in own_file(tmp_path)["properties"]["quality"]
    write_spec(tmp_path, f"model: '{AIR}'\nshots:\n  other: {{prompt: another gate}}\n")
    (new,) = (
        change
        for change in ltxspec("plan", "--provider", "sandbox", "--format", "json", cwd=tmp_path).json["shots"]
        if change["action"] == "create"
    )
    assert new["request"]["duration"] == 5  # so that what is rendered is what the fingerprint says


def test_what_would_change_a_fingerprint_is_refused_with_the_reason(tmp_path: Path) -> None:
    outcomes(tmp_path, bundle(tmp_path).name)
    before = own_file(tmp_path)
    path = bundle(tmp_path, "20261101000000")
    document = json.loads(path.read_text("utf-8"))
    del document["inference"][0]["requestSchema"]["properties"]["duration"]
    path.write_text(json.dumps(document), "utf-8")
    found = outcomes(tmp_path, path.name, code=1)[AIR]
    assert found["outcome"] == "refused"
    assert found["reasons"] == ["`/duration` is gone, and its default is part of every fingerprint"]
    assert own_file(tmp_path) == before


def test_an_owned_take_that_would_be_bought_again_is_named(tmp_path: Path) -> None:
    loose = {"type": "object"}
    outcomes(tmp_path, bundle(tmp_path, settings=loose).name)
    write_spec(tmp_path, f"model: '{AIR}'\nshots:\n  gate: {{prompt: a gate, settings: {{}}}}\n")
    ltxspec("apply", *FREE, cwd=tmp_path)
    strict = {"type": "object", "properties": {"audio": {"type": "boolean"}}}
    found = outcomes(tmp_path, bundle(tmp_path, "20261101000000", settings=strict).name, code=1)[AIR]
    assert found["reasons"] == ["1 owned take would be bought again: `night.gate`"]


def test_differences_and_outdated_files_have_an_exit_code(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    outcomes(tmp_path, path.name)
    assert ltxspec("models", "outdated", "--detailed-exitcode", cwd=tmp_path).code == 0
    assert ltxspec("models", "diff", path.name, "--detailed-exitcode", cwd=tmp_path).code == 0
    bundle(tmp_path, "20261101000000", quality={"type": "string"})
    assert ltxspec("models", "outdated", cwd=tmp_path).code == 0
    said = ltxspec("models", "outdated", "--detailed-exitcode", cwd=tmp_path, check=2)
    assert f"{AIR}: has changed in schema-map.json 20261101000000" in said.out
    compared = ltxspec("models", "diff", path.name, "--detailed-exitcode", cwd=tmp_path, check=2)
    assert '+ /quality: {"type":"string"}' in compared.out
    (state,) = ltxspec("models", "outdated", "--format", "json", cwd=tmp_path).json["models"]
    assert (state["state"], state["pinned"], state["version"]) == ("changed", "20261001000000", "20261101000000")
    path.unlink()
    lost = ltxspec("models", "outdated", cwd=tmp_path, check=1)
    assert lost.out.startswith(f"{AIR}: not compared: `schema-map.json` cannot be read: No such file")
    (state,) = ltxspec("models", "outdated", "--format", "json", cwd=tmp_path, check=1).json["models"]
    assert state["state"] == "unread"
    assert "cannot be read" in state["problem"]


def test_a_model_that_its_source_does_not_list_any_more_is_unlisted(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    outcomes(tmp_path, path.name)
    buy(tmp_path)
    document = json.loads(path.read_text("utf-8"))
    document["version"] = "20261101000000"
    other = json.loads(
        json.dumps(document["inference"][0]).replace(AIR, "maker:film@2").replace("maker-film", "maker-two")
    )
    document["inference"][0] = other
    path.write_text(json.dumps(document), "utf-8")
    found = outcomes(tmp_path, path.name)
    assert {air: one["outcome"] for air, one in found.items()} == {AIR: "unlisted", "maker:film@2": "new"}
    assert f"{AIR}" in ltxspec("models", cwd=tmp_path).out
    assert "(unlisted since 2026-11-01)" in ltxspec("models", cwd=tmp_path).out
    (shot,) = ltxspec("plan", "--provider", "sandbox", "--format", "json", cwd=tmp_path).json["shots"]
    assert shot["action"] in ("no-op", "update")


def retire(folder: Path) -> None:
    """The model file says that the provider takes no orders any more."""
    document = own_file(folder)
    document["x-ltxspec"] |= {"status": "retired", "statusDate": "2026-11-20", "replacedBy": "lightricks:2@0"}
    (folder / "schemas" / "models" / "maker-film.json").write_text(json.dumps(document), "utf-8")


def test_a_retired_model_is_a_warning_only_where_something_would_be_ordered(tmp_path: Path) -> None:
    outcomes(tmp_path, bundle(tmp_path).name)
    buy(tmp_path)
    retire(tmp_path)
    owned = ltxspec("plan", "--provider", "sandbox", cwd=tmp_path)
    assert "retired" not in owned.err
    write_spec(tmp_path, f"model: '{AIR}'\nshots:\n  gate: {{prompt: a gate}}\n  next: {{prompt: another}}\n")
    planned = ltxspec("plan", "--provider", "sandbox", cwd=tmp_path)
    assert f"warning[retired-model]: `{AIR}` is retired since 2026-11-20, and 1 shot orders it" in planned.err
    assert "hint: use `lightricks:2@0`" in planned.err
    (listed,) = (one for one in ltxspec("models", "--format", "json", cwd=tmp_path).json["models"] if one["air"] == AIR)
    assert (listed["status"], listed["statusDate"], listed["replacedBy"]) == ("retired", "2026-11-20", "lightricks:2@0")


def test_files_written_by_hand_stay_unless_they_are_named(tmp_path: Path) -> None:
    assert (
        outcomes(tmp_path, "runware-sdk", "lightricks:ltx@2.5-fast")["lightricks:ltx@2.5-fast"]["outcome"] == "changed"
    )
    written = json.loads((tmp_path / "schemas" / "models" / "lightricks-ltx-2-5-fast.json").read_text("utf-8"))
    assert written["x-ltxspec"]["price"]["rows"]
    assert "routing" in written["properties"]
    spec = "model: lightricks:ltx@2.5-fast\nshots:\n  gate: {prompt: a gate, width: 1920, height: 1080}\n"
    write_spec(tmp_path, spec)
    (own,) = ltxspec("plan", "--format", "json", cwd=tmp_path).json["shots"]
    other = tmp_path / "other"
    other.mkdir()
    write_spec(other, spec)
    (packaged,) = ltxspec("plan", "--format", "json", cwd=other).json["shots"]
    assert own["fingerprint"] == packaged["fingerprint"]
    assert own["estimate"] == packaged["estimate"]


def test_what_is_no_source_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}", "utf-8")
    assert "neither a schema bundle" in ltxspec("models", "import", "a.json", cwd=tmp_path, check=1).err
    assert "cannot be read" in ltxspec("models", "import", "none.json", cwd=tmp_path, check=64).err
    assert "one model at a time" in ltxspec("models", "import", "runware", cwd=tmp_path, check=64).err
    refused = ltxspec("models", "import", bundle(tmp_path).name, "maker:film@9", cwd=tmp_path, check=64).err
    assert f"did you mean `{AIR}`?" in refused
    assert "only https" in ltxspec("models", "import", "http://example.com/a.json", cwd=tmp_path, check=64).err


def test_a_model_whose_source_says_nothing_of_orders_is_bought_all_the_same(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    document = json.loads(path.read_text("utf-8"))
    for name in ("deliveryMethod", "outputType", "includeCost"):
        del document["inference"][0]["requestSchema"]["properties"][name]
    path.write_text(json.dumps(document), "utf-8")
    outcomes(tmp_path, path.name)
    buy(tmp_path)
