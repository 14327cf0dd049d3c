"""Adding a model is adding one JSON file: to the project's own `schemas/models/`, without touching ltxspec."""

import json
from pathlib import Path

from acceptance.commands import REPOSITORY, ltxspec, write_spec


def new_model(folder: Path) -> None:
    """A made-up model with a size, a length and a price that no shipped one has."""
    text = (REPOSITORY / "schemas" / "models" / "lightricks-ltx-2-fast.json").read_text("utf-8")
    model = json.loads(text.replace("lightricks:2@1", "maker:9@9").replace("lightricks-ltx-2-fast", "maker-nine"))
    settings = model["x-ltxspec"]
    settings["name"] = "Nine"
    settings["price"]["rows"] = [{**settings["price"]["rows"][0], "at": [640, 360], "usdPerSecond": "0.01"}]
    model.pop("examples", None)
    model.pop("allOf", None)
    model["properties"]["width"] = {"type": "integer", "enum": [640]}
    model["properties"]["height"] = {"type": "integer", "enum": [360]}
    model["properties"]["duration"] = {"type": "number", "enum": [2, 4], "default": 2}
    target = folder / "schemas" / "models" / "maker-nine.json"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(model), encoding="utf-8")


def test_a_project_brings_its_own_model_as_one_file(tmp_path: Path) -> None:
    new_model(tmp_path)
    write_spec(tmp_path, "model: maker-nine\nshots:\n  gate: {prompt: a gate, width: 640, height: 360, duration: 4}\n")
    assert "maker:9@9" in ltxspec("models", cwd=tmp_path).out
    (shot,) = ltxspec("plan", "--format", "json", cwd=tmp_path).json["shots"]
    assert (shot["estimate"], shot["request"]["model"]) == ("0.04", "maker:9@9")
    ltxspec("apply", "--provider", "sandbox", cwd=tmp_path)
    assert (tmp_path / "renders" / "sandbox" / "night" / "gate.mp4").is_file()


def test_what_the_new_model_does_not_take_is_refused_in_its_own_terms(tmp_path: Path) -> None:
    new_model(tmp_path)
    write_spec(tmp_path, "model: maker-nine\nshots:\n  gate: {prompt: a gate, width: 640, height: 360, duration: 8}\n")
    refused = ltxspec("validate", cwd=tmp_path, check=1)
    assert "duration" in refused.out
    assert "must be `2` or `4`" in refused.out
